"""Opening hours as administrators write them: local times by weekday, and by date."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from routing.calendars import DAY_MIN, Span, persian

#: Who says that a date is an exception: a person, or a list of holidays that a person confirmed.
Source = Literal["staff", "proposal"]

_HOUR_MIN: Final = 60


class Hours(Struct, frozen=True, kw_only=True):
    """Local times like 08:00; what closes at or before it opens closes the day after."""

    opens: str
    closes: str


class Week(Struct, frozen=True, kw_only=True):
    """The hours that begin on each day of the week; none is closed."""

    monday: tuple[Hours, ...] = ()
    tuesday: tuple[Hours, ...] = ()
    wednesday: tuple[Hours, ...] = ()
    thursday: tuple[Hours, ...] = ()
    friday: tuple[Hours, ...] = ()
    saturday: tuple[Hours, ...] = ()
    sunday: tuple[Hours, ...] = ()


class ExceptionalDay(Struct, frozen=True, kw_only=True):
    """A date with hours of its own; without any it is closed.

    ``persian_day`` is the same date in the Persian calendar, ``label_fa`` how one reads it.
    """

    day: date
    name_en: str
    name_fa: str
    hours: tuple[Hours, ...]
    source: Source
    persian_day: str
    label_fa: str


def span_of(hours: Hours) -> Span:
    """The hours in minutes since midnight."""
    opens, closes = _minutes(hours.opens), _minutes(hours.closes)
    closes += DAY_MIN if closes <= opens else 0
    return Span(opens_min=opens, closes_min=closes)


def hours_of(opens_min: int, closes_min: int) -> Hours:
    """The same as it is written; what ends at midnight closes at 24:00."""
    late = closes_min > DAY_MIN
    return Hours(opens=_written(opens_min), closes=_written(closes_min - (DAY_MIN if late else 0)))


def exceptional(
    day: date, *, name_en: str, name_fa: str, hours: Sequence[Hours], source: Source
) -> ExceptionalDay:
    """A date, labelled in the Persian calendar too; raises ``ValueError`` for a far one."""
    return ExceptionalDay(
        day=day,
        name_en=name_en,
        name_fa=name_fa,
        hours=tuple(hours),
        source=source,
        persian_day=str(persian.persian_date(day)),
        label_fa=persian.label(day),
    )


def _written(minutes: int) -> str:
    return f"{minutes // _HOUR_MIN:02}:{minutes % _HOUR_MIN:02}"


def _minutes(written: str) -> int:
    return int(written[:2]) * _HOUR_MIN + int(written[3:])
