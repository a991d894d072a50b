"""Business calendars: when somebody is there, and how much of a span of time that is.

Hours by weekday and by date in a zone, several a day, over midnight, through days of 23 and 25
hours. Who edits them makes a new version; what is asked of the past is answered by the hours that
were in force then.
"""

from routing.calendars.hours import (
    ALWAYS_OPEN,
    DAY_MIN,
    WEEKDAYS,
    Calendar,
    InvalidHours,
    OpeningHours,
    Span,
    Version,
    check,
    spliced,
    unchanging,
)
from routing.calendars.opening import (
    SEARCH,
    Interval,
    NeverOpens,
    business_time,
    instant_after,
    is_open,
    next_closing,
    next_opening,
    open_intervals,
)

__all__ = [
    "ALWAYS_OPEN",
    "DAY_MIN",
    "SEARCH",
    "WEEKDAYS",
    "Calendar",
    "Interval",
    "InvalidHours",
    "NeverOpens",
    "OpeningHours",
    "Span",
    "Version",
    "business_time",
    "check",
    "instant_after",
    "is_open",
    "next_closing",
    "next_opening",
    "open_intervals",
    "spliced",
    "unchanging",
]
