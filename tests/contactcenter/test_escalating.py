"""Escalation rules in use: every reason there is, against the database, on a clock of the test's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest

from contactcenter import desk, escalations, labels, queues, ticket_views, timers
from contactcenter.activation.recording import recorded
from contactcenter.db import Conn
from contactcenter.dispatch import (
    arriving,
    ending,
    entering,
    escalating,
    firing,
    holding,
    moving,
    pausing,
    refusals,
    seek,
    transferring,
)
from contactcenter.errors import BadInput
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

#: A Thursday, 15:30 in Tehran.
NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def minutes(amount: float) -> datetime:
    return after(60 * amount)


class Centre:
    """Three tiers, each with one agent who takes what comes by SMS at once."""

    def __init__(self, conn: Conn, queues: list[int], agents: list[int]) -> None:
        self.conn = conn
        self.first, self.second, self.third = queues
        self.junior, self.senior, self.expert = agents

    async def problem(self, at: datetime = NOON, **columns: Any) -> Ticket:
        ticket = await factories.queued_ticket(self.conn, at, queue_id=self.first, **columns)
        return await seek.agent_for(self.conn, at, ticket)

    async def fire(self, at: datetime) -> None:
        while await firing.fire_due(self.conn, at, at_most=10):
            pass

    async def tier(self, ticket: Ticket) -> int | None:
        return (await tickets.find(self.conn, ticket.id)).tier

    async def look(self, at: datetime, ticket: Ticket) -> Ticket:
        return await escalating.look(self.conn, at, await tickets.lock(self.conn, ticket.id))

    async def because(self, ticket: Ticket) -> list[tuple[str, str | None, list[Any]]]:
        """Of every step its reason, its rule, and what was found."""
        return [
            (step.reason, step.rule, [(held["leaf"], held["found"]) for held in step.because])
            for step in await escalations.of_ticket(self.conn, ticket.id)
        ]


@pytest.fixture
async def centre(world: Conn) -> Centre:
    third = await factories.queue(world, tier=3, auto_accept=["sms"])
    second = await factories.queue(world, tier=2, auto_accept=["sms"], escalate_to_id=third)
    first = await factories.queue(world, tier=1, auto_accept=["sms"], escalate_to_id=second)
    queues = [first, second, third]
    agents = [await factories.agent(world, NOON, queues=[queue_id]) for queue_id in queues]
    return Centre(world, queues, agents)


async def test_a_ticket_stuck_in_a_tier_rises_when_its_open_minutes_are_over(
    centre: Centre,
) -> None:
    await factories.escalation_rule(centre.conn, "stuck", {"business_minutes_in_tier": 45})
    ticket = await centre.problem()

    await centre.fire(minutes(44.9))
    assert await centre.tier(ticket) == 1
    await centre.fire(minutes(45))

    assert await centre.tier(ticket) == 2
    assert await centre.because(ticket) == [("rule", "stuck", [("business_minutes_in_tier", 45.0)])]
    event = await centre.conn.fetchrow(
        "SELECT data, version FROM event WHERE ticket_id = $1 AND kind = 'ticket_escalated'",
        ticket.id,
    )
    assert (event["data"]["rule"], event["data"]["configuration"]) == ("stuck", 1)
    assert event["data"]["because"] == [
        {"leaf": "business_minutes_in_tier", "wanted": 45, "found": 45.0}
    ]


async def test_closed_days_are_no_time_in_the_tier(centre: Centre) -> None:
    calendar_id = await factories.calendar(centre.conn)  # Friday closed
    await use_calendar(centre.conn, centre.first, calendar_id)
    await factories.escalation_rule(centre.conn, "stuck", {"business_minutes_in_tier": 120})
    ticket = await centre.problem()  # Thursday 15:30: 90 minutes are left of the day

    await centre.fire(minutes(24 * 60))  # Friday afternoon
    on_friday = await centre.tier(ticket)
    due_at = await timers.due_for_ticket(centre.conn, "escalation", ticket.id)
    await centre.fire(datetime(2026, 11, 21, 5, 0, tzinfo=UTC))

    assert on_friday == 1
    assert due_at == datetime(2026, 11, 21, 5, 0, tzinfo=UTC)  # Saturday 08:30
    assert await centre.tier(ticket) == 2


async def use_calendar(conn: Conn, queue_id: int, calendar_id: int) -> None:
    await conn.execute("UPDATE queue SET calendar_id = $2 WHERE id = $1", queue_id, calendar_id)
    await conn.execute(
        "INSERT INTO calendar_use (queue_id, calendar_id, from_at) VALUES ($1, $2, $3)",
        queue_id,
        calendar_id,
        NOON - timedelta(days=30),
    )


async def test_the_time_of_a_queue_is_open_time_too(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(world, escalate_after_s=7200, escalate_to_id=upper)
    await use_calendar(world, lower, await factories.calendar(world))
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)

    await firing.fire_due(world, minutes(24 * 60), at_most=10)
    on_friday = await tickets.find(world, ticket.id)
    await firing.fire_due(world, datetime(2026, 11, 21, 5, 0, tzinfo=UTC), at_most=10)

    assert on_friday.tier == 1
    assert (await tickets.find(world, ticket.id)).tier == 2


async def test_a_pause_over_closed_days_leaves_what_was_left_of_open_time(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(
        world, auto_accept=["sms"], escalate_after_s=7200, escalate_to_id=upper
    )
    await use_calendar(world, lower, await factories.calendar(world))
    await factories.agent(world, NOON, queues=[lower])
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)
    ticket = await seek.agent_for(world, NOON, ticket)
    await firing.fire_due(world, minutes(120), at_most=10)  # too early: half an hour is left
    await pausing.pend(world, minutes(135), ticket.id, actor="system", wake_at=None)
    saturday = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    paused = await tickets.lock(world, ticket.id)
    await pausing.resume(world, saturday, paused, actor="customer", because="customer_wrote")

    tiers = []
    for minute in (29.9, 30):
        await firing.fire_due(world, saturday + timedelta(minutes=minute), at_most=10)
        tiers.append((await tickets.find(world, ticket.id)).tier)

    assert tiers == [1, 2]


async def test_time_that_is_not_our_turn_is_no_time_in_the_tier(centre: Centre) -> None:
    await factories.escalation_rule(centre.conn, "stuck", {"business_minutes_in_tier": 45})
    ticket = await centre.problem()
    await pausing.pend(centre.conn, minutes(30), ticket.id, actor="system", wake_at=None)
    await centre.fire(minutes(500))
    pending = await tickets.lock(centre.conn, ticket.id)
    await pausing.resume(
        centre.conn, minutes(500), pending, actor="customer", because="customer_wrote"
    )

    await centre.fire(minutes(514.9))
    assert await centre.tier(ticket) == 1
    await centre.fire(minutes(515))

    assert await centre.tier(ticket) == 2


async def test_a_timer_that_is_due_while_it_is_the_customers_turn_moves_nothing(
    centre: Centre,
) -> None:
    await factories.escalation_rule(centre.conn, "answered", {"public_replies_without_solve": 1})
    ticket = await centre.problem()
    await factories.reply(centre.conn, after(1), ticket.id, centre.junior)
    await pausing.pend(centre.conn, after(2), ticket.id, actor="system", wake_at=None)
    await timers.set_for_ticket(centre.conn, "escalation_check", ticket.id, after(1))
    await centre.fire(after(10))
    waiting = await tickets.lock(centre.conn, ticket.id)
    assert waiting.state == "pending"

    await pausing.resume(centre.conn, after(20), waiting, actor="system", because="agent")
    await centre.fire(after(80))

    assert await centre.tier(ticket) == 2


async def test_words_without_an_answer_rise(centre: Centre) -> None:
    await factories.escalation_rule(centre.conn, "silent", {"minutes_without_reply": 30})
    answered, silent = await centre.problem(), await centre.problem()
    await factories.reply(centre.conn, minutes(10), answered.id, centre.junior)

    await centre.fire(minutes(30))

    assert (await centre.tier(answered), await centre.tier(silent)) == (1, 2)
    assert await centre.because(silent) == [("rule", "silent", [("minutes_without_reply", 30.0)])]


async def test_answers_without_a_solution_rise_and_count_anew_in_the_next_tier(
    centre: Centre,
) -> None:
    await factories.escalation_rule(centre.conn, "talking", {"public_replies_without_solve": 2})
    ticket = await centre.problem()
    for second in (400, 800):
        await factories.reply(centre.conn, after(second), ticket.id, centre.junior)
    ticket = await centre.look(after(801), ticket)
    assert ticket.tier == 2
    assert (await centre.look(after(1200), ticket)).tier == 2
    for second in (1300, 1400):
        await factories.reply(centre.conn, after(second), ticket.id, centre.senior)

    assert (await centre.look(after(1500), ticket)).tier == 3


async def test_a_problem_that_came_back_twice_rises_by_itself(centre: Centre) -> None:
    await factories.escalation_rule(
        centre.conn, "reopened", {"reopens": 2}, from_queue_id=centre.first
    )
    ticket = await centre.problem()
    tiers = []
    for hour in (1, 2):
        solved = await ending.solve(
            centre.conn,
            minutes(60 * hour),
            ticket.id,
            actor="system",
            disposition="solved",
            reopen_window_s=10**6,
        )
        at = minutes(60 * hour + 30)
        await ending.reopen(centre.conn, at, solved, actor="customer", because="customer_wrote")
        await centre.fire(at)
        tiers.append(await centre.tier(ticket))

    assert tiers == [1, 2]
    assert await centre.because(ticket) == [("rule", "reopened", [("reopens", 2.0)])]


async def test_being_passed_around_rises(centre: Centre) -> None:
    beside = await factories.queue(centre.conn, tier=1, escalate_to_id=centre.second)
    await factories.escalation_rule(centre.conn, "passed_around", {"transfers": 2})
    ticket = await centre.problem()
    for second, queue_id in ((10, beside), (20, centre.first)):
        ticket = await transferring.transfer(
            centre.conn, after(second), ticket, queue_id, actor="system", note_id=None
        )
        await centre.fire(after(second))

    ticket = await tickets.find(centre.conn, ticket.id)
    assert (ticket.tier, ticket.queue_id) == (2, centre.second)


async def test_a_ticket_nobody_answers_rises(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(world, offer_timeout_s=20, escalate_to_id=upper)
    for second in range(3):
        await factories.agent(world, after(second), queues=[lower])
    await factories.escalation_rule(world, "unanswered", {"offers_unanswered": 2})
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)
    await seek.agent_for(world, NOON, ticket)

    for second in (20, 40):
        await firing.fire_due(world, after(second), at_most=10)
    await firing.fire_due(world, after(40), at_most=10)

    assert (await tickets.find(world, ticket.id)).tier == 2


async def test_the_same_customer_with_the_same_thing_again_rises(centre: Centre) -> None:
    category_id = await centre.conn.fetchval(
        "INSERT INTO category (name_en, name_fa) VALUES ('Screen', 'صفحه') RETURNING id"
    )
    contact_id = await factories.contact(centre.conn)
    await factories.escalation_rule(
        centre.conn, "again", {"repeat_contacts": {"times": 1, "days": 7}}
    )
    tiers = []
    for day in (0, 6, 14):
        at = minutes(day * 1440)
        ticket = await factories.queued_ticket(
            centre.conn, at, queue_id=centre.first, contact_id=contact_id
        )
        await centre.conn.execute(
            "UPDATE ticket SET category_id = $2, intake_queue_id = NULL WHERE id = $1",
            ticket.id,
            category_id,
        )
        await centre.fire(at)
        tiers.append(await centre.tier(ticket))

    assert tiers == [1, 2, 1]


@pytest.mark.parametrize(
    ("words", "tier"),
    [("I will call my lawyer", 2), ("my lawyers are nice", 1), ("به وکیلم می‌گویم، وکیل", 2)],
)
async def test_a_word_that_is_listened_for_rises(centre: Centre, words: str, tier: int) -> None:
    await factories.escalation_rule(centre.conn, "legal", {"keyword": ["lawyer", "وکیل"]})
    ticket = await centre.problem(body=words)

    await centre.fire(NOON)

    assert await centre.tier(ticket) == tier


async def test_a_word_moves_a_ticket_once_and_is_heard_anew_in_the_next_tier(
    centre: Centre,
) -> None:
    await factories.escalation_rule(centre.conn, "legal", {"keyword": "lawyer"})
    ticket = await centre.problem(body="lawyer")
    await centre.fire(NOON)
    assert (await centre.look(minutes(60), ticket)).tier == 2

    message_id = await factories.interaction(
        centre.conn, minutes(70), ticket_id=ticket.id, body="I said lawyer!"
    )
    await arriving.route(centre.conn, minutes(70), finding(ticket, message_id))
    await centre.fire(minutes(70))

    assert await centre.tier(ticket) == 3


def finding(ticket: Ticket, message_id: int, **others: Any) -> arriving.Finding:
    found = {
        "ticket_id": ticket.id,
        "interaction_ids": [message_id],
        "received_at": NOON,
        "temperament": "unknown",
        "language": "en",
        "subject": "",
        "queue_id": ticket.intake_queue_id or 0,
    }
    return arriving.Finding(**{**found, **others})


async def test_words_said_in_a_higher_tier_do_not_raise_what_came_back_from_it(
    centre: Centre,
) -> None:
    await factories.escalation_rule(
        centre.conn, "legal", {"keyword": "lawyer"}, from_queue_id=centre.first
    )
    ticket = await risen(centre)
    message_id = await factories.interaction(
        centre.conn, minutes(10), ticket_id=ticket.id, body="I have a lawyer"
    )
    await arriving.route(centre.conn, minutes(10), finding(ticket, message_id))
    await give_back(centre, minutes(20), ticket)

    assert (await centre.look(minutes(21), ticket)).tier == 1


async def test_words_said_during_the_cooldown_count_for_nothing_afterwards(
    centre: Centre,
) -> None:
    await factories.escalation_rule(centre.conn, "legal", {"keyword": "lawyer"})
    ticket = await risen(centre)
    message_id = await factories.interaction(
        centre.conn, minutes(2), ticket_id=ticket.id, body="My lawyer, I said!"
    )
    await arriving.route(centre.conn, minutes(2), finding(ticket, message_id))

    assert (await centre.look(minutes(10), ticket)).tier == 2


async def test_another_category_and_a_failed_solution_are_asked_about_at_once(
    centre: Centre,
) -> None:
    category_id = await centre.conn.fetchval(
        "INSERT INTO category (name_en, name_fa) VALUES ('Injury', 'آسیب') RETURNING id"
    )
    await factories.escalation_rule(
        centre.conn,
        "danger",
        {"any": [{"category": category_id}, {"resolution_failed": ["made_it_worse"]}]},
    )
    described, failed, other = [await centre.problem() for _ in range(3)]
    await centre.fire(after(1))

    locked = await tickets.lock(centre.conn, described.id)
    await labels.describe(
        centre.conn, after(2), locked, subject="Hurt", category_id=category_id, actor="system"
    )
    await desk.tell_of_failure(
        centre.conn,
        after(2),
        failed,
        "made_it_worse",
        author_id=centre.junior,
        actor="system",
        note_id=None,
    )
    await centre.fire(after(2))

    assert [await centre.tier(t) for t in (described, failed, other)] == [2, 2, 1]


async def test_rules_that_become_active_are_asked_about_what_is_there(centre: Centre) -> None:
    ticket = await centre.problem()

    async with recorded(centre.conn, minutes(50), actor="system"):
        await centre.conn.execute(
            "INSERT INTO escalation_rule (name, position, condition) VALUES ('stuck', 1, $1)",
            {"business_minutes_in_tier": 45},
        )
    await centre.fire(minutes(50))

    assert await centre.tier(ticket) == 2


async def test_many_new_problems_at_once_are_asked_about_as_one_is(centre: Centre) -> None:
    await factories.escalation_rule(centre.conn, "sms", {"channel": "sms"})
    found = []
    for _ in range(2):
        ticket_id = await factories.ticket(centre.conn, NOON, intake_queue_id=centre.first)
        message_id = await centre.conn.fetchval(
            "SELECT id FROM interaction WHERE ticket_id = $1", ticket_id
        )
        ticket = await tickets.find(centre.conn, ticket_id)
        found.append(finding(ticket, message_id))

    await entering.enter(centre.conn, NOON, found)
    await centre.fire(NOON)

    assert [(await tickets.find(centre.conn, f.ticket_id)).tier for f in found] == [2, 2]


async def test_a_rule_for_what_customers_ask_takes_the_place_of_the_next_tier(
    centre: Centre,
) -> None:
    await factories.escalation_rule(
        centre.conn, "asked", {"customer_request": True}, to_queue_id=centre.third
    )
    ticket = await centre.problem()
    message_id = await factories.interaction(
        centre.conn, after(5), ticket_id=ticket.id, body="Let me speak to your manager"
    )

    heard = finding(ticket, message_id, escalation_cue="asks_for_manager")
    await arriving.route(centre.conn, after(5), heard)

    assert await centre.tier(ticket) == 3
    assert await centre.because(ticket) == [("rule", "asked", [("customer_request", 1.0)])]


async def test_a_solution_that_failed_rises_by_its_reason(centre: Centre) -> None:
    await factories.escalation_rule(centre.conn, "failed", {"resolution_failed": ["made_it_worse"]})
    ticket = await centre.problem()
    for second, reason in ((10, "did_not_help"), (20, "made_it_worse")):
        await factories.event(
            centre.conn,
            after(second),
            "resolution_failed",
            ticket_id=ticket.id,
            data={"reason": reason},
        )
        ticket = await centre.look(after(second + 1), ticket)
        if reason == "did_not_help":
            assert ticket.tier == 1

    assert ticket.tier == 2


async def test_a_contract_rises_at_once(centre: Centre) -> None:
    contact_id = await factories.contact(centre.conn)
    await centre.conn.execute(
        "INSERT INTO segment (contact_id, kind, value, source, confidence, actor, from_at, slot)"
        " VALUES ($1, 'contract', 'prosupport', 'import', 1, 'system', $2, 'prosupport')",
        contact_id,
        NOON - timedelta(days=9),
    )
    await factories.escalation_rule(
        centre.conn, "prosupport", {"contract": "prosupport"}, to_queue_id=centre.third
    )
    known, other = await centre.problem(contact_id=contact_id), await centre.problem()

    await centre.fire(NOON)

    assert (await centre.tier(known), await centre.tier(other)) == (3, 1)


async def test_a_promise_that_burns_rises_and_supervisors_are_told(centre: Centre) -> None:
    await factories.escalation_rule(centre.conn, "sla", {"sla_burn": 0.9}, notify="supervisor")
    ticket = await centre.problem()
    await centre.conn.execute(
        """INSERT INTO sla_clock (ticket_id, episode, metric, policy, target_s, warn_share,
                                  configuration_version, started_at, due_at)
           VALUES ($1, 1, 'resolution', 'p', 6000, 0.75, 1, $2, $3)""",
        ticket.id,
        NOON,
        after(6000),
    )
    await centre.look(after(1), ticket)

    await centre.fire(after(5399))
    before = await centre.tier(ticket)
    await centre.fire(after(5400))

    assert (before, await centre.tier(ticket)) == (1, 2)
    assert await centre.because(ticket) == [
        ("rule", "sla", [("sla_burn", 0.9)]),
        ("rule", "sla", [("sla_burn", 0.9)]),
    ]
    told = await centre.conn.fetchval(
        "SELECT data ->> 'rule' FROM event WHERE ticket_id = $1 AND kind = 'supervisor_notified'",
        ticket.id,
    )
    assert told == "sla"
    await centre.fire(after(9000))  # once is enough: it is still the same promise
    assert await centre.tier(ticket) == 2


async def test_supervisors_are_told_once_and_the_ticket_stays(centre: Centre) -> None:
    await factories.escalation_rule(
        centre.conn, "watch", {"minutes_without_reply": 10}, moves=False, notify="supervisor"
    )
    ticket = await centre.problem()
    for minute in (10, 11, 30):
        await centre.fire(minutes(minute))
        await centre.look(minutes(minute), ticket)

    told = await centre.conn.fetchval(
        "SELECT count(*) FROM event WHERE ticket_id = $1 AND kind = 'supervisor_notified'",
        ticket.id,
    )
    assert (await centre.tier(ticket), told) == (1, 1)


async def test_rules_raise_a_ticket_as_often_as_the_configuration_lets_them(
    centre: Centre,
) -> None:
    await factories.escalation_rule(centre.conn, "stuck", {"business_minutes_in_tier": 10})
    await factories.configured(centre.conn, limits={"escalations_per_ticket": 1, "cooldown_s": 60})
    ticket = await centre.problem()

    await centre.fire(minutes(10))
    await centre.fire(minutes(500))
    assert await centre.tier(ticket) == 2

    locked = await tickets.lock(centre.conn, ticket.id)
    await moving.escalate(centre.conn, minutes(501), locked, "agent", actor="user:1")
    assert await centre.tier(ticket) == 3  # a person may


async def test_a_rule_that_changed_meanwhile_is_asked_as_it_is_now(centre: Centre) -> None:
    await factories.escalation_rule(centre.conn, "stuck", {"business_minutes_in_tier": 10})
    ticket = await centre.problem()
    await centre.conn.execute(
        "UPDATE escalation_rule SET condition = $1", {"business_minutes_in_tier": 20}
    )
    await factories.configured(centre.conn)

    await centre.fire(minutes(10))
    assert await centre.tier(ticket) == 1
    assert await timers.due_for_ticket(centre.conn, "escalation", ticket.id) == minutes(20)
    await centre.conn.execute("DELETE FROM escalation_rule")
    await factories.configured(centre.conn)
    await centre.fire(minutes(20))

    assert await centre.tier(ticket) == 1
    assert await timers.due_for_ticket(centre.conn, "escalation", ticket.id) is None


async def test_a_new_rule_is_asked_about_what_was_there_before_it(centre: Centre) -> None:
    old, paused, fresh = [await centre.problem(minutes(minute)) for minute in (-60, -50, -5)]
    await pausing.pend(centre.conn, NOON, paused.id, actor="system", wake_at=minutes(10))
    await factories.escalation_rule(centre.conn, "stuck", {"business_minutes_in_tier": 45})

    await escalating.ask_queues(centre.conn, NOON)
    await centre.fire(NOON)
    at_once = [await centre.tier(ticket) for ticket in (old, paused, fresh)]
    for minute in (10, 11):  # it goes on, and is asked about soon after
        await centre.fire(minutes(minute))
    later = [await centre.tier(ticket) for ticket in (old, paused, fresh)]
    await centre.fire(minutes(40))

    assert (at_once, later) == ([2, 1, 1], [2, 2, 1])
    assert await centre.tier(fresh) == 2


async def test_a_long_queue_is_gone_through_some_at_a_time(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalating, "_AT_ONCE", 2)
    there = [await centre.problem() for _ in range(5)]
    await factories.escalation_rule(centre.conn, "all", {"channel": "sms"})

    await escalating.ask_queues(centre.conn, after(1), [centre.first])
    await centre.fire(after(1))

    assert {await centre.tier(ticket) for ticket in there} == {2}


async def test_a_ticket_we_opened_has_its_time_when_the_customer_has_answered(
    world: Conn,
) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(world, escalate_after_s=600, escalate_to_id=upper)
    author = await factories.agent(world, NOON, queues=[lower])
    ticket_id = await factories.ticket(world, NOON, intake_queue_id=lower)
    new, queue = await tickets.lock(world, ticket_id), await queues.find(world, lower)
    ticket = await pausing.begin_held(world, NOON, new, queue, author, actor="system")
    ticket = await pausing.resume(
        world, minutes(60), ticket, actor="customer", because="customer_wrote"
    )

    await firing.fire_due(world, minutes(69.9), at_most=10)
    before = (await tickets.find(world, ticket.id)).tier
    await firing.fire_due(world, minutes(70), at_most=10)

    assert (before, (await tickets.find(world, ticket.id)).tier) == (1, 2)


async def test_what_was_undone_halfway_is_asked_again_and_done_once(centre: Centre) -> None:
    await factories.escalation_rule(
        centre.conn, "stuck", {"business_minutes_in_tier": 45}, notify="supervisor"
    )
    ticket = await centre.problem()

    undoing = centre.conn.transaction()
    await undoing.start()
    await centre.fire(minutes(45))
    await undoing.rollback()
    undone = await centre.tier(ticket)
    for minute in (46, 47):
        await centre.fire(minutes(minute))

    assert undone == 1
    assert [
        (step.kind, step.at) for step in await escalations.of_ticket(centre.conn, ticket.id)
    ] == [
        ("notified", minutes(46)),
        ("escalated", minutes(46)),
    ]


async def test_a_ticket_that_rang_is_taken_back_when_a_rule_moves_it(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(world, offer_timeout_s=3600, escalate_to_id=upper)
    agent_id = await factories.agent(world, NOON, queues=[lower])
    await factories.escalation_rule(world, "stuck", {"business_minutes_in_tier": 10})
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)
    assert (await seek.agent_for(world, NOON, ticket)).state == "offered"

    await firing.fire_due(world, minutes(10), at_most=10)

    assert (await tickets.find(world, ticket.id)).state == "waiting"
    assert await world.fetchval("SELECT load FROM agent WHERE id = $1", agent_id) == 0
    with pytest.raises(refusals.OfferNotYours, match="withdrawn"):
        await holding.accept(world, minutes(10), ticket.id, agent_id)


async def test_the_agents_own_request_goes_where_the_rule_for_it_says(centre: Centre) -> None:
    await factories.escalation_rule(
        centre.conn,
        "asked",
        {"any": [{"agent_request": True}, {"keyword": "lawyer"}]},
        to_queue_id=centre.third,
    )
    ticket = await centre.problem()

    await escalating.refer_up(
        centre.conn,
        after(60),
        ticket,
        "cannot_solve",
        actor=f"user:{centre.junior}",
        queue_id=None,
        note_id=None,
    )

    assert await centre.tier(ticket) == 3
    assert await centre.because(ticket) == [("cannot_solve", "asked", [("agent_request", 1.0)])]


# Back again -----------------------------------------------------------------------------------


async def risen(centre: Centre) -> Ticket:
    """A ticket the junior had, which the senior has now."""
    ticket = await centre.problem()
    return await moving.escalate(
        centre.conn, after(10), ticket, "cannot_solve", actor=f"user:{centre.junior}"
    )


async def give_back(centre: Centre, at: datetime, ticket: Ticket, **how: Any) -> Ticket:
    locked = await tickets.lock(centre.conn, ticket.id)
    return await transferring.give_back(
        centre.conn,
        at,
        locked,
        "known_fix",
        actor=f"user:{centre.senior}",
        note_id=None,
        **how,
    )


async def test_what_is_sent_back_goes_to_who_had_it_as_old_as_it_is(centre: Centre) -> None:
    ticket = await risen(centre)
    assert ticket.agent_id == centre.senior
    other = await factories.agent(centre.conn, NOON, queues=[centre.first])
    await centre.problem(after(11))  # the junior has more to do: the other would be asked first

    back = await give_back(centre, after(60), ticket)

    assert other != centre.junior
    assert (back.tier, back.agent_id, back.returns) == (1, centre.junior, 1)
    assert back.enqueued_at == NOON
    assert (back.sticky_agent_id, back.sticky_until) == (centre.junior, after(60 + 900))


async def test_what_is_kept_for_a_junior_waits_for_him_and_then_for_nobody(
    centre: Centre,
) -> None:
    await factories.configured(centre.conn, sticky={"window_s": {"sms": 120}})
    ticket = await risen(centre)
    await centre.conn.execute("UPDATE agent SET capacity = 1 WHERE id = $1", centre.junior)
    await centre.problem(after(20))  # he is busy now
    other = await factories.agent(centre.conn, after(20), queues=[centre.first])

    back = await give_back(centre, after(60), ticket)
    await centre.fire(after(179))
    still = await tickets.find(centre.conn, ticket.id)
    await centre.fire(after(180))

    assert (back.state, still.state) == ("waiting", "waiting")
    assert (await tickets.find(centre.conn, ticket.id)).agent_id == other


async def test_what_has_become_routine_goes_to_anyone_of_the_tier(centre: Centre) -> None:
    ticket = await risen(centre)
    await centre.conn.execute("UPDATE agent SET capacity = 1 WHERE id = $1", centre.junior)
    await centre.problem(after(20))
    other = await factories.agent(centre.conn, after(20), queues=[centre.first])

    back = await give_back(centre, after(60), ticket, to_anyone=True)

    assert (back.agent_id, back.sticky_agent_id) == (other, None)


async def test_a_ticket_is_sent_back_twice_and_no_more(centre: Centre) -> None:
    ticket = await risen(centre)
    for second in (100, 300):
        ticket = await give_back(centre, after(second), ticket)
        ticket = await moving.escalate(
            centre.conn, after(second + 50), ticket, "other", actor=f"user:{centre.junior}"
        )

    with pytest.raises(transferring.ReturnedTooOften) as refused:
        await give_back(centre, after(500), ticket)
    with pytest.raises(transferring.ReturnedTooOften):
        await transferring.transfer(
            centre.conn, after(500), ticket, centre.first, actor="system", note_id=None
        )

    assert refused.value.data == {"returns": 2, "limit": 2}
    assert (await tickets.find(centre.conn, ticket.id)).tier == 2


async def test_back_goes_down_only_and_to_where_it_came_from(centre: Centre) -> None:
    fresh = await centre.problem()
    with pytest.raises(BadInput, match="never came up"):
        await give_back(centre, after(5), fresh)
    ticket = await risen(centre)
    with pytest.raises(BadInput, match="not below 2"):
        await give_back(centre, after(20), ticket, queue_id=centre.third)

    again = await moving.escalate(centre.conn, after(30), ticket, "other", actor="user:1")
    back = await give_back(centre, after(40), again)

    assert (again.tier, back.tier, back.agent_id) == (3, 2, centre.senior)


async def test_a_rule_raises_again_what_was_sent_back_and_stays_too_long(centre: Centre) -> None:
    await factories.escalation_rule(
        centre.conn, "stuck", {"business_minutes_in_tier": 10}, from_queue_id=centre.first
    )
    ticket = await centre.problem()
    await centre.fire(minutes(10))
    assert await centre.tier(ticket) == 2

    await give_back(centre, minutes(20), ticket)
    await centre.fire(minutes(29.9))
    assert await centre.tier(ticket) == 1
    await centre.fire(minutes(30))

    assert await centre.tier(ticket) == 2


async def test_the_history_says_why_by_whom_how_long_and_who_took_it(centre: Centre) -> None:
    ticket = await risen(centre)
    await give_back(centre, after(130), ticket)

    up, down = await escalations.of_ticket(centre.conn, ticket.id)

    assert (up.kind, up.from_tier, up.to_tier, up.agent_id) == ("escalated", 1, 2, centre.junior)
    assert (up.accepted_at, up.accepted_by_id) == (after(10), centre.senior)
    assert up.reason_in_words.en == "more knowledge is needed"
    assert up.reason_in_words.fa == "دانش بیشتری لازم است"
    assert (down.kind, down.from_tier, down.to_tier) == ("returned", 2, 1)
    assert (down.minutes_in_tier, down.accepted_by_id) == (2.0, centre.junior)
    assert down.reason_in_words.en == "a known fix is attached"


async def test_who_takes_it_elsewhere_has_not_accepted_what_was_handed_over(
    centre: Centre,
) -> None:
    lab = await factories.queue(centre.conn, tier=2)
    expert = await factories.agent(centre.conn, NOON, queues=[lab], presence="away")
    await centre.conn.execute("UPDATE agent SET presence = 'away' WHERE id = $1", centre.senior)
    ticket = await risen(centre)
    ticket = await transferring.transfer(
        centre.conn, after(20), ticket, lab, actor="system", note_id=None
    )
    await holding.claim(centre.conn, after(30), ticket.id, expert)

    (up,) = await escalations.of_ticket(centre.conn, ticket.id)

    assert (up.accepted_at, up.accepted_by_id) == (None, None)


async def test_a_hand_over_is_shown_until_somebody_has_it(centre: Centre) -> None:
    boss = await factories.user(centre.conn, role="admin")
    given = await risen(centre)
    await centre.conn.execute("UPDATE agent SET presence = 'away' WHERE id = $1", centre.senior)
    lead = await factories.user(centre.conn, name="Lena")
    await centre.conn.execute(
        "UPDATE team SET lead_id = $2 FROM queue q WHERE q.id = $1 AND team.id = q.team_id",
        centre.second,
        lead,
    )
    waiting = await risen(centre)

    at_once = await ticket_views.find(centre.conn, boss, given.id)
    on_its_way = await ticket_views.find(centre.conn, boss, waiting.id)

    assert (at_once.hand_over, at_once.accountable_id) == (None, centre.senior)
    assert (on_its_way.hand_over, on_its_way.handed_over_by_id) == ("escalated", centre.junior)
    assert (on_its_way.accountable_name, on_its_way.handed_over_at) == ("Lena", after(10))
