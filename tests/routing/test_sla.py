from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import calendars, sla
from routing.calendars import ALWAYS_OPEN, Calendar, OpeningHours, Span, unchanging
from routing.sla import Clock, Happening, Pause, Situation
from routing.states import State

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)

OFFICE = (Span(opens_min=8 * 60, closes_min=17 * 60),)
HALF_DAY = (Span(opens_min=8 * 60, closes_min=13 * 60),)
NIGHT = (Span(opens_min=22 * 60, closes_min=30 * 60),)
#: Thursday is half a day, Friday is closed, Saturday and Sunday are not.
TEHRAN = unchanging(
    OpeningHours(
        zone=ZoneInfo("Asia/Tehran"),
        week=(OFFICE, OFFICE, OFFICE, HALF_DAY, (), OFFICE, OFFICE),
    )
)
NEW_YORK_AT_NIGHT = unchanging(OpeningHours(zone=ZoneInfo("America/New_York"), week=(NIGHT,) * 7))
CALENDARS = (ALWAYS_OPEN, TEHRAN, NEW_YORK_AT_NIGHT)
#: From winter to autumn in New York, or about the night on which its clocks go back.
BEGINNINGS = st.timedeltas(timedelta(), timedelta(days=260)).map(
    lambda later: datetime(2026, 2, 25, tzinfo=UTC) + later
) | st.timedeltas(timedelta(), timedelta(days=5)).map(
    lambda later: datetime(2026, 10, 28, tzinfo=UTC) + later
)
SPANS = st.timedeltas(MICROSECOND, timedelta(days=3))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """A clock that has stood still a few times, and perhaps does."""
    at = draw(BEGINNINGS)
    target = draw(st.timedeltas(timedelta(seconds=1), timedelta(hours=60)))
    clock = Clock(metric="resolution", episode=1, target=target, started_at=at)
    pauses = []
    for ran, stood in draw(st.lists(st.tuples(SPANS, SPANS), max_size=4)):
        pauses.append(Pause(from_at=at + ran, to_at=at + ran + stood))
        at += ran + stood
    if pauses and draw(st.booleans()):
        pauses[-1] = replace(pauses[-1], to_at=None)
    return replace(clock, pauses=tuple(pauses))


def stood_still(clock: Clock, calendar: Calendar, until: datetime) -> timedelta:
    """The business time of the pauses up to an instant."""
    return sum(
        (
            calendars.business_time(calendar, p.from_at, min(until, p.to_at or until))
            for p in clock.pauses
        ),
        timedelta(),
    )


@given(clocks(), st.sampled_from(CALENDARS), st.timedeltas(timedelta(), timedelta(days=20)))
def test_what_it_ran_and_what_it_stood_still_is_all_the_business_time_there_was(
    clock: Clock, calendar: Calendar, later: timedelta
) -> None:
    at = clock.started_at + later

    total = sla.spent(clock, calendar, at) + stood_still(clock, calendar, at)

    assert total == calendars.business_time(calendar, clock.started_at, at)


@given(clocks(), st.sampled_from(CALENDARS))
def test_it_is_due_at_the_first_instant_by_which_it_has_run_for_its_target(
    clock: Clock, calendar: Calendar
) -> None:
    due_at = sla.due(clock, calendar)

    if due_at is None:
        assert clock.is_paused
        assert sla.spent(clock, calendar, NOON + timedelta(days=900)) < clock.target
    else:
        assert sla.spent(clock, calendar, due_at) == clock.target
        assert sla.spent(clock, calendar, due_at - MICROSECOND) < clock.target


@given(clocks(), st.sampled_from(CALENDARS))
def test_pauses_put_it_off_by_exactly_their_business_time(clock: Clock, calendar: Calendar) -> None:
    due_at = sla.due(clock, calendar)
    if due_at is None:
        return
    undisturbed = sla.due(replace(clock, pauses=()), calendar)
    assert undisturbed is not None

    put_off = calendars.business_time(calendar, undisturbed, due_at)

    assert put_off == stood_still(clock, calendar, due_at)


@given(clocks(), st.sampled_from(CALENDARS), st.floats(0.001, 0.999))
def test_a_share_is_reached_at_the_instant_from_which_its_burn_is_no_less(
    clock: Clock, calendar: Calendar, share: float
) -> None:
    at = sla.share_reached(clock, calendar, share)

    if at is not None:
        assert sla.burn(clock, calendar, at) >= share
        assert sla.burn(clock, calendar, at - MICROSECOND) < share


