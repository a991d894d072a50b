"""How long something lasted, in both clocks."""

from collections.abc import Callable, Mapping
from datetime import datetime

from contactcenter.history.entries import Id
from routing.calendars import ALWAYS_OPEN, Calendar, business_time

#: The calendar by which a queue opens; of no queue, or one that has none, it is always open.
CalendarOf = Callable[[Id | None], Calendar]


def calendars(by_queue: Mapping[Id, Calendar]) -> CalendarOf:
    """Look the calendars of queues up in a mapping."""
    return lambda queue: ALWAYS_OPEN if queue is None else by_queue.get(queue, ALWAYS_OPEN)


def both(calendar: Calendar, from_at: datetime, to_at: datetime) -> tuple[float, float]:
    """Calendar and business seconds from one instant to another, never negative."""
    if to_at <= from_at:
        return 0.0, 0.0
    business = business_time(calendar, from_at, to_at).total_seconds()
    return (to_at - from_at).total_seconds(), business
