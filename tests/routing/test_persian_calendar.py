"""The Persian calendar: days that people know, and that it is a calendar at all."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import persian

KNOWN = {
    "1979-02-11": (1357, 11, 22),
    "1921-03-21": (1300, 1, 1),
    "1988-03-21": (1367, 1, 1),
    "1996-03-20": (1375, 1, 1),
    "2000-03-20": (1379, 1, 1),
    "2017-03-20": (1395, 12, 30),
    "2021-03-20": (1399, 12, 30),
    "2024-03-20": (1403, 1, 1),
    "2025-03-20": (1403, 12, 30),
    "2025-03-21": (1404, 1, 1),
    "2026-03-20": (1404, 12, 29),
    "2026-03-21": (1405, 1, 1),
    "2026-09-22": (1405, 6, 31),
    "2026-09-23": (1405, 7, 1),
    "2026-11-22": (1405, 9, 1),
}


@pytest.mark.parametrize(("day", "there"), KNOWN.items())
def test_known_days(day, there):
    found = persian.persian_date(date.fromisoformat(day))

    assert (found.year, found.month, found.day) == there
    assert persian.gregorian_date(*there) == date.fromisoformat(day)


def test_the_leap_years_of_these_decades():
    leap = [year for year in range(1370, 1421) if persian.is_leap(year)]

    assert leap == [1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420]


@given(st.dates(date(1921, 3, 21), date(2122, 3, 20)))
def test_there_and_back_and_on_to_the_next_day(day):
    there = persian.persian_date(day)

    assert persian.gregorian_date(there.year, there.month, there.day) == day
    if day < date(2122, 3, 20):
        assert there < persian.persian_date(day + timedelta(days=1))


@pytest.mark.parametrize(
    "there", [(1404, 12, 30), (1405, 0, 1), (1405, 13, 1), (1405, 7, 31), (1405, 1, 32)]
)
def test_a_day_that_is_not_in_the_calendar_is_refused(there):
    with pytest.raises(ValueError, match="no day"):
        persian.gregorian_date(*there)


@pytest.mark.parametrize("day", ["1921-03-20", "2122-03-22", "1800-01-01", "9999-12-31"])
def test_years_it_is_not_certain_of_are_refused(day):
    with pytest.raises(ValueError, match="not a Persian year from 1300 to 1500"):
        persian.persian_date(date.fromisoformat(day))


def test_a_day_reads_as_in_persian():
    assert persian.label(date(2026, 3, 21)) == "شنبه ۱ فروردین ۱۴۰۵"
    assert persian.label(date(2026, 11, 22)) == "یکشنبه ۱ آذر ۱۴۰۵"
    assert str(persian.persian_date(date(2026, 3, 21))) == "1405-01-01"
