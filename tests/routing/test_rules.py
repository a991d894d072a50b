"""The rules as functions: what keeps an agent from a ticket, who comes first, how it is said."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import assignment, decision_words, ordering, sentences, timing, wording
from routing.eligibility import CLAUSES, Clause, clauses, first_false, is_kept
from routing.instants import SECOND_US


@dataclass(frozen=True)
class Row:
    """What a row of the database would be."""

    state: str = "waiting"
    enqueued_us: int = 100
    weight: int = 2
    presence: str = "available"
    capacity: int = 5
    load: int = 3
    delay_us: int = 50


FREE = {
    "queue_is_open": True,
    "excluded_until_us": None,
    "is_kept_for_another": False,
    "now_us": 150,
}
NOT = {
    "not_waiting": (Row(state="offered"), {}),
    "queue_closed": (Row(), {"queue_is_open": False}),
    "not_a_member": (Row(), {"membership": None}),
    "no_telephone": (Row(), {"telephone": "none"}),
    "not_available": (Row(presence="wrap_up"), {}),
    "no_room": (Row(load=4), {}),
    "telephone_busy": (Row(), {"telephone": "busy"}),
    "too_early": (Row(delay_us=51), {}),
    "excluded": (Row(), {"excluded_until_us": 151}),
    "kept_for_another": (Row(), {"is_kept_for_another": True}),
}


def asked(row, **more):
    given_ = {"membership": row} | FREE | more
    return first_false(row, row, given_.pop("membership"), **given_)


def test_who_meets_every_clause_may_have_it():
    assert asked(Row()) is None
    assert asked(Row(), excluded_until_us=150) is None, "over at the instant of its end"


@pytest.mark.parametrize("clause", CLAUSES)
def test_each_clause_alone_is_an_answer(clause):
    row, more = NOT[clause]

    assert asked(row, **more) == clause


@pytest.mark.parametrize(("first", "second"), list(pairwise(CLAUSES)))
def test_the_first_false_clause_is_the_answer(first, second):
    changed = {k: v for k, v in vars(NOT[first][0]).items() if v != getattr(Row(), k)}
    row = replace(NOT[second][0], **changed)

    assert asked(row, **(NOT[second][1] | NOT[first][1])) == first


@pytest.mark.parametrize(("first", "second"), list(pairwise(CLAUSES)))
def test_every_clause_is_told_and_the_first_false_is_among_them(first, second):
    changed = {k: v for k, v in vars(NOT[first][0]).items() if v != getattr(Row(), k)}
    row = replace(NOT[second][0], **changed)
    given_ = {"membership": row} | FREE | NOT[second][1] | NOT[first][1]

    told = clauses(row, row, given_.pop("membership"), **given_)

    assert tuple(told) == CLAUSES
    assert [clause for clause, holds in told.items() if not holds][:2] == (
        [first] if {first, second} == {"not_a_member", "too_early"} else [first, second]
    )


def test_a_ticket_is_kept_while_its_agent_is_signed_in_and_time_is_left():
    assert is_kept(until_us=10, presence="available", now_us=9)
    assert is_kept(until_us=10, presence="wrap_up", now_us=9)
    assert not is_kept(until_us=10, presence="available", now_us=10)
    assert not is_kept(until_us=10, presence="away", now_us=9)
    assert not is_kept(until_us=10, presence="offline", now_us=9)


candidates = st.builds(
    assignment.Candidate,
    agent_id=st.integers(1, 9),
    is_sticky=st.booleans(),
    level=st.integers(1, 2),
    band=st.integers(0, 2),
    load=st.integers(0, 3),
    capacity=st.integers(1, 4),
    idle_since_us=st.integers(0, 3),
)
heads = st.builds(
    assignment.Waiting,
    ticket_id=st.integers(1, 9),
    is_sticky=st.booleans(),
    queue_id=st.just(1),
    enqueued_us=st.integers(0, 3).map(lambda s: s * SECOND_US),
    credit_s=st.integers(0, 3),
    handicap_s=st.integers(0, 3),
    weight=st.just(1),
)


@given(st.lists(candidates, min_size=1, unique_by=lambda c: c.agent_id))
def test_agents_come_in_the_order_the_dispatcher_asks_them(found):
    keys = {
        c.agent_id: ordering.agent_key(
            is_sticky=c.is_sticky,
            level=c.level,
            band=c.band,
            load=c.load,
            capacity=c.capacity,
            idle_since_us=c.idle_since_us,
            agent_id=c.agent_id,
        )
        for c in found
    }

    choice = assignment.choose_agent(found, now_us=9)

    assert choice is not None
    ranked = sorted(keys, key=keys.__getitem__)
    assert choice.chosen_id == ranked[0]
    if len(ranked) > 1:
        because = ordering.first_difference(keys[ranked[0]], keys[ranked[1]])
        assert choice.why["next"] == {"agent_id": ranked[1], "behind_because": because}


@given(st.lists(heads, min_size=1, unique_by=lambda w: w.ticket_id))
def test_tickets_come_in_the_order_the_dispatcher_takes_them(found):
    def key(w):
        rank_us = ordering.rank_us(enqueued_us=w.enqueued_us, credit_us=w.credit_s * SECOND_US)
        handicap_us = w.handicap_s * SECOND_US
        score_us = ordering.score_us(
            rank_us=rank_us, handicap_us=handicap_us, now_us=10 * SECOND_US
        )
        assert score_us == assignment.score_us(w, now_us=10 * SECOND_US)
        return ordering.ticket_key(
            is_sticky=w.is_sticky,
            rank_us=rank_us,
            handicap_us=handicap_us,
            ticket_id=w.ticket_id,
        )

    choice = assignment.choose_ticket(found, {}.get, now_us=10 * SECOND_US)

    assert choice is not None
    assert choice.chosen_id == min(found, key=key).ticket_id


def test_what_is_sticky_comes_first_in_both_orders():
    small = ordering.ticket_key(is_sticky=True, rank_us=90, handicap_us=5, ticket_id=8)
    large = ordering.ticket_key(is_sticky=False, rank_us=10, handicap_us=0, ticket_id=7)
    own = ordering.agent_key(
        is_sticky=True, level=2, band=0, load=1, capacity=2, idle_since_us=9, agent_id="z"
    )
    other = ordering.agent_key(
        is_sticky=False, level=1, band=9, load=0, capacity=2, idle_since_us=0, agent_id="a"
    )

    assert small < large
    assert own < other
    assert ordering.first_difference(own, other) == "sticky"


def test_timers_of_one_instant_have_an_order():
    due = [(kind, n) for kind in reversed(get_args(timing.Kind)) for n in (9, 10)]
    fired = sorted(due, key=lambda one: timing.place(5, *one))

    kinds = list(dict.fromkeys(kind for kind, _ in fired))
    assert kinds[0] == "offer_expiry"
    assert set(kinds[1:4]) == {"delay_step", "exclusion_end", "sticky_end"}
    assert kinds[4:6] == ["overflow", "tier_end"]
    assert kinds[6:] == ["wrap_up_end", "answer", "leg_end", "patience_end"]
    assert [n for kind, n in fired if kind == "overflow"] == [10, 9]
    assert timing.place(4, "patience_end", 1) < timing.place(5, "offer_expiry", 1)


def test_only_delays_that_are_not_over_are_waited_for():
    assert timing.next_delay_us([10, 30, 60], enqueued_us=100, now_us=110) == 130
    assert timing.next_delay_us([10], enqueued_us=100, now_us=110) is None


@pytest.mark.parametrize("language", get_args(wording.Language))
def test_every_clause_has_words_in_every_language(language):
    said = [sentences.clause_in_words(clause, language) for clause in get_args(Clause)]

    assert all(said)
    assert len(set(said)) == len(CLAUSES)
    assert all(decision_words.BEHIND[place][language] for place in ordering.AGENT_KEY)


def test_persian_numbers_have_persian_digits_and_point():
    assert wording.in_persian_digits("10.5 s. 3") == "۱۰٫۵ s. ۳"
