"""What comes in per half hour of a day to come."""

from datetime import UTC, date, datetime, time, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.forecast import (
    HALF_HOUR,
    History,
    forecast,
    half_hours,
    holiday_factor,
)

TEHRAN = ZoneInfo("Asia/Tehran")
BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
MONDAY = date(2026, 3, 2)
NINE = time(9)


def weeks_before(day: date, *weeks: int) -> list[date]:
    return [day - timedelta(weeks=n) for n in weeks]


def at_nine(came: dict[date, int], factors=None, zone=TEHRAN) -> History:
    counts = {datetime.combine(day, NINE, zone): n for day, n in came.items()}
    return History(counts=counts, days=set(came), factors=factors or {})


def at(day, clock):
    return next(one for one in day.half_hours if one.starts_at.time() == clock)


def nine(day: date, history: History, zone=TEHRAN):
    return at(forecast(day, history, zone=zone), NINE)


def test_the_mean_of_the_last_four_same_weekdays() -> None:
    came = dict(zip(weeks_before(MONDAY, 1, 2, 3, 4, 5), (10, 12, 14, 16, 1000), strict=True))
    came[MONDAY - timedelta(days=1)] = 999

    found = nine(MONDAY, at_nine(came))

    assert (found.expected, found.weeks) == (13, 4)


def test_a_half_hour_without_contacts_counts_as_none_and_a_missing_week_not_at_all() -> None:
    came = dict.fromkeys(weeks_before(MONDAY, 1, 3, 4, 6), 8)
    history = at_nine(came)

    assert nine(MONDAY, history).weeks == 4
    silent = History(counts=history.counts, days={*came, MONDAY - timedelta(weeks=2)}, factors={})
    assert (nine(MONDAY, silent).expected, nine(MONDAY, silent).weeks) == (6, 4)


def test_nothing_is_said_where_nothing_is_known() -> None:
    """Nine weeks back is too long ago."""
    found = nine(MONDAY, at_nine(dict.fromkeys(weeks_before(MONDAY, 9), 8)))

    assert (found.expected, found.likely, found.weeks) == (None, None, 0)


def test_a_holiday_has_its_factor_and_past_ones_are_taken_out() -> None:
    one, two, three = weeks_before(MONDAY, 1, 2, 3)
    history = at_nine({one: 5, two: 20, three: 0}, {one: 0.25, three: 0.0, MONDAY: 0.5})

    found = forecast(MONDAY, history, zone=TEHRAN)

    assert found.factor == 0.5
    assert (at(found, NINE).expected, at(found, NINE).weeks) == (10, 2)
    closed = History(counts=history.counts, days=history.days, factors={MONDAY: 0.0})
    assert nine(MONDAY, closed).expected == 0
    assert (nine(MONDAY, closed).likely.lower, nine(MONDAY, closed).likely.upper) == (0, 0)


def test_a_day_has_as_many_half_hours_as_it_has() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)

    assert len(half_hours(MONDAY, TEHRAN)) == 48
    assert len(half_hours(spring, BERLIN)) == 46
    assert len(half_hours(autumn, BERLIN)) == 50
    assert time(2, 30) not in [one.time() for one in half_hours(spring, BERLIN)]
    assert [one.time() for one in half_hours(autumn, BERLIN)].count(time(2, 30)) == 2
    # Clocks in Tehran went forward at midnight until 2022.
    assert half_hours(date(2022, 3, 22), TEHRAN)[0].time() == time(1)
    assert half_hours(date(2024, 2, 29), TEHRAN)[-1].time() == time(23, 30)


def test_a_time_that_was_there_twice_gives_the_mean_of_both() -> None:
    """On 25 October 2026 it was half past two twice in Berlin, with 4 and 8 contacts."""
    autumn, day = date(2026, 10, 25), date(2026, 11, 1)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    history = History(counts={first: 4, first + 2 * HALF_HOUR: 8}, days={autumn}, factors={})

    assert at(forecast(day, history, zone=BERLIN), time(2, 30)).expected == 6


def test_a_time_that_was_not_there_says_nothing() -> None:
    """On 29 March 2026 it was never half past two in Berlin; a week later only 22 March counts."""
    spring, before, day = date(2026, 3, 29), date(2026, 3, 22), date(2026, 4, 5)
    history = History(
        counts={datetime(2026, 3, 22, 2, 30, tzinfo=BERLIN): 6}, days={spring, before}, factors={}
    )

    found = at(forecast(day, history, zone=BERLIN), time(2, 30))
    later = at(forecast(day, history, zone=BERLIN), time(3, 30))

    assert (found.expected, found.weeks) == (6, 1)
    assert (later.expected, later.weeks) == (0, 2)


