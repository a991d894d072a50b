"""Timers of the router: rows, set and cleared with the change that is their reason.

They are read and fired only under the routing lock, so each fires once. Deadlines come from the
database's clock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

Kind = Literal[
    "offer_expiry",
    "delay_step",
    "exclusion_end",
    "sticky_end",
    "overflow",
    "wrap_up_end",
    "return_due",
    "queue_hours",
    "escalation",
    "escalation_check",
    "sla_warning",
    "sla_due",
    "sla_share",
    "sla_recount",
    "sla_unsent",
    "wake_up",
    "reopen_end",
    "follow_up_due",
    "credit_check",
]


class Timer(Struct, frozen=True, kw_only=True):
    """A row of ``timer``; ``key`` tells it from others of its kind."""

    id: int
    due_at: datetime
    kind: Kind
    key: str
    ticket_id: int | None
    agent_id: int | None
    queue_id: int | None


class Instant(Struct, frozen=True, kw_only=True):
    """The database's clock, when the earliest timer is due, and what is in force."""

    now: datetime
    next_due_at: datetime | None
    configuration: int


_SQL = db.Statements(__name__)
_set = _SQL.command("set_timer")
_set_many = _SQL.command("set_many")
_clear = _SQL.command("clear")
_due = _SQL.take("due", Timer)
_taken = _SQL.command("taken")
_postpone = _SQL.command("postpone")
_due_of = _SQL.take("due_of", datetime)
_clock = _SQL.take("clock", datetime)
_clock_and_next_due = _SQL.take("clock_and_next_due", Instant)


async def set_for_ticket(
    conn: Conn, kind: Kind, ticket_id: int, due_at: datetime, *, agent_id: int | None = None
) -> None:
    """Set or move the ticket's timer of this kind (one an agent where an agent is named)."""
    key = f"{ticket_id}:{agent_id}" if agent_id is not None else str(ticket_id)
    await _set.run(conn, due_at, kind, key, ticket_id, agent_id, None)


async def set_for_tickets(conn: Conn, kind: Kind, due: Sequence[tuple[int, datetime]]) -> None:
    """The same for many, in one statement; none is named twice."""
    if due:
        await _set_many.run(conn, kind, [ticket_id for ticket_id, _ in due], [at for _, at in due])


async def clear_for_ticket(conn: Conn, kind: Kind, ticket_id: int) -> None:
    """Its reason is gone; clearing what is not set does nothing."""
    await _clear.run(conn, kind, str(ticket_id))


async def set_for_agent(conn: Conn, kind: Kind, agent_id: int, due_at: datetime) -> None:
    """Set or move the agent's timer of this kind."""
    await _set.run(conn, due_at, kind, f"agent:{agent_id}", None, agent_id, None)


async def set_for_queue(conn: Conn, kind: Kind, queue_id: int, due_at: datetime) -> None:
    """Set or move the queue's timer of this kind."""
    await _set.run(conn, due_at, kind, f"queue:{queue_id}", None, None, queue_id)


async def set_for_calendar(conn: Conn, kind: Kind, calendar_id: int, due_at: datetime) -> None:
    """Set or move the calendar's timer of this kind."""
    await _set.run(conn, due_at, kind, str(calendar_id), None, None, None)


async def set_for_message(
    conn: Conn, kind: Kind, interaction_id: int, ticket_id: int, due_at: datetime
) -> None:
    """Set or move the message's timer of this kind."""
    await _set.run(conn, due_at, kind, str(interaction_id), ticket_id, None, None)


async def set_for_follow_up(conn: Conn, follow_up_id: int, due_at: datetime) -> None:
    """Set or move the timer of a follow-up."""
    await _set.run(conn, due_at, "follow_up_due", str(follow_up_id), None, None, None)


async def clear_for_follow_up(conn: Conn, follow_up_id: int) -> None:
    """Its reason is gone; clearing what is not set does nothing."""
    await _clear.run(conn, "follow_up_due", str(follow_up_id))


async def clear_for_agent(conn: Conn, kind: Kind, agent_id: int) -> None:
    """Its reason is gone; clearing what is not set does nothing."""
    await _clear.run(conn, kind, f"agent:{agent_id}")


async def due(conn: Conn, now: datetime) -> Timer | None:
    """The first timer that is due: earliest first, at one instant as ``routing.timing`` has it."""
    return await _due.first(conn, now)


async def taken(conn: Conn, timer: Timer) -> bool:
    """Remove a timer as it fires; false where it was cleared or moved since it was read."""
    return await _taken.run(conn, timer.id, timer.due_at) > 0


async def postpone(conn: Conn, timer: Timer, due_at: datetime) -> None:
    """Let a timer that could not be fired come again."""
    await _postpone.run(conn, timer.id, due_at)


async def due_for_ticket(conn: Conn, kind: Kind, ticket_id: int) -> datetime | None:
    """When the ticket's timer of this kind is due; None where none is set."""
    return await _due_of.first(conn, kind, str(ticket_id))


async def clock(conn: Conn) -> datetime:
    """The database's clock now, also within a transaction that began earlier."""
    return await _clock.one(conn)


async def clock_and_next_due(conn: Conn) -> Instant:
    """All in one question: what a hold of the routing lock begins with."""
    return await _clock_and_next_due.one(conn)