@pytest.mark.parametrize("share", [0.75, 0.9, 0.1, 0.7, 1 / 3])
def test_a_share_is_reached_no_microsecond_later_than_that(share: float) -> None:
    clock = Clock(metric="resolution", episode=1, target=HOUR, started_at=NOON)

    at = sla.share_reached(clock, ALWAYS_OPEN, share)

    assert at is not None
    assert at - NOON - HOUR * share < 2 * MICROSECOND
    assert sla.burn(clock, ALWAYS_OPEN, at) >= share


def ticket(state: State = "assigned", **others: object) -> Situation:
    known = Situation(
        state=state,
        episode=1,
        enqueued_at=NOON,
        was_answered=True,
        replied_at=None,
        solved_at=None,
        closed_at=None,
        is_dropped=False,
    )
    return replace(known, **others)  # type: ignore[arg-type]


def clock(metric: sla.Metric = "resolution", **others: object) -> Clock:
    made = Clock(metric=metric, episode=1, target=HOUR, started_at=NOON)
    return replace(made, **others)  # type: ignore[arg-type]


STATES: tuple[State, ...] = ("waiting", "offered", "assigned", "pending", "on_hold")


@given(
    st.sampled_from(("first_reply", "next_reply", "resolution")),
    st.lists(st.tuples(st.sampled_from(STATES), st.timedeltas(timedelta(), HOUR)), max_size=12),
    st.sampled_from(CALENDARS),
)
def test_a_clock_runs_in_all_states_but_those_in_which_it_stands_still(
    metric: sla.Metric, stays: list[tuple[State, timedelta]], calendar: Calendar
) -> None:
    moving, at, ran = clock(metric), NOON, timedelta()
    for state, stay in stays:
        moving = sla.moved_on(moving, ticket(state), at)
        if state not in sla.STANDS_STILL[metric]:
            ran += calendars.business_time(calendar, at, at + stay)
        at += stay

    assert sla.spent(moving, calendar, at) == ran
    froms = [pause.from_at for pause in moving.pauses]
    assert sorted(set(froms)) == froms
    assert all(pause.to_at is not None for pause in moving.pauses[:-1])


def test_a_first_reply_is_promised_until_somebody_writes_then_the_next_ones() -> None:
    asked = ticket("waiting", was_answered=False)

    assert sla.begun(asked, [], Happening(is_new=True, heard_at=NOON)) == [
        ("first_reply", NOON),
        ("resolution", NOON),
    ]
    assert sla.begun(ticket(), [clock()], Happening(is_new=False, heard_at=NOON + HOUR)) == [
        ("next_reply", NOON + HOUR)
    ]


def test_the_oldest_unanswered_message_counts_and_a_second_one_begins_nothing() -> None:
    for waits in (clock("next_reply"), clock("first_reply")):
        assert (
            sla.begun(ticket(), [clock(), waits], Happening(is_new=False, heard_at=NOON + HOUR))
            == []
        )


def test_of_several_happenings_what_was_heard_first_counts() -> None:
    both = Happening(heard_at=NOON + HOUR).and_then(Happening(is_new=True, heard_at=NOON))

    assert both == Happening(is_new=True, heard_at=NOON)
    assert both.and_then(Happening()) == both


def test_nothing_is_promised_of_what_nobody_heard_and_of_an_episode_that_goes_on() -> None:
    assert sla.begun(ticket(), [], Happening(is_new=False, heard_at=None)) == []


@pytest.mark.parametrize("state", ["new", "solved", "closed"])
def test_nothing_is_promised_before_triage_and_after_the_solution(state: State) -> None:
    assert sla.begun(ticket(state), [], Happening(is_new=True, heard_at=NOON)) == []


def test_a_reply_keeps_the_promise_of_one_but_not_of_a_solution() -> None:
    answered = ticket(replied_at=NOON + HOUR)

    for metric in ("first_reply", "next_reply"):
        met = sla.moved_on(clock(metric), answered, NOON + 2 * HOUR)
        assert (met.ended_at, met.ended_by) == (NOON + HOUR, "met")
    assert sla.moved_on(clock(), answered, NOON + 2 * HOUR) == clock()


def test_a_reply_from_before_the_question_answers_nothing() -> None:
    waits = clock("next_reply", started_at=NOON + HOUR)

    assert sla.moved_on(waits, ticket(replied_at=NOON), NOON + 2 * HOUR) == waits


