"""One problem of one contact: its row, locked, changed and saved with one version more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.events import Event
from routing.states import State

SUBJECT_CHARACTERS: Final = 80


class Ticket(Struct, frozen=True, kw_only=True):
    """A row of ``ticket``. ``enqueued_at`` is the start of the episode: the age that is kept.

    ``team_ids`` are the teams that hold or held it; they may read it. ``escalation_left_s`` is what
    is left of the tier's time while the clock is stopped (the customer's turn, or on hold).
    ``sticky_agent_id`` had it before: until ``sticky_until`` it is kept for him while he is signed
    in, afterwards he is preferred. ``overflow`` are the queues it goes to if it still waits: pairs
    of seconds since ``enqueued_at`` and queue, the next one first. ``live_call_id`` is the call
    that waits with it or is talked in; while there is one, or one is promised, it ``needs_phone``:
    neither is changed by a turn.
    """

    id: int
    contact_id: int
    channel: str
    entry_point_id: int | None
    intake_queue_id: int | None
    subject: str
    state: State
    queue_id: int | None
    tier: int | None
    agent_id: int | None
    temperament: str
    language: str | None
    category_id: int | None
    weight: int
    credit_s: int
    episode: int
    escalations: int
    reopens: int
    opened_at: datetime
    enqueued_at: datetime
    first_reply_at: datetime | None
    last_customer_message_at: datetime | None
    last_reply_at: datetime | None
    wake_at: datetime | None
    escalation_left_s: int | None
    hold_reason: str | None
    disposition: str | None
    solved_at: datetime | None
    solved_by_id: int | None
    closed_at: datetime | None
    spam: bool
    follows_id: int | None
    team_ids: list[int]
    sticky_agent_id: int | None
    sticky_until: datetime | None
    overflow: list[list[int]]
    returns: int
    abandoned_at: datetime | None
    live_call_id: int | None
    needs_phone: bool
    version: int


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Ticket)
_lock = _SQL.take("lock", Ticket)
_lock_all = _SQL.take("lock_all", Ticket)
_save = _SQL.take("save", int)
_open = _SQL.take("open", int)
_unsolved_twin = _SQL.take("unsolved_twin", int)
_unsolved_of = _SQL.take("unsolved_of", int)
_held_by = _SQL.take("held_by", int)
_set_phone = _SQL.command("set_phone")
_grant_credit = _SQL.command("grant_credit")
_value_then = _SQL.take("value_then", str)
_total_credit = _SQL.take("total_credit", int)


async def find(conn: Conn, ticket_id: int) -> Ticket:
    """Read one; raises ``NotFound``."""
    ticket = await _find.first(conn, ticket_id)
    if ticket is None:
        raise NotFound(f"there is no ticket {ticket_id}", ticket_id=ticket_id)
    return ticket


async def lock(conn: Conn, ticket_id: int) -> Ticket:
    """Read one and lock its row until the end of the transaction; raises ``NotFound``."""
    ticket = await _lock.first(conn, ticket_id)
    if ticket is None:
        raise NotFound(f"there is no ticket {ticket_id}", ticket_id=ticket_id)
    return ticket


async def lock_all(conn: Conn, ticket_ids: Sequence[int]) -> dict[int, Ticket]:
    """The same for many, by id; their rows are locked in order."""
    locked = {ticket.id: ticket for ticket in await _lock_all.all(conn, sorted(ticket_ids))}
    for ticket_id in ticket_ids:
        if ticket_id not in locked:
            raise NotFound(f"there is no ticket {ticket_id}", ticket_id=ticket_id)
    return locked


async def save(conn: Conn, ticket: Ticket) -> Ticket:
    """Write an edited ticket back, locked before; returns it with its new version.

    For what leaves its course alone: what moves it on is a turn, see ``turns``.
    """
    version = await _save.one(conn, *columns(ticket))
    return msgspec.structs.replace(ticket, version=version)


async def set_phone(
    conn: Conn, ticket: Ticket, *, live_call_id: int | None, needs_phone: bool, weight: int
) -> Ticket:
    """Let a call come to the ticket, or go; nobody has it at the moment, or its load is seen to."""
    await _set_phone.run(conn, ticket.id, live_call_id, needs_phone, weight)
    return msgspec.structs.replace(
        ticket, live_call_id=live_call_id, needs_phone=needs_phone, weight=weight
    )


def columns(ticket: Ticket) -> tuple[Any, ...]:
    """What may change of a ticket, in the order in which statements take it.

    Its teams are written as PostgreSQL writes an array, for arrays do not nest; what goes as jsonb
    is written as text for the same reason.
    """
    return (
        ticket.id,
        ticket.subject,
        ticket.state,
        ticket.queue_id,
        ticket.tier,
        ticket.agent_id,
        ticket.temperament,
        ticket.language,
        ticket.category_id,
        ticket.weight,
        ticket.credit_s,
        ticket.episode,
        ticket.escalations,
        ticket.reopens,
        ticket.enqueued_at,
        ticket.first_reply_at,
        ticket.last_customer_message_at,
        ticket.last_reply_at,
        ticket.wake_at,
        ticket.escalation_left_s,
        ticket.hold_reason,
        ticket.disposition,
        ticket.solved_at,
        ticket.solved_by_id,
        ticket.closed_at,
        ticket.spam,
        "{" + ",".join(map(str, ticket.team_ids)) + "}",
        ticket.intake_queue_id,
        ticket.contact_id,
        ticket.sticky_agent_id,
        ticket.sticky_until,
        msgspec.json.encode(ticket.overflow).decode(),
        ticket.returns,
        ticket.abandoned_at,
    )


async def open_by_us(
    conn: Conn,
    now: datetime,
    *,
    contact_id: int,
    channel: str,
    entry_point_id: int | None,
    intake_queue_id: int | None,
    subject: str,
    team_ids: list[int],
) -> int:
    """Open a ticket because we write first; it is ``new`` until somebody holds it."""
    return await _open.one(
        conn, contact_id, channel, entry_point_id, intake_queue_id, subject, now, team_ids
    )


async def unsolved_twin(conn: Conn, ticket: Ticket) -> int | None:
    """The other unsolved ticket of this contact and entry queue, if there is one."""
    return await _unsolved_twin.first(conn, ticket.contact_id, ticket.intake_queue_id, ticket.id)


async def unsolved_of(conn: Conn, contact_id: int, intake_queue_id: int) -> int | None:
    """The unsolved ticket of a contact at an entry queue, if there is one."""
    return await _unsolved_of.first(conn, contact_id, intake_queue_id)


async def held_by(conn: Conn, agent_id: int) -> list[int]:
    """The tickets this agent holds, also pending and held ones, the oldest first."""
    return await _held_by.all(conn, agent_id)


async def grant_credit(conn: Conn, ticket: Ticket, reason: str, credit_s: int) -> Ticket:
    """Add to a named reason; the ticket's credit is the sum of its reasons. Not saved yet."""
    if credit_s:
        await _grant_credit.run(conn, ticket.id, reason, credit_s)
    return msgspec.structs.replace(ticket, credit_s=await _total_credit.one(conn, ticket.id))


