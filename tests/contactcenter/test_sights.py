"""Agents who look at one time: each takes what comes first for him of what is left."""

import pytest

from contactcenter.dispatch.sights import Head, Sights

NOW_US = 1_000_000_000


def head(ticket_id: int, *agent_ids: int, **other: object) -> Head:
    """A ticket in sight; the lower its number, the longer it has waited."""
    values = {
        "agent_ids": list(agent_ids),
        "free": 1,
        "room": len(agent_ids),
        "queue_id": 1,
        "given_at_once": True,
        "is_sticky": False,
        "offer_timeout_s": 60,
        "ticket_id": ticket_id,
        "enqueued_us": ticket_id * 1_000_000,
        "credit_s": 0,
        "handicap_s": 0,
        "weight": 1,
    }
    return Head(**(values | other))


def chosen(sights: Sights, *agent_ids: int) -> list[tuple[int, int]]:
    return [(a, one.head.ticket_id) for a in agent_ids for one in sights.choose(a, NOW_US)]


def test_nobody_is_given_what_another_has_taken() -> None:
    sights = Sights([head(1, 10, 11), head(2, 10, 11)])

    assert chosen(sights, 11, 10, 12) == [(11, 1), (10, 2)]
    assert sights.cut_short == []


def test_the_oldest_of_all_queues_comes_first_and_the_reason_names_the_next() -> None:
    sights = Sights([head(1, 10, queue_id=2), head(3, 10)])

    (one,) = sights.choose(10, NOW_US)

    assert one.head.ticket_id == 1
    assert one.why["next"]["ticket_id"] == 3
    assert one.why["queues_with_work"] == 2


def test_the_next_may_be_of_the_same_queue() -> None:
    sights = Sights([head(1, 10), head(2, 10), head(9, 10, queue_id=2)])

    (one,) = sights.choose(10, NOW_US)

    assert one.why["next"] == {"ticket_id": 2, "score_s": 998.0}
    assert one.why["queues_with_work"] == 2


def test_one_takes_as_many_as_he_has_room_for() -> None:
    sights = Sights([head(n, 10, free=3, room=3, weight=w) for n, w in ((1, 2), (2, 2), (3, 1))])

    assert chosen(sights, 10) == [(10, 1), (10, 3)]


@pytest.mark.parametrize(("room", "cut_short"), [(1, [10]), (2, [])])
def test_whoever_saw_too_few_looks_again(room: int, cut_short: list[int]) -> None:
    """Two heavy ones were read of a queue: something lighter may wait behind them."""
    heads = [head(n, 10, free=3, room=room, weight=2) for n in (1, 2)]
    sights = Sights([*heads, head(9, 10, free=3, room=room, queue_id=2)])

    found = chosen(sights, 10)

    assert found == ([(10, 1)] if cut_short else [(10, 1), (10, 9)])
    assert sights.cut_short == cut_short
