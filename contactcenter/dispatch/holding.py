"""Who holds a ticket: accept, decline, expire, rescind, claim, give to a named agent, give back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from contactcenter import agents, offers, timers, turns
from contactcenter.agents import Agent
from contactcenter.calls import ringing
from contactcenter.db import Conn
from contactcenter.dispatch import keeping, seek, tier_clock
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.refusals import (
    AnswerByPhone,
    NoTelephone,
    NotInQueue,
    OfferNotYours,
    Refused,
    check,
    check_not_talking,
    check_room,
)
from contactcenter.errors import BadInput
from contactcenter.offers import Offer
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Freed, OfferEnding, Turn, Turned
from routing.eligibility import SIGNED_IN


async def accept(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> Ticket:
    """The agent takes what rings at him; a late answer is told how the offer ended."""
    ticket = await tickets.lock(conn, ticket_id)
    offer = await _ringing(conn, ticket, agent_id)
    if ticket.needs_phone:
        raise AnswerByPhone(f"ticket {ticket.id} rings at your telephone: take the call there")
    return await take(conn, now, ticket, offer)


async def take(conn: Conn, now: datetime, ticket: Ticket, offer: Offer) -> Ticket:
    """What rings at an agent is his from now on."""
    await offers.accept(conn, now, offer)
    why = {"decision": "offer_accepted", "rang_s": (now - offer.offered_at).total_seconds()}
    return await seek.hold(conn, now, ticket, offer.agent_id, why, actor=f"user:{offer.agent_id}")


async def decline(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> Ticket:
    """The agent says no: the ticket looks for another first, then the agent for other work."""
    ticket = await tickets.lock(conn, ticket_id)
    return await refuse(conn, now, ticket, await _ringing(conn, ticket, agent_id))


async def refuse(conn: Conn, now: datetime, ticket: Ticket, offer: Offer) -> Ticket:
    """The same, where it is known that it rings at him."""
    actor = f"user:{offer.agent_id}"
    ticket = await take_back(conn, now, ticket, offer, "declined", actor=actor)
    ticket = await seek.agent_for(conn, now, ticket)
    await seek.tickets_for(conn, now, offer.agent_id)
    return ticket


async def expire(conn: Conn, now: datetime, ticket_id: int) -> None:
    """Nobody answered: the next one is asked; whose telephone never rang has missed nothing."""
    ticket = await tickets.lock(conn, ticket_id)
    offer = await offers.live(conn, ticket_id)
    if offer is None or offer.state != "pending":
        return
    if ticket.needs_phone and not await ringing.has_rung_in_vain(conn, offer.id):
        ticket = await take_back(conn, now, ticket, offer, "rescinded", actor="system")
        await seek.agent_for(conn, now, ticket)
        await seek.tickets_for(conn, now, offer.agent_id)
    else:
        await miss(conn, now, ticket, offer)


async def miss(conn: Conn, now: datetime, ticket: Ticket, offer: Offer) -> None:
    """He did not answer: the next one is asked; two in a row, and he is taken to be away."""
    agent = await agents.lock(conn, offer.agent_id)
    misses = agent.misses + 1
    await agents.set_misses(conn, agent.id, misses)
    ticket = await take_back(conn, now, ticket, offer, "expired", actor="system")
    limits = (await rules_of(conn)).limits
    is_away = misses >= limits.max_misses and agent.presence in SIGNED_IN
    if is_away:
        await timers.clear_for_agent(conn, "wrap_up_end", agent.id)
        await agents.set_presence(conn, now, agent, "away", "missed", actor="system")
    await seek.agent_for(conn, now, ticket)
    await tier_clock.ask_soon(conn, now, ticket.id, "offers_unanswered")
    if is_away:
        await keeping.look_elsewhere(conn, now, agent.id)
    else:
        await seek.tickets_for(conn, now, agent.id)


async def rescind_all(conn: Conn, now: datetime, ticket_ids: Sequence[int]) -> None:
    """Take ringing offers back, because their agent left: all of them, then each ticket looks."""
    waiting = []
    for ticket_id in ticket_ids:
        ticket = await tickets.lock(conn, ticket_id)
        offer = await offers.live(conn, ticket_id)
        if offer is not None and offer.state == "pending":
            waiting.append(await take_back(conn, now, ticket, offer, "rescinded", actor="system"))
    for ticket in waiting:  # when the first one looks, whoever became free before may take several
        await seek.agent_for(conn, now, await tickets.lock(conn, ticket.id))


async def claim(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> Ticket:
    """An agent takes a waiting ticket out of a queue he serves."""
    ticket = await tickets.lock(conn, ticket_id)
    check(ticket, "assign")
    if ticket.state != "waiting":
        raise Refused(f"ticket {ticket.id} is {ticket.state}, not waiting", state=ticket.state)
    agent = await agents.lock(conn, agent_id)
    assert ticket.queue_id is not None
    if not await agents.works_in(conn, agent_id, ticket.queue_id):
        raise NotInQueue(f"you do not serve the queue of ticket {ticket.id}")
    check_room(agent, ticket)
    await _check_telephone(conn, agent, ticket)
    why = {"decision": "claimed"}
    turned = await seek.assign(conn, now, ticket, agent_id, why, actor=f"user:{agent_id}")
    return turned.ticket


async def give_to(
    conn: Conn, now: datetime, ticket_id: int, agent_id: int, *, actor: str, note_id: int | None
) -> Ticket:
    """A supervisor, or the holder, gives the ticket to a named agent who has room."""
    ticket = await tickets.lock(conn, ticket_id)
    check(ticket, "assign")
    agent = await agents.lock(conn, agent_id, field="body.agent_id")
    if not agent.enabled:
        raise BadInput("body.agent_id", f"agent {agent_id} is disabled")
    if ticket.agent_id == agent_id and ticket.state == "assigned":
        raise Refused(f"agent {agent_id} holds ticket {ticket.id} already")
    if not await ringing.is_in_call(conn, ticket.live_call_id, agent_id):
        check_not_talking(ticket)
    former_id = ticket.agent_id
    live = await offers.live(conn, ticket_id)
    rings_at_him = live is not None and live.agent_id == agent_id
    check_room(agent, ticket, given_back=ticket.weight if rings_at_him else 0)
    await _check_telephone(conn, agent, ticket)
    why = {"decision": "given_by_person", "by": actor, "from_agent_id": former_id}
    if note_id is not None:
        why["hand_over_id"] = note_id
    turned = await seek.assign(
        conn, now, ticket, agent_id, why, actor=actor, offer_ended_by="let_go"
    )
    ticket = turned.ticket
    if former_id is not None:
        moved = fact(ticket, "ticket_transferred", now, actor, from_agent_id=former_id)
        second = await turns.make(conn, Turn(ticket=ticket, event=moved))  # and a second version
        ticket = second.ticket
        await tier_clock.ask_soon(conn, now, ticket_id, "transfers")
    if turned.freed is not None:
        await go_if_done(conn, now, turned.freed)
        await _wrap_up(conn, now, turned.freed)
        await seek.tickets_for(conn, now, turned.freed.agent_id)
    return ticket


async def release(conn: Conn, now: datetime, ticket_id: int, *, actor: str, reason: str) -> Ticket:
    """The holder gives the ticket back to its queue; its age is kept."""
    ticket = await tickets.lock(conn, ticket_id)
    check(ticket, "release")
    former_id = ticket.agent_id
    ticket, waits = waiting_again(now, ticket)
    released = fact(ticket, "ticket_released", now, actor, agent_id=former_id, reason=reason)
    turn = Turn(
        ticket=ticket, event=released, leg_ended_by="released", leg_begins_at=now, waits=waits
    )
    return await look_around(conn, now, await let_go(conn, now, turn))


def waiting_again(now: datetime, ticket: Ticket) -> tuple[Ticket, tier_clock.Waits]:
    """The ticket held by nobody, waiting in its queue as old as it is. Not saved yet."""
    ticket, waits = tier_clock.go_on(now, ticket)
    state = check(ticket, "release")
    return msgspec.structs.replace(
        ticket, state=state, agent_id=None, wake_at=None, hold_reason=None
    ), waits


async def let_go(
    conn: Conn, now: datetime, turn: Turn, *, offer_ended_by: OfferEnding = "let_go"
) -> Turned:
    """Make a turn that ends the live offer and frees the capacity it took.

    If a leg ends with it, whoever held the ticket wraps up. A pending or held ticket takes no
    capacity and has no live offer: its holder frees nothing.
    """
    (turned,) = await let_go_all(conn, now, [turn], offer_ended_by=offer_ended_by)
    return turned


async def let_go_all(
    conn: Conn, now: datetime, made: Sequence[Turn], *, offer_ended_by: OfferEnding = "let_go"
) -> list[Turned]:
    """The same for many tickets."""
    ending = [msgspec.structs.replace(turn, offer_ended_by=offer_ended_by) for turn in made]
    turned = await turns.make_all(conn, ending)
    for freed in turns.freed_by(turned):
        await go_if_done(conn, now, freed)
        if made[0].leg_ended_by is not None:
            await _wrap_up(conn, now, freed)
    return turned


async def go_if_done(conn: Conn, now: datetime, freed: Freed) -> None:
    """Whoever was only finishing what he had is offline when it is done."""
    if freed.load == 0 and freed.presence == "draining":
        agent = await agents.lock(conn, freed.agent_id)
        await agents.set_presence(conn, now, agent, "offline", None, actor="system")


async def _wrap_up(conn: Conn, now: datetime, freed: Freed) -> None:
    """After a leg of his the agent has the queue's wrap-up time, whatever else he holds."""
    if freed.ending == "ended" and freed.wrap_up_s and freed.presence == "available":
        agent = await agents.lock(conn, freed.agent_id)
        await agents.set_presence(conn, now, agent, "wrap_up", None, actor="system")
        until_at = now + timedelta(seconds=freed.wrap_up_s)
        await timers.set_for_agent(conn, "wrap_up_end", agent.id, until_at)


