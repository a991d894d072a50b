"""Which time is meant by what was asked of a report: by instants, or by the name of a period."""

from datetime import date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter import named_periods, periods
from contactcenter.errors import BadInput
from contactcenter.named_periods import Reckoning
from contactcenter.periods import zone_named
from contactcenter.reporting.making import Span
from contactcenter.time_zones import zone_of
from routing.wording import Language


class Spans(Struct, frozen=True, kw_only=True):
    """The time that is meant; and with which to compare it, None for the time of equal length."""

    span: Span
    before: Span | None


def meant(
    now: datetime,
    *,
    from_at: datetime | None,
    to_at: datetime | None,
    period: str | None,
    zone: str,
    calendar: str | None,
    language: Language,
    usual: timedelta = periods.DEFAULT_PERIOD,
) -> Spans:
    """The time that is meant by what was given; that before now that is ``usual`` by nothing.

    A name is read in ``zone``, by the months and weeks of ``calendar``: the Persian one where the
    language is. Raises ``BadInput`` naming ``query.zone``, ``query.calendar``, ``query.period``
    or ``query.from``.
    """
    told = zone_named(zone)
    reckoning = reckoning_of(calendar, language)
    if period is None:
        found = periods.period_of(now, from_at, to_at, usual=usual)
        span = Span(from_at=found.from_at, to_at=found.to_at, time_zone=told.key)
        return Spans(span=span, before=None)
    if from_at is not None or to_at is not None:
        raise BadInput("query.period", "Give either a period, or from and to.")
    named = named_periods.named(period, now, told, reckoning)
    return Spans(
        span=Span(from_at=named.from_at, to_at=named.to_at, time_zone=told.key),
        before=Span(from_at=named.before_from_at, to_at=named.before_to_at, time_zone=told.key),
    )


def in_its_zone(span: Span) -> Span:
    """The span, whose edges the clocks of its zone can show; raises ``BadInput``."""
    zone = zone_of(span.time_zone)
    try:
        for at in (span.from_at, span.to_at):
            at.astimezone(zone)
    except OverflowError:  # the first or the last hours of the calendar
        raise BadInput("query.from", "The time is out of range.") from None
    return span


def reckoning_of(calendar: str | None, language: Language) -> Reckoning:
    """By which calendar, that of the language if none is named; raises ``BadInput``."""
    if calendar is None:
        return "jalali" if language == "fa" else "gregorian"
    known: tuple[Reckoning, ...] = get_args(Reckoning)
    for one in known:
        if one == calendar:
            return one
    raise BadInput("query.calendar", f"Choose among {', '.join(known)}, not {calendar[:50]!r}.")


def days_of(span: Span, zone: ZoneInfo) -> list[date]:
    """Every day of a zone of which a span has any part."""
    first = span.from_at.astimezone(zone).date()
    last = (span.to_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
