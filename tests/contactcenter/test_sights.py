"""Agents who look at one time: each takes what comes first for him of what is left."""

from collections.abc import Sequence

import pytest

from contactcenter.dispatch.sights import Sight, Sights

NOW_US = 1_000_000_000


def sight(tickets: Sequence[int], *agent_ids: int, **other: object) -> Sight:
    """Tickets in sight; the lower the number of one, the longer it has waited."""
    values = {
        "agent_ids": list(agent_ids),
        "free": 1,
        "room": len(agent_ids),
        "is_sticky": False,
        "queue_id": 1,
        "handicap_s": 0,
        "auto_accept": ["sms"],
        "offer_timeout_s": 60,
        "offer_timeouts": {"phone": 20},
        "ticket_ids": list(tickets),
        "channels": ["sms" for _ in tickets],
        "by_phone": [False for _ in tickets],
        "weights": [1 for _ in tickets],
        "credits_s": [0 for _ in tickets],
        "ranks_us": [ticket_id * 1_000_000 for ticket_id in tickets],
    }
    return Sight(**(values | other))


def chosen(sights: Sights, *agent_ids: int) -> list[tuple[int, int]]:
    return [(a, one.head.ticket_id) for a in agent_ids for one in sights.choose(a, NOW_US)]


def test_nobody_is_given_what_another_has_taken() -> None:
    sights = Sights([sight([1, 2], 10, 11)])

    assert chosen(sights, 11, 10, 12) == [(11, 1), (10, 2)]
    assert sights.cut_short == []


def test_the_oldest_of_all_queues_comes_first_and_the_reason_names_the_next() -> None:
    sights = Sights([sight([1], 10, queue_id=2), sight([3], 10)])

    (one,) = sights.choose(10, NOW_US)

    assert one.head.ticket_id == 1
    assert one.why["next"]["ticket_id"] == 3
    assert one.why["queues_with_work"] == 2


def test_the_next_may_be_of_the_same_queue() -> None:
    sights = Sights([sight([1, 2], 10), sight([9], 10, queue_id=2)])

    (one,) = sights.choose(10, NOW_US)

    assert one.why["next"] == {"ticket_id": 2, "score_s": 998.0}
    assert one.why["queues_with_work"] == 2


def test_one_takes_as_many_as_he_has_room_for() -> None:
    sights = Sights([sight([1, 2, 3], 10, free=3, room=3, weights=[2, 2, 1])])

    assert chosen(sights, 10) == [(10, 1), (10, 3)]


@pytest.mark.parametrize(("room", "cut_short"), [(1, [10]), (2, [])])
def test_whoever_saw_too_few_looks_again(room: int, cut_short: list[int]) -> None:
    """Two heavy ones were read of a queue: something lighter may wait behind them."""
    heavy = sight([1, 2], 10, free=3, room=room, weights=[2, 2])
    sights = Sights([heavy, sight([9], 10, free=3, room=room, queue_id=2)])

    found = chosen(sights, 10)

    assert found == ([(10, 1)] if cut_short else [(10, 1), (10, 9)])
    assert sights.cut_short == cut_short


def test_nobody_talks_with_two_people_at_a_time_however_much_he_may_take() -> None:
    calls = sight([1, 2, 3], 10, free=6, room=6, by_phone=[True, True, False])

    assert chosen(Sights([calls]), 10) == [(10, 1), (10, 3)]


def test_a_telephone_rings_for_its_time_and_is_never_answered_by_itself() -> None:
    one, other = sight([1], 10, by_phone=[True], offer_timeouts={}), sight([1], 10)

    assert (one.head(0).offer_timeout_s, one.head(0).given_at_once) == (20, False)
    assert (other.head(0).offer_timeout_s, other.head(0).given_at_once) == (60, True)
    assert (
        sight([1], 10, by_phone=[True], offer_timeout_s=15, offer_timeouts={})
        .head(0)
        .offer_timeout_s
        == 15
    )


def test_what_is_sticky_to_him_comes_first_and_is_counted_once() -> None:
    own = sight([5], 10, free=2, room=2, is_sticky=True)
    sights = Sights([own, sight([1, 5], 10, free=2, room=2)])

    first, second = sights.choose(10, NOW_US)

    assert [one.head.ticket_id for one in (first, second)] == [5, 1]
    assert (first.why["sticky"], first.why["next"]["ticket_id"]) == (True, 1)
    assert (second.why["sticky"], "next" in second.why) == (False, False)


def test_who_saw_too_little_of_what_is_sticky_to_him_looks_again() -> None:
    """Another took what was sticky to him: behind it there may be more of the kind."""
    own = [sight([n], 10, room=1, is_sticky=True) for n in (1, 2)]
    sights = Sights([*own, sight([1, 2, 3, 4], 10, 11, 12)])

    assert chosen(sights, 11, 12, 10) == [(11, 1), (12, 2)]
    assert sights.cut_short == [10]


def test_each_channel_rings_in_its_own_way() -> None:
    sights = Sights([sight([1, 2, 3], 10, free=3, room=3, channels=["sms", "phone", "webchat"])])

    heads = [one.head for one in sights.choose(10, NOW_US)]

    assert [h.given_at_once for h in heads] == [True, False, False]
    assert [h.offer_timeout_s for h in heads] == [60, 20, 60]
