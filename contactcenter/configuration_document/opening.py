"""The hours of a document's calendars, as they are kept and as the rules count by them."""

from contactcenter.configuration_document.document import Calendar
from contactcenter.opening_hours import Hours, span_of
from contactcenter.time_zones import zone_of
from routing.calendars import WEEKDAYS, OpeningHours, Span


def hours_of(written: tuple[str, ...]) -> tuple[Hours, ...]:
    """Hours such as ``08:00-17:00``."""
    return tuple(Hours(opens=each[:5], closes=each[6:]) for each in written)


def opening_hours(calendar: Calendar) -> OpeningHours:
    """When a calendar is open; raises ``UnknownTimeZone``."""
    return OpeningHours(
        zone=zone_of(calendar.time_zone),
        week=tuple(_spans(getattr(calendar.week, day)) for day in WEEKDAYS),
        exceptions={day: _spans(each.hours) for day, each in calendar.exceptions.items()},
    )


def _spans(written: tuple[str, ...]) -> tuple[Span, ...]:
    return tuple(span_of(hours) for hours in hours_of(written))