async def look_around(
    conn: Conn, now: datetime, turned: Turned, *, taken_by: int | None = None, actor: str = "system"
) -> Ticket:
    """The ticket that was let go of looks for an agent first, then its former one for work.

    ``taken_by`` is an agent with room for it who has it at once: nobody else is asked.
    """
    if taken_by is None:
        ticket = await seek.agent_for(conn, now, turned.ticket)
    else:
        why = {"decision": "given_by_person", "by": actor}
        ticket = (await seek.assign(conn, now, turned.ticket, taken_by, why, actor=actor)).ticket
    if turned.freed is not None:
        await seek.tickets_for(conn, now, turned.freed.agent_id)
    return ticket


async def _ringing(conn: Conn, ticket: Ticket, agent_id: int) -> Offer:
    offer = await offers.live(conn, ticket.id)
    if offer is not None and offer.state == "pending" and offer.agent_id == agent_id:
        return offer
    last = await offers.latest_to(conn, ticket.id, agent_id)
    if last is None:
        raise OfferNotYours(f"ticket {ticket.id} was never offered to you")
    raise OfferNotYours(
        f"the offer of ticket {ticket.id} to you is {last.state}", offer_state=last.state
    )


async def take_back(
    conn: Conn, now: datetime, ticket: Ticket, offer: Offer, ending: OfferEnding, *, actor: str
) -> Ticket:
    """End a ringing offer; the ticket waits again, as old as it is."""
    until_at = None
    if ending != "rescinded":
        until_at = await exclude(conn, now, offer.ticket_id, offer.agent_id)
    ticket = msgspec.structs.replace(ticket, state=check(ticket, "decline"))
    rang_s = (now - offer.offered_at).total_seconds()
    over = fact(
        ticket,
        f"offer_{ending}",
        now,
        actor,
        agent_id=offer.agent_id,
        offer_id=offer.id,
        rang_s=rang_s,
        excluded_until=until_at,
    )
    turn = Turn(ticket=ticket, event=over)
    return (await let_go(conn, now, turn, offer_ended_by=ending)).ticket


async def exclude(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> datetime | None:
    """Do not ask this agent about this ticket again for a while; until when, if at all."""
    exclude_for_s = (await rules_of(conn)).limits.exclude_for_s
    if not exclude_for_s:
        return None
    until_at = now + timedelta(seconds=exclude_for_s)
    await offers.exclude(conn, ticket_id, agent_id, until_at)
    await timers.set_for_ticket(conn, "exclusion_end", ticket_id, until_at, agent_id=agent_id)
    return until_at


async def _check_telephone(conn: Conn, agent: Agent, ticket: Ticket) -> None:
    if not ticket.needs_phone or await ringing.is_in_call(conn, ticket.live_call_id, agent.id):
        return
    if not await ringing.is_reachable(conn, agent.id):
        raise NoTelephone(f"{agent.name} has no telephone that is free")
