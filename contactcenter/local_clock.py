"""Instants as people read them: in a zone, with the date only where it is another one."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from routing.calendars.persian import persian_date
from routing.wording import Language


def clock(zone: ZoneInfo, beside: datetime, language: Language) -> Callable[[datetime], str]:
    """How instants are written that stand beside another one, in Latin digits.

    Of the same day ``10:31:07``, of another with its date: in Persian a Persian one.
    """
    return partial(_written, zone, beside.astimezone(zone).date(), language)


def _written(zone: ZoneInfo, today: date, language: Language, at: datetime) -> str:
    local = at.astimezone(zone)
    time = f"{local:%H:%M:%S}"
    if local.date() == today:
        return time
    if language == "fa":
        return f"{persian_date(local.date())} {time}".replace("-", "/")
    return f"{local:%Y-%m-%d} {time}"
