"""The two decisions against the database: SQL finds who and what is eligible, ``routing`` chooses.

Work conservation: after every change no waiting ticket has an eligible agent. A ticket that became
free looks for an agent; an agent who became free looks for tickets; nothing is polled.
"""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from contactcenter import db, offers, tickets, timers
from contactcenter.db import Conn
from contactcenter.dispatch import tier_clock
from contactcenter.queues import Queue
from contactcenter.tickets import Ticket, fact
from routing import assignment, states

Seen = TypeVar("Seen", assignment.Candidate, assignment.Waiting)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Ring(Struct, frozen=True, kw_only=True):
    """How a queue hands out a ticket: given at once, or ringing for a while."""

    queue_id: int
    given_at_once: bool
    offer_timeout_s: int


class _Candidate(_Ring, frozen=True, kw_only=True):
    agent_id: int
    level: int
    band: int
    load: int
    capacity: int
    idle_since_us: int


class _Head(_Ring, frozen=True, kw_only=True):
    free: int
    ticket_id: int
    enqueued_us: int
    credit_s: int
    handicap_s: int
    weight: int


_SQL = db.Statements(__name__)
_candidates = _SQL.take("candidates", _Candidate)
_heads = _SQL.take("heads", _Head)
_next_delay = _SQL.take("next_delay", int)


async def agent_for(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """Decision A: the waiting ticket looks for an agent; returns it offered, held or as it was."""
    assert ticket.queue_id is not None
    rows = await _candidates.all(
        conn, ticket.queue_id, ticket.weight, ticket.enqueued_at, now, ticket.id, ticket.channel
    )
    choice = assignment.choose_agent([_as(assignment.Candidate, r) for r in rows], now_us=_us(now))
    if choice is not None:
        why = choice.why | {
            "waited_s": (now - ticket.enqueued_at).total_seconds(),
            "credit_s": ticket.credit_s,
        }
        return await offer(conn, now, ticket, choice.chosen_id, ring=rows[0], why=why)
    delay_s = await _next_delay.first(conn, ticket.queue_id, ticket.enqueued_at, now)
    if delay_s is not None:
        due_at = ticket.enqueued_at + timedelta(seconds=delay_s)
        await timers.set_for_ticket(conn, "delay_step", ticket.id, due_at)
    return ticket


async def tickets_for(conn: Conn, now: datetime, agent_id: int) -> None:
    """Decision B: the agent looks for tickets, as long as his capacity lasts."""
    free = 1
    while free > 0:
        rows = await _heads.all(conn, agent_id, now)
        choice = assignment.choose_ticket(
            [_as(assignment.Waiting, row) for row in rows], now_us=_us(now)
        )
        if choice is None:
            return
        head = next(row for row in rows if row.ticket_id == choice.chosen_id)
        ticket = await tickets.lock(conn, choice.chosen_id)
        await offer(conn, now, ticket, agent_id, ring=head, why=choice.why)
        free = head.free - head.weight


async def assign(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    agent_id: int,
    why: dict[str, Any],
    *,
    actor: str,
) -> Ticket:
    """Give a ticket that nobody holds to an agent who has room for it."""
    assert ticket.queue_id is not None
    await offers.make(
        conn,
        now,
        ticket_id=ticket.id,
        agent_id=agent_id,
        queue_id=ticket.queue_id,
        weight=ticket.weight,
        expires_at=None,
        why=why,
    )
    return await hold(conn, now, ticket, agent_id, why, actor=actor)


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
    return await tickets.turn(
        conn, ticket, held, leg_ended_by="assigned", leg_begins_at=now, waits=waits
    )


async def offer(
    conn: Conn, now: datetime, ticket: Ticket, agent_id: int, *, ring: _Ring, why: dict[str, Any]
) -> Ticket:
    """Let the ticket ring at the agent, or give it to him where the queue asks for no answer."""
    if ring.given_at_once:
        return await assign(conn, now, ticket, agent_id, why, actor="system")
    expires_at = now + timedelta(seconds=ring.offer_timeout_s)
    offer_id = await offers.make(
        conn,
        now,
        ticket_id=ticket.id,
        agent_id=agent_id,
        queue_id=ring.queue_id,
        weight=ticket.weight,
        expires_at=expires_at,
        why=why,
    )
    ticket = msgspec.structs.replace(ticket, state=states.after(ticket.state, "offer"))
    rang = fact(
        ticket,
        "ticket_offered",
        now,
        "system",
        agent_id=agent_id,
        offer_id=offer_id,
        expires_at=expires_at,
        temperament=ticket.temperament,
        why=why,
    )
    return await tickets.turn(conn, ticket, rang, waits={"offer_expiry": expires_at})


def queue_for_ticket(queue: Queue, ticket: Ticket) -> Ticket:
    """The ticket as it stands in the queue; its team may read it from now on. Not saved yet."""
    team_ids = ticket.team_ids
    if queue.team_id not in team_ids:
        team_ids = [*team_ids, queue.team_id]
    return msgspec.structs.replace(ticket, queue_id=queue.id, tier=queue.tier, team_ids=team_ids)


def _as(kind: type[Seen], row: Struct) -> Seen:
    """What the rules want to know of a row."""
    return kind(**{f.name: getattr(row, f.name) for f in dataclasses.fields(kind)})


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
