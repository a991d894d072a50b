"""Periods by name: in any zone and calendar a unit of it, and the unit before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.errors import BadInput
from contactcenter.named_periods import NAMES, day_named, named
from contactcenter.time_zones import UnknownTimeZone, zone_of

TEHRAN = zone_of("Asia/Tehran")
BERLIN = zone_of("Europe/Berlin")
#: Monday 2 March 2026, 11 Esfand 1404, 10:15 in Tehran.
NOW = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)


def told(name, *, zone=TEHRAN, reckoning="gregorian", now=NOW):
    """The four edges as people in the zone read them."""
    found = named(name, now, zone, reckoning)
    edges = (found.from_at, found.to_at, found.before_from_at, found.before_to_at)
    return [f"{edge.astimezone(zone):%m-%d %H:%M}".removesuffix(" 00:00") for edge in edges]


@pytest.mark.parametrize(
    ("name", "reckoning", "edges"),
    [
        ("today", "gregorian", ["03-02", "03-02 10:15", "03-01", "03-01 10:15"]),
        ("yesterday", "jalali", ["03-01", "03-02", "02-28", "03-01"]),
        ("this_week", "gregorian", ["03-02", "03-02 10:15", "02-23", "02-23 10:15"]),
        ("this_week", "jalali", ["02-28", "03-02 10:15", "02-21", "02-23 10:15"]),
        ("last_week", "gregorian", ["02-23", "03-02", "02-16", "02-23"]),
        ("last_week", "jalali", ["02-21", "02-28", "02-14", "02-21"]),
        ("this_month", "gregorian", ["03-01", "03-02 10:15", "02-01", "02-02 10:15"]),
        ("last_month", "gregorian", ["02-01", "03-01", "01-01", "02-01"]),
        ("this_month", "jalali", ["02-20", "03-02 10:15", "01-21", "01-31 10:15"]),
        ("last_month", "jalali", ["01-21", "02-20", "12-22", "01-21"]),
        ("last_quarter", "gregorian", ["10-01", "01-01", "07-01", "10-01"]),
        ("last_quarter", "jalali", ["09-23", "12-22", "06-22", "09-23"]),
        ("this_year", "gregorian", ["01-01", "03-02 10:15", "01-01", "03-02 10:15"]),
        ("last_year", "jalali", ["03-20", "03-21", "03-21", "03-20"]),
        ("2026-02", "gregorian", ["02-01", "03-01", "01-01", "02-01"]),
        ("1404-12", "jalali", ["02-20", "03-21", "01-21", "02-20"]),
        ("1405", "jalali", ["03-21", "03-21", "03-21", "03-21"]),
        ("1404-12-11", "jalali", ["03-02", "03-03", "03-01", "03-02"]),
    ],
)
def test_a_name_is_a_unit_and_the_unit_before_it(name, reckoning, edges):
    assert told(name, reckoning=reckoning) == edges


def test_the_end_of_march_is_compared_with_all_of_february_and_no_more():
    late = datetime(2026, 3, 30, 12, tzinfo=UTC)

    assert told("this_month", now=late)[2:] == ["02-01", "03-01"]


def test_a_day_of_23_hours_is_a_day_and_a_gap_at_midnight_begins_it():
    spring = named("2026-03-29", NOW, BERLIN, "gregorian")
    cairo = named("2023-04-28", NOW, zone_of("Africa/Cairo"), "gregorian")

    assert spring.to_at - spring.from_at == timedelta(hours=23)
    assert cairo.from_at == datetime(2023, 4, 27, 22, tzinfo=UTC)
    assert cairo.to_at - cairo.from_at == timedelta(hours=23)


@given(
    passed_s=st.integers(-(10**9), 2 * 10**9),
    name=st.sampled_from(sorted(NAMES)),
    reckoning=st.sampled_from(["gregorian", "jalali"]),
    zone=st.sampled_from(["Asia/Tehran", "Europe/Berlin", "Pacific/Apia", "America/Havana"]),
)
def test_units_tile_the_time(passed_s, name, reckoning, zone):
    now = NOW + timedelta(seconds=passed_s)
    found = named(name, now, zone_of(zone), reckoning)

    assert found.before_from_at < found.before_to_at <= found.from_at < found.to_at
    if name == "yesterday" or name.startswith("last"):
        assert found.before_to_at == found.from_at
        present = "today" if name == "yesterday" else name.replace("last", "this")
        assert named(present, now, zone_of(zone), reckoning).from_at == found.to_at <= now
    else:
        assert now <= found.to_at <= now + timedelta(seconds=1)


@pytest.mark.parametrize("name", ["last_moth", "Last-Week", "2026-3", "", "1405-01-01-01", "٢٠٢٦"])
def test_what_is_no_name_is_refused_with_all_there_are(name):
    with pytest.raises(BadInput, match=r"last_quarter.*2026-03-21") as refused:
        named(name, NOW, TEHRAN, "gregorian")
    assert ("last_month?" in refused.value.detail) is (name == "last_moth")
    assert ("last_week?" in refused.value.detail) is (name == "Last-Week")


@pytest.mark.parametrize(
    ("name", "reckoning"),
    [
        *(("2026-13", "gregorian"), ("2026-02-30", "gregorian"), ("0001", "gregorian")),
        *(("9999", "gregorian"), ("0000", "gregorian"), ("1404-12-30", "jalali")),
        *(("2026-03", "jalali"), ("1300", "jalali")),
    ],
)
def test_a_day_that_no_calendar_has_is_refused(name, reckoning):
    with pytest.raises(BadInput, match=f"no {name} in the {reckoning}"):
        named(name, NOW, TEHRAN, reckoning)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Asia/Teheran", "Asia/Tehran"),
        ("asia/tehran", "Asia/Tehran"),
        ("Tehran", "Asia/Tehran"),
        ("America/Newyork", "America/New_York"),
        ("Europe/Tehran", "Asia/Tehran"),
        ("Berlin", "Europe/Berlin"),
        ("nowhere at all", "like Asia/Tehran"),
    ],
)
def test_a_zone_that_is_none_is_refused_with_what_is_near(name, near):
    with pytest.raises(UnknownTimeZone, match=near):
        zone_of(name)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("yesterday", date(2026, 3, 1)),
        ("tomorrow", date(2026, 3, 3)),
        ("2026-02-28", date(2026, 2, 28)),
        ("1404-12-09", date(2026, 2, 28)),
    ],
)
def test_a_day_is_told_in_either_calendar(name, day):
    assert day_named(name, date(2026, 3, 2)) == day


@pytest.mark.parametrize("name", ["", "2026-03", "1404-12-30", "2026-02-29", "0000-01-01", "soon"])
def test_a_day_that_is_none_is_refused(name):
    with pytest.raises(BadInput):
        day_named(name, date(2026, 3, 2))