def test_both_half_hours_of_a_day_with_one_twice_are_forecast() -> None:
    autumn = date(2026, 10, 25)
    came = {datetime(2026, 10, 18, 2, 30, tzinfo=BERLIN): 6}
    history = History(counts=came, days={date(2026, 10, 18)}, factors={})

    found = [
        one.expected
        for one in forecast(autumn, history, zone=BERLIN).half_hours
        if one.starts_at.time() == time(2, 30)
    ]

    assert found == [6, 6]


def test_leap_days_are_days_like_any_other() -> None:
    leap = date(2024, 2, 29)
    assert nine(leap, at_nine(dict.fromkeys(weeks_before(leap, 1, 2, 3, 4), 7))).weeks == 4
    after = leap + timedelta(weeks=1)
    assert nine(after, at_nine({leap: 7})).expected == 7


def test_counts_that_scatter_as_chance_does_have_its_interval() -> None:
    """Four weeks with 16 each: variance 16 (1 + 1/4) = 20, so about 16 ± 1.96 · 4.5, and skewed."""
    found = forecast(
        MONDAY, at_nine(dict.fromkeys(weeks_before(MONDAY, 1, 2, 3, 4), 16)), zone=TEHRAN
    )

    assert found.phi == 1
    assert (at(found, NINE).likely.lower, at(found, NINE).likely.upper) == (8, 25)


def test_counts_that_scatter_more_have_a_wider_one() -> None:
    """Around 20, squares are 100 + 100 + 100 + 100: over 20 and 3 degrees, φ is 6.67."""
    came = dict(zip(weeks_before(MONDAY, 1, 2, 3, 4), (10, 30, 10, 30), strict=True))

    found = forecast(MONDAY, at_nine(came), zone=TEHRAN)

    assert found.phi == pytest.approx(400 / 20 / 3)
    assert (at(found, NINE).likely.lower, at(found, NINE).likely.upper) == (3, 52)


def test_many_contacts_have_a_normal_interval() -> None:
    found = nine(MONDAY, at_nine(dict.fromkeys(weeks_before(MONDAY, 1, 2, 3, 4), 10_000)))

    half = NormalDist().inv_cdf(0.975) * 12_500**0.5
    assert found.likely.lower == round(10_000 - half)
    assert found.likely.upper == round(10_000 + half)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
    st.floats(0.1, 3),
    st.sampled_from([TEHRAN, BERLIN, UTC]),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
def test_what_is_expected_is_within_what_is_likely(came, factor, zone, day) -> None:
    history = at_nine(
        dict(zip(weeks_before(day, *range(1, len(came) + 1)), came, strict=True)),
        {day: factor},
        zone,
    )

    found = at(forecast(day, history, zone=zone), NINE)

    taken = came[:4]
    assert found.weeks == len(taken)
    assert found.expected == pytest.approx(sum(taken) / len(taken) * factor)
    assert 0 <= found.likely.lower <= found.likely.upper
    assert found.likely.upper >= found.expected - 1


def test_the_zone_of_a_count_does_not_matter() -> None:
    one = at_nine({MONDAY - timedelta(weeks=1): 5})
    other = History(
        counts={at.astimezone(UTC): n for at, n in one.counts.items()}, days=one.days, factors={}
    )

    assert forecast(MONDAY, one, zone=TEHRAN) == forecast(MONDAY, other, zone=TEHRAN)


def test_a_holiday_factor_is_all_that_came_by_all_that_was_expected() -> None:
    assert holiday_factor([(30, 100), (20, 100)]) == 0.25
    assert holiday_factor([]) is None
    with pytest.raises(ValueError, match=r"^days must have"):
        holiday_factor([(-1, 1)])


def test_what_cannot_be_is_named() -> None:
    good = datetime(2026, 3, 2, 9, tzinfo=TEHRAN)
    for counts, factors, named in (
        ({good.replace(tzinfo=None): 1}, {}, "counts must have aware times"),
        ({good: -1}, {}, "counts must not be below 0"),
        ({good + timedelta(minutes=10): 1}, {}, "counts must begin with half hours"),
        ({good: 1}, {MONDAY: -1.0}, "factors must be finite"),
        ({good: 1}, {MONDAY: float("nan")}, "factors must be finite"),
    ):
        with pytest.raises(ValueError, match=f"^{named}"):
            forecast(MONDAY, History(counts=counts, days=set(), factors=factors), zone=TEHRAN)
    with pytest.raises(ValueError, match=r"^counts must begin"):
        forecast(MONDAY, History(counts={good: 1}, days=set(), factors={}), zone=KATHMANDU)
    with pytest.raises(ValueError, match=r"^level must be"):
        forecast(MONDAY, History(counts={}, days=set(), factors={}), zone=TEHRAN, level=1)
