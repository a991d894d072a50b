"""Escalations, what is open, promises, and what customers say."""

import pytest
from told import ask, at, counts, e, rows, value, values, walk

UP = [
    *walk()[:4],
    e("09:40", "ticket_escalated", agent=7, queue=2, tier=2, reason="skill"),
    e("10:00", "ticket_assigned", agent=9),
    e("10:30", "ticket_returned", agent=9, queue=1, tier=1, reason="not_ours"),
    e("10:40", "ticket_assigned", agent=7),
    e("11:00", "ticket_escalated", agent=7, queue=2, tier=2, reason="customer_asked"),
    e("11:30", "ticket_assigned", agent=9),
    e("11:40", "reply_written", agent=9),
    e("12:00", "ticket_solved", agent=9),
]


def test_a_tier_is_left_once_a_ticket_however_often_it_comes_and_goes() -> None:
    events = [*UP, *walk(2, agent=8)]

    assert counts(events, "escalation_rate", "tier") == {1: (1, 2), 2: (0, 1)}
    assert counts(events, "escalation_rate", "agent") == {7: (1, 1), 8: (0, 1), 9: (0, 1)}
    assert counts(events, "escalation_rate", ["tier", "outcome"]) == {(1, "skill"): (1, 2)}
    assert counts(events, "escalation_rate", "channel") == {None: (1, 2)}
    assert values(events, "escalated", "outcome") == {"customer_asked": 1, "skill": 1}


def test_both_halves_of_an_escalation_are_timed() -> None:
    assert ask(UP, "time_to_escalate", "tier")[1].p90 == 2400 * 0.9 + 1800 * 0.1
    assert values(UP, "time_lost_per_hop", "tier") == {2: (20 + 30) * 60 / 2}


def test_a_bounce_belongs_to_the_tier_that_received_it_and_to_its_time() -> None:
    assert counts(UP, "bounce_back_rate", "tier") == {2: (1, 2)}
    assert counts(UP, "bounce_back_rate", within_h=0.5) == {None: (0, 2)}
    assert values(UP, "returned", ["agent", "outcome"]) == {(9, "not_ours"): 1}


def test_the_flow_between_tiers_has_its_ways_and_their_time() -> None:
    flow = ask(UP, "tier_flow", ["from_tier", "to_tier"])

    assert {way: (row.n, row.mean) for way, row in flow.items()} == {
        (1, 2): (2, (2400 + 1800) / 2),
        (2, 1): (1, 3000),
    }


@pytest.mark.parametrize(
    "moves",
    [
        [e("09:10", "ticket_escalated", tier=2, from_tier=1)],
        [e("09:10", "ticket_escalated", tier=2)],
        [e("09:10", "ticket_escalated")],
        [e("09:10", "ticket_escalated"), e("09:10", "ticket_assigned", tier=2, agent=7)],
    ],
)
def test_tiers_that_nobody_told_are_known_by_the_way(moves) -> None:
    events = [e("09:00", "ticket_opened"), *moves, *walk(2)]

    assert counts(events, "escalation_rate", "tier") == {1: (1, 2), 2: (0, 1)}
    assert counts(events, "escalation_rate") == {None: (1, 2)}


def test_the_backlog_of_any_instant_has_its_ages() -> None:
    events = [
        *walk(1, day=-20)[:4],
        *walk(2, day=-5)[:4],
        *walk(3, day=0)[:4],
        *walk(4, day=0),
        e("09:30", "ticket_pending", 3, agent=7),
    ]

    row = ask(events, "backlog", to=at("09:45"))[None]
    assert (row.n, row.value, row.median) == (4, 4, (45 * 60 + 5 * 86400 + 45 * 60) / 2)
    assert values(events, "backlog", "age", to=at("11:00")) == {
        "[0,1)": 1,
        "[3,7)": 1,
        "[14,inf)": 1,
    }
    assert value(events, "backlog_pending", to=at("11:00")) == 1
    assert value(events, "backlog_ours", to=at("11:00")) == 2
    assert value(events, "backlog", to=at("08:00", -10)) == 1
    assert value(events, "backlog", to=at("08:00", -30)) == 0


def test_what_was_open_is_told_by_what_was_known_then() -> None:
    events = [
        *walk(temperament="warm")[:4],
        e("11:00", "ticket_changed", changed={"temperament": {"from": "warm", "to": "haggler"}}),
    ]

    assert values(events, "backlog", "temperament", to=at("10:00")) == {"warm": 1}
    assert values(events, "backlog", "temperament", to=at("12:00")) == {"haggler": 1}


