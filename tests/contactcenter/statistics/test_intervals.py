"""How sure a share is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.intervals import two_sided, wilson


@pytest.mark.parametrize(
    ("hits", "n", "lower", "upper"),
    [
        # Newcombe 1998, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # By hand, with z = 1.96.
        (8, 10, 0.490, 0.943),
        (0, 10, 0.0, 0.278),
    ],
)
def test_published_intervals_come_out(hits, n, lower, upper) -> None:
    found = wilson(hits, n)

    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=6e-4)


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_its_share_and_mirrors_its_complement(n, data) -> None:
    hits = data.draw(st.integers(0, n))
    found, mirrored = wilson(hits, n), wilson(n - hits, n)

    assert 0 <= found.lower <= hits / n <= found.upper <= 1
    assert found.lower == pytest.approx(1 - mirrored.upper, abs=1e-12)
    wider = wilson(hits, n, level=0.998)
    assert wider.lower <= found.lower
    assert found.upper <= wider.upper


def test_levels_have_their_known_z() -> None:
    assert two_sided(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert two_sided(0.998) == pytest.approx(3.090232, abs=1e-6)


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(ValueError, match=r"^hits must be between 0 and n = 2, not 3"):
        wilson(3, 2)
    with pytest.raises(ValueError, match=r"^n must not be below 0"):
        wilson(0, -1)
    with pytest.raises(ValueError, match=r"^level must be"):
        wilson(1, 2, level=1)
