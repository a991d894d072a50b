"""Replies and resolutions, by tickets that were worked out by hand."""

import pytest
from told import ask, counts, e, value, values, walk

REOPENED = [
    *walk(),
    e("12:00", "interaction_received"),
    e("12:00", "ticket_reopened"),
    e("12:05", "ticket_assigned", agent=8),
    e("12:15", "reply_written", agent=8),
    e("12:20", "ticket_pending", agent=8),
    e("13:20", "interaction_received"),
    e("13:20", "ticket_resumed", agent=8),
    e("13:30", "ticket_held", agent=8),
    e("13:50", "ticket_resumed", agent=8),
    e("14:00", "ticket_solved", agent=8),
]


def test_the_first_reply_is_a_persons_in_public() -> None:
    events = [
        e("09:00", "ticket_opened"),
        e("09:00", "interaction_received"),
        e("09:00:05", "autoresponse_written"),
        e("09:01", "reply_written", agent=7, author="bot"),
        e("09:02", "note_written", agent=7),
        e("09:03", "reply_written", agent=7, public=False),
        e("09:04", "interaction_received"),
        e("09:10", "reply_written", agent=7, author="agent"),
    ]

    assert value(events, "first_reply") == 600
    assert ask(events, "next_reply")[None].n == 0


def test_of_a_ticket_we_opened_the_first_reply_waits_for_the_customer() -> None:
    events = [
        e("09:00", "ticket_opened", agent=7, author="agent"),
        e("09:00", "reply_written", agent=7),
        e("11:00", "interaction_received"),
        e("11:20", "reply_written", agent=7),
    ]

    assert value(events, "frt") == 1200
    assert ask(events[:2], "frt")[None].n == 0


def test_the_next_reply_runs_from_the_first_message_of_a_run() -> None:
    events = [
        *walk()[:5],
        e("09:40", "interaction_received"),
        e("09:45", "interaction_received"),
        e("09:55", "reply_written", agent=8),
        e("09:56", "reply_written", agent=8),
    ]

    assert values(events, "next_reply", "agent") == {8: 900}


def test_a_bounce_is_no_customers_word() -> None:
    events = [
        *walk()[:5],
        e("09:40", "interaction_received", **{"class": "bounce"}),
        e("09:55", "reply_written", agent=7),
    ]

    assert ask(events, "next_reply")[None].n == 0


def test_a_ticket_that_comes_back_is_timed_as_a_whole_and_in_parts() -> None:
    assert value(REOPENED, "first_resolution") == 3600
    assert value(REOPENED, "full_resolution") == 5 * 3600
    assert value(REOPENED, "unsolved_time") == 3 * 3600
    assert value(REOPENED, "agent_wait") == 3600
    assert value(REOPENED, "on_hold") == 1200
    assert value(REOPENED, "requester_wait") == 2 * 3600
    assert value(REOPENED, "time_to_reopen") == 2 * 3600
    assert values(REOPENED, "time_to_solve", "agent") == {7: 3600, 8: 7200}
    assert value(REOPENED, "first_reply") == 1800
    assert values(REOPENED, "next_reply", "agent") == {8: 900}


def test_nothing_is_resolved_in_full_while_it_is_open() -> None:
    assert ask(REOPENED[:8], "full_resolution")[None].n == 0
    assert ask(REOPENED[:8], "first_resolution")[None].n == 1


def test_who_held_it_and_spoke_has_solved_it_and_the_others_assisted() -> None:
    events = [
        *walk()[:5],
        e("09:40", "ticket_escalated", agent=7, queue=2, tier=2, reason="skill"),
        e("09:50", "ticket_assigned", agent=9),
        e("09:55", "reply_written", agent=9),
        e("10:00", "ticket_solved", agent=9),
    ]

    assert values(events, "solved", "agent") == {9: 1}
    assert values(events, "assisted", "agent") == {7: 1}
    assert counts(events, "resolution_share", "tier") == {2: (1, 1)}


def test_what_a_program_solves_or_a_silent_holder_is_nobodys() -> None:
    by_itself = [*walk()[:5], e("12:00", "ticket_solved", author="system")]
    silent = [*walk()[:4], e("10:00", "ticket_solved", agent=7)]

    assert values(by_itself, "solved", "agent") == {None: 1}
    assert values(by_itself, "assisted", "agent") == {7: 1}
    assert values(silent, "solved", "agent") == {None: 1}


@pytest.mark.parametrize(
    "end", [{"kind": "ticket_marked_spam"}, {"kind": "ticket_merged"}], ids=lambda one: one["kind"]
)
def test_spam_and_what_was_merged_away_leave_every_figure(end) -> None:
    events = [*walk(), e("10:30", **end)]

    assert [value(events, name) for name in ("opened", "solved", "handled")] == [0, 0, 0]