def test_what_is_open_ages_by_the_hours_of_business_where_that_is_asked() -> None:
    calendar = {"monday": [["09:30", "10:00"]]}

    row = ask(walk()[:4], "backlog", to=at("12:00"), clock="business", calendar=calendar)[None]
    assert row.mean == 1800


def test_promises_belong_to_when_they_were_due_and_to_who_held_it_then() -> None:
    met = {"metric": "first_reply", "target_s": 3600, "due_at": at("10:00"), "clock_id": 1}
    broken = {"metric": "resolution", "target_s": 7200, "due_at": at("11:00"), "clock_id": 2}
    events = [
        *walk(1)[:5],
        e("09:30", "sla_met", **met),
        e("10:30", "ticket_transferred", agent=8, from_agent=7),
        e("11:05", "ticket_transferred", agent=9, from_agent=8),
        e("11:10", "sla_breached", **broken),
        e("11:30", "ticket_solved", agent=9),
        e("11:30", "sla_met", **broken),
        *walk(2)[:3],
        e("11:00", "sla_breached", 2, **broken),
    ]

    assert counts(events, "sla_attainment", "agent") == {7: (1, 1), 8: (0, 1), None: (0, 1)}
    assert counts(events, "sla", "promise") == {"first_reply": (1, 1), "resolution": (0, 2)}
    assert counts(events, "sla", "queue") == {1: (1, 3)}
    early = {"from": at("09:59"), "to": at("10:01")}
    assert counts(events, "sla", **early) == {None: (1, 1)}


def test_satisfaction_is_the_solvers_with_its_interval() -> None:
    events = [
        *walk(1),
        e("10:01", "survey_sent", 1),
        e("10:05", "chat_rated", 1, score=5),
        *walk(2),
        e("10:01", "survey_sent", 2),
        e("10:05", "chat_rated", 2, score=3),
        *walk(3),
        e("10:01", "survey_sent", 3),
    ]

    assert counts(events, "csat", "agent") == {7: (1, 2)}
    assert value(events, "score") == 4
    assert counts(events, "response_rate") == {None: (2, 3)}
    row = ask(events, "csat", interval=True)[None]
    # Source: Wilson 1927; 1 of 2 lies between 9.5 and 90.5 %
    assert (round(row.low, 3), round(row.high, 3)) == (0.095, 0.905)


def test_visitors_of_a_chat_are_asked_when_it_is_solved() -> None:
    unheld = [one for one in walk(3, channel="webchat") if one["kind"] == "ticket_opened"]
    events = [
        *walk(1, channel="webchat"),
        e("10:05", "chat_rated", 1, score=5),
        *walk(2, channel="webchat"),
        *unheld,
        e("09:30", "ticket_abandoned", 3),
        *walk(4, channel="sms"),
    ]

    assert counts(events, "response_rate", "agent") == {7: (1, 2)}


def test_who_is_rated_is_who_solves_that_episode_whoever_had_it_before_or_after() -> None:
    events = [
        *walk(1, channel="webchat", solved="10:00"),
        e("09:40", "chat_rated", 1, score=5, episode=1),
        e("11:00", "ticket_reopened", 1),
        e("11:10", "ticket_assigned", 1, agent=8),
        e("11:15", "survey_answered", 1, score=1, episode=1),
        e("11:20", "ticket_solved", 1, agent=8),
        e("09:00", "ticket_opened", 2, channel="webchat"),
        e("09:01", "ticket_queued", 2, queue=1, tier=1),
        e("09:10", "ticket_assigned", 2, agent=7),
        e("09:20", "chat_rated", 2, score=4, episode=1),
        e("09:30", "ticket_escalated", 2, agent=7, queue=2, tier=2),
        e("09:40", "ticket_assigned", 2, agent=9),
        e("09:45", "reply_written", 2, agent=9),
        e("09:50", "ticket_solved", 2, agent=9),
    ]

    assert counts(events, "csat", "agent") == {7: (1, 2), 9: (1, 1)}


def test_promoters_less_detractors() -> None:
    events = [
        event
        for n, score in enumerate([10, 9, 8, 3])
        for event in (*walk(n), e("10:05", "survey_answered", n, scale="nps", score=score))
    ]

    assert value(events, "nps") == 0.25
    assert ask(events, "csat")[None].n == 0


def test_nothing_is_a_row_of_zeros() -> None:
    [overall, grouped] = rows(
        walk(),
        {"metric": "csat", "from": "2030-01-01"},
        {"metric": "aht", "by": "agent", "to": "2020-01-01"},
    )

    assert (overall.n, overall.value, overall.denominator) == (0, None, 0)
    assert (grouped.group, grouped.n, grouped.value) == ({"agent": None}, 0, None)
