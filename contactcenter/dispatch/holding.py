"""Who holds a ticket: accept, decline, expire, rescind, claim, give to a named agent, give back."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from contactcenter import agents, events, legs, offers, queues, tickets, timers
from contactcenter.agents import Agent
from contactcenter.db import Conn
from contactcenter.dispatch import seek, tier_clock
from contactcenter.errors import BadInput, Conflict
from contactcenter.offers import Offer
from contactcenter.tickets import Ticket, fact
from routing import assignment, states


class OfferNotYours(Conflict):
    """The ticket does not ring at you."""

    code = "offer_not_yours"


class AgentFull(Conflict):
    """The agent has no room for it."""

    code = "agent_full"


class NotInQueue(Conflict):
    """The agent does not serve the ticket's queue."""

    code = "not_in_queue"


class Refused(Conflict):
    """The ticket's state does not allow it."""

    code = "transition_refused"


async def accept(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> Ticket:
    """The agent takes what rings at him; a late answer is told how the offer ended."""
    ticket = await tickets.lock(conn, ticket_id)
    offer = await _ringing(conn, ticket, agent_id)
    await offers.accept(conn, now, offer)
    await agents.set_misses(conn, agent_id, 0)
    why = {"decision": "offer_accepted", "rang_s": (now - offer.offered_at).total_seconds()}
    return await seek.hold(conn, now, ticket, agent_id, why, actor=f"user:{agent_id}")


async def decline(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> Ticket:
    """The agent says no: the ticket looks for another first, then the agent for other work."""
    ticket = await tickets.lock(conn, ticket_id)
    offer = await _ringing(conn, ticket, agent_id)
    ticket = await _take_back(conn, now, ticket, offer, "declined", actor=f"user:{agent_id}")
    ticket = await seek.agent_for(conn, now, ticket)
    await seek.tickets_for(conn, now, agent_id)
    return ticket


async def expire(conn: Conn, now: datetime, ticket_id: int) -> None:
    """Nobody answered: the next one is asked; two in a row, and the agent is taken to be away."""
    ticket = await tickets.lock(conn, ticket_id)
    offer = await offers.live(conn, ticket_id)
    if offer is None or offer.state != "pending":
        return
    agent = await agents.lock(conn, offer.agent_id)
    misses = agent.misses + 1
    await agents.set_misses(conn, agent.id, misses)
    ticket = await _take_back(conn, now, ticket, offer, "expired", actor="system")
    is_away = misses >= assignment.MAX_MISSES and agent.presence == "available"
    if is_away:
        await agents.set_presence(conn, now, agent, "away", "missed", actor="system")
    await seek.agent_for(conn, now, ticket)
    if not is_away:
        await seek.tickets_for(conn, now, agent.id)


async def rescind(conn: Conn, now: datetime, ticket_id: int) -> None:
    """Take a ringing offer back, because the agent left: the ticket looks again."""
    ticket = await tickets.lock(conn, ticket_id)
    offer = await offers.live(conn, ticket_id)
    if offer is None or offer.state != "pending":
        return
    ticket = await _take_back(conn, now, ticket, offer, "rescinded", actor="system")
    await seek.agent_for(conn, now, ticket)


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
    _check_room(agent, ticket)
    why = {"decision": "claimed"}
    return await seek.assign(conn, now, ticket, agent_id, why, actor=f"user:{agent_id}")


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
    former_id = ticket.agent_id
    freed = await let_go(conn, now, ticket)
    _check_room(await agents.lock(conn, agent_id), ticket)
    why = {"decision": "given_by_person", "by": actor, "from_agent_id": former_id}
    if note_id is not None:
        why["hand_over_id"] = note_id
    ticket = await seek.assign(conn, now, ticket, agent_id, why, actor=actor)
    if former_id is not None:
        ticket = await tickets.save(conn, ticket)  # a second fact, a second version
        await events.record(
            conn, fact(ticket, "ticket_transferred", now, actor, from_agent_id=former_id)
        )
    if freed is not None:
        await seek.tickets_for(conn, now, freed)
    return ticket


async def release(conn: Conn, now: datetime, ticket_id: int, *, actor: str, reason: str) -> Ticket:
    """The holder gives the ticket back to its queue; its age is kept."""
    ticket = await tickets.lock(conn, ticket_id)
    check(ticket, "release")
    former_id = ticket.agent_id
    freed = await let_go(conn, now, ticket)
    ticket = await put_down(conn, now, ticket)
    released = fact(ticket, "ticket_released", now, actor, agent_id=former_id, reason=reason)
    await events.record(conn, released)
    ticket = await seek.agent_for(conn, now, ticket)
    if freed is not None:
        await seek.tickets_for(conn, now, freed)
    return ticket


async def put_down(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """Nobody holds the ticket any more; it waits in its queue, as old as it is."""
    ticket = await tier_clock.go_on(conn, now, ticket)
    ticket = await tickets.save(
        conn,
        msgspec.structs.replace(
            ticket, state=check(ticket, "release"), agent_id=None, wake_at=None, hold_reason=None
        ),
    )
    await timers.clear_for_ticket(conn, "wake_up", ticket.id)
    await legs.turn(conn, ticket, now, "released")
    return ticket


async def let_go(conn: Conn, now: datetime, ticket: Ticket) -> int | None:
    """End the live offer and free the capacity it took; returns whose, who then looks for work.

    A pending or held ticket takes no capacity and has no live offer: its holder frees nothing.
    """
    offer = await offers.live(conn, ticket.id)
    if offer is None:
        return None
    ending: offers.Ending = "withdrawn" if offer.state == "pending" else "ended"
    await offers.finish(conn, now, offer, ending)
    await timers.clear_for_ticket(conn, "offer_expiry", ticket.id)
    await give_back(conn, now, offer.agent_id, offer.weight)
    return offer.agent_id


async def give_back(conn: Conn, now: datetime, agent_id: int, weight: int) -> None:
    """Free capacity; whoever was only finishing what he had is offline when it is done."""
    load = await agents.give_back(conn, now, agent_id, weight)
    if load == 0:
        agent = await agents.lock(conn, agent_id)
        if agent.presence == "draining":
            await agents.set_presence(conn, now, agent, "offline", None, actor="system")


def check(ticket: Ticket, action: states.Action) -> states.State:
    """The state after the action; raises ``Refused`` with the reason."""
    try:
        return states.after(ticket.state, action)
    except states.TransitionRefused as refused:
        raise Refused(str(refused), state=ticket.state, allowed=refused.allowed) from None


async def wrap_up(conn: Conn, now: datetime, agent_id: int, queue_id: int) -> None:
    """After solving, the agent has the queue's wrap-up time before the next ticket rings."""
    queue = await queues.find(conn, queue_id)
    agent = await agents.lock(conn, agent_id)
    if queue.wrap_up_s and agent.presence == "available":
        await agents.set_presence(conn, now, agent, "wrap_up", None, actor="system")
        until_at = now + timedelta(seconds=queue.wrap_up_s)
        await timers.set_for_agent(conn, "wrap_up_end", agent_id, until_at)


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


async def _take_back(
    conn: Conn, now: datetime, ticket: Ticket, offer: Offer, ending: offers.Ending, *, actor: str
) -> Ticket:
    """End a ringing offer; the ticket waits again, as old as it is."""
    await offers.finish(conn, now, offer, ending)
    await timers.clear_for_ticket(conn, "offer_expiry", ticket.id)
    await give_back(conn, now, offer.agent_id, offer.weight)
    if ending != "rescinded":
        until_at = now + timedelta(seconds=assignment.EXCLUDED_FOR_S)
        await offers.exclude(conn, ticket.id, offer.agent_id, until_at)
        await timers.set_for_ticket(
            conn, "exclusion_end", ticket.id, until_at, agent_id=offer.agent_id
        )
    ticket = await tickets.save(
        conn, msgspec.structs.replace(ticket, state=check(ticket, "decline"))
    )
    data: dict[str, Any] = {
        "offer_id": offer.id,
        "rang_s": (now - offer.offered_at).total_seconds(),
    }
    await events.record(
        conn, fact(ticket, f"offer_{ending}", now, actor, agent_id=offer.agent_id, **data)
    )
    return ticket


def _check_room(agent: Agent, ticket: Ticket) -> None:
    free = agent.capacity - agent.load
    if free < ticket.weight:
        raise AgentFull(
            f"{agent.name} has {free} of {agent.capacity} units free; the ticket takes "
            f"{ticket.weight}",
            free=free,
            capacity=agent.capacity,
        )
