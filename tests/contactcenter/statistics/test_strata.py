"""Small strata are merged with what is nearest."""

from collections import Counter
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.strata import merged

KEYS = list(product("ab", "xyz", "12"))
COUNTS = st.lists(st.sampled_from([None, 0, 1, 10, 30, 49, 50, 120]), min_size=12, max_size=12).map(
    lambda drawn: {key: n for key, n in zip(KEYS, drawn, strict=True) if n is not None}
)


def test_large_strata_stay_as_they_are() -> None:
    counts = {("warm",): 225, ("fault-finding",): 185}

    assert merged(counts) == {key: key for key in counts}


def test_small_ones_of_one_channel_go_together() -> None:
    counts = {
        ("warm", "sms", "bill"): 30,
        ("warm", "sms", "fault"): 20,
        ("warm", "phone", "bill"): 60,
    }

    assert merged(counts) == {
        ("warm", "sms", "bill"): ("warm", "sms", "bill"),
        ("warm", "sms", "fault"): ("warm", "sms", "bill"),
        ("warm", "phone", "bill"): ("warm", "phone", "bill"),
    }


def test_too_few_of_a_channel_join_the_smallest_large_one_of_it() -> None:
    counts = {
        ("warm", "sms", "bill"): 70,
        ("warm", "sms", "fault"): 60,
        ("warm", "sms", "other"): 5,
        ("cold", "sms", "other"): 51,
    }

    assert merged(counts)["warm", "sms", "other"] == ("warm", "sms", "fault")


def test_difficult_customers_are_kept_among_themselves_over_channels() -> None:
    counts = {
        ("difficult", "sms", "bill"): 30,
        ("difficult", "phone", "bill"): 25,
        ("easy", "sms", "bill"): 20,
        ("easy", "phone", "bill"): 500,
    }

    found = merged(counts)

    assert found["difficult", "sms", "bill"] == found["difficult", "phone", "bill"]
    assert found["easy", "sms", "bill"] == found["easy", "phone", "bill"]
    assert len(set(found.values())) == 2


def test_what_is_too_small_altogether_is_one_stratum() -> None:
    assert set(merged({("a", "x"): 3, ("b", "y"): 4}).values()) == {("a", "x")}
    assert merged({}) == {}
    assert merged({(): 3}) == {(): ()}


@given(COUNTS, st.integers(0, 99))
def test_each_is_large_enough_and_order_does_not_matter(counts, seed) -> None:
    found = merged(counts)
    shuffled = list(counts)
    Random(seed).shuffle(shuffled)

    assert merged({key: counts[key] for key in shuffled}) == found
    assert found.keys() == counts.keys()
    sizes = Counter()
    for key, into in found.items():
        sizes[into] += counts[key]
        assert found[into] == into
    assert len(sizes) <= 1 or min(sizes.values()) >= 50


@given(COUNTS)
def test_temperaments_with_enough_tickets_are_never_mixed(counts) -> None:
    found = merged(counts)
    enough = [
        {found[key] for key in counts if key[0] == first}
        for first in "ab"
        if sum(n for key, n in counts.items() if key[0] == first) >= 50
    ]

    assert len(enough) < 2 or enough[0].isdisjoint(enough[1])


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(ValueError, match=r"^counts must have keys of one length"):
        merged({("a",): 1, ("a", "b"): 1})
    with pytest.raises(ValueError, match=r"^counts must not"):
        merged({("a",): -1})
    with pytest.raises(ValueError, match=r"^least must be"):
        merged({}, least=0)
