"""Funnel plots and their limits."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.funnel import (
    ALARM,
    READING,
    Counted,
    Position,
    adjusted,
    funnel,
    limits,
)
from contactcenter.statistics.standardised import Difference


def test_exact_limits_by_hand() -> None:
    """Of 10 at a half, P(R <= 1) = 11/1024, P(R <= 2) = 56/1024: 2.5 % is 25.6/1024, so
    r = 2 less (56 - 25.6) / 45 = 1.3244; the upper limit mirrors it.
    """
    found = limits(0.5, 10, level=READING)

    assert found.lower == pytest.approx(0.13244, abs=1e-5)
    assert found.upper == pytest.approx(0.86756, abs=1e-5)


@pytest.mark.parametrize(
    ("target", "n", "level", "lower", "upper"),
    [
        # As scipy 1.17 has the binomial distribution: binom.ppf, binom.cdf and binom.pmf.
        (0.8, 100, READING, 0.713524, 0.880258),
        (0.8, 100, ALARM, 0.663234, 0.919022),
        (0.03, 500, READING, 0.014883, 0.046881),
        (0.03, 500, ALARM, 0.008280, 0.057197),
    ],
)
def test_exact_limits_of_the_binomial_distribution(target, n, level, lower, upper) -> None:
    found = limits(target, n, level=level)

    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-6)


def test_limits_of_many_are_normal_and_meet_the_exact_ones() -> None:
    exact, normal = limits(0.6, 1999, level=ALARM), limits(0.6, 2000, level=ALARM)

    assert normal.lower == pytest.approx(0.6 - 3.090232 * (0.24 / 2000) ** 0.5)
    assert exact.lower == pytest.approx(normal.lower, abs=5e-4)
    assert exact.upper == pytest.approx(normal.upper, abs=5e-4)


def test_over_dispersion_widens_by_its_root() -> None:
    found = limits(0.5, 100, level=READING, phi=4)

    assert found.upper - 0.5 == pytest.approx(2 * 1.959964 * 0.05)
    assert limits(0.1, 4, level=ALARM, phi=9).lower == 0


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_chance_puts_a_rate_beyond_a_limit_no_more_often_than_said(n, target) -> None:
    found = limits(target, n, level=READING)
    chances = [comb(n, k) * target**k * (1 - target) ** (n - k) for k in range(n + 1)]

    assert 0 <= found.lower <= found.upper <= 1
    assert sum(p for k, p in enumerate(chances) if k < found.lower * n - 1e-9) <= 0.025 + 1e-9
    assert sum(p for k, p in enumerate(chances) if k > found.upper * n + 1e-9) <= 0.025 + 1e-9
    mirrored = limits(1 - target, n, level=READING)
    assert mirrored.lower == pytest.approx(1 - found.upper, abs=1e-9)
    alarm = limits(target, n, level=ALARM)
    assert alarm.lower <= found.lower + 1e-12
    assert found.upper <= alarm.upper + 1e-12


def test_a_funnel_shows_who_is_beyond_what() -> None:
    """All solve 80 of 100, but one does 62, which is beyond 3.09 standard errors of 0.04."""
    counted = [Counted(agent=name, n=100, hits=80) for name in "abcdefghi"]
    counted += [Counted(agent="j", n=100, hits=62), Counted(agent="k", n=25, hits=24)]

    found = funnel(counted)
    positions = {one.agent: one.position for one in found.points}

    assert found.target == pytest.approx((9 * 80 + 62 + 24) / 1025)
    assert found.phi == 1
    assert positions["a"] is Position.INSIDE
    assert positions["j"] is Position.BELOW_ALARM
    assert positions["k"] is Position.ABOVE_READING


def test_where_all_differ_more_than_chance_nobody_alarms() -> None:
    rates = [40, 50, 60, 70, 80, 90] * 3

    found = funnel([Counted(agent=str(n), n=100, hits=one) for n, one in enumerate(rates)])

    assert found.phi > 10
    assert {one.position for one in found.points} == {Position.INSIDE}


def test_a_funnel_of_nobody_and_of_those_who_are_all_right() -> None:
    assert funnel([]).points == ()
    assert [one.position for one in funnel([Counted(agent="a", n=3, hits=3)]).points] == [
        Position.INSIDE
    ]


def test_an_adjusted_funnel_has_each_beside_what_was_expected_of_him() -> None:
    """All together solve 70 of 100. Hard had difficult customers and does as expected; Weak had easy
    ones, and is 0.2 below, which is 4 of his standard errors of 0.05.
    """
    usual = [
        Difference(agent=f"u{n}", n=100, observed=0.7, expected=0.7, variance=0.0025)
        for n in range(20)
    ]
    hard = Difference(agent="hard", n=100, observed=0.55, expected=0.55, variance=0.0025)
    weak = Difference(agent="weak", n=100, observed=0.85, expected=1.05, variance=0.0025)

    found = adjusted([*usual, hard, weak])
    by_agent = {one.agent: one for one in found.points}

    assert found.target == pytest.approx(0.7)
    assert found.phi == 1
    assert by_agent["hard"].rate == pytest.approx(0.7)
    assert by_agent["hard"].position is Position.INSIDE
    assert by_agent["weak"].rate == pytest.approx(0.5)
    assert by_agent["weak"].position is Position.BELOW_ALARM
    assert by_agent["weak"].alarm.lower == pytest.approx(0.7 - 3.090232 * 0.05)
    assert by_agent["weak"].reading.upper == pytest.approx(0.7 + 1.959964 * 0.05)


def test_an_adjusted_funnel_is_wider_where_all_differ() -> None:
    spread = [
        Difference(agent=str(n), n=100, observed=0.7 + d, expected=0.7, variance=0.0025)
        for n, d in enumerate([-0.15, -0.1, 0.0, 0.1, 0.15] * 4)
    ]

    found = adjusted(spread)

    assert found.phi == pytest.approx(2 * (9 + 4) / 5)
    assert {one.position for one in found.points} == {Position.INSIDE}


def test_an_adjusted_funnel_of_nobody_and_of_those_who_are_all_alike() -> None:
    assert adjusted([]).points == ()
    alike = Difference(agent="a", n=3, observed=0.1 + 0.2, expected=0.3, variance=0)
    assert adjusted([alike]).points[0].position is Position.INSIDE
    with pytest.raises(ValueError, match=r"^n and variance of a must be"):
        adjusted([Difference(agent="a", n=0, observed=0, expected=0, variance=0)])


@pytest.mark.parametrize("wrong", [{"n": 0, "hits": 0}, {"n": 2, "hits": 3}, {"n": 2, "hits": -1}])
def test_counts_that_cannot_be_are_named(wrong) -> None:
    with pytest.raises(ValueError, match=r"^hits and n of a must be"):
        funnel([Counted(agent="a", **wrong)])


def test_arguments_outside_their_range_are_named() -> None:
    with pytest.raises(ValueError, match=r"^target must be"):
        limits(1.1, 1, level=0.95)
    with pytest.raises(ValueError, match=r"^n must be"):
        limits(0.5, 0, level=0.95)
    with pytest.raises(ValueError, match=r"^phi must be"):
        limits(0.5, 1, level=0.95, phi=0.5)
    with pytest.raises(ValueError, match=r"^level must be"):
        limits(0.5, 1, level=0)
