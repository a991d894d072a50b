"""Percentiles of durations that are not kept."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics import percentiles
from contactcenter.statistics.sketches import NOTHING, Sketch, bucket, seconds_of

DURATIONS = st.lists(st.floats(0, 1e9), max_size=25)
#: What ``log`` and ``exp`` may add to the error at the very edge of a bucket.
EDGE = 1e-9


@given(st.floats(1e-6, 1e12))
def test_a_bucket_speaks_for_a_duration_within_one_percent(seconds) -> None:
    assert abs(seconds_of(bucket(seconds)) - seconds) <= seconds * (0.01 + EDGE)


@given(DURATIONS.filter(len), st.floats(0, 1))
def test_every_percentile_is_right_within_one_percent(durations, share) -> None:
    exact = percentiles.continuous(sorted(durations), share)

    assert abs(Sketch.of(durations).percentile_s(share) - exact) <= exact * (0.01 + EDGE) + 1e-6


@given(DURATIONS, DURATIONS, DURATIONS)
def test_merging_is_counting_together_in_any_order_and_grouping(one, two, three) -> None:
    a, b, c = map(Sketch.of, (one, two, three))
    together = Sketch.of(three + one + two)

    assert a.merged(b, c) == a.merged(b).merged(c) == a.merged(b.merged(c)) == together
    assert c.merged(b).merged(a) == together
    assert together.n == len(one) + len(two) + len(three)
    assert a.merged(Sketch()) == a
    assert together.without(c) == a.merged(b)


@given(DURATIONS)
def test_bytes_bring_back_the_same_sketch(durations) -> None:
    sketch = Sketch.of(durations)

    assert Sketch.from_bytes(sketch.to_bytes()) == sketch
    assert Sketch.from_counts(dict(sketch.buckets)) == sketch


def test_a_sketch_that_is_merged_twice_counts_twice() -> None:
    sketch = Sketch.of([1.0, 60.0])

    assert sketch.merged(sketch).n == 4


def test_twenty_thousand_durations_are_a_thousand_bytes() -> None:
    chance = random.Random(1)
    sketch = Sketch.of(chance.lognormvariate(5, 1) for _ in range(20_000))

    assert sketch.n == 20_000
    assert len(sketch.to_bytes()) < 1200


def test_known_durations_have_known_buckets() -> None:
    """1.01 / 0.99 to the power of 204 is 59.2, to that of 205 it is 60.4: between them are 60 s."""
    assert [bucket(one) for one in (0, 1e-7, 1, 60, 3600)] == [NOTHING, NOTHING, 0, 205, 410]
    assert seconds_of(0) == pytest.approx(0.99)
    assert seconds_of(NOTHING) == 0
    assert Sketch.of([0.0] * 9 + [100.0]).percentile_s(0.5) == 0
    assert Sketch().percentile_s(0.5) is None


async def test_the_database_finds_the_same_buckets(conn) -> None:
    durations = [0.001, 0.5, 1.0, 12.34, 60.0, 3600.0, 86_400.0, 1e7]

    said = await conn.fetch(
        "SELECT ceil(ln(s) / ln(1.01::float8 / 0.99::float8))::int AS bucket"
        " FROM unnest($1::float8[]) WITH ORDINALITY AS given (s, place) ORDER BY place",
        durations,
    )

    assert [row["bucket"] for row in said] == [bucket(one) for one in durations]


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan")])
def test_a_duration_outside_its_range_is_named(seconds) -> None:
    with pytest.raises(ValueError, match=r"^seconds must be"):
        bucket(seconds)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^counts must not"):
        Sketch.from_counts({1: -1})
    with pytest.raises(ValueError, match=r"^other has durations"):
        Sketch.of([1.0]).without(Sketch.of([2.0]))
    for kept in (b"", b"\x02", b"\x01\x05", b"\x01\x05\x03\x85"):
        with pytest.raises(ValueError, match=r"^kept "):
            Sketch.from_bytes(kept)
    with pytest.raises(ValueError, match=r"^share "):
        Sketch().percentile_s(2)
