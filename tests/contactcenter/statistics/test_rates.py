"""Service levels and abandonment by every definition."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.rates import (
    DEFINITIONS,
    Answering,
    Share,
    Variant,
    abandonment,
    service_level,
)

# ICMI's example data: 1,000 answered, 860 of them in time; 60 abandoned, 20 in time, 10 within 5 s.
ICMI = Answering(
    answered=1000, answered_in_time=860, abandoned=60, abandoned_in_time=20, abandoned_short=10
)
# Cisco's: 70 answered and 10 abandoned within the threshold, 20 calls that exceeded it.
CISCO = Answering(
    answered=90, answered_in_time=70, abandoned=10, abandoned_in_time=10, abandoned_short=0
)


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        (Variant.ABANDONED_IN_TIME_GOOD, 83.0),
        (Variant.ANSWERED_ONLY, 86.0),
        (Variant.ABANDONED_BAD, 81.1),
        (Variant.ABANDONED_IN_TIME_IGNORED, 82.7),
        (Variant.SHORT_ABANDONED_IGNORED, 81.9),
    ],
)
def test_five_formulas_say_81_to_86_percent_of_the_same_calls(variant, percent) -> None:
    assert round(service_level(ICMI, variant).value * 100, 1) == percent


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        (Variant.ABANDONED_IN_TIME_IGNORED, 77.8),
        (Variant.ABANDONED_BAD, 70.0),
        (Variant.ABANDONED_IN_TIME_GOOD, 80.0),
    ],
)
def test_the_three_of_cisco(variant, percent) -> None:
    assert round(service_level(CISCO, variant).value * 100, 1) == percent


def test_the_simple_example_of_cisco_is_38_percent() -> None:
    """50 answered in time and 80 later, nobody abandoned."""
    simple = Answering(
        answered=130, answered_in_time=50, abandoned=0, abandoned_in_time=0, abandoned_short=0
    )

    for variant in Variant:
        assert round(service_level(simple, variant).value * 100) == 38


def test_who_was_sent_elsewhere_counts_only_where_the_variant_says_so() -> None:
    flowed = Answering(
        answered=8,
        answered_in_time=8,
        abandoned=0,
        abandoned_in_time=0,
        abandoned_short=0,
        flowed_out=2,
    )

    assert service_level(flowed) == Share(8, 8)
    assert service_level(flowed, Variant.FLOWED_OUT_BAD) == Share(8, 10)


def test_abandonment_is_gross_or_without_short_ones() -> None:
    assert abandonment(ICMI) == Share(60, 1060)
    assert abandonment(ICMI, net=True) == Share(50, 1050)


def test_nothing_offered_is_no_share() -> None:
    none = Answering(
        answered=0, answered_in_time=0, abandoned=0, abandoned_in_time=0, abandoned_short=0
    )

    assert abandonment(none).value is None
    assert [service_level(none, variant).value for variant in Variant] == [None] * 6


def test_every_variant_is_defined_in_every_language() -> None:
    for definitions in DEFINITIONS.values():
        assert definitions.keys() == set(Variant)


@st.composite
def answerings(draw) -> Answering:
    answered, abandoned = draw(st.integers(0, 99)), draw(st.integers(0, 99))
    return Answering(
        answered=answered,
        answered_in_time=draw(st.integers(0, answered)),
        abandoned=abandoned,
        abandoned_in_time=draw(st.integers(0, abandoned)),
        abandoned_short=draw(st.integers(0, abandoned)),
        flowed_out=draw(st.integers(0, 9)),
    )


@given(answerings(), answerings(), st.sampled_from(Variant))
def test_counts_of_parts_sum_to_those_of_the_whole(one, two, variant) -> None:
    assert service_level(one + two, variant) == service_level(one, variant) + service_level(
        two, variant
    )
    assert abandonment(one + two) == abandonment(one) + abandonment(two)


@given(answerings(), st.sampled_from(Variant))
def test_a_share_is_never_more_than_all_and_the_harshest_is_the_least(of, variant) -> None:
    share = service_level(of, variant)

    assert 0 <= share.numerator <= share.denominator
    if variant is not Variant.FLOWED_OUT_BAD and share.denominator:
        harshest = service_level(of, Variant.ABANDONED_BAD)
        assert Fraction(harshest.numerator, harshest.denominator) <= Fraction(
            share.numerator, share.denominator
        )


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"answered": -1}, "answered must not be below 0"),
        ({"answered_in_time": 3}, "answered_in_time must not be more than answered"),
        ({"abandoned_in_time": 2}, "abandoned_in_time must not be more than abandoned"),
        ({"abandoned_short": 2}, "abandoned_short must not be more than abandoned"),
    ],
)
def test_what_cannot_be_is_named(wrong, named) -> None:
    right = {
        "answered": 2,
        "answered_in_time": 1,
        "abandoned": 1,
        "abandoned_in_time": 0,
        "abandoned_short": 0,
    }

    with pytest.raises(ValueError, match=named):
        Answering(**(right | wrong))