async def value_then(conn: Conn, at: datetime, ticket: Ticket) -> str | None:
    """The class of what its contact was worth at an instant; None where nobody said."""
    return await _value_then.first(conn, ticket.contact_id, at)


async def record_change(
    conn: Conn, now: datetime, ticket: Ticket, actor: str, changed: Mapping[str, Any]
) -> None:
    """Record an edit of a saved ticket: each field with its value before and after."""
    await events.record(conn, fact(ticket, "ticket_changed", now, actor, changed=changed))


def subject_of(text: str) -> str:
    """The first words of a message, so that a list of tickets can be read."""
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(first_line) <= SUBJECT_CHARACTERS:
        return first_line
    return first_line[: SUBJECT_CHARACTERS - 1].rstrip() + "…"


def fact(
    ticket: Ticket,
    kind: str,
    now: datetime,
    actor: str,
    *,
    agent_id: int | None = None,
    **data: object,
) -> Event:
    """An event about a ticket as it is after the change, seen by the teams that may see it."""
    of_ticket = {
        "state": ticket.state,
        "queue_id": ticket.queue_id,
        "tier": ticket.tier,
        "category_id": ticket.category_id,
    }
    return Event(
        kind=kind,
        at=now,
        actor=actor,
        ticket_id=ticket.id,
        version=ticket.version,
        contact_id=ticket.contact_id,
        agent_id=agent_id if agent_id is not None else ticket.agent_id,
        team_ids=tuple(ticket.team_ids),
        data={**of_ticket, **data},
    )
