"""Calendars: when somebody is there, kept by versions.

An edit is a new version, in force from then on; what is asked of the past is answered by the hours
of that time (docs/decisions/0020). ``routing.calendars`` counts with them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, NotFound
from contactcenter.opening_hours import (
    ExceptionalDay,
    Hours,
    Week,
    exceptional,
    hours_of,
    span_of,
)
from contactcenter.time_zones import zone_of
from routing import calendars as rules
from routing.calendars import OpeningHours, Span, Version


class Calendar(Struct, frozen=True, kw_only=True):
    """A calendar as it is now; ``from_at`` is since when it says so."""

    id: int
    name_en: str
    name_fa: str
    time_zone: str
    week: Week
    exceptions: tuple[ExceptionalDay, ...]
    version: int
    from_at: datetime
    created_at: datetime
    archived_at: datetime | None


class _Current(Struct, frozen=True, kw_only=True):
    id: int
    name_en: str
    name_fa: str
    time_zone: str
    version: int
    from_at: datetime
    created_at: datetime
    archived_at: datetime | None
    hours: list[tuple[int, int, int]]
    exceptions: list[dict[str, Any]]


class _Version(Struct, frozen=True, kw_only=True):
    calendar_id: int
    time_zone: str
    from_at: datetime
    hours: list[tuple[int, int, int]]
    exceptions: list[dict[str, Any]]


class _Use(Struct, frozen=True, kw_only=True):
    calendar_id: int | None
    from_at: datetime


_SQL = db.Statements(__name__)
_current = _SQL.take("current", _Current)
_versions = _SQL.take("versions", _Version)
_lock = _SQL.take("lock", int)
_lock_for_use = _SQL.take("lock_for_use", bool)
_add = _SQL.take("add", int)
_rename = _SQL.command("rename")
_add_version = _SQL.command("add_version")
_add_hours = _SQL.command("add_hours")
_add_exceptions = _SQL.command("add_exceptions")
_add_exception_hours = _SQL.command("add_exception_hours")
_archive = _SQL.command("archive")
_used_by_queues = _SQL.take("used_by_queues", int)
_used_by_entry_points = _SQL.take("used_by_entry_points", int)
_promised_by = _SQL.take("promised_by", str)
_note_use = _SQL.command("note_use")
_uses = _SQL.take("uses", _Use)


async def list_all(conn: Conn, *, archived: bool) -> list[Calendar]:
    """Every calendar, by its English name; with ``archived``, also those."""
    return [_shown(row) for row in await _current.all(conn, None, archived)]


async def find(conn: Conn, calendar_id: int) -> Calendar:
    """Read one, archived or not; raises ``NotFound``."""
    row = await _current.first(conn, calendar_id, True)
    if row is None:
        raise NotFound(f"there is no calendar {calendar_id}")
    return _shown(row)


async def lock(conn: Conn, calendar_id: int) -> Calendar:
    """Read one and lock it; raises ``NotFound``."""
    await _lock.first(conn, calendar_id)
    return await find(conn, calendar_id)


async def load(conn: Conn, calendar_id: int) -> rules.Calendar:
    """Everything a calendar ever said, to count with; raises ``NotFound``."""
    found = await load_all(conn, [calendar_id])
    if calendar_id not in found:
        raise NotFound(f"there is no calendar {calendar_id}")
    return found[calendar_id]


async def load_all(conn: Conn, calendar_ids: Sequence[int]) -> dict[int, rules.Calendar]:
    """The same of several, by id; those that are not there are left out."""
    if not calendar_ids:
        return {}
    versions = defaultdict(list)
    for row in await _versions.all(conn, calendar_ids):
        versions[row.calendar_id].append(Version(from_at=row.from_at, hours=_rule(row)))
    return {id_: rules.Calendar(versions=tuple(found)) for id_, found in versions.items()}


async def of_queue(conn: Conn, queue_id: int) -> rules.Calendar:
    """The hours of a queue through all its time; where it had no calendar it was always open."""
    return await _of_uses(conn, await _uses.all(conn, queue_id, None))


async def of_entry_point(conn: Conn, entry_point_id: int) -> rules.Calendar:
    """The hours of an entry point through all its time, as of a queue."""
    return await _of_uses(conn, await _uses.all(conn, None, entry_point_id))


async def add(conn: Conn, now: datetime, *, name_en: str, name_fa: str) -> int:
    """Make one and return its id; ``write`` says what it says, in the same transaction."""
    return await _add.one(conn, name_en, name_fa, now)


async def write(
    conn: Conn,
    now: datetime,
    calendar_id: int,
    version: int,
    *,
    name_en: str,
    name_fa: str,
    time_zone: str,
    week: Week,
    exceptions: Sequence[ExceptionalDay],
) -> None:
    """Write a version, in force from now on; the calendar is locked and all was checked before."""
    spans = [
        (number, span)
        for number, name in enumerate(rules.WEEKDAYS, start=1)
        for span in map(span_of, getattr(week, name))
    ]
    special = [(e.day, span) for e in exceptions for span in map(span_of, e.hours)]
    await _add_version.run(conn, calendar_id, version, time_zone, now)
    await _add_hours.run(
        conn,
        calendar_id,
        version,
        [number for number, _ in spans],
        [span.opens_min for _, span in spans],
        [span.closes_min for _, span in spans],
    )
    await _add_exceptions.run(
        conn,
        calendar_id,
        version,
        [e.day for e in exceptions],
        [e.name_en for e in exceptions],
        [e.name_fa for e in exceptions],
        [e.source for e in exceptions],
    )
    await _add_exception_hours.run(
        conn,
        calendar_id,
        version,
        [day for day, _ in special],
        [span.opens_min for _, span in special],
        [span.closes_min for _, span in special],
    )
    await _rename.run(conn, calendar_id, name_en, name_fa, version)


async def archive(conn: Conn, now: datetime, calendar_id: int) -> None:
    """Let nobody choose it any more; what it said stays for the past."""
    await _archive.run(conn, calendar_id, now)


async def users(conn: Conn, calendar_id: int) -> tuple[list[int], list[int]]:
    """The queues and the entry points that use it now."""
    queues = await _used_by_queues.all(conn, calendar_id)
    return queues, await _used_by_entry_points.all(conn, calendar_id)


async def check_usable(conn: Conn, calendar_id: int | None) -> None:
    """See that it may be chosen, and that it stays until the commit; raises ``BadInput``."""
    if calendar_id is not None and not await _lock_for_use.first(conn, calendar_id):
        raise BadInput("body.calendar_id", f"There is no calendar {calendar_id} to choose.")


async def promised_by(conn: Conn, calendar_id: int) -> list[str]:
    """The SLA policies that go by it now, by name."""
    return await _promised_by.all(conn, calendar_id)


async def note_use(
    conn: Conn,
    now: datetime,
    calendar_id: int | None,
    *,
    queue_id: int | None = None,
    entry_point_id: int | None = None,
) -> None:
    """Keep that from now on a queue or an entry point goes by this calendar; None: by none."""
    await _note_use.run(conn, queue_id, entry_point_id, calendar_id, now)


async def _of_uses(conn: Conn, uses: Sequence[_Use]) -> rules.Calendar:
    ids = {use.calendar_id for use in uses if use.calendar_id is not None}
    found = await load_all(conn, sorted(ids))
    return rules.spliced(
        [
            (use.from_at, rules.ALWAYS_OPEN if use.calendar_id is None else found[use.calendar_id])
            for use in uses
        ]
    )


def _rule(row: _Version) -> OpeningHours:
    week: tuple[list[Span], ...] = tuple([] for _ in rules.WEEKDAYS)
    for weekday, opens_min, closes_min in row.hours:
        week[weekday - 1].append(Span(opens_min=opens_min, closes_min=closes_min))
    return OpeningHours(
        zone=zone_of(row.time_zone),
        week=tuple(tuple(spans) for spans in week),
        exceptions={
            date.fromisoformat(e["day"]): tuple(
                Span(opens_min=opens_min, closes_min=closes_min)
                for opens_min, closes_min in e["hours"]
            )
            for e in row.exceptions
        },
    )


def _shown(row: _Current) -> Calendar:
    days: dict[str, tuple[Hours, ...]] = dict.fromkeys(rules.WEEKDAYS, ())
    for weekday, opens_min, closes_min in row.hours:
        days[rules.WEEKDAYS[weekday - 1]] += (hours_of(opens_min, closes_min),)
    return Calendar(
        id=row.id,
        name_en=row.name_en,
        name_fa=row.name_fa,
        time_zone=row.time_zone,
        week=Week(**days),
        exceptions=tuple(
            exceptional(
                date.fromisoformat(e["day"]),
                name_en=e["name_en"],
                name_fa=e["name_fa"],
                hours=[hours_of(*minutes) for minutes in e["hours"]],
                source=e["source"],
            )
            for e in row.exceptions
        ),
        version=row.version,
        from_at=row.from_at,
        created_at=row.created_at,
        archived_at=row.archived_at,
    )
