"""Percentiles as PostgreSQL has them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics import percentiles

SHARES = [0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.95, 0.99, 1]
TIMES = st.lists(st.floats(0, 1e6), min_size=1, max_size=30).map(sorted)


def test_the_median_of_four_lies_between_the_two_in_the_middle() -> None:
    waits = [1.0, 2.0, 4.0, 10.0]

    assert percentiles.continuous(waits, 0.5) == 3.0
    assert percentiles.discrete(waits, 0.5) == 2.0
    assert percentiles.continuous(waits, 0.9) == pytest.approx(8.2)
    assert percentiles.discrete(waits, 0.9) == 10.0


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentiles.continuous([], 0.5) is None
    assert percentiles.discrete([], 0.5) is None


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_share_outside_its_range_is_named(share) -> None:
    with pytest.raises(ValueError, match=r"^share must be between 0 and 1"):
        percentiles.continuous([1.0], share)
    with pytest.raises(ValueError, match=r"^share must be between 0 and 1"):
        percentiles.discrete([1.0], share)


@given(TIMES, st.fractions(0, 1, max_denominator=100))
def test_at_least_the_share_is_not_above_the_discrete_one(times, share: Fraction) -> None:
    found = percentiles.discrete(times, float(share))

    assert found in times
    assert sum(one <= found for one in times) >= float(share) * len(times) * (1 - 1e-12)
    assert times[0] <= percentiles.continuous(times, float(share)) <= times[-1]


async def test_the_database_says_the_same(conn) -> None:
    values = [
        [7.25],
        [1, 2],
        [3, 1, 2],
        [0.1, 0.2, 0.30001, 1e-9, 8e8, 12.5, 12.5],
        list(range(101)),
    ]
    for row in values:
        ordered = sorted(map(float, row))

        said = await conn.fetchrow(
            "SELECT percentile_cont($2::float8[]) WITHIN GROUP (ORDER BY v) AS continuous,"
            " percentile_disc($2::float8[]) WITHIN GROUP (ORDER BY v) AS discrete"
            " FROM unnest($1::float8[]) AS v",
            ordered,
            SHARES,
        )

        assert [percentiles.continuous(ordered, one) for one in SHARES] == said["continuous"]
        assert [percentiles.discrete(ordered, one) for one in SHARES] == said["discrete"]
