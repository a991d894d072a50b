"""Comparisons of days and instants with the present, and when their outcome changes.

A day is one of UTC; it begins and ends at midnight. ``None`` is no instant, never by itself.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from routing.segmentation.comparing import Comparison

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Not before the one and before the other day or instant; either may be missing."""

    since: date | None
    before: date | None

    def is_met(self, value: Any, now: datetime) -> bool:  # noqa: ARG002
        """Whether it lies between them."""
        return (self.since is None or value >= _like(value, self.since)) and (
            self.before is None or value < _like(value, self.before)
        )

    def changes_at(self, value: Any, now: datetime) -> datetime | None:  # noqa: ARG002
        """Never by itself."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinDays:
    """At most so many days ago, and not in the future. Of a day, today's is no day ago."""

    days: int

    def is_met(self, value: Any, now: datetime) -> bool:
        """Whether it is."""
        if _is_instant(value):
            return bool(timedelta(0) <= now - value < self.days * _DAY)
        return bool(timedelta(0) <= now.date() - value <= self.days * _DAY)

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """When it comes, and when it is too long ago."""
        return _next(now, _begins(value), _begins(value, self.days + (not _is_instant(value))))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverDaysAgo:
    """Longer ago than so many days."""

    days: int

    def is_met(self, value: Any, now: datetime) -> bool:
        """Whether it is."""
        if _is_instant(value):
            return bool(now - value >= self.days * _DAY)
        return bool(now.date() - value > self.days * _DAY)

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """When it has become so long ago."""
        return _next(now, _begins(value, self.days + (not _is_instant(value))))


@dataclass(frozen=True, slots=True, kw_only=True)
class InNextDays:
    """Still to come, in at most so many days. Of a day, today's is still to come."""

    days: int

    def is_met(self, value: Any, now: datetime) -> bool:
        """Whether it is."""
        if _is_instant(value):
            return bool(timedelta(0) < value - now <= self.days * _DAY)
        return bool(timedelta(0) <= value - now.date() <= self.days * _DAY)

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """When it is near enough, and when it is past."""
        return _next(now, _begins(value, -self.days), _begins(value, not _is_instant(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAge:
    """How many whole years have gone by since a day."""

    years: Comparison

    def is_met(self, value: Any, now: datetime) -> bool:
        """Whether the number is what is wanted."""
        return self.years.is_met(age(value, now), now)

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """At the next birthday."""
        return _begins(_anniversary_after(value, now.date()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday:
    """Today, or in at most so many days, a whole number of years will have gone by."""

    in_next_days: int

    def is_met(self, value: Any, now: datetime) -> bool:
        """Whether it is."""
        upcoming = _anniversary_after(value, now.date() - _DAY)
        return upcoming - now.date() <= self.in_next_days * _DAY

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """When it is near enough, and when it is past."""
        upcoming = _anniversary_after(value, now.date() - _DAY)
        return _next(now, _begins(upcoming, -self.in_next_days), _begins(upcoming, 1))


def age(born: date, now: datetime) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March of other years."""
    today = now.date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _anniversary_after(born: date, day: date) -> date:
    """The first anniversary of the day of birth, or that day, that is later than a day."""
    year = max(day.year, born.year)
    found = _anniversary(born, year)
    return found if found > day else _anniversary(born, year + 1)


def _anniversary(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def _next(now: datetime, *instants: datetime | None) -> datetime | None:
    return min((at for at in instants if at is not None and at > now), default=None)


def _begins(value: date, days: int = 0) -> datetime | None:
    """The instant, or the midnight with which a day begins, so many days later."""
    try:
        return (value if isinstance(value, datetime) else _midnight(value)) + days * _DAY
    except OverflowError:  # later than anything
        return None


def _is_instant(value: date) -> bool:
    return isinstance(value, datetime)


def _like(value: Any, day: date) -> Any:
    return _midnight(day) if _is_instant(value) else day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
