"""Sets calendars up: made, written anew as a whole, given confirmed holidays, archived."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from contactcenter import calendars, configuration, proposed_holidays, timers
from contactcenter.calendars import Calendar
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.dispatch import opening
from contactcenter.errors import BadInput, Conflict
from contactcenter.opening_hours import ExceptionalDay, Hours, Week, exceptional, span_of
from contactcenter.time_zones import UnknownTimeZone, zone_of
from routing import calendars as rules
from routing.calendars import InvalidHours, OpeningHours

#: Longer ago or further ahead than this nobody plans.
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2120, 12, 31)


class CalendarInUse(Conflict):
    """Queues, entry points or SLA policies go by this calendar: give them another one first."""

    code = "calendar_in_use"


class CalendarArchived(Conflict):
    """This calendar is archived."""

    code = "archived"


class WantedDay(Struct, frozen=True, kw_only=True):
    """A date as it shall be; without hours it is closed."""

    day: date
    name_en: str
    name_fa: str
    hours: Sequence[Hours]


class WantedCalendar(Struct, frozen=True, kw_only=True):
    """All that a calendar shall say."""

    name_en: str
    name_fa: str
    time_zone: str
    week: Week
    exceptions: Sequence[WantedDay]


class Confirmation(Struct, frozen=True, kw_only=True):
    """A proposed holiday that is one; None leaves its name, without hours it is closed."""

    day: date
    name_en: str | None
    name_fa: str | None
    hours: Sequence[Hours]


async def create(conn: Conn, now: datetime, wanted: WantedCalendar, *, actor: str) -> Calendar:
    """Make one; raises ``BadInput`` naming the place, or ``NameTaken``."""
    days = _checked(wanted, {})
    try:
        calendar_id = await calendars.add(conn, now, name_en=wanted.name_en, name_fa=wanted.name_fa)
    except asyncpg.UniqueViolationError as error:
        raise _taken(wanted) from error
    return await _written(conn, now, None, calendar_id, wanted, days=days, actor=actor)


async def replace(
    conn: Conn, now: datetime, before: Calendar, wanted: WantedCalendar, *, actor: str
) -> Calendar:
    """Write a locked calendar anew, in force from now on; the past keeps what it was measured by.

    A confirmed holiday that stays is still one that was proposed. Raises ``BadInput``,
    ``NameTaken`` or ``CalendarArchived``.
    """
    check_standing(before)
    days = _checked(wanted, {e.day: e for e in before.exceptions})
    same = (before.name_en, before.name_fa, before.time_zone, before.week, before.exceptions)
    asked = (wanted.name_en, wanted.name_fa, wanted.time_zone, wanted.week, days)
    if msgspec.json.encode(same) == msgspec.json.encode(asked):
        return before
    return await _written(conn, now, before, before.id, wanted, days=days, actor=actor)


async def confirm(
    conn: Conn,
    now: datetime,
    before: Calendar,
    confirmations: Sequence[Confirmation],
    *,
    actor: str,
) -> Calendar:
    """Make proposed holidays exceptions of a locked calendar, all in one version.

    Raises ``BadInput`` for a day that is not proposed, or has no name, ``CalendarArchived``.
    """
    check_standing(before)
    proposed = {p.day: p for p in await proposed_holidays.list_of(conn, before.id)}
    days = {e.day: e for e in before.exceptions}
    for number, confirmation in enumerate(confirmations):
        place = f"body.holidays[{number}]"
        proposal = proposed.pop(confirmation.day, None)
        if proposal is None:
            raise BadInput(f"{place}.day", f"{confirmation.day} is not proposed, or named twice.")
        name_fa = confirmation.name_fa or proposal.name_fa
        if name_fa is None:
            raise BadInput(f"{place}.name_fa", "No Persian name is known of this day: give one.")
        days[confirmation.day] = exceptional(
            confirmation.day,
            name_en=confirmation.name_en or proposal.name_en,
            name_fa=name_fa,
            hours=confirmation.hours,
            source="proposal",
        )
    wanted = WantedCalendar(
        name_en=before.name_en,
        name_fa=before.name_fa,
        time_zone=before.time_zone,
        week=before.week,
        exceptions=[
            WantedDay(day=e.day, name_en=e.name_en, name_fa=e.name_fa, hours=e.hours)
            for e in sorted(days.values(), key=lambda e: e.day)
        ],
    )
    named = {c.day: f"body.holidays[{number}]" for number, c in enumerate(confirmations)}
    checked = _checked(wanted, days, named)
    await proposed_holidays.drop(conn, before.id, [c.day for c in confirmations])
    return await _written(conn, now, before, before.id, wanted, days=checked, actor=actor)


async def archive(conn: Conn, now: datetime, before: Calendar, *, actor: str) -> Calendar:
    """Let nobody choose a locked calendar any more; raises ``CalendarInUse`` with who uses it."""
    if before.archived_at is not None:
        return before
    queue_ids, entry_point_ids = await calendars.users(conn, before.id)
    policies = await calendars.promised_by(conn, before.id)
    if queue_ids or entry_point_ids or policies:
        raise CalendarInUse(
            f"calendar {before.id} is used by queues {queue_ids}, entry points "
            f"{entry_point_ids} and SLA policies {policies}",
            queue_ids=queue_ids,
            entry_point_ids=entry_point_ids,
            sla_policies=policies,
        )
    await calendars.archive(conn, now, before.id)
    after = await calendars.find(conn, before.id)
    changed = {"archived_at": {"from": None, "to": after.archived_at}}
    await configuration.record(conn, now, "calendar", before.id, changed, actor=actor)
    return after


def check_standing(calendar: Calendar) -> None:
    """Refuse to change what nobody chooses any more; raises ``CalendarArchived``."""
    if calendar.archived_at is not None:
        raise CalendarArchived(f"calendar {calendar.id} is archived")


async def _written(
    conn: Conn,
    now: datetime,
    before: Calendar | None,
    calendar_id: int,
    wanted: WantedCalendar,
    *,
    days: Sequence[ExceptionalDay],
    actor: str,
) -> Calendar:
    try:
        await calendars.write(
            conn,
            now,
            calendar_id,
            1 if before is None else before.version + 1,
            name_en=wanted.name_en,
            name_fa=wanted.name_fa,
            time_zone=wanted.time_zone,
            week=wanted.week,
            exceptions=days,
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken(wanted) from error
    if before is not None:  # what is promised by these hours is due at another time
        await timers.set_for_calendar(conn, "sla_recount", calendar_id, now)
        await opening.hours_changed(conn, now, calendar_id)
    after = await calendars.find(conn, calendar_id)
    changed = _differences(before, after)
    await configuration.record(conn, now, "calendar", calendar_id, changed, actor=actor)
    return after


def _differences(before: Calendar | None, after: Calendar) -> dict[str, Any]:
    """What changed; of the dates those that went, came or changed."""
    changed: dict[str, Any] = configuration.differences(before, after, untold=("from_at",))
    if "exceptions" in changed:
        was = () if before is None else before.exceptions
        changed["exceptions"] = {
            "from": [e for e in was if e not in after.exceptions],
            "to": [e for e in after.exceptions if e not in was],
        }
    return changed


def _checked(
    wanted: WantedCalendar,
    known: Mapping[date, ExceptionalDay],
    named: Mapping[date, str] = MappingProxyType({}),
) -> tuple[ExceptionalDay, ...]:
    """The dates in order, each once, labelled; raises ``BadInput`` for anything that cannot be.

    ``named`` has the places of dates that are not given as ``body.exceptions``.
    """
    places: dict[date, str] = {}
    for number, each in enumerate(wanted.exceptions):
        place = f"body.exceptions[{number}]"
        if not FIRST_DAY <= each.day <= LAST_DAY:
            raise BadInput(f"{place}.day", f"A day from {FIRST_DAY} to {LAST_DAY} is taken.")
        if each.day in places:
            raise BadInput(f"{place}.day", f"{each.day} is given twice.")
        places[each.day] = place
    try:
        rules.check(
            OpeningHours(
                zone=zone_of(wanted.time_zone),
                week=tuple(
                    tuple(map(span_of, getattr(wanted.week, name))) for name in rules.WEEKDAYS
                ),
                exceptions={e.day: tuple(map(span_of, e.hours)) for e in wanted.exceptions},
            )
        )
    except UnknownTimeZone as error:
        raise BadInput("body.time_zone", str(error)) from error
    except InvalidHours as error:
        raise BadInput(_place(error.place, {**places, **named}), str(error)) from error
    return tuple(
        exceptional(
            each.day,
            name_en=each.name_en,
            name_fa=each.name_fa,
            hours=each.hours,
            source=known[each.day].source if each.day in known else "staff",
        )
        for each in sorted(wanted.exceptions, key=lambda e: e.day)
    )


def _place(place: str, places: Mapping[date, str]) -> str:
    """The place in the body, where dates have numbers."""
    for day, numbered in places.items():
        if place.startswith(f"exceptions.{day}"):
            return f"{numbered}.hours{place.removeprefix(f'exceptions.{day}')}"
    return f"body.{place}"


def _taken(wanted: WantedCalendar) -> NameTaken:
    return NameTaken(f"there is a calendar named {wanted.name_en} already")
