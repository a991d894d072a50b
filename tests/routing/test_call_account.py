"""Whatever is told of a call, its account makes sense, and the order is nothing to go by."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from routing.calls import spans
from routing.calls.account import account
from routing.calls.events import Event, distinct

BEGAN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LEGS = ("CAcustomer", "CAann", "CAbob", "CAsue", None)
KINDS = (
    "began",
    "chose",
    "parked",
    "unparked",
    "dialled",
    "ringing",
    "answered",
    "pressed",
    "ended",
    "joined",
    "left",
    "held",
    "unheld",
    "changed",
    "room_opened",
    "room_closed",
    "recording_began",
    "recording_ended",
    "wrapped_up",
    "callback_asked",
)
LABELS = (None, "", "customer", "agent:ann", "agent:bob", "supervisor:sue", "number:12", "who")


def at(seconds):
    return BEGAN + timedelta(seconds=seconds)


def told(kind, seconds=None, leg="CAcustomer", *, heard=None, **more):
    """Something that happened at a second, or of which only is known when we heard of it."""
    received = (seconds or 0) + 0.3 if heard is None else heard
    return Event(
        kind=kind,
        received_at=at(received),
        at=None if seconds is None else at(seconds),
        leg=leg,
        **more,
    )


MOMENTS = st.integers(0, 90)
EVENTS = st.builds(
    lambda kind, seconds, heard, leg, label, status, elapsed, sequence, flag: Event(
        kind=kind, received_at=at(heard), at=None if seconds is None else at(seconds), leg=leg, conference="CF1" if sequence else None, sequence=sequence, label=label, status=status, elapsed_s=elapsed, is_coach=flag, is_muted=flag, direction=None
    ),
    st.sampled_from(KINDS),
    st.none() | MOMENTS,
    MOMENTS,
    st.sampled_from(LEGS),
    st.sampled_from(LABELS),
    st.sampled_from((None, "connected", "hung_up", "left", "full", "completed", "busy")),
    st.none() | MOMENTS,
    st.none() | st.integers(1, 20),
    st.booleans(),
)  # fmt: skip


@drawn(max_examples=120, deadline=None)
@given(st.data())
def test_nothing_that_is_told_makes_an_account_without_sense(data):
    events = data.draw(st.lists(EVENTS, max_size=14))
    made = account(events)
    assert made == account(data.draw(st.permutations(events)) + events[:3])
    if not events:
        assert made is None
        return
    assert made.call_s >= made.ivr_s + made.queue_s + made.talk_s + made.hold_s
    assert min(made.ivr_s, made.queue_s, made.ring_s, made.talk_s, made.hold_s) >= 0
    assert made.transfers >= made.warm >= 0
    for done in made.agents.values():
        assert min(done.talk_s, done.hold_s, done.wrap_s) >= 0
        assert done.talk_s <= made.talk_s
        assert done.hold_s <= made.hold_s
    assert all(phase.to_at is None or phase.from_at < phase.to_at for phase in made.phases)
    assert all(one.from_at <= other.from_at for one, other in pairwise(made.phases))
    assert (made.ended_at is not None) == made.is_over


def test_an_event_told_twice_is_one_heard_of_at_the_earlier_time():
    late, early = told("began", heard=9.0), told("began", heard=2.0)
    assert distinct([late, early]) == distinct([early, late]) == (early,)


def test_in_a_room_what_has_no_time_was_not_later_than_what_has_a_higher_number():
    events = [
        told("began", 0, direction="inbound"),
        told("joined", 10, conference="CF1", sequence=1, label="customer"),
        told("joined", None, "CAann", heard=55, conference="CF1", sequence=2, label="agent:ann"),
        told("held", 20, conference="CF1", sequence=3, label="customer"),
        told("ended", 60, status="completed", elapsed_s=60),
    ]
    assert account(events).hold_s == 40


def test_whose_telephones_are_is_taken_from_our_rows_where_they_say_it():
    events = [
        told("began", 0, direction="inbound"),
        told("joined", 10, conference="CF1", sequence=1),
        told("joined", 10, "CAann", conference="CF1", sequence=2),
        told("joined", 10, "CAsue", conference="CF1", sequence=3),
        told("ended", 60, status="completed", elapsed_s=60),
    ]
    labels = {"CAcustomer": "customer", "CAann": "agent:7", "CAsue": "supervisor:3"}
    assert list(account(events, labels=labels).agents) == ["7"]


def test_talk_with_an_outside_number_is_answered_and_no_agents_talk():
    events = [
        told("began", 0, direction="inbound"),
        told("parked", None, heard=5, elapsed_s=0),
        told("joined", 10, conference="CF1", sequence=1, label="customer"),
        told("joined", 10, "CAann", conference="CF1", sequence=2, label="agent:ann"),
        told("joined", 20, "CAnum", conference="CF1", sequence=3, label="number:12"),
        told("left", 30, "CAann", conference="CF1", sequence=4, label="agent:ann"),
        told("left", 60, conference="CF1", sequence=5, label="customer"),
        told("ended", 60, status="completed", elapsed_s=60),
    ]
    made = account(events)
    assert (made.outcome, made.talk_s, made.queue_s, made.call_s) == ("answered", 20, 5, 60)
    assert (made.transfers, made.warm) == (1, 1), "both were there before Ann left"
    assert [(p.kind, p.from_at) for p in made.phases if p.kind == "outside"] == [
        ("outside", at(30))
    ]


@pytest.mark.parametrize("counted_s", [0, None])
def test_a_call_of_ours_that_nobody_answers_has_failed_and_had_no_menu(counted_s):
    events = [
        told("dialled", 0, "CAann", direction="outbound"),
        told("answered", 5, "CAann", direction="outbound"),
        told("joined", 8, "CAann", conference="CF1", sequence=1, label="agent:ann"),
        told("dialled", 8, direction="outbound"),
        told("ended", 30, status="no_answer", elapsed_s=counted_s, direction="outbound"),
    ]
    made = account(events, labels={"CAcustomer": "customer"})
    assert (made.outcome, made.ring_s) == ("failed", 5)
    assert (made.ivr_s, made.queue_s, made.talk_s, made.call_s) == (0, 0, 0, 0)


def test_where_the_customer_was_never_called_nobody_waited():
    events = [
        told("dialled", 0, "CAann", direction="outbound"),
        told("answered", 5, "CAann", direction="outbound"),
        told("ended", 20, "CAann", status="completed", elapsed_s=15, direction="outbound"),
    ]
    made = account(events, labels={"CAann": "agent:ann"})
    assert (made.outcome, made.is_over, made.parked_at) == ("failed", True, None)
    assert (made.ivr_s, made.queue_s, made.ring_s, made.call_s) == (0, 0, 5, 0)
    assert [(p.kind, p.from_at, p.to_at) for p in made.phases] == [("ringing", at(0), at(5))]
    assert account(events[:2], labels={"CAann": "agent:ann"}).is_over is False


def test_a_call_that_goes_on_is_counted_as_far_as_it_has_come():
    events = [
        told("began", 0, direction="inbound"),
        told("parked", None, heard=5, elapsed_s=0),
        told("joined", 10, conference="CF1", sequence=1, label="customer"),
        told("joined", 9, "CAann", conference="CF1", sequence=2, label="agent:ann"),
        told("held", 30, conference="CF1", sequence=3, label="customer"),
    ]
    made = account(events)
    assert (made.is_over, made.ended_at, made.talk_s, made.phases[-1].kind) == (
        False,
        None,
        20,
        "hold",
    )
    assert [(p.kind, p.to_at) for p in made.phases] == [
        ("menu", at(5)),
        ("waiting", at(10)),
        ("talk", at(30)),
        ("hold", None),
    ]


def test_who_has_taken_a_call_over_talks_on_while_it_goes_on():
    events = [
        told("began", 0, direction="inbound"),
        told("joined", 10, conference="CF1", sequence=1, label="customer"),
        told("joined", 10, "CAann", conference="CF1", sequence=2, label="agent:ann"),
        told("joined", 20, "CAbob", conference="CF1", sequence=3, label="agent:bob"),
        told("left", 25, "CAann", conference="CF1", sequence=4, label="agent:ann"),
        told("held", 40, conference="CF1", sequence=5, label="customer"),
    ]
    made = account(events)
    assert (made.talk_s, made.agents["bob"].talk_s, made.transfers) == (30, 20, 1)
    assert [(p.kind, p.agent, p.to_at) for p in made.phases if p.agent == "bob"] == [
        ("talk", "bob", at(40)),
        ("hold", "bob", None),
    ]


def test_wrapping_up_begins_with_leaving_and_being_done_before_that_is_no_wrap_up():
    call = [
        told("began", 0, direction="inbound"),
        told("joined", 10, conference="CF1", sequence=1, label="customer"),
        told("joined", 10, "CAann", conference="CF1", sequence=2, label="agent:ann"),
        told("left", 40, "CAann", conference="CF1", sequence=3, label="agent:ann"),
        told("ended", 60, status="completed", elapsed_s=60),
    ]
    assert (
        account([*call, told("wrapped_up", 55, None, label="agent:ann")]).agents["ann"].wrap_s == 15
    )
    assert (
        account([*call, told("wrapped_up", 39, None, label="agent:ann")]).agents["ann"].wrap_s == 0
    )
    assert account(call).agents["ann"].wrap_s == 0


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


def seconds(some):
    return {second for begin, end in some for second in range(begin, end)}


@drawn(max_examples=60, deadline=None)
@given(SPANS, SPANS)
def test_stretches_of_time_are_sets_of_seconds(these, those):
    assert seconds(spans.union(these)) == seconds(these)
    assert seconds(spans.common(these, those)) == seconds(these) & seconds(those)
    assert seconds(spans.without(these, those)) == seconds(these) - seconds(those)
    assert spans.length_s(these) == len(seconds(these))


def talk_with_ann(*more):
    return [
        told("began", 0, direction="inbound"),
        told("joined", 10, conference="CF1", sequence=1, label="customer"),
        told("joined", 10, "CAann", conference="CF1", sequence=2, label="agent:ann"),
        *more,
        told("ended", 60, status="completed", elapsed_s=60),
    ]


def test_who_is_alone_at_the_end_waits_only_if_he_is_on_hold():
    left = told("left", 40, "CAann", conference="CF1", sequence=4, label="agent:ann")
    held = told("held", 39, conference="CF1", sequence=3, label="customer")
    assert account(talk_with_ann(left)).queue_s == 0
    assert account(talk_with_ann(held, left)).queue_s == 20


def test_who_was_never_told_to_have_left_did_so_when_he_hung_up_or_the_room_was_closed():
    hung_up = told("ended", 45, "CAann", status="completed")
    closed = told("room_closed", 35, None, conference="CF1", sequence=9)
    assert account(talk_with_ann(hung_up)).talk_s == 35
    assert account(talk_with_ann(closed)).talk_s == 25
