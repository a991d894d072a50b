"""Who may be dialled: by place and by how much was dialled before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calls.dialling import Dialled, Guard, Number, refused_place, refused_rate

LONDON = Number(address="+442071838750", country="GB")
TEHRAN = Number(address="+982188776655", country="IR")
SATELLITE = Number(address="+881612345678", country=None)
OFFICE = Number(address="sip:ann@pbx.example.com:5061;transport=tls", country=None)


def guard(*prefixes: str) -> Guard:
    return Guard(prefixes=prefixes, per_agent=3, per_house=10)


@pytest.mark.parametrize(
    ("prefixes", "number", "refusal"),
    [
        ((), LONDON, None),
        ((), TEHRAN, "destination_not_allowed"),
        ((), Number(address="+447781123456", country="GG"), "destination_not_allowed"),
        ((), SATELLITE, "destination_not_allowed"),
        ((), OFFICE, "destination_not_allowed"),
        (("+98",), TEHRAN, None),
        (("+98",), LONDON, "destination_not_allowed"),
        (("+44", "!+4420"), LONDON, "destination_not_allowed"),
        (("+44", "!+4420", "+44207"), LONDON, None),
        (("+44", "!+44"), LONDON, "destination_not_allowed"),
        (("!+4420",), LONDON, "destination_not_allowed"),
        (("!+4421",), LONDON, None),
        (("@PBX.example.com",), OFFICE, None),
        (("@pbx.example.com",), LONDON, None),
        (("@pbx.example.com",), TEHRAN, "destination_not_allowed"),
        (("@example.com",), OFFICE, "destination_not_allowed"),
        (("+",), SATELLITE, "refused by the guard itself"),
    ],
)
def test_the_longest_prefix_says_and_without_one_only_home_is_allowed(
    prefixes: tuple[str, ...], number: Number, refusal: str | None
) -> None:
    if prefixes == ("+",):
        with pytest.raises(ValueError, match="neither"):
            guard(*prefixes)
        return

    assert refused_place(guard(*prefixes), number, home="GB") == refusal


def test_premium_numbers_are_never_dialled_even_where_their_prefix_is_allowed() -> None:
    premium = Number(address="+449098790879", country="GB", is_premium=True)

    assert refused_place(guard("+44"), premium, home="GB") == "premium_number"


def test_from_an_address_that_is_no_number_nothing_is_home() -> None:
    assert refused_place(guard(), OFFICE, home=None) == "destination_not_allowed"


@given(by_agent=st.integers(0, 20), by_house=st.integers(0, 20))
def test_limits_hold_for_one_and_for_all(by_agent: int, by_house: int) -> None:
    refusal = refused_rate(guard(), Dialled(by_agent=by_agent, by_house=by_house))

    assert (refusal is None) == (by_agent < 3 and by_house < 10)
    assert refusal != "house_limit" or by_agent < 3


@pytest.mark.parametrize("wrong", ["44", "+", "+4a", "@", "!", "!44", "", "+۴۴"])
def test_a_prefix_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        guard(wrong)
