"""What each did beside what colleagues do with the same customers."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.standardised import (
    Handled,
    cap,
    handle_times,
    solved_per_hour,
    solved_shares,
)

STRATA = [("warm", "sms"), ("warm", "phone"), ("difficult", "sms"), ("difficult", "phone")]


def rows(seed: int) -> list[Handled]:
    chance, found = Random(seed), []
    for agent in "abc":
        for stratum in STRATA:
            times = [chance.randint(1, 900) for _ in range(chance.randint(0, 20))]
            found.append(
                Handled(
                    agent=agent,
                    stratum=stratum,
                    n=len(times),
                    solved=chance.randint(0, len(times)),
                    handle_s=sum(times),
                    handle_s2=sum(t * t for t in times),
                )
            )
    return found


ROWS = st.integers(0, 10**6).map(rows)


def test_who_gets_the_long_calls_is_expected_to_take_long() -> None:
    """Long calls take 400 s and short ones 100 s on average, whoever takes them."""
    handled = [
        Handled(
            agent=agent, stratum=(kind,), n=n, handle_s=n * each, handle_s2=n * (each**2 + 2500)
        )
        for agent, kind, n, each in (
            ("eli", "long", 90, 400),
            ("eli", "short", 10, 100),
            ("gili", "long", 10, 400),
            ("gili", "short", 90, 100),
        )
    ]

    eli, gili = handle_times(handled)

    assert (eli.observed, eli.expected, eli.d) == (370, 370, 0)
    assert (gili.observed, gili.expected, gili.d) == (130, 130, 0)
    assert eli.variance == pytest.approx(2500 / 100)


def test_resolutions_per_hour_are_beside_those_of_the_mix() -> None:
    """Both had 60 tickets of one kind: 30 an hour with half solved, 20 an hour with all solved."""
    handled = [
        Handled(agent="quick", stratum=(), n=60, solved=30, handle_s=7200, handle_s2=60 * 120**2),
        Handled(
            agent="thorough", stratum=(), n=60, solved=60, handle_s=10_800, handle_s2=60 * 180**2
        ),
    ]

    quick, thorough = solved_per_hour(handled)

    assert (quick.observed, thorough.observed) == (15, 20)
    assert quick.expected == thorough.expected == 18
    # E = 45 of 60 with variance 11.25; H = 2.5 hours with variance 60 (30 s)² = 1/240 h².
    assert quick.variance == pytest.approx((11.25 + 18**2 / 240) / 2.5**2)


def test_longest_times_are_capped_at_the_p99() -> None:
    assert cap(list(range(101))) == 99
    assert cap([]) is None


def test_who_had_no_tickets_is_not_there() -> None:
    assert solved_shares([]) == []
    assert solved_shares([Handled(agent="a", stratum=("x",), n=0)]) == []
    assert solved_per_hour([Handled(agent="a", stratum=("x",), n=1, solved=1)]) == []


def test_equal_times_have_no_variance() -> None:
    """The squares of 0.1 s sum to a little more or less than what they are."""
    handled = [Handled(agent="a", stratum=("x",), n=7, handle_s=0.7, handle_s2=7 * 0.1**2)]

    assert handle_times(handled)[0].variance == 0


@given(ROWS)
def test_all_together_did_what_was_expected_of_them(handled) -> None:
    for differences in (solved_shares(handled, least=5), handle_times(handled, least=5)):
        assert sum(one.n * one.d for one in differences) == pytest.approx(0, abs=1e-6)
        assert sum(one.n for one in differences) == sum(one.n for one in handled)
        assert all(one.variance >= 0 for one in differences)


@given(ROWS, st.integers(0, 99))
def test_times_in_fractions_of_seconds_sum_the_same_in_any_order(handled, seed) -> None:
    handled = [
        replace(one, handle_s=one.handle_s / 7, handle_s2=one.handle_s2 / 7) for one in handled
    ]
    shuffled = list(handled)
    Random(seed).shuffle(shuffled)

    assert handle_times(shuffled) == handle_times(handled)
    assert solved_per_hour(shuffled) == solved_per_hour(handled)


@given(ROWS, st.integers(0, 99), st.integers(0, 5))
def test_neither_order_nor_splitting_of_rows_matters(handled, seed, part) -> None:
    split = []
    for one in handled:
        n = min(part, one.n)
        solved = min(n, one.solved)
        solved = max(solved, one.solved - (one.n - n))
        here = replace(one, n=n, solved=solved, handle_s=one.handle_s // 2, handle_s2=0)
        rest = replace(
            one,
            n=one.n - n,
            solved=one.solved - solved,
            handle_s=one.handle_s - one.handle_s // 2,
            handle_s2=one.handle_s2,
        )
        split += [here, rest]
    Random(seed).shuffle(split)

    for of in (solved_shares, handle_times, solved_per_hour):
        assert of(split) == of(handled)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"n": -1}, "n must not"),
        ({"solved": 3}, "solved must be between 0 and n = 2"),
        ({"handle_s": -1.0}, "handle_s must be"),
        ({"handle_s2": float("nan")}, "handle_s2 must be"),
    ],
)
def test_what_cannot_be_is_named(wrong, named) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        solved_shares([replace(Handled(agent="a", stratum=(), n=2), **wrong)])