def test_solving_keeps_the_promise_of_a_solution_and_leaves_nothing_to_answer() -> None:
    solved = ticket("solved", solved_at=NOON + HOUR)

    met, reply = (
        sla.moved_on(clock(m), solved, NOON + 2 * HOUR) for m in ("resolution", "next_reply")
    )

    assert (met.ended_at, met.ended_by) == (NOON + HOUR, "met")
    assert (reply.ended_at, reply.ended_by) == (NOON + HOUR, "cancelled")


def test_of_spam_and_of_who_gave_up_nothing_was_promised() -> None:
    dropped = ticket("closed", solved_at=NOON, closed_at=NOON + HOUR, is_dropped=True)

    for metric in ("first_reply", "resolution"):
        gone = sla.moved_on(clock(metric), dropped, NOON + 2 * HOUR)
        assert (gone.ended_at, gone.ended_by) == (NOON + HOUR, "cancelled")


def test_a_new_episode_has_clocks_of_its_own() -> None:
    back = ticket("waiting", episode=2, enqueued_at=NOON + HOUR)

    met = sla.moved_on(clock(), back, NOON + HOUR)

    assert (met.ended_at, met.ended_by) == (NOON + HOUR, "met")
    own = sla.begun(
        back, [clock(), clock("next_reply")], Happening(is_new=True, heard_at=NOON + HOUR)
    )
    assert own == [
        ("next_reply", NOON + HOUR),
        ("resolution", NOON + HOUR),
    ]


def test_what_has_ended_stays_as_it_is() -> None:
    over = clock(ended_at=NOON + HOUR, ended_by="met")

    assert sla.moved_on(over, ticket("pending"), NOON + 2 * HOUR) == over
    assert sla.moved_on(over, ticket("closed", closed_at=NOON, is_dropped=True), NOON) == over


@pytest.mark.parametrize(
    ("after", "is_broken"), [(HOUR - MICROSECOND, False), (HOUR, True), (HOUR + MICROSECOND, True)]
)
def test_a_promise_is_kept_before_it_is_due_and_broken_at_that_instant(
    after: timedelta, is_broken: bool
) -> None:
    met = clock("first_reply", ended_at=NOON + after, ended_by="met")

    judged = sla.judged(met, sla.due(met, ALWAYS_OPEN), NOON + 5 * HOUR)

    assert judged.breached_at == (NOON + HOUR if is_broken else None)
    assert not is_broken or sla.judged(judged, NOON, NOON + 6 * HOUR) == judged


def test_it_stands_still_for_good_and_is_never_due() -> None:
    paused = sla.moved_on(clock(), ticket("on_hold"), NOON + HOUR / 2)

    assert sla.due(paused, ALWAYS_OPEN) is None
    assert sla.judged(paused, None, NOON + 9 * HOUR) == paused
    assert sla.burn(paused, ALWAYS_OPEN, NOON + 9 * HOUR) == 0.5


def test_a_weekend_and_the_night_do_not_count() -> None:
    thursday_noon = datetime(2026, 11, 19, 8, 30, tzinfo=UTC)  # 12:00 in Tehran, closed from 13:00
    promise = clock(target=3 * HOUR, started_at=thursday_noon)

    due_at = sla.due(promise, TEHRAN)

    assert due_at == datetime(2026, 11, 21, 6, 30, tzinfo=UTC)  # Saturday, 10:00


def test_the_night_on_which_the_clock_goes_back_is_an_hour_longer() -> None:
    evening = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)  # Saturday, 22:00 in New York
    promise = clock(target=9 * HOUR, started_at=evening)

    assert sla.due(promise, NEW_YORK_AT_NIGHT) == evening + 9 * HOUR


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        (clock(), "running"),
        (clock(pauses=(Pause(from_at=NOON, to_at=None),)), "paused"),
        (clock(breached_at=NOON + HOUR), "overdue"),
        (clock(ended_at=NOON, ended_by="met"), "met"),
        (clock(ended_at=NOON, ended_by="met", breached_at=NOON), "met_late"),
        (clock(ended_at=NOON, ended_by="cancelled"), "cancelled"),
    ],
)
def test_what_is_said_of_a_clock(promise: Clock, said: sla.Condition) -> None:
    assert sla.condition(promise, is_over=False) == said


def test_what_is_over_is_overdue_before_anybody_noted_it() -> None:
    assert sla.condition(clock(), is_over=True) == "overdue"
