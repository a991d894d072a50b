"""Promises through the use cases, against the database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import factories as make
import pytest
from promised import NOON, Centre, at

from contactcenter import merges
from contactcenter.dispatch import ending, holding, promises
from contactcenter.tickets import tickets


@pytest.fixture
async def centre(dsn: str) -> AsyncIterator[Centre]:
    opened = await Centre.opened(dsn)
    yield opened
    await opened.conn.close()


async def test_where_nothing_is_promised_nothing_is_kept(centre: Centre) -> None:
    ticket_id = await centre.held(0)
    await centre.reply(ticket_id, 1)
    await centre.solve(ticket_id, 2)

    assert await centre.clocks(ticket_id, "id") == []
    assert await centre.timers() == []


async def test_a_new_problem_is_promised_a_reply_and_a_solution_from_its_first_message_on(
    centre: Centre,
) -> None:
    await centre.promise(first=60, resolution=480)

    ticket_id = await centre.asked(0, looked_at=3)

    assert await centre.clocks(
        ticket_id, "metric", "policy", "started_at", "warn_at", "due_at", "ended_at"
    ) == [("first_reply", "all", 0, 45, 60, None), ("resolution", "all", 0, 360, 480, None)]
    assert await centre.timers() == [("sla_warning", 45), ("sla_warning", 360)]


async def test_a_reply_keeps_the_promise_and_the_next_question_begins_another(
    centre: Centre,
) -> None:
    await centre.promise(first=60, next=30)
    ticket_id = await centre.held(0)

    await centre.reply(ticket_id, 20)
    await centre.wrote(ticket_id, 100)
    await centre.wrote(ticket_id, 105)
    await centre.reply(ticket_id, 110)

    assert await centre.clocks(ticket_id, "metric", "started_at", "met_at", "ended_by") == [
        ("first_reply", 0, 20, "met"),
        ("next_reply", 100, 110, "met"),
    ]
    assert await centre.timers() == []
    assert await centre.told(ticket_id) == [
        ("sla_met", "first_reply", 20, 60),
        ("sla_met", "next_reply", 110, 130),
    ]


async def test_people_are_warned_and_told_when_it_is_broken_and_it_goes_on_until_it_is_kept(
    centre: Centre,
) -> None:
    await centre.promise(first=60)
    ticket_id = await centre.held(0)

    await centre.pass_to(80)
    await centre.reply(ticket_id, 90)

    columns = ("warned_at", "breached_at", "met_at", "ended_by")
    assert await centre.clocks(ticket_id, *columns) == [(45, 60, 90, "met")]
    assert await centre.told(ticket_id) == [
        ("sla_warned", "first_reply", 45, 60),
        ("sla_breached", "first_reply", 60, 60),
    ]


async def test_what_was_due_while_nobody_looked_is_broken_at_its_true_instant(
    centre: Centre,
) -> None:
    await centre.promise(first=60)
    ticket_id = await centre.held(0)

    await centre.wake_up(120)

    assert await centre.clocks(ticket_id, "warned_at", "breached_at", "ended_at") == [
        (120, 60, None)
    ]
    assert await centre.told(ticket_id) == [
        ("sla_warned", "first_reply", 120, 60),
        ("sla_breached", "first_reply", 120, 60),
    ]


async def test_a_late_reply_that_comes_before_the_timer_tells_the_same(centre: Centre) -> None:
    await centre.promise(first=60)
    ticket_id = await centre.held(0)

    await centre.reply(ticket_id, 90)
    await centre.wake_up(120)

    assert await centre.clocks(ticket_id, "breached_at", "met_at", "ended_by") == [(60, 90, "met")]
    assert await centre.told(ticket_id) == [("sla_breached", "first_reply", 90, 60)]


@pytest.mark.parametrize("reply_is_first", [True, False])
async def test_a_reply_at_the_very_instant_is_late_whoever_comes_first(
    centre: Centre, reply_is_first: bool
) -> None:
    await centre.promise(first=60)
    ticket_id = await centre.held(0)
    await centre.pass_to(59)

    if reply_is_first:
        await centre.reply(ticket_id, 60)
        await centre.pass_to(60)
    else:
        await centre.pass_to(60)
        await centre.reply(ticket_id, 60)

    columns = ("warned_at", "breached_at", "met_at", "ended_by")
    assert await centre.clocks(ticket_id, *columns) == [(45, 60, 60, "met")]
    assert [kind for kind, *_ in await centre.told(ticket_id)] == ["sla_warned", "sla_breached"]
    assert await centre.timers() == []


async def test_a_solution_waits_while_it_is_the_customers_turn_or_on_hold(centre: Centre) -> None:
    await centre.promise(first=600, resolution=120)
    ticket_id = await centre.held(0)

    await centre.pend(ticket_id, 30)
    paused = await centre.clocks(ticket_id, "metric", "due_at")
    await centre.wrote(ticket_id, 90)
    await centre.put_on_hold(ticket_id, 100, until=160)
    await centre.pass_to(160)
    await centre.solve(ticket_id, 170)

    assert paused == [("first_reply", 600), ("resolution", None)]
    assert await centre.pauses(ticket_id) == [("resolution", 30, 90), ("resolution", 100, 160)]
    columns = ("metric", "due_at", "breached_at", "ended_at", "ended_by")
    assert await centre.clocks(ticket_id, *columns) == [
        ("first_reply", 600, None, 170, "cancelled"),
        ("resolution", 240, None, 170, "met"),
    ]
    assert await centre.timers() == []


async def test_the_next_reply_waits_while_pending_but_not_on_hold(centre: Centre) -> None:
    await centre.promise(next=60)
    ticket_id = await centre.held(0)
    await centre.reply(ticket_id, 5)
    await centre.wrote(ticket_id, 10)

    await centre.put_on_hold(ticket_id, 20, until=500)
    await centre.pend(ticket_id, 30)
    await centre.resume(ticket_id, 50)

    assert await centre.pauses(ticket_id) == [("next_reply", 30, 50)]
    assert await centre.clocks(ticket_id, "due_at") == [(90,)]
    assert await centre.timers() == [("sla_warning", 75)]


async def test_a_message_on_a_ticket_on_hold_is_promised_an_answer(centre: Centre) -> None:
    await centre.promise(next=60)
    ticket_id = await centre.held(0)
    await centre.reply(ticket_id, 5)
    await centre.put_on_hold(ticket_id, 10, until=5000)

    await centre.wrote(ticket_id, 20)

    assert await centre.clocks(ticket_id, "metric", "started_at", "due_at") == [
        ("next_reply", 20, 80)
    ]


async def test_a_changed_policy_does_not_touch_what_was_promised(centre: Centre) -> None:
    await centre.promise(first=60, resolution=600)
    first = await centre.held(0)
    await centre.conn.execute("DELETE FROM sla_policy")
    await centre.promise(name="stricter", first=10)
    second = await centre.held(1)

    await centre.pend(first, 30)
    await centre.resume(first, 40)
    await centre.solve(first, 50)

    columns = ("metric", "policy", "configuration_version", "due_at", "ended_by")
    assert await centre.clocks(first, *columns) == [
        ("first_reply", "all", 1, 60, "cancelled"),
        ("resolution", "all", 1, 610, "met"),
    ]
    assert await centre.clocks(second, *columns) == [("first_reply", "stricter", 2, 11, None)]


async def test_what_was_promised_is_kept_when_no_policy_is_left(centre: Centre) -> None:
    await centre.promise(first=60, resolution=600)
    ticket_id = await centre.held(0)
    await centre.conn.execute("DELETE FROM sla_policy")
    await centre.configured()

    await centre.pend(ticket_id, 10)
    await centre.resume(ticket_id, 20)
    await centre.reply(ticket_id, 70)
    await centre.solve(ticket_id, 80)

    assert await centre.clocks(ticket_id, "metric", "breached_at", "due_at", "ended_by") == [
        ("first_reply", 60, 60, "met"),
        ("resolution", None, 610, "met"),
    ]


async def test_a_new_policy_promises_nothing_of_what_is_under_way(centre: Centre) -> None:
    ticket_id = await centre.held(0)
    await centre.promise(first=60, next=60, resolution=600)

    await centre.pend(ticket_id, 10)
    await centre.resume(ticket_id, 20)
    nothing = await centre.clocks(ticket_id, "metric")
    await centre.wrote(ticket_id, 30)

    assert nothing == []
    assert await centre.clocks(ticket_id, "metric", "started_at") == [("first_reply", 30)]


async def test_the_first_policy_that_fits_the_ticket_says(centre: Centre) -> None:
    await centre.promise("large", condition={"customer_category": "large_business"}, first=5)
    await centre.promise("front", position=1, condition={"queue_id": centre.queue_id}, next=9)
    await centre.promise("rest", position=2, first=60)
    contact_id = await make.contact(centre.conn)
    await make.segment(centre.conn, at(-5), contact_id, "customer_category", "large_business")

    large = await centre.asked(0, contact_id=contact_id)

    assert await centre.clocks(large, "policy", "due_at") == [("large", 5)]
    assert await centre.clocks(await centre.asked(0), "policy") == []


async def test_a_reopened_ticket_has_clocks_of_its_own(centre: Centre) -> None:
    await centre.promise(first=60, next=30, resolution=120)
    ticket_id = await centre.held(0)
    await centre.reply(ticket_id, 5)
    await centre.solve(ticket_id, 10)

    await centre.wrote(ticket_id, 200, looked_at=202)

    assert await centre.clocks(ticket_id, "metric", "episode", "started_at", "due_at") == [
        ("first_reply", 1, 0, 60),
        ("resolution", 1, 0, 120),
        ("next_reply", 2, 200, 230),
        ("resolution", 2, 202, 322),
    ]


async def test_an_agent_who_reopens_promises_a_solution_only(centre: Centre) -> None:
    await centre.promise(first=60, next=30, resolution=120)
    ticket_id = await centre.held(0)
    await centre.solve(ticket_id, 10)

    await centre.reopen(ticket_id, 20)

    assert await centre.clocks(ticket_id, "metric", "episode", "ended_by") == [
        ("first_reply", 1, "cancelled"),
        ("resolution", 1, "met"),
        ("resolution", 2, None),
    ]


async def test_who_was_written_to_first_is_promised_a_solution_once_he_answers(
    centre: Centre,
) -> None:
    await centre.promise(first=60, next=30, resolution=120)

    ticket_id = await centre.write_first(0)
    await centre.wrote(ticket_id, 500)

    assert await centre.pauses(ticket_id) == [("resolution", 0, 500)]
    assert await centre.clocks(ticket_id, "metric", "started_at", "due_at") == [
        ("resolution", 0, 620),
        ("next_reply", 500, 530),
    ]


async def test_an_answer_written_before_anybody_looked_at_the_question_counts(
    centre: Centre,
) -> None:
    await centre.promise(next=30)
    ticket_id = await centre.held(0)
    await centre.reply(ticket_id, 5)

    await centre.sent(ticket_id, 10)
    await centre.reply(ticket_id, 50)
    await centre.looks(ticket_id, 55)

    assert await centre.clocks(ticket_id, "started_at", "breached_at", "met_at") == [(10, 40, 50)]


async def test_spam_was_promised_nothing(centre: Centre) -> None:
    await centre.promise(first=60, resolution=120)
    ticket_id = await centre.held(0)

    await centre.hold(at(90), ending.mark_spam(centre.conn, at(90), ticket_id, actor="system"))

    assert await centre.clocks(ticket_id, "breached_at", "ended_at", "ended_by", "met_at") == [
        (60, 90, "cancelled", None),
        (None, 90, "cancelled", None),
    ]


async def test_friday_and_the_night_do_not_count(centre: Centre) -> None:
    tehran = await make.calendar(centre.conn)
    await centre.promise(first=420, resolution=1080, calendar_id=tehran)

    ticket_id = await centre.asked(1440)  # Thursday, 12:00; open until 17:00, again on Saturday

    saturday = 1440 + 2 * 1440 - 4 * 60
    assert await centre.clocks(ticket_id, "metric", "due_at") == [
        ("first_reply", saturday + 120),
        ("resolution", saturday + 1440 + 240),
    ]


async def test_without_a_calendar_of_its_own_a_policy_goes_by_that_of_the_queue(
    centre: Centre,
) -> None:
    tehran = await make.calendar(centre.conn)
    await centre.conn.execute("UPDATE queue SET calendar_id = $1", tehran)
    await centre.promise(first=360)

    ticket_id = await centre.asked(0)  # Wednesday, 12:00
    await centre.conn.execute("UPDATE queue SET calendar_id = NULL")

    assert await centre.clocks(ticket_id, "calendar_id", "due_at") == [
        (tehran, 5 * 60 + 15 * 60 + 60)
    ]


async def test_the_night_on_which_the_clocks_go_back_is_not_counted_twice(centre: Centre) -> None:
    new_york = await make.calendar(centre.conn, time_zone="America/New_York")
    await centre.promise(first=600, calendar_id=new_york)
    saturday = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)  # 16:00 in New York, closed from 17:00

    ticket_id = await centre.asked((saturday - NOON) / timedelta(minutes=1))

    sunday = datetime(2026, 11, 1, 13, 0, tzinfo=UTC)  # 08:00 in New York, now an hour nearer
    due_at = (sunday + timedelta(hours=9) - NOON) / timedelta(minutes=1)
    assert await centre.clocks(ticket_id, "due_at") == [(due_at,)]


WORKDAYS = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday")


async def test_a_calendar_that_is_written_anew_moves_what_runs_and_nothing_that_is_past(
    centre: Centre,
) -> None:
    tehran = await make.calendar(centre.conn)
    await centre.promise(first=60, resolution=360, calendar_id=tehran)
    ticket_id = await centre.asked(0)  # Wednesday, 12:00
    await centre.pass_to(60)

    await centre.opens(tehran, 120, *WORKDAYS, closes="15:00")
    await centre.pass_to(120)

    thursday = 20 * 60  # 08:00
    assert await centre.clocks(ticket_id, "metric", "due_at", "breached_at") == [
        ("first_reply", 60, 60),
        ("resolution", thursday + 180, None),
    ]
    assert await centre.timers() == [("sla_warning", thursday + 90)]


async def test_a_timer_of_hours_that_hold_no_more_breaks_nothing(centre: Centre) -> None:
    tehran = await make.calendar(centre.conn)
    await centre.promise(first=240, calendar_id=tehran)
    ticket_id = await centre.asked(0)
    await centre.opens(tehran, 60, *WORKDAYS, closes="13:00")
    await centre.conn.execute("DELETE FROM timer WHERE kind = 'sla_recount'")

    await centre.wake_up(250)

    assert await centre.clocks(ticket_id, "warned_at", "breached_at", "due_at") == [
        (None, None, 20 * 60 + 180)
    ]
    assert await centre.told(ticket_id) == []


async def test_many_clocks_are_counted_again_some_at_a_time(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "_AT_ONCE", 2)
    tehran = await make.calendar(centre.conn)
    await centre.promise(first=240, resolution=240, calendar_id=tehran)
    tickets = [await centre.asked(minute) for minute in range(4)]

    await centre.opens(tehran, 30, *WORKDAYS, closes="13:00")
    await centre.pass_to(30)

    for minute, ticket_id in enumerate(tickets):
        assert await centre.clocks(ticket_id, "due_at") == [(20 * 60 + 180 + minute,)] * 2


async def test_a_ticket_at_risk_comes_sooner_once_an_episode(centre: Centre) -> None:
    await centre.conn.execute("INSERT INTO credit_rule (kind, credit_s) VALUES ('sla_burn', 600)")
    await centre.promise(first=60, resolution=80)
    ticket_id = await centre.asked(0)

    await centre.pass_to(200)

    granted = await centre.conn.fetch("SELECT reason, credit_s FROM credit")
    assert [tuple(credit) for credit in granted] == [("sla_burn", 600)]
    assert (await tickets.find(centre.conn, ticket_id)).credit_s == 600


async def test_rules_are_asked_at_the_instant_at_which_a_share_of_theirs_is_reached(
    centre: Centre,
) -> None:
    await centre.conn.execute(
        "INSERT INTO escalation_rule (name, position, condition) VALUES ('late', 0, $1)",
        {"any": [{"sla_burn": 0.9}, {"tier": 1}, {"sla_burn": 0.5}]},
    )
    await centre.promise(resolution=100)
    ticket_id = await centre.held(0)
    assert await centre.timers() == [("sla_share", 50), ("sla_warning", 75)]

    await centre.pend(ticket_id, 10)
    paused = await centre.timers()
    await centre.resume(ticket_id, 30)

    assert paused == []
    assert await centre.timers() == [("sla_share", 70), ("sla_warning", 95)]
    await centre.fire_until("sla_share", 70)
    assert await centre.timers() == [
        ("escalation_check", 70),
        ("sla_warning", 95),
        ("sla_share", 110),
    ]


async def test_two_contacts_who_are_one_keep_what_each_was_promised(centre: Centre) -> None:
    await centre.promise(first=60, resolution=120)
    other_queue = await make.queue(centre.conn)
    kept, other = await make.contact(centre.conn), await make.contact(centre.conn)
    first = await centre.asked(0, contact_id=kept)
    second = await centre.asked(5, contact_id=other, queue_id=other_queue)
    before = [await centre.clocks(t, "metric", "due_at") for t in (first, second)]

    merge = merges.merge(centre.conn, at(10), kept, other, actor="system", must_read_as=None)
    await centre.hold(at(10), merge)

    assert [await centre.clocks(t, "metric", "due_at") for t in (first, second)] == before
    await centre.pass_to(70)
    assert await centre.told(second) == [
        ("sla_warned", "first_reply", 50, 65),
        ("sla_breached", "first_reply", 65, 65),
    ]


async def test_a_reply_counts_when_it_is_written_and_is_promised_again_when_it_cannot_be_sent(
    centre: Centre,
) -> None:
    await centre.promise(first=60, next=30)
    ticket_id = await centre.held(0)
    await centre.reply(ticket_id, 5)

    await centre.fails(ticket_id, 20)
    await centre.pass_to(21)
    await centre.reply(ticket_id, 22)

    assert await centre.clocks(ticket_id, "metric", "started_at", "met_at", "breached_at") == [
        ("first_reply", 0, 5, None),
        ("next_reply", 20, 22, None),
    ]


async def test_who_has_another_reply_or_did_not_ask_waits_for_nothing_when_one_fails(
    centre: Centre,
) -> None:
    await centre.promise(first=60, next=30)
    answered = await centre.held(0)
    await centre.reply(answered, 5)
    await centre.reply(answered, 6)
    unasked = await centre.write_first(7)

    await centre.fails(answered, 20)
    await centre.fails(unasked, 20)
    await centre.pass_to(21)

    assert await centre.clocks(answered, "metric") == [("first_reply",)]
    assert await centre.clocks(unasked, "metric") == []


async def test_whoever_takes_a_pending_ticket_lets_its_clock_go_on(centre: Centre) -> None:
    await centre.promise(resolution=120)
    senior_queue = await make.queue(centre.conn, tier=2)
    colleague = await make.agent(centre.conn, at(-5))
    given, risen = await centre.held(0), await centre.held(0)
    for ticket_id in (given, risen):
        await centre.pend(ticket_id, 10)

    to_him = holding.give_to(centre.conn, at(20), given, colleague, actor="system", note_id=None)
    await centre.hold(at(20), to_him)
    await centre.escalate(risen, 30, senior_queue)

    assert await centre.pauses(given) == [("resolution", 10, 20)]
    assert await centre.clocks(given, "due_at") == [(130,)]
    assert await centre.pauses(risen) == [("resolution", 10, 30)]
    assert await centre.clocks(risen, "due_at") == [(140,)]
