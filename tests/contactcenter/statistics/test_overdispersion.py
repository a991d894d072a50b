"""How much more than chance figures are spread."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.overdispersion import factor, winsorised

SCORES = st.lists(st.floats(-50, 50), max_size=30)


def test_a_tenth_at_each_end_is_drawn_in() -> None:
    """Of 0 to 10, the percentiles of 10 and 90 % are 1 and 9."""
    assert winsorised([10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) == [9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_the_factor_is_the_mean_square_of_what_was_drawn_in() -> None:
    """(9² + 1² + 1² + 2² + … + 9²) / 11 = (285 + 81 + 1) / 11."""
    assert factor(list(range(11))) == pytest.approx(367 / 11)


def test_one_who_stands_out_does_not_hide_himself() -> None:
    usual = [-1.0, -0.5, 0.0, 0.5, 1.0] * 4

    assert factor(usual) == 1
    assert factor([*usual, 40.0]) == 1
    assert factor([3 * one for one in usual]) == pytest.approx(4.5)


def test_of_nobody_nothing_is_widened() -> None:
    assert factor([]) == 1
    assert winsorised([]) == []


@given(SCORES, st.integers(0, 99))
def test_order_does_not_matter_and_nothing_is_ever_narrowed(scores, seed) -> None:
    shuffled = list(scores)
    Random(seed).shuffle(shuffled)

    assert factor(shuffled) == factor(scores)
    assert factor(scores) >= 1
    assert all(min(scores) <= one <= max(scores) for one in winsorised(scores))


def test_a_share_outside_its_range_is_named() -> None:
    with pytest.raises(ValueError, match=r"^share must be between 0 and 0.5"):
        winsorised([1.0], share=0.6)
