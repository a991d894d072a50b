"""When it opens again, as it is said to a caller."""

from datetime import datetime, timedelta
from typing import Final

from contactcenter import calendars
from contactcenter.db import Conn
from routing import calendars as hours

_WEEK: Final = timedelta(days=7)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def is_open(conn: Conn, now: datetime, calendar_id: int | None) -> bool:
    """Whether it is open by this calendar; without one it always is."""
    if calendar_id is None:
        return True
    return hours.is_open(await calendars.load(conn, calendar_id), now)


async def opens(conn: Conn, now: datetime, calendar_id: int | None) -> str:
    """A sentence in English that says when it opens; empty where nobody knows.

    Recordings say for themselves when one is there.
    """
    if calendar_id is None:
        return ""
    calendar = await calendars.load(conn, calendar_id)
    at = hours.next_opening(calendar, now)
    if at is None:
        return ""
    zone = calendar.versions[-1].hours.zone
    return sentence(now.astimezone(zone), at.astimezone(zone))


def sentence(here: datetime, then: datetime) -> str:
    """``We open again tomorrow at 8:00.``: both times are local."""
    days = (then.date() - here.date()).days
    if days <= 1:
        day = "tomorrow" if days else "today"
    elif then - here < _WEEK:
        day = f"on {_DAYS[then.weekday()]}"
    else:
        day = f"on {_DAYS[then.weekday()]} the {then.day} of {then:%B}"
    return f"We open again {day} at {then.hour}:{then:%M}."
