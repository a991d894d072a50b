"""The two decisions against the database: SQL finds who and what is eligible, ``routing`` chooses.

Work conservation: after every change no waiting ticket has an eligible agent. A ticket that became
free looks for an agent; an agent who became free looks for tickets; nothing is polled.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter import agents, db, events, legs, offers, queues, tickets, timers
from contactcenter.db import Conn
from contactcenter.dispatch import tier_clock
from contactcenter.queues import Queue
from contactcenter.tickets import Ticket, fact
from routing import assignment, states

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Candidate(Struct, frozen=True, kw_only=True):
    agent_id: int
    level: int
    band: int
    load: int
    capacity: int
    idle_since_us: int


class _Head(Struct, frozen=True, kw_only=True):
    ticket_id: int
    queue_id: int
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
    rows = await _candidates.all(
        conn, ticket.queue_id, ticket.weight, ticket.enqueued_at, now, ticket.id
    )
    choice = assignment.choose_agent(
        [assignment.Candidate(**msgspec.structs.asdict(row)) for row in rows], now_us=_us(now)
    )
    if choice is not None:
        why = choice.why | {
            "waited_s": (now - ticket.enqueued_at).total_seconds(),
            "credit_s": ticket.credit_s,
        }
        return await offer(conn, now, ticket, choice.chosen_id, why)
    assert ticket.queue_id is not None
    delay_s = await _next_delay.first(conn, ticket.queue_id, ticket.enqueued_at, now)
    if delay_s is not None:
        due_at = ticket.enqueued_at + timedelta(seconds=delay_s)
        await timers.set_for_ticket(conn, "delay_step", ticket.id, due_at)
    return ticket


async def tickets_for(conn: Conn, now: datetime, agent_id: int) -> None:
    """Decision B: the agent looks for tickets, as long as his capacity lasts."""
    while True:
        agent = await agents.lock(conn, agent_id)
        free = agent.capacity - agent.load
        if agent.presence != "available" or not agent.enabled or free <= 0:
            return
        rows = await _heads.all(conn, agent_id, free, now)
        choice = assignment.choose_ticket(
            [assignment.Waiting(**msgspec.structs.asdict(row)) for row in rows], now_us=_us(now)
        )
        if choice is None:
            return
        ticket = await tickets.lock(conn, choice.chosen_id)
        await offer(conn, now, ticket, agent_id, choice.why)


async def offer(
    conn: Conn, now: datetime, ticket: Ticket, agent_id: int, why: dict[str, Any]
) -> Ticket:
    """Let the ticket ring at the agent, or give it to him where the queue asks for no answer."""
    assert ticket.queue_id is not None
    queue = await queues.find(conn, ticket.queue_id)
    if ticket.channel in queue.auto_accept:
        return await assign(conn, now, ticket, agent_id, why, actor="system")
    expires_at = now + timedelta(seconds=queue.offer_timeout_s)
    await agents.take(conn, agent_id, ticket.weight)
    offer_id = await offers.make(
        conn,
        now,
        ticket_id=ticket.id,
        agent_id=agent_id,
        queue_id=queue.id,
        weight=ticket.weight,
        expires_at=expires_at,
        why=why,
    )
    ticket = await tickets.save(
        conn, msgspec.structs.replace(ticket, state=states.after(ticket.state, "offer"))
    )
    await timers.clear_for_ticket(conn, "delay_step", ticket.id)
    await timers.set_for_ticket(conn, "offer_expiry", ticket.id, expires_at)
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
    await events.record(conn, rang)
    return ticket


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
    await agents.take(conn, agent_id, ticket.weight)
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
    await agents.set_misses(conn, agent_id, 0)
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
    waited_s = (now - ticket.enqueued_at).total_seconds()
    ticket = await tier_clock.go_on(conn, now, ticket)
    ticket = await tickets.save(
        conn,
        msgspec.structs.replace(
            ticket,
            state=states.after(ticket.state, "assign"),
            agent_id=agent_id,
            wake_at=None,
            hold_reason=None,
        ),
    )
    for kind in ("offer_expiry", "delay_step", "wake_up"):
        await timers.clear_for_ticket(conn, kind, ticket.id)
    await legs.turn(conn, ticket, now, "assigned")
    await events.record(
        conn,
        fact(
            ticket,
            "ticket_assigned",
            now,
            actor,
            waited_s=waited_s,
            temperament=ticket.temperament,
            why=why,
        ),
    )
    return ticket


def queue_for_ticket(queue: Queue, ticket: Ticket) -> Ticket:
    """The ticket as it stands in the queue; its team may read it from now on. Not saved yet."""
    team_ids = ticket.team_ids
    if queue.team_id not in team_ids:
        team_ids = [*team_ids, queue.team_id]
    return msgspec.structs.replace(ticket, queue_id=queue.id, tier=queue.tier, team_ids=team_ids)


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
