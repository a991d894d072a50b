"""Which span of time a day is, in a zone."""

from datetime import date, datetime, time, timedelta, tzinfo


def span_of(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """From its first to the first of the next day: 23, 24 or 25 hours."""
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + timedelta(days=1), time(), zone),
    )
