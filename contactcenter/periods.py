"""The span of time that a question is about."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from contactcenter.errors import BadInput
from contactcenter.time_zones import UnknownTimeZone, zone_of

DEFAULT_PERIOD: Final = timedelta(days=7)
LONGEST_PERIOD: Final = timedelta(days=366)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class Period(Struct, frozen=True, kw_only=True):
    """From an instant, included, to another, excluded; both in UTC."""

    from_at: datetime = field(name="from")
    to_at: datetime = field(name="to")
    time_zone: Literal["UTC"] = "UTC"


def period_of(
    now: datetime,
    from_at: datetime | None,
    to_at: datetime | None,
    *,
    usual: timedelta = DEFAULT_PERIOD,
) -> Period:
    """The period meant by what was given: the last seven days, or what is ``usual``, by default.

    Raises ``BadInput`` naming ``query.from`` where it is empty or longer than 366 days.
    """
    to_at = _in_utc(to_at or now, "query.to")
    if from_at is None:
        from_at = to_at - min(usual, to_at - _FIRST)
    from_at = _in_utc(from_at, "query.from")
    if from_at >= to_at:
        raise BadInput("query.from", f"The period must begin before {to_at.isoformat()}.")
    if to_at - from_at > LONGEST_PERIOD:
        raise BadInput("query.from", f"The period is longer than {LONGEST_PERIOD.days} days.")
    return Period(from_at=from_at, to_at=to_at)


def _in_utc(at: datetime, place: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:  # the first or the last hours of the calendar
        raise BadInput(place, "The time is out of range.") from error


def zone_named(name: str, *, place: str = "query.zone") -> ZoneInfo:
    """The time zone of this name; raises ``BadInput`` naming the place where it stood."""
    try:
        return zone_of(name)
    except UnknownTimeZone as error:
        raise BadInput(place, str(error)) from None
