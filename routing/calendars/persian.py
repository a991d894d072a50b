"""The Persian calendar: solar years from Nowruz, as Iran and Afghanistan write their dates.

The official calendar follows the equinox as it is seen at 52.5 degrees east. For the years taken
here, 1300 to 1500 (1921 to 2122), that is a cycle of 33 years with 8 leap years.
Source: https://en.wikipedia.org/wiki/Solar_Hijri_calendar#Leap_years
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from routing.wording import in_persian_digits

FIRST_YEAR: Final = 1300
LAST_YEAR: Final = 1500

_MONTHS: Final = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
#: As ``date.weekday()`` counts.
_WEEKDAYS: Final = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
#: Six months of 31 days, then of 30; the last has 29, in leap years 30.
_LONG_MONTHS: Final = 6
_LONG_MONTH_DAYS: Final = 31
_SHORT_MONTH_DAYS: Final = 30
#: 1405 began on 2026-03-21.
_EPOCH: Final = date(2026, 3, 21).toordinal() - (365 * 1405 + (8 * 1405 + 21) // 33)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PersianDate:
    """A day of the Persian calendar."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


def persian_date(day: date) -> PersianDate:
    """The same day in the Persian calendar; raises ``ValueError`` outside of 1300 to 1500."""
    year = day.year - 621  # the one that begins in this March, or the one before
    if day.toordinal() < _new_year(year):
        year -= 1
    _check_year(year)
    left = day.toordinal() - _new_year(year)
    if left < _LONG_MONTHS * _LONG_MONTH_DAYS:
        month, left = divmod(left, _LONG_MONTH_DAYS)
    else:
        month, left = divmod(left - _LONG_MONTHS * _LONG_MONTH_DAYS, _SHORT_MONTH_DAYS)
        month += _LONG_MONTHS
    return PersianDate(year=year, month=month + 1, day=left + 1)


def gregorian_date(year: int, month: int, day: int) -> date:
    """The day with this Persian date; raises ``ValueError`` where there is none."""
    _check_year(year)
    if not (1 <= month <= len(_MONTHS) and 1 <= day <= _days_of(year, month)):
        raise ValueError(f"there is no day {year:04}-{month:02}-{day:02} in the Persian calendar")
    long_months = min(month - 1, _LONG_MONTHS)
    short_months = month - 1 - long_months
    before = long_months * _LONG_MONTH_DAYS + short_months * _SHORT_MONTH_DAYS
    return date.fromordinal(_new_year(year) + before + day - 1)


def is_leap(year: int) -> bool:
    """Whether the Persian year has 366 days."""
    return _new_year(year + 1) - _new_year(year) == 366  # noqa: PLR2004


def label(day: date) -> str:
    """The day as one reads it in Persian, such as شنبه ۱ فروردین ۱۴۰۵."""
    there = persian_date(day)
    text = f"{_WEEKDAYS[day.weekday()]} {there.day} {_MONTHS[there.month - 1]} {there.year}"
    return in_persian_digits(text)


def _days_of(year: int, month: int) -> int:
    if month <= _LONG_MONTHS:
        return _LONG_MONTH_DAYS
    is_short = month == len(_MONTHS) and not is_leap(year)
    return _SHORT_MONTH_DAYS - 1 if is_short else _SHORT_MONTH_DAYS


def _new_year(year: int) -> int:
    """The ordinal of its first day; 8 of 33 years are leap."""
    return _EPOCH + 365 * year + (8 * year + 21) // 33


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{year} is not a Persian year from {FIRST_YEAR} to {LAST_YEAR}")
