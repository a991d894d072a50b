"""Small worlds, made by the real use cases at chosen times, and what the report says of them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import NamedTuple

import factories as make
import pytest

from contactcenter import desk
from contactcenter.dispatch import ending, holding, moving
from contactcenter.reporting import kept_facts, making
from contactcenter.reporting.catalogue import REPORTS
from contactcenter.reporting.making import Question, Span
from contactcenter.segments import segments
from contactcenter.tickets import tickets

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = Span(from_at=MONDAY - timedelta(days=1), to_at=MONDAY + timedelta(days=6), time_zone="UTC")
CHANNELS = {
    "sms": SimpleNamespace(
        has_threads=False,
        max_files_bytes=5_000_000,
        sender=lambda address: address,
        size=lambda text: None,
    )
}
REPORT = REPORTS["performance"]
COUNTS = ("opened", "solved", "escalated", "reopened")
ReportRow = Measures = SimpleNamespace


class Durations(NamedTuple):
    n: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None


NO_TIME = Durations(n=0, mean_s=None, median_s=None, p90_s=None)
NOTHING = {
    "opened": 0,
    "solved": 0,
    "escalated": 0,
    "reopened": 0,
    "first_reply": NO_TIME,
    "time_to_solve": NO_TIME,
}


def span(from_at, to_at):
    return Span(from_at=from_at, to_at=to_at, time_zone="UTC")


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def one(value: float) -> Durations:
    return Durations(n=1, mean_s=value, median_s=value, p90_s=value)


def figures(**given) -> dict:
    return NOTHING | given


class Centre:
    """Three queues that serve nobody by themselves: a test says who does what, and when."""

    def __init__(self, conn):
        self.conn = conn

    async def set_up(self):
        await make.prepare(self.conn)
        self.teams = [await make.team(self.conn) for _ in range(3)]
        self.engineers = await make.queue(self.conn, tier=3, team_id=self.teams[2])
        self.specialists = await make.queue(
            self.conn, tier=2, team_id=self.teams[1], escalate_to_id=self.engineers
        )
        self.front = await make.queue(
            self.conn, tier=1, team_id=self.teams[0], escalate_to_id=self.specialists
        )
        await make.entry_point(self.conn, queue_id=self.front)
        return self

    async def agent(self, name, **more):
        return await make.agent(self.conn, at(-600), name=name, capacity=1000, **more)

    async def opened(self, minute, **columns):
        ticket = await make.queued_ticket(self.conn, at(minute), queue_id=self.front, **columns)
        return ticket.id

    async def given(self, minute, ticket_id, agent_id):
        await holding.give_to(
            self.conn, at(minute), ticket_id, agent_id, actor="system", note_id=None
        )

    async def held(self, minute, agent_id, **columns):
        ticket_id = await self.opened(minute, **columns)
        await self.given(minute, ticket_id, agent_id)
        return ticket_id

    async def reply(self, minute, ticket_id, agent_id):
        letter = desk.Letter(text="Hello.", correlation_id=f"{ticket_id}-{minute}")
        await desk.reply(
            self.conn,
            at(minute),
            ticket_id,
            letter,
            author_id=agent_id,
            actor=f"user:{agent_id}",
            channels=CHANNELS,
        )

    async def write_first(self, minute, agent_id):
        ticket = await desk.write_first(
            self.conn,
            at(minute),
            desk.Letter(text="Your laptop is ready.", correlation_id=f"first-{minute}"),
            contact_id=await make.contact(self.conn),
            channel="sms",
            subject="",
            author_id=agent_id,
            actor=f"user:{agent_id}",
            channels=CHANNELS,
        )
        return ticket.id

    async def escalate(self, minute, ticket_id):
        ticket = await tickets.lock(self.conn, ticket_id)
        await moving.escalate(self.conn, at(minute), ticket, "agent", actor="system")

    async def solve(self, minute, ticket_id):
        """Whoever has it says so; it is his solution if he wrote."""
        holder_id = (await tickets.find(self.conn, ticket_id)).agent_id
        await ending.solve(
            self.conn,
            at(minute),
            ticket_id,
            actor=f"user:{holder_id}",
            disposition="solved",
            reopen_window_s=72 * 3600,
        )

    async def answered(self, minute, ticket_id):
        """Whoever has it writes, and solves it."""
        holder_id = (await tickets.find(self.conn, ticket_id)).agent_id
        await self.reply(minute, ticket_id, holder_id)
        await self.solve(minute, ticket_id)

    async def reopen(self, minute, ticket_id):
        ticket = await tickets.lock(self.conn, ticket_id)
        await ending.reopen(
            self.conn, at(minute), ticket, actor="customer", because="customer_wrote"
        )

    async def report(self, *by, period=WEEK, viewer_id=None):
        """What is said of everything that was told until now."""
        every = await self.conn.fetch("SELECT id FROM ticket ORDER BY id")
        await kept_facts.renew(self.conn, [row["id"] for row in every])
        question = Question(span=period, by=by or REPORT.by, clock="calendar")
        made = await making.make(
            self.conn, at(0), REPORT, question, viewer_id=viewer_id, language="en"
        )
        return SimpleNamespace(
            rows=[
                ReportRow(**_words(line), **figures(**_measured(line.figures)))
                for line in made.rows
            ],
            totals=Measures(**figures(**_measured(made.totals))),
        )


def _words(line):
    return {
        name: value
        for dimension, found in line.group.items()
        for name, value in (
            (("agent_id", found), ("agent", line.names.get("agent")))
            if dimension == "agent"
            else ((dimension, found),)
        )
    }


def _measured(told):
    return {
        name: figure.n
        if name in COUNTS
        else Durations(figure.n, figure.mean, figure.median, figure.p90)
        for name, figure in told.items()
    }


@pytest.fixture
async def centre(conn) -> Centre:
    return await Centre(conn).set_up()


async def test_one_problem_from_its_opening_to_its_solution(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.held(0, bahar, temperament="warm")
    await centre.reply(5, ticket_id, bahar)
    await centre.reply(7, ticket_id, bahar)
    await centre.solve(30, ticket_id)

    report = await centre.report()

    hers = {"solved": 1, "first_reply": one(300), "time_to_solve": one(1800)}
    alike = {"tier": 1, "channel": "sms", "temperament": "warm"}
    assert report.rows == [
        ReportRow(agent_id=bahar, agent="Bahar", **alike, **figures(**hers)),
        ReportRow(agent_id=None, agent=None, **alike, **figures(opened=1)),
    ]
    assert report.totals == Measures(**figures(opened=1, **hers))


async def test_times_are_computed_from_all_values_and_not_from_rows(centre):
    bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
    for agent_id, minutes in ((bahar, (1, 2, 3, 4)), (omid, (20,))):
        for minute in minutes:
            await centre.answered(minute, await centre.held(0, agent_id))

    report = await centre.report("agent")

    by_agent = {row.agent: row.time_to_solve for row in report.rows}
    # Of 60, 120, 180, 240 the p90 lies at 0.9 * 3 = 2.7: 180 + 0.7 * 60.
    assert by_agent["Bahar"] == Durations(n=4, mean_s=150, median_s=150, p90_s=222)
    assert by_agent["Omid"] == one(1200)
    # Of all five it lies at 0.9 * 4 = 3.6: 240 + 0.6 * 960.
    assert report.totals.time_to_solve == Durations(n=5, mean_s=360, median_s=180, p90_s=816)


async def test_each_escalation_counts_in_the_tier_it_left(centre):
    bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
    ticket_id = await centre.held(0, bahar)
    await centre.escalate(10, ticket_id)
    await centre.escalate(20, ticket_id)  # nobody had taken it
    await centre.given(25, ticket_id, omid)
    await centre.answered(40, ticket_id)

    report = await centre.report("agent", "tier")

    assert report.rows == [
        ReportRow(agent_id=bahar, agent="Bahar", tier=1, **figures(escalated=1)),
        ReportRow(
            agent_id=omid,
            agent="Omid",
            tier=3,
            **figures(solved=1, first_reply=one(2400), time_to_solve=one(2400)),
        ),
        ReportRow(agent_id=None, agent=None, tier=1, **figures(opened=1)),
        ReportRow(agent_id=None, agent=None, tier=2, **figures(escalated=1)),
    ]
    assert report.totals.escalated == 2


async def test_a_ticket_that_rings_is_held_by_nobody(centre):
    omid = await centre.agent("Omid", queues=[centre.specialists])
    ticket_id = await centre.opened(0)
    await centre.escalate(10, ticket_id)
    ticket = await tickets.find(centre.conn, ticket_id)
    await centre.escalate(11, ticket_id)

    report = await centre.report("agent", "tier")

    assert ticket.state == "offered"
    assert [(row.agent_id, row.tier, row.escalated) for row in report.rows] == [
        (None, 1, 1),
        (None, 2, 1),
    ]
    assert omid not in [row.agent_id for row in report.rows]


async def test_the_first_reply_is_its_writers_and_the_solution_the_solvers(centre):
    bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
    ticket_id = await centre.held(0, bahar)
    await centre.reply(2, ticket_id, bahar)
    await centre.escalate(3, ticket_id)
    await centre.given(4, ticket_id, omid)
    await centre.reply(5, ticket_id, omid)
    await centre.solve(6, ticket_id)

    report = await centre.report("agent", "tier")

    assert report.rows == [
        ReportRow(
            agent_id=bahar,
            agent="Bahar",
            tier=1,
            **figures(escalated=1, first_reply=one(120)),
        ),
        ReportRow(agent_id=omid, agent="Omid", tier=2, **figures(solved=1, time_to_solve=one(360))),
        ReportRow(agent_id=None, agent=None, tier=1, **figures(opened=1)),
    ]


async def test_a_reopened_ticket_leaves_the_former_period_as_it_was(centre):
    bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
    day = 24 * 60
    ticket_id = await centre.held(0, bahar)
    await centre.reply(1, ticket_id, bahar)
    await centre.solve(10, ticket_id)
    monday = span(from_at=MONDAY, to_at=MONDAY + timedelta(days=1))
    tuesday = span(from_at=monday.to_at, to_at=MONDAY + timedelta(days=2))
    before = await centre.report("agent", "tier", period=monday)

    await centre.reopen(day + 60, ticket_id)
    await centre.given(day + 61, ticket_id, omid)
    await centre.reply(day + 63, ticket_id, omid)
    await centre.solve(day + 70, ticket_id)

    assert (await centre.report("agent", "tier", period=monday)).rows == before.rows
    assert before.totals == Measures(
        **figures(opened=1, solved=1, first_reply=one(60), time_to_solve=one(600))
    )
    assert (await centre.report("agent", "tier", period=tuesday)).rows == [
        ReportRow(agent_id=bahar, agent="Bahar", tier=1, **figures(reopened=1)),
        ReportRow(
            agent_id=omid,
            agent="Omid",
            tier=1,
            **figures(solved=1, time_to_solve=one(600)),
        ),
    ]


async def test_spam_leaves_every_figure(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.held(0, bahar)
    await centre.reply(1, ticket_id, bahar)
    await centre.solve(2, ticket_id)
    await centre.reopen(3, ticket_id)
    await centre.escalate(4, ticket_id)
    assert len((await centre.report()).rows) == 2

    await ending.mark_spam(centre.conn, at(5), ticket_id, actor="system")

    report = await centre.report()
    assert report.rows == []
    assert report.totals == Measures(**NOTHING)


async def test_a_period_without_facts_has_no_rows_and_empty_totals(centre):
    report = await centre.report()

    assert report.rows == []
    assert report.totals == Measures(**NOTHING)


async def test_a_ticket_before_triage_has_neither_tier_nor_temperament(centre):
    await make.ticket(centre.conn, at(0), intake_queue_id=centre.front)

    (row,) = (await centre.report()).rows

    assert (row.opened, row.tier, row.temperament) == (1, None, "unknown")


async def test_triage_that_was_late_is_asked_all_the_same(centre):
    ticket_id = await make.ticket(
        centre.conn, at(0), intake_queue_id=centre.front, temperament="haggler"
    )
    ticket = await tickets.lock(centre.conn, ticket_id)
    long_after = MONDAY + timedelta(days=20)
    await moving.enqueue(centre.conn, long_after, ticket, centre.specialists, rule_id=None)

    (row,) = (await centre.report()).rows

    assert (row.opened, row.tier, row.temperament) == (1, 2, "haggler")


async def test_a_ticket_we_opened_waits_from_the_customers_first_message(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.write_first(0, bahar)
    await centre.reply(3, ticket_id, bahar)
    assert (await centre.report()).totals.first_reply.n == 0

    await make.interaction(centre.conn, at(10), ticket_id=ticket_id)
    await make.interaction(centre.conn, at(20), ticket_id=ticket_id)
    assert (await centre.report()).totals.first_reply.n == 0

    await centre.reply(25, ticket_id, bahar)
    await centre.reply(55, ticket_id, bahar)
    await centre.solve(60, ticket_id)

    report = await centre.report("agent", "tier")
    assert report.rows == [
        ReportRow(
            agent_id=bahar,
            agent="Bahar",
            tier=1,
            **figures(solved=1, first_reply=one(900), time_to_solve=one(3600)),
        ),
        ReportRow(agent_id=None, agent=None, tier=1, **figures(opened=1)),
    ]
    later = span(from_at=at(12), to_at=at(30))
    assert (await centre.report(period=later)).totals.first_reply == one(900)


async def test_a_ticket_we_opened_waits_for_words_and_not_from_a_machines_mail_on(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.write_first(0, bahar)
    await make.interaction(centre.conn, at(1), ticket_id=ticket_id, kind="automatic")
    await make.interaction(centre.conn, at(10), ticket_id=ticket_id)
    await centre.reply(25, ticket_id, bahar)

    assert (await centre.report()).totals.first_reply == one(900)


async def test_a_ticket_we_opened_was_opened_where_it_began(centre):
    bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
    ticket_id = await centre.write_first(0, bahar)
    contact_id = (await tickets.find(centre.conn, ticket_id)).contact_id
    await segments.mark_open_tickets(centre.conn, at(1), contact_id, "haggler", actor="system")
    await centre.escalate(2, ticket_id)
    await centre.given(3, ticket_id, omid)

    report = await centre.report("agent", "tier", "temperament")

    bahar_at_tier_1 = {"agent_id": bahar, "agent": "Bahar", "tier": 1}
    assert report.rows == [
        ReportRow(**bahar_at_tier_1, temperament="haggler", **figures(escalated=1)),
        ReportRow(agent_id=None, agent=None, tier=1, temperament="unknown", **figures(opened=1)),
    ]


async def test_a_customer_who_never_wrote_waits_for_nothing_in_any_episode(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.write_first(0, bahar)
    await centre.solve(5, ticket_id)
    await centre.reopen(10, ticket_id)
    await centre.given(10, ticket_id, bahar)
    await centre.reply(12, ticket_id, bahar)
    assert (await centre.report()).totals.first_reply == NO_TIME

    await make.interaction(centre.conn, at(20), ticket_id=ticket_id)
    await centre.reply(21, ticket_id, bahar)

    assert (await centre.report()).totals.first_reply == one(60)


async def test_a_ticket_we_opened_that_comes_back_waits_from_there(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.write_first(0, bahar)
    await centre.solve(5, ticket_id)
    await make.interaction(centre.conn, at(10), ticket_id=ticket_id)
    await centre.reopen(10, ticket_id)
    await centre.given(11, ticket_id, bahar)
    await centre.reply(14, ticket_id, bahar)

    assert (await centre.report()).totals.first_reply == one(240)


async def test_a_second_reply_is_no_first_one_in_a_later_period(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.held(0, bahar)
    await centre.reply(5, ticket_id, bahar)
    await centre.reply(65, ticket_id, bahar)
    hour = span(from_at=at(60), to_at=at(120))

    assert (await centre.report(period=hour)).totals.first_reply.n == 0


async def test_a_reply_counts_when_it_is_written_and_from_the_start_it_waited(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.held(0, bahar)
    await centre.reply(65, ticket_id, bahar)
    hour = span(from_at=at(60), to_at=at(120))

    totals = (await centre.report(period=hour)).totals

    assert (totals.opened, totals.first_reply) == (0, one(3900))


async def test_an_automatic_message_is_no_reply(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.held(0, bahar)
    data = {"episode": 1, "tier": 1, "temperament": "unknown"}
    for minute, agent_id, actor in ((1, None, "system"), (2, bahar, "system")):
        await make.event(
            centre.conn,
            at(minute),
            "reply_written",
            ticket_id=ticket_id,
            agent_id=agent_id,
            actor=actor,
            data=data,
        )
    assert (await centre.report()).totals.first_reply.n == 0

    await centre.reply(3, ticket_id, bahar)

    assert (await centre.report()).totals.first_reply == one(180)
    after = span(from_at=at(2.5), to_at=at(60))
    assert (await centre.report(period=after)).totals.first_reply == one(180)


async def test_the_start_of_a_period_belongs_to_it_and_its_end_does_not(centre):
    bahar = await centre.agent("Bahar")
    ticket_id = await centre.held(0, bahar)
    await centre.solve(60, ticket_id)

    before = await centre.report(period=span(from_at=at(-60), to_at=at(0)))
    first = (await centre.report(period=span(from_at=at(0), to_at=at(60)))).totals
    second = (await centre.report(period=span(from_at=at(60), to_at=at(120)))).totals

    assert before.rows == []
    assert (first.opened, first.solved) == (1, 0)
    assert (second.opened, second.solved) == (0, 1)


async def test_temperament_is_what_it_was_at_the_time(centre):
    bahar = await centre.agent("Bahar")
    contact_id = await make.contact(centre.conn)
    ticket_id = await centre.held(0, bahar, contact_id=contact_id, temperament="warm")
    await centre.reply(1, ticket_id, bahar)
    await segments.mark_open_tickets(centre.conn, at(2), contact_id, "haggler", actor="system")
    await centre.escalate(3, ticket_id)
    await segments.mark_open_tickets(centre.conn, at(4), contact_id, "serious", actor="system")
    await centre.given(5, ticket_id, bahar)
    await centre.solve(6, ticket_id)
    await centre.reopen(7, ticket_id)
    await segments.mark_open_tickets(centre.conn, at(8), contact_id, "hesitant", actor="system")

    report = await centre.report("temperament")

    assert report.rows == [
        ReportRow(temperament="haggler", **figures(escalated=1)),
        ReportRow(temperament="serious", **figures(solved=1, reopened=1, time_to_solve=one(360))),
        ReportRow(temperament="warm", **figures(opened=1, first_reply=one(60))),
    ]


async def test_an_event_without_temperament_falls_back_on_the_ticket(centre):
    ticket_id = await centre.opened(0, temperament="warm")
    await make.event(
        centre.conn, at(1), "ticket_escalated", ticket_id=ticket_id, data={"from_tier": 1}
    )

    (row,) = (await centre.report("temperament")).rows

    assert (row.temperament, row.escalated) == ("warm", 1)


async def test_dimensions_are_chosen_and_rows_sorted_in_their_order(centre):
    bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
    for agent_id, channel in ((omid, "sms"), (bahar, "webchat"), (bahar, "sms"), (omid, "sms")):
        ticket_id = await centre.held(0, agent_id, channel=channel)
        await make.reply(centre.conn, at(1), ticket_id, agent_id)
        await centre.solve(1, ticket_id)

    by_channel = await centre.report("channel", "agent")
    by_agent = await centre.report("agent", "channel")

    assert [(r.channel, r.agent, r.solved) for r in by_channel.rows if r.solved] == [
        ("sms", "Bahar", 1),
        ("sms", "Omid", 2),
        ("webchat", "Bahar", 1),
    ]
    assert [(r.agent, r.channel) for r in by_agent.rows if r.agent] == [
        ("Bahar", "sms"),
        ("Bahar", "webchat"),
        ("Omid", "sms"),
    ]
    assert by_channel.totals == by_agent.totals


async def test_without_a_dimension_there_is_one_row_of_everything(centre):
    await centre.opened(0)
    await centre.opened(1, temperament="warm")

    report = await centre.report()

    assert report.totals == Measures(**figures(opened=2))


async def test_rows_are_in_the_order_of_both_alphabets(centre):
    names = ["گلی", "Zoe", "پروانه", "ali", "بهار", "یلدا", "Bahar", "چمن", "هما", "كاوه", "آرش"]
    for name in names:
        await centre.answered(1, await centre.held(0, await centre.agent(name)))

    report = await centre.report("agent")

    assert [row.agent for row in report.rows] == [
        *["ali", "Bahar", "Zoe"],
        *["آرش", "بهار", "پروانه", "چمن", "كاوه", "گلی", "هما", "یلدا"],
        None,
    ]


async def test_namesakes_keep_rows_of_their_own(centre):
    one_sara, other_sara = await centre.agent("سارا"), await centre.agent("سارا")
    for agent_id in (other_sara, one_sara, other_sara):
        await centre.answered(1, await centre.held(0, agent_id))

    report = await centre.report("agent")

    assert [(row.agent_id, row.solved) for row in report.rows] == [
        (one_sara, 1),
        (other_sara, 2),
        (None, 0),
    ]


class TestWhoSeesWhat:
    """Bahar solved at the front; Omid solved at the front and, referred there, at tier 3."""

    @pytest.fixture
    async def people(self, centre):
        bahar, omid = await centre.agent("Bahar"), await centre.agent("Omid")
        await centre.answered(1, await centre.held(0, bahar))
        await centre.answered(2, await centre.held(0, omid))
        ticket_id = await centre.held(0, omid)
        await centre.escalate(1, ticket_id)
        await centre.escalate(2, ticket_id)
        await centre.given(3, ticket_id, omid)
        await centre.answered(4, ticket_id)
        return bahar, omid

    async def solved(self, centre, viewer_id):
        rows = (await centre.report("agent", viewer_id=viewer_id)).rows
        return {row.agent: row.solved for row in rows}

    async def test_the_operator_and_an_administrator_see_all(self, centre, people):
        admin = await make.user(centre.conn, role="admin")

        assert await self.solved(centre, None) == {"Bahar": 1, "Omid": 2, None: 0}
        assert await self.solved(centre, admin) == {"Bahar": 1, "Omid": 2, None: 0}

    async def test_a_supervisor_sees_the_tickets_of_his_teams(self, centre, people):
        third = await make.user(centre.conn, role="supervisor", teams=[centre.teams[2]])
        stranger = await make.user(centre.conn, role="supervisor")

        assert await self.solved(centre, third) == {"Omid": 1, None: 0}
        assert await self.solved(centre, stranger) == {}

    async def test_a_restricted_team_keeps_its_tickets_to_itself(self, centre, people):
        await centre.conn.execute(
            "UPDATE team SET restricted = true WHERE id = $1", centre.teams[2]
        )
        front = await make.user(centre.conn, role="supervisor", teams=[centre.teams[0]])
        third = await make.user(centre.conn, role="supervisor", teams=[centre.teams[2]])

        assert await self.solved(centre, front) == {"Bahar": 1, "Omid": 1, None: 0}
        assert await self.solved(centre, third) == {"Omid": 1, None: 0}

    async def test_an_agent_sees_his_own_work_and_no_other_name(self, centre, people):
        bahar, omid = people
        await make.join_teams(centre.conn, bahar, centre.teams[0])

        assert await self.solved(centre, bahar) == {"Bahar": 1}
        assert await self.solved(centre, omid) == {"Omid": 2}

    async def test_a_supervisor_who_works_sees_his_own_work(self, centre):
        lead = await centre.agent("Lead", role="supervisor")
        await centre.answered(1, await centre.held(0, lead))

        assert await self.solved(centre, lead) == {"Lead": 1}

    async def test_an_agents_totals_are_his_alone(self, centre, people):
        bahar, _ = people

        totals = (await centre.report("tier", viewer_id=bahar)).totals

        assert totals == Measures(**figures(solved=1, first_reply=one(60), time_to_solve=one(60)))
