"""Escalations: how a ticket went up a tier and came back, with the reason and who took it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.queues import Queue
from contactcenter.tickets.tickets import Ticket
from routing import escalation
from routing.escalation import Held

Kind = Literal["escalated", "returned", "notified"]


class Words(Struct, frozen=True, kw_only=True):
    """The reason as people read it."""

    en: str
    fa: str


class _Step(Struct, frozen=True, kw_only=True):
    """A row of ``escalation``, with what came of it."""

    id: int
    kind: Kind
    at: datetime
    episode: int
    reason: str
    rule: str | None
    because: list[dict[str, Any]]
    from_queue_id: int
    from_tier: int
    to_queue_id: int | None
    to_tier: int | None
    agent_id: int | None
    actor: str
    note_id: int | None
    note: str | None
    minutes_in_tier: float
    accepted_at: datetime | None
    accepted_by_id: int | None
    configuration_version: int


class Escalation(_Step, frozen=True, kw_only=True):
    """One step of a ticket: up (``escalated``), down (``returned``), or supervisors were told.

    ``rule`` is None where a person decided. ``because`` is what held, each with what was wanted and
    found. ``minutes_in_tier`` is how long it had been in the tier it left; ``accepted_at`` is when
    somebody took it where it went, None while nobody has.
    """

    reason_in_words: Words
    because_in_words: Words


_SQL = db.Statements(__name__)
_record = _SQL.command("record")
_of_ticket = _SQL.take("of_ticket", _Step)


async def record(
    conn: Conn,
    now: datetime,
    before: Ticket,
    kind: Kind,
    to: Queue | None,
    *,
    reason: str,
    actor: str,
    configuration_version: int,
    rule: str | None = None,
    because: Sequence[Held] = (),
    note_id: int | None = None,
) -> None:
    """Keep a step of a ticket, as it was before it."""
    await _record.run(
        conn,
        before.id,
        before.episode,
        kind,
        now,
        reason,
        rule,
        as_rows(because),
        before.queue_id,
        before.tier,
        to.id if to is not None else None,
        to.tier if to is not None else None,
        before.agent_id,
        actor,
        note_id,
        configuration_version,
    )


async def of_ticket(conn: Conn, ticket_id: int) -> list[Escalation]:
    """All steps of a ticket, in order."""
    return [_shown(row) for row in await _of_ticket.all(conn, ticket_id)]


def as_rows(because: Sequence[Held]) -> list[dict[str, Any]]:
    """What held, as it is stored: leaf, wanted, found."""
    rows: list[dict[str, Any]] = msgspec.to_builtins(list(because))
    return rows


def _shown(row: _Step) -> Escalation:
    held = [msgspec.convert(one, Held) for one in row.because]
    return Escalation(
        **msgspec.structs.asdict(row),
        reason_in_words=Words(
            en=escalation.reason_in_words(row.kind, row.reason, "en"),
            fa=escalation.reason_in_words(row.kind, row.reason, "fa"),
        ),
        because_in_words=Words(
            en=escalation.in_words(held, "en"), fa=escalation.in_words(held, "fa")
        ),
    )
