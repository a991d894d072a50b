"""What a calendar is: hours by weekday and by date in a zone, and since when they are in force."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Final

DAY_MIN: Final = 24 * 60
#: As ``date.weekday()`` counts.
WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class InvalidHours(ValueError):
    """Hours that cannot be kept; ``place`` names them, such as ``week.friday[0]``."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(detail)
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stretch of local time, half-open, in minutes since midnight of the day it begins on.

    ``closes_min`` above 1440 is on the day after: 22:00 to 06:00 is 1320 to 1800.
    """

    opens_min: int
    closes_min: int


#: Open from midnight to midnight.
WHOLE_DAY: Final = (Span(opens_min=0, closes_min=DAY_MIN),)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When it is open: ``week`` has the spans of Monday to Sunday, ``exceptions`` those of a date.

    An exception takes the place of all spans that begin on its date; none of them is closed. A span
    that began the evening before goes on.
    """

    zone: tzinfo
    week: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on this local day."""
        return self.exceptions.get(day, self.week[day.weekday()])

    @property
    def is_always_open(self) -> bool:
        """Whether it never closes."""
        return not self.exceptions and all(spans == WHOLE_DAY for spans in self.week)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Hours and the instant from which they are in force, until those of the next version are."""

    from_at: datetime
    hours: OpeningHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All hours that ever were in force, oldest first; the first ones hold for all time before."""

    versions: tuple[Version, ...]

    def __post_init__(self) -> None:
        if not self.versions:
            raise ValueError("a calendar has at least one version")
        if any(version.from_at.utcoffset() is None for version in self.versions):
            raise ValueError("a version is in force from an instant with an offset from UTC")
        instants = [version.from_at for version in self.versions]
        if any(later < earlier for earlier, later in itertools.pairwise(instants)):
            raise ValueError("the versions of a calendar come oldest first")

    def in_force(self, at: datetime) -> OpeningHours:
        """The hours that hold at this instant."""
        for version in reversed(self.versions):
            if version.from_at <= at:
                return version.hours
        return self.versions[0].hours


_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def unchanging(hours: OpeningHours) -> Calendar:
    """A calendar that was never edited."""
    return Calendar(versions=(Version(from_at=_EVER, hours=hours),))


#: Of whatever has no calendar.
ALWAYS_OPEN: Final = unchanging(OpeningHours(zone=UTC, week=(WHOLE_DAY,) * 7))


def spliced(uses: Sequence[tuple[datetime, Calendar]]) -> Calendar:
    """The calendar of something that went by one calendar after another, oldest first.

    Each holds from its instant until that of the next. Before the first it was always open.
    """
    versions = list(ALWAYS_OPEN.versions)
    for number, (from_at, calendar) in enumerate(uses):
        until = uses[number + 1][0] if number + 1 < len(uses) else None
        versions.append(Version(from_at=from_at, hours=calendar.in_force(from_at)))
        versions += (
            version
            for version in calendar.versions
            if version.from_at > from_at and (until is None or version.from_at < until)
        )
    return Calendar(versions=tuple(versions))


def check(hours: OpeningHours) -> None:
    """Refuse hours that cannot be meant; raises ``InvalidHours``."""
    for name, spans in zip(WEEKDAYS, hours.week, strict=True):
        _check_day(spans, f"week.{name}")
    if not any(hours.week):
        raise InvalidHours("week", "No day of the week has hours: it would never open.")
    for number, name in enumerate(WEEKDAYS):
        following = hours.week[(number + 1) % 7]
        late = max((span.closes_min - DAY_MIN for span in hours.week[number]), default=0)
        if following and following[0].opens_min < late:
            raise InvalidHours(
                f"week.{WEEKDAYS[(number + 1) % 7]}[0]", f"It begins before the end of {name}."
            )
    for day, spans in hours.exceptions.items():
        _check_day(spans, f"exceptions.{day}")


def _check_day(spans: Sequence[Span], place: str) -> None:
    end = 0
    for number, span in enumerate(spans):
        here = f"{place}[{number}]"
        if not 0 <= span.opens_min < DAY_MIN:
            raise InvalidHours(here, "It opens at a time from 00:00 to 23:59.")
        if not 0 < span.closes_min - span.opens_min <= DAY_MIN:
            raise InvalidHours(here, "It closes after it opens, within 24 hours.")
        if span.opens_min < end:
            raise InvalidHours(here, "It begins before the one before it has ended.")
        end = span.closes_min
