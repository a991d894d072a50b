"""Periods by name: today, last week, this month, the month 1405-01, as people in a zone say it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter.errors import BadInput
from routing.calendars import persian

#: ``jalali``: months and years of the Persian calendar, and weeks that begin on Saturday;
#: ``gregorian``: weeks begin on Monday, as in ISO 8601.
Reckoning = Literal["gregorian", "jalali"]
Unit = Literal["day", "week", "month", "quarter", "year"]

UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
#: Every name, with the unit it is of and how many units back that is.
NAMES: Final[Mapping[str, tuple[Unit, int]]] = {
    "today": ("day", 0),
    "yesterday": ("day", 1),
    **{
        f"{word}_{unit}": (unit, back)
        for unit in UNITS[1:]
        for word, back in (("this", 0), ("last", 1))
    },
}
#: A day, a month or a year as it is written.
_WRITTEN: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
_EXAMPLES: Final = {
    "gregorian": "2026-03-21, 2026-03 or 2026",
    "jalali": "1405-01-01, 1405-01 or 1405",
}
#: Whoever begins a unit and goes on for so long is in the next one.
_LONGEST_D: Final[Mapping[Unit, int]] = {
    "day": 1,
    "week": 7,
    "month": 31,
    "quarter": 93,
    "year": 366,
}
_SATURDAY: Final = 5
_WEEK_D: Final = 7
_QUARTER: Final = 3


#: Days by name, with how many days after today they are.
DAYS: Final[Mapping[str, int]] = {"yesterday": -1, "today": 0, "tomorrow": 1}
#: Years before are of the Persian calendar: the western ones are long past.
_WESTERN_FROM: Final = 1700


class NamedPeriod(Struct, frozen=True, kw_only=True):
    """From an instant, included, to another, excluded; and the same of the unit before it.

    What goes on ends now, and the one before it as far in: the first ten days of a month are
    compared with the first ten of the month before. All in UTC.
    """

    from_at: datetime
    to_at: datetime
    before_from_at: datetime
    before_to_at: datetime


def named(name: str, now: datetime, zone: ZoneInfo, reckoning: Reckoning) -> NamedPeriod:
    """The period of this name; raises ``BadInput`` naming ``query.period`` and what there is."""
    try:
        if name in NAMES:
            unit, back = NAMES[name]
            begins = begin(unit, now.astimezone(zone).date(), reckoning)
            if back == 0:
                return _until(now, begins, begin(unit, _day_before(begins), reckoning), zone)
            return _whole(unit, begin(unit, _day_before(begins), reckoning), zone, reckoning)
        written = _WRITTEN.fullmatch(name)
        if written is not None:
            unit, begins = _read(written, reckoning)
            return _whole(unit, begins, zone, reckoning)
    except (ValueError, OverflowError):
        raise BadInput("query.period", f"There is no {name} in the {reckoning} calendar.") from None
    raise BadInput("query.period", _refusal(name, reckoning))


def day_named(name: str, today: date) -> date:
    """The day of this name, or as it is written in either calendar, which its year tells.

    Raises ``BadInput`` naming ``query.day``.
    """
    if name in DAYS:
        return today + timedelta(days=DAYS[name])
    written = _WRITTEN.fullmatch(name)
    if written is None or written[3] is None:
        like = f"{', '.join(DAYS)}, or a day such as 2026-03-21 or 1405-01-01"
        raise BadInput("query.day", f"It is {like}; not {name[:50]!r}.")
    reckoning: Reckoning = "gregorian" if int(written[1]) >= _WESTERN_FROM else "jalali"
    try:
        return _read(written, reckoning)[1]
    except (ValueError, OverflowError):
        raise BadInput("query.day", f"There is no {name} in the {reckoning} calendar.") from None


def _refusal(name: str, reckoning: Reckoning) -> str:
    near = get_close_matches(name.lower().replace("-", "_"), NAMES, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return (
        f"Choose among {', '.join(NAMES)}, or write it like {_EXAMPLES[reckoning]};"
        f" not {name[:50]!r}.{meant}"
    )


def _read(written: re.Match[str], reckoning: Reckoning) -> tuple[Unit, date]:
    year, month, day = (None if part is None else int(part) for part in written.groups())
    unit: Unit = "year" if month is None else "month" if day is None else "day"
    parts = (year or 0, 1 if month is None else month, 1 if day is None else day)
    return unit, persian.gregorian_date(*parts) if reckoning == "jalali" else date(*parts)


def _whole(unit: Unit, begins: date, zone: ZoneInfo, reckoning: Reckoning) -> NamedPeriod:
    ends = begin(unit, begins + timedelta(days=_LONGEST_D[unit]), reckoning)
    before = begin(unit, _day_before(begins), reckoning)
    return NamedPeriod(
        from_at=_at(begins, zone),
        to_at=_at(ends, zone),
        before_from_at=_at(before, zone),
        before_to_at=_at(begins, zone),
    )


def _until(now: datetime, begins: date, before: date, zone: ZoneInfo) -> NamedPeriod:
    """From its begin until now; at midnight itself there is the first second of it."""
    from_at = _at(begins, zone)
    to_at = max(now.astimezone(UTC), from_at + timedelta(seconds=1))
    passed = to_at.astimezone(zone).replace(tzinfo=None) - datetime.combine(begins, time())
    there = (datetime.combine(before, time()) + passed).replace(tzinfo=zone).astimezone(UTC)
    before_from_at = _at(before, zone)
    return NamedPeriod(
        from_at=from_at,
        to_at=to_at,
        before_from_at=before_from_at,
        before_to_at=max(min(there, from_at), before_from_at + timedelta(seconds=1)),
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins in a zone, in its time."""
    return datetime.combine(day, time(), tzinfo=zone)


def _at(day: date, zone: ZoneInfo) -> datetime:
    return midnight(day, zone).astimezone(UTC)


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def begin(unit: Unit, day: date, reckoning: Reckoning) -> date:
    """The first day of the unit in which a day lies."""
    if unit == "day":
        return day
    if unit == "week":
        since = (day.weekday() - _SATURDAY) % _WEEK_D if reckoning == "jalali" else day.weekday()
        return day - timedelta(days=since)
    make: Callable[[int, int, int], date]
    if reckoning == "jalali":
        there = persian.persian_date(day)
        year, month, make = there.year, there.month, persian.gregorian_date
    else:
        year, month, make = day.year, day.month, date
    if unit == "year":
        month = 1
    elif unit == "quarter":
        month -= (month - 1) % _QUARTER
    return make(year, month, 1)
