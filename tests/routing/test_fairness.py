"""When a difference between people of one temperament and all others is a gap."""

from math import log

import pytest

from routing.fairness import LEAST, Share, Times, differs, is_lower, takes_longer


def times(median_s, n=100, variance=0.5):
    return Times(n=n, median_s=median_s, log_mean=log(1 + median_s), log_variance=variance)


@pytest.mark.parametrize(
    ("theirs", "others", "is_gap"),
    [
        (times(600), times(300), True),
        (times(300), times(600), False),  # they are served earlier: nothing to be told of
        (times(370), times(300), False),  # too little to matter
        (times(600, n=LEAST - 1), times(300), False),
        (times(600), times(300, n=LEAST - 1), False),
        (times(600, n=LEAST, variance=9), times(300, n=LEAST, variance=9), False),  # chance
        (times(5), times(0), True),
    ],
)
def test_a_wait_is_a_gap_where_it_is_longer_by_far_and_for_certain(theirs, others, is_gap):
    assert takes_longer(theirs, others) is is_gap


@pytest.mark.parametrize(
    ("theirs", "others", "is_gap"),
    [
        (Share(n=100, k=60), Share(n=1000, k=900), True),
        (Share(n=100, k=85), Share(n=1000, k=900), False),  # too little
        (Share(n=30, k=22), Share(n=30, k=27), False),  # chance: z = 1.7
        (Share(n=29, k=0), Share(n=1000, k=900), False),
        (Share(n=100, k=100), Share(n=100, k=100), False),
        (Share(n=0, k=0), Share(n=0, k=0), False),
    ],
)
def test_a_share_is_a_gap_where_it_is_another_by_far_and_for_certain(theirs, others, is_gap):
    assert differs(theirs, others) is is_gap
    assert is_lower(theirs, others) is is_gap
    assert not is_lower(others, theirs)
