"""Dated assertions about contacts: who says what, how sure, since when, resting on what.

Of several sources the person's word wins: what an agent set stands until it is taken back, while
the rules go on computing underneath.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import db, escalation_checks, events
from contactcenter.db import Conn
from contactcenter.tickets import tickets
from routing.text import fold

Source = Literal["cues", "agent", "rule", "model", "import"]

TEMPERAMENT: Final = "temperament"
UNKNOWN: Final = "unknown"


class Segment(Struct, frozen=True, kw_only=True):
    """A row of ``segment`` about a contact; ``evidence`` names interactions, cues and spans."""

    contact_id: int
    kind: str
    value: str
    source: Source
    confidence: float
    evidence: list[dict[str, Any]]
    actor: str
    note: str | None
    from_at: datetime
    to_at: datetime | None


class Said(Struct, frozen=True, kw_only=True):
    """What a source says of one contact from an instant on, which may be before it is said."""

    contact_id: int
    value: str
    confidence: float
    from_at: datetime


class _Finished(Struct, frozen=True, kw_only=True):
    contact_id: int
    value: str


_SQL = db.Statements(__name__)
_current = _SQL.take("current", Segment)
_history = _SQL.take("history", Segment)
_finish = _SQL.take("finish", str)
_begin = _SQL.command("begin")
_finish_many = _SQL.take("finish_many", _Finished)
_begin_many = _SQL.command("begin_many")
_open_tickets_otherwise = _SQL.take("open_tickets_otherwise", int)


def canonical(value: str) -> str:
    """The form in which a word of a free kind, such as a contract, is stored and compared."""
    return " ".join(fold(value).split())


async def current(
    conn: Conn, contact_ids: Iterable[int], kind: str = TEMPERAMENT
) -> dict[int, list[Segment]]:
    """What is asserted of each contact now; contacts of whom nothing is said are left out."""
    found: dict[int, list[Segment]] = {}
    for segment in await _current.all(conn, sorted(contact_ids), kind):
        found.setdefault(segment.contact_id, []).append(segment)
    return found


def effective(segments: Sequence[Segment]) -> Segment | None:
    """The assertion that counts, of those that ``current`` found: a person's before any rule's."""
    return next(iter(segments), None)


async def history(conn: Conn, contact_id: int, kind: str = TEMPERAMENT) -> list[Segment]:
    """What was ever asserted of a contact, newest first."""
    return await _history.all(conn, contact_id, kind)


async def assert_temperament(
    conn: Conn,
    now: datetime,
    contact_id: int,
    value: str,
    *,
    source: Source,
    confidence: float,
    evidence: Sequence[dict[str, Any]],
    actor: str,
    note: str | None = None,
    until: datetime | None = None,
) -> None:
    """Begin an assertion; the former one of the same source ends at the same instant."""
    former = await _finish.first(conn, contact_id, TEMPERAMENT, source, now)
    await _begin.run(
        conn, contact_id, TEMPERAMENT, value, source, confidence, evidence, actor, note, now, until
    )
    await events.record(
        conn,
        fact(now, contact_id, TEMPERAMENT, former=former, value=value, source=source, actor=actor),
    )


async def assert_many(
    conn: Conn,
    now: datetime,
    said: Sequence[Said],
    *,
    source: Source,
    actor: str,
    replaces: Sequence[Source] = (),
) -> None:
    """Let a source say something of many contacts, one assertion each, in three statements.

    What it said before ends now, and what those said whom it ``replaces``.
    """
    if not said:
        return
    ordered = sorted(said, key=lambda one: one.contact_id)
    contact_ids = [one.contact_id for one in ordered]
    sources = sorted({source, *replaces})
    ended = await _finish_many.all(conn, TEMPERAMENT, sources, contact_ids, now)
    former = {one.contact_id: one.value for one in ended}
    await _begin_many.run(
        conn,
        TEMPERAMENT,
        source,
        actor,
        now,
        contact_ids,
        [one.value for one in ordered],
        [one.confidence for one in ordered],
        [one.from_at for one in ordered],
    )
    facts = [
        fact(
            now,
            one.contact_id,
            TEMPERAMENT,
            former=former.get(one.contact_id),
            value=one.value,
            source=source,
            actor=actor,
        )
        for one in ordered
    ]
    await events.record(conn, *facts)


async def withdraw(
    conn: Conn, now: datetime, contact_id: int, *, source: Source, actor: str
) -> None:
    """End the assertion of a source, so that the next best counts."""
    former = await _finish.first(conn, contact_id, TEMPERAMENT, source, now)
    await events.record(
        conn,
        fact(now, contact_id, TEMPERAMENT, former=former, value=None, source=source, actor=actor),
    )


async def mark_open_tickets(
    conn: Conn, now: datetime, contact_id: int, value: str, *, actor: str
) -> None:
    """Let the contact's open tickets carry the temperament; under the routing lock.

    The rules that refer tickets are asked again.
    """
    for ticket_id in await _open_tickets_otherwise.all(conn, contact_id, value):
        ticket = await tickets.lock(conn, ticket_id)
        former = ticket.temperament
        ticket = await tickets.save(conn, msgspec.structs.replace(ticket, temperament=value))
        changed = {"temperament": {"from": former, "to": value}}
        await tickets.record_change(conn, now, ticket, actor, changed)
    await escalation_checks.ask_of_contacts(conn, now, [contact_id])


def fact(
    now: datetime,
    contact_id: int,
    kind: str,
    *,
    former: str | None,
    value: str | None,
    source: Source,
    actor: str,
    segment_id: int | None = None,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> events.Event:
    """What a source says of a contact from now on; ``value`` is None where it takes that back.

    ``begins_at`` is given where an assertion has dates of its own.
    """
    return events.Event(
        kind="segment_set",
        at=now,
        actor=actor,
        contact_id=contact_id,
        data={
            "segment": kind,
            "from": former,
            "to": value,
            "value": value,
            "source": source,
            "segment_id": segment_id,
            "begins_at": begins_at,
            "ends_at": ends_at,
        },
    )
