"""When a calendar is open, and how much of the time between two instants that is.

A local time stands for the first instant at which the clock on the wall has reached it. So an hour
that the clock skips belongs to nothing, one that it shows twice is part of whatever it began in,
spans that touch still touch, and a whole day has 23, 24 or 25 hours. ``zoneinfo`` knows the zones;
whoever makes ``OpeningHours`` passes one in.

Every function takes instants with an offset from UTC, raises ``ValueError`` for one without, and
answers in UTC. The work is in proportion to the days looked at, at most ``SEARCH``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from routing.calendars.hours import Calendar, OpeningHours

#: How far ahead an opening or closing is looked for: ten years and some days.
SEARCH: Final = timedelta(days=3660)

_DAY: Final = timedelta(days=1)
_INSTANT: Final = timedelta(microseconds=1)

#: Half-open.
Interval = tuple[datetime, datetime]


class NeverOpens(ValueError):
    """It does not open long enough within ten years."""


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether it is open at this instant: at the opening it is, at the closing no more."""
    return any(True for _ in open_intervals(calendar, at, at + _INSTANT))


def open_intervals(calendar: Calendar, begin: datetime, end: datetime) -> Iterator[Interval]:
    """The open time between two instants, in order, clipped to them; none touches the next.

    It is read day by day, so whoever has found what he wants may stop.
    """
    return _joined(_by_versions(calendar, _in_utc(begin), _in_utc(end)))


def business_time(calendar: Calendar, begin: datetime, end: datetime) -> timedelta:
    """How long it is open between two instants; nothing if ``end`` is not after ``begin``."""
    return sum((b - a for a, b in open_intervals(calendar, begin, end)), timedelta())


def instant_after(calendar: Calendar, at: datetime, amount: timedelta) -> datetime:
    """The first instant by which it was open for this long since ``at``.

    With no time at all it is ``at`` itself, open or not. Time that ends with the day is over at
    the closing, not at the next opening. Raises ``NeverOpens``.
    """
    if amount < timedelta():
        raise ValueError(f"time runs forward: {amount} is negative")
    at = _in_utc(at)
    if not amount:
        return at
    left = amount
    for begin, end in open_intervals(calendar, at, at + SEARCH):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise NeverOpens(f"it is not open for {amount} in the ten years from {at:%Y-%m-%d %H:%M} UTC")


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """The first opening after ``at``; None where it is open, or closed, for ten years on end."""
    at = _in_utc(at)
    openings = (begin for begin, _ in open_intervals(calendar, at, at + SEARCH))
    return next((begin for begin in openings if begin > at), None)


def next_closing(calendar: Calendar, at: datetime) -> datetime | None:
    """The first closing after ``at``; None where it is open, or closed, for ten years on end."""
    at = _in_utc(at)
    horizon = at + SEARCH
    closings = (end for _, end in open_intervals(calendar, at, horizon))
    closing = next(closings, None)
    return None if closing == horizon else closing


@lru_cache(maxsize=16_384)  # deadlines are all about the same few weeks
def first_instant(zone: tzinfo, day: date, minute: int) -> datetime:
    """The first instant at which the local clock shows this minute of the day, or a later one.

    ``minute`` may lie on the day after: 1500 is one in the morning.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    before = _offset(zone, wall)
    after = _offset(zone, wall.replace(fold=1))
    if after <= before:  # the clock shows it once; or twice, and the offset before is the earlier
        return (wall - before).replace(tzinfo=UTC)
    return _end_of_gap(zone, (wall - after).replace(tzinfo=UTC), after - before)


def _end_of_gap(zone: tzinfo, low: datetime, width: timedelta) -> datetime:
    """When the clock is put forward: after ``low``, and not later than ``width`` after it."""
    seconds_low, seconds_high = 0, int(width.total_seconds())
    before = low.astimezone(zone).utcoffset()
    while seconds_high - seconds_low > 1:
        middle = (seconds_low + seconds_high) // 2
        if (low + timedelta(seconds=middle)).astimezone(zone).utcoffset() == before:
            seconds_low = middle
        else:
            seconds_high = middle
    return low + timedelta(seconds=seconds_high)


def _by_versions(calendar: Calendar, begin: datetime, end: datetime) -> Iterator[Interval]:
    versions = calendar.versions
    for number, version in enumerate(versions):
        first = begin if number == 0 else max(begin, _in_utc(version.from_at))
        last = end
        if number + 1 < len(versions):
            last = min(end, _in_utc(versions[number + 1].from_at))
        if first < last:
            yield from _by_days(version.hours, first, last)


def _by_days(hours: OpeningHours, begin: datetime, end: datetime) -> Iterator[Interval]:
    if hours.is_always_open:
        yield begin, end
        return
    # A span may have begun the day before; where the clock goes back over midnight, the day after
    # has begun before this one is over.
    day = begin.astimezone(hours.zone).date() - _DAY
    last = end.astimezone(hours.zone).date() + _DAY
    while day <= last:
        for span in hours.on(day):
            opens = max(begin, first_instant(hours.zone, day, span.opens_min))
            closes = min(end, first_instant(hours.zone, day, span.closes_min))
            if opens < closes:
                yield opens, closes
        day += _DAY


def _joined(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Intervals in order of their beginnings, those that touch or overlap made one."""
    whole: Interval | None = None
    for begin, end in intervals:
        if whole is None:
            whole = begin, end
        elif begin <= whole[1]:
            whole = whole[0], max(whole[1], end)
        else:
            yield whole
            whole = begin, end
    if whole is not None:
        yield whole


def _offset(zone: tzinfo, wall: datetime) -> timedelta:
    offset = zone.utcoffset(wall.replace(tzinfo=zone))
    assert offset is not None, "a zone knows its offset"
    return offset


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"{at} says nothing of its offset from UTC")
    return at.astimezone(UTC)
