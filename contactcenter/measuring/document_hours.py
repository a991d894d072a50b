"""The opening hours of a document of events."""

from collections.abc import Mapping
from datetime import date, time, tzinfo
from typing import Any, Final

from contactcenter.measuring.bad_document import BadDocument
from routing.calendars import (
    ALWAYS_OPEN,
    DAY_MIN,
    Calendar,
    InvalidHours,
    OpeningHours,
    Span,
    check,
    unchanging,
)
from routing.calendars import WEEKDAYS as DAYS

_EXAMPLE: Final = 'write the hours as [["09:00", "17:00"]]'


def calendar(told: Mapping[str, Any] | None, zone: tzinfo) -> Calendar:
    """The hours of ``{"monday": [["09:00", "17:00"]], …, "exceptions": {"2026-03-21": []}}``.

    The days may lie in ``week``; None is always open, a day that is not told closed. Hours may also
    be written as in a configuration, ``"09:00-17:00"``, or as the API has them, with ``opens`` and
    ``closes``, and so may exceptions, each with its ``day`` and ``hours``. Raises ``BadDocument``.
    """
    if told is None:
        return ALWAYS_OPEN
    days: Mapping[str, Any] = {
        name: spans for name, spans in told.items() if name not in ("week", "exceptions")
    }
    place = "calendar"
    if "week" in told:
        if days:
            raise BadDocument("calendar", "the days lie in week, and nothing else beside it")
        days, place = _mapping(told["week"], "calendar.week"), "calendar.week"
    for name in days:
        if name not in DAYS:
            raise BadDocument(f"{place}.{name}", f"{name!r} is none of {', '.join(DAYS)}")
    week = tuple(_spans(days.get(day) or [], f"{place}.{day}") for day in DAYS)
    made = OpeningHours(zone=zone, week=week, exceptions=_exceptions(told.get("exceptions")))
    try:
        check(made)
    except InvalidHours as error:
        raise BadDocument(f"calendar.{error.place.removeprefix('week.')}", str(error)) from None
    return unchanging(made)


def _exceptions(told: Any) -> dict[date, tuple[Span, ...]]:
    place = "calendar.exceptions"
    if isinstance(told, list) and all(isinstance(one, Mapping) for one in told):
        told = {str(one.get("day")): one.get("hours") for one in told}
    return {
        _date(day, f"{place}.{day}"): _spans(spans or [], f"{place}.{day}")
        for day, spans in _mapping(told or {}, place).items()
    }


def _mapping(told: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise BadDocument(place, f"it has the hours by day; {_EXAMPLE}")
    return told


def _spans(told: Any, place: str) -> tuple[Span, ...]:
    try:
        pairs = [tuple(map(_minutes, _pair(span))) for span in told]
    except (TypeError, ValueError, KeyError):
        raise BadDocument(place, _EXAMPLE) from None
    return tuple(
        Span(opens_min=opens, closes_min=closes if closes > opens else closes + DAY_MIN)
        for opens, closes in pairs
    )


def _pair(span: Any) -> tuple[str, str]:
    if isinstance(span, Mapping):
        return span["opens"], span["closes"]
    opens, closes = span.split("-") if isinstance(span, str) else span
    return opens.strip(), closes.strip()


def _minutes(text: str) -> int:
    if text == "24:00":
        return DAY_MIN
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def _date(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDocument(place, f"{text!r} is no date, such as 2026-03-21") from None