def test_first_contact_resolution_is_judged_when_its_week_is_over() -> None:
    twice = [*walk(1, contact=5), *walk(2, contact=5, day=3)]
    other = [*walk(1, contact=5, category=1), *walk(2, contact=5, day=3, category=2)]
    late = [*walk(1, contact=5), *walk(2, contact=5, day=8)]

    assert counts(walk(contact=5), "fcr", "agent") == {7: (1, 1)}
    assert counts(twice, "fcr") == {None: (1, 2)}
    assert counts(other, "fcr") == {None: (2, 2)}
    assert counts(late, "fcr") == {None: (2, 2)}
    assert counts(twice, "fcr", window_d=2) == {None: (2, 2)}
    assert counts(REOPENED, "fcr") == {None: (0, 1)}
    assert counts(walk(), "fcr", as_of="2026-03-09T09:59:59Z") == {None: (0, 0)}
    assert counts(walk(), "fcr", as_of="2026-03-09T10:00:00Z") == {None: (1, 1)}


def test_who_had_to_write_again_was_not_helped_at_once() -> None:
    events = [*walk()[:5], e("09:40", "interaction_received"), e("10:00", "ticket_solved", agent=7)]

    assert counts(events, "fcr") == {None: (0, 1)}


def test_net_of_what_was_escalated() -> None:
    up = [
        *walk(1),
        *walk(2)[:4],
        e("09:20", "ticket_escalated", 2, queue=2, tier=2),
        e("09:30", "ticket_assigned", 2, agent=9),
        e("09:40", "reply_written", 2, agent=9),
        e("09:50", "interaction_received", 2),
        e("10:00", "ticket_solved", 2, agent=9),
    ]

    assert counts(up, "fcr") == {None: (1, 2)}
    assert counts(up, "fcr_net") == {None: (1, 1)}


def test_reopenings_are_charged_to_the_solver_of_the_cohort() -> None:
    events = [*REOPENED, *walk(2)]

    assert counts(events, "reopen_rate", "agent") == {7: (1, 2), 8: (0, 1)}
    assert counts(events, "reopen_rate", window_d=0.05) == {None: (0, 3)}
    assert counts(events, "reopen_rate", as_of="2026-03-09T10:00:00Z") == {None: (1, 2)}


def test_owners_are_counted_but_not_the_first_nor_what_the_router_took_back() -> None:
    events = [
        *walk()[:4],
        e("09:20", "ticket_transferred", agent=8, from_agent=7),
        e("09:30", "ticket_released", agent=8, author="system", reason="no_reply"),
        e("09:40", "ticket_assigned", agent=9),
        e("09:50", "ticket_solved", agent=9),
    ]

    assert value(events, "transfers_per_episode") == 1
    assert values(events, "transferred", "outcome") == {"agent": 1}


def test_labels_are_those_of_the_time() -> None:
    events = [
        *walk(category="billing", temperament="warm", value="B")[:5],
        e("09:40", "ticket_changed", changed={"category_id": {"from": 1, "to": "fault"}}),
        e("09:40", "ticket_changed", temperament="fault_finding", value="vital"),
        e("10:00", "ticket_solved", agent=7),
    ]

    assert values(events, "first_reply", ["category", "temperament", "value"]) == {
        ("billing", "warm", "B"): 1800
    }
    assert values(events, "solved", ["category", "temperament", "value"]) == {
        ("fault", "fault_finding", "vital"): 1
    }


def test_business_time_is_that_of_the_calendar() -> None:
    calendar = {"week": {"monday": [["09:15", "09:45"]], "tuesday": [["09:00", "10:00"]]}}
    events = [*walk()[:5], e("09:30", "ticket_solved", agent=7, day=1)]

    assert value(events, "first_reply", clock="business", calendar=calendar) == 900
    assert value(events, "full_resolution", clock="business", calendar=calendar) == 3600


@pytest.mark.parametrize(
    "calendar",
    [
        {"monday": ["09:15-09:45"], "exceptions": [{"day": "2026-03-09", "hours": []}]},
        {"week": {"monday": [{"opens": "09:15", "closes": "09:45"}]}, "exceptions": {}},
    ],
)
def test_hours_are_written_as_in_a_configuration_or_as_the_api_has_them(calendar) -> None:
    events = [*walk()[:5], e("09:30", "ticket_solved", agent=7, day=7)]

    assert value(events, "first_reply", clock="business", calendar=calendar) == 900
    closed = 900 if calendar["exceptions"] == {} else 0
    told = value(events, "full_resolution", clock="business", calendar=calendar)
    assert told == 1800 + closed


def test_the_channel_is_that_of_the_first_message_where_the_opening_does_not_tell() -> None:
    events = [
        e("09:00", "ticket_opened"),
        e("09:00", "interaction_received", channel="email"),
        e("09:10", "reply_written", agent=7, channel="sms"),
    ]

    assert values(events, "frt", "channel") == {"email": 600}
