"""Whatever is conceded, and however often it rises again, nothing accepted is below the floor."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import price_bands
from routing.price_bands import PriceBand, conceded, refusal

BAND = PriceBand(list_minor=1000, opening_minor=900, floor_minor=700)


@pytest.mark.parametrize(
    ("amount", "said"),
    [(1001, "above_list"), (1000, None), (900, None), (700, None), (699, "below_floor")],
)
def test_an_offer_lies_between_the_list_price_and_the_floor(amount, said):
    assert refusal(BAND, amount) == said


def test_a_concession_comes_off_the_last_offer_and_at_first_off_the_opening_price():
    assert (conceded(BAND, None, 50), conceded(BAND, 800, 50)) == (850, 750)


@given(
    prices=st.tuples(*[st.integers(0, 2000)] * 3).map(sorted),
    asks=st.lists(st.tuples(st.booleans(), st.integers(0, 2500)), max_size=20),
)
def test_no_accepted_sequence_of_concessions_ends_below_the_floor(prices, asks):
    band = PriceBand(floor_minor=prices[0], opening_minor=prices[1], list_minor=prices[2])
    last, accepted = None, []
    for is_concession, number in asks:
        amount = conceded(band, last, number) if is_concession else number
        if refusal(band, amount) is None:
            last = amount
            accepted.append(amount)

    assert all(band.floor_minor <= amount <= band.list_minor for amount in accepted)


@pytest.mark.parametrize("prices", [(900, 1000, 700), (1000, 600, 700)])
def test_a_band_that_does_not_come_down_to_its_floor_is_none(prices):
    with pytest.raises(ValueError, match="comes down"):
        PriceBand(**dict(zip(("list_minor", "opening_minor", "floor_minor"), prices, strict=True)))


def test_nobody_who_asks_is_in_the_rule():
    taken = {
        name
        for function in (refusal, conceded, PriceBand)
        for name in inspect.signature(function).parameters
    }

    assert taken == {
        *("band", "amount_minor", "last_minor", "off_minor"),
        *("list_minor", "opening_minor", "floor_minor"),
    }
    assert "import" not in inspect.getsource(price_bands).replace(
        "from dataclasses import", ""
    ).replace("from typing import", "")
