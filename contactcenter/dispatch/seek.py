"""The two decisions against the database: SQL finds who and what is eligible, ``routing`` chooses.

Work conservation: after every hold of the lock no waiting ticket has an eligible agent. A ticket
that became free looks for an agent; an agent who became free looks for tickets; nothing is polled.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contactcenter import db, queues, timers, turns
from contactcenter.calls import ringing
from contactcenter.db import Conn
from contactcenter.dispatch import banding, explaining, tier_clock
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.dispatch.sights import Candidate, Ring, Sight, Sights
from contactcenter.queues import Queue
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import NewOffer, OfferEnding, Turn, Turned
from routing import assignment, states
from routing.instants import to_us

_SQL = db.Statements(__name__)
_candidates = _SQL.take("candidates", Candidate)
_heads = _SQL.take("heads", Sight)
_next_delay = _SQL.take("next_delay", int)


async def agent_for(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """Decision A: the waiting ticket looks for an agent; returns it offered, held or as it was.

    Whoever became free before it looks first, and may take it.
    """
    if await catch_up(conn, now):
        ticket = await tickets.lock(conn, ticket.id)
    if ticket.state != "waiting":
        return ticket
    assert ticket.queue_id is not None
    arm, rows = await _asked(conn, now, ticket)
    choice = assignment.choose_agent([_seen(row) for row in rows], now_us=to_us(now))
    if choice is not None:
        await explaining.note_agent(conn, now, ticket.id, choice.chosen_id)
        why = choice.why | {
            "waited_s": (now - ticket.enqueued_at).total_seconds(),
            "credit_s": ticket.credit_s,
            **arm,
        }
        turned = await turns.make(conn, offered(now, ticket, choice.chosen_id, rows[0], why))
        return turned.ticket
    delay_s = await _next_delay.first(conn, ticket.queue_id, ticket.enqueued_at, now)
    if delay_s is not None:
        due_at = ticket.enqueued_at + timedelta(seconds=delay_s)
        await timers.set_for_ticket(conn, "delay_step", ticket.id, due_at)
    return ticket


async def somebody_for(
    conn: Conn, now: datetime, ticket: Ticket, *, but: Collection[int]
) -> int | None:
    """Who would be asked about this ticket if it waited in its queue now, of all but these."""
    _, rows = await _asked(conn, now, ticket)
    candidates = [_seen(row) for row in rows if row.agent_id not in but]
    choice = assignment.choose_agent(candidates, now_us=to_us(now))
    return None if choice is None else choice.chosen_id


async def _asked(
    conn: Conn, now: datetime, ticket: Ticket
) -> tuple[dict[str, Any], list[Candidate]]:
    """The arm of the experiment with bands, and who may have the ticket, in that order."""
    arm = await banding.arm(conn, now)
    asked = (
        ticket.queue_id,
        ticket.weight,
        ticket.enqueued_at,
        now,
        ticket.id,
        ticket.channel,
        ticket.sticky_agent_id,
        ticket.sticky_until,
        ticket.needs_phone,
    )
    if arm.get("bands") != "on":
        return arm, await _candidates.all(conn, *asked)
    return arm, await banding.candidates(conn, ticket, asked)


async def tickets_for(conn: Conn, now: datetime, agent_id: int) -> None:
    """Decision B: the agent looks for tickets, in a hold of the dispatcher's together with others.

    Until then he has room, and what happens meanwhile finds him so.
    """
    if type(conn) is RoutingConnection:
        conn.looking[agent_id] = None
    else:
        await _look(conn, now, [agent_id])


async def catch_up(conn: Conn, now: datetime) -> bool:
    """Whoever has yet to look for tickets looks now; returns whether there was anybody."""
    if type(conn) is not RoutingConnection or not conn.looking:
        return False
    agent_ids = list(conn.looking)
    conn.looking.clear()
    await _look(conn, now, agent_ids)
    return True


async def _look(conn: Conn, now: datetime, agent_ids: Sequence[int]) -> None:
    """One after the other takes what comes first for him, as long as his room lasts."""
    while agent_ids:
        sights = Sights(await _heads.all(conn, agent_ids, now))
        chosen = [one for agent_id in agent_ids for one in sights.choose(agent_id, to_us(now))]
        if chosen:
            await explaining.note_tickets(conn, now, chosen)
            locked = await tickets.lock_all(conn, [one.head.ticket_id for one in chosen])
            arm = await banding.arm(conn, now)
            await turns.make_all(
                conn,
                [
                    offered(now, locked[one.head.ticket_id], one.agent_id, one.head, one.why | arm)
                    for one in chosen
                ],
            )
        assert chosen or not sights.cut_short, "what they were shown they may take"
        agent_ids = sights.cut_short


async def assign(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    agent_id: int,
    why: dict[str, Any],
    *,
    actor: str,
    offer_ended_by: OfferEnding | None = None,
) -> Turned:
    """Give a ticket to an agent who has room for it; whoever it rang at or held it is freed.

    Where the customer is on the line it rings at him first: nobody talks who did not pick up.
    """
    if ticket.needs_phone and not await ringing.is_in_call(conn, ticket.live_call_id, agent_id):
        return await _ring_at(conn, now, ticket, agent_id, why, offer_ended_by=offer_ended_by)
    turn = _held(now, ticket, agent_id, why, actor=actor)
    offer = NewOffer(agent_id=agent_id, expires_at=None, why=why)
    return await turns.make(
        conn, msgspec.structs.replace(turn, offer=offer, offer_ended_by=offer_ended_by)
    )


async def _ring_at(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    agent_id: int,
    why: dict[str, Any],
    *,
    offer_ended_by: OfferEnding | None,
) -> Turned:
    assert ticket.queue_id is not None
    rings_s = await ringing.rings_s(conn, ticket.queue_id)
    ring = Ring(queue_id=ticket.queue_id, given_at_once=False, offer_timeout_s=rings_s)
    waits = msgspec.structs.replace(ticket, state="waiting")
    turn = offered(now, waits, agent_id, ring, why)
    return await turns.make(conn, msgspec.structs.replace(turn, offer_ended_by=offer_ended_by))


async def hold(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    agent_id: int,
    why: dict[str, Any],
    *,
    actor: str,
) -> Ticket:
    """Write that the agent holds the ticket from now on; his capacity is taken already."""
    return (await turns.make(conn, _held(now, ticket, agent_id, why, actor=actor))).ticket


def offered(now: datetime, ticket: Ticket, agent_id: int, ring: Ring, why: dict[str, Any]) -> Turn:
    """Let the ticket ring at the agent, or give it to him where the queue asks for no answer."""
    if ring.given_at_once:
        offer = NewOffer(agent_id=agent_id, expires_at=None, why=why)
        turn = _held(now, ticket, agent_id, why, actor="system")
        return msgspec.structs.replace(turn, offer=offer)
    expires_at = now + timedelta(seconds=ring.offer_timeout_s)
    ticket = msgspec.structs.replace(ticket, state=states.after(ticket.state, "offer"))
    rang = fact(
        ticket,
        "ticket_offered",
        now,
        "system",
        agent_id=agent_id,
        offer_id=None,  # the statement knows it
        expires_at=expires_at,
        temperament=ticket.temperament,
        why=why,
    )
    return Turn(
        ticket=ticket,
        event=rang,
        waits={"offer_expiry": expires_at},
        offer=NewOffer(agent_id=agent_id, expires_at=expires_at, why=why),
    )


def _held(now: datetime, ticket: Ticket, agent_id: int, why: dict[str, Any], *, actor: str) -> Turn:
    ticket, waits = tier_clock.go_on(now, ticket)
    ticket = msgspec.structs.replace(
        ticket,
        state=states.after(ticket.state, "assign"),
        agent_id=agent_id,
        wake_at=None,
        hold_reason=None,
    )
    held = fact(
        ticket,
        "ticket_assigned",
        now,
        actor,
        waited_s=(now - ticket.enqueued_at).total_seconds(),
        temperament=ticket.temperament,
        why=why,
    )
    return Turn(ticket=ticket, event=held, leg_ended_by="assigned", leg_begins_at=now, waits=waits)


def queue_for_ticket(queue: Queue, ticket: Ticket) -> Ticket:
    """The ticket as it stands in the queue; its team may read it from now on. Not saved yet.

    Raises ``QueueArchived``.
    """
    queues.check_standing(queue)
    team_ids = ticket.team_ids
    if queue.team_id not in team_ids:
        team_ids = [*team_ids, queue.team_id]
    return msgspec.structs.replace(ticket, queue_id=queue.id, tier=queue.tier, team_ids=team_ids)


def _seen(row: Candidate) -> assignment.Candidate:
    """What the rules want to know of a candidate."""
    return assignment.Candidate(
        agent_id=row.agent_id,
        is_sticky=row.is_sticky,
        level=row.level,
        band=row.band,
        load=row.load,
        capacity=row.capacity,
        idle_since_us=row.idle_since_us,
    )
