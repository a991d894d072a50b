"""A day that the dispatcher decided, read from the database and played again."""

import asyncio
import heapq
import json
import random
from datetime import UTC, datetime, timedelta

import asyncpg
import factories as make
import pytest
from click.testing import CliRunner

from contactcenter.cli import dry_run_tables, main, whatif_tables
from contactcenter.configuration_document import document, reading, rows
from contactcenter.db import Database
from contactcenter.dispatch import ending, firing, moving, presence, seek
from contactcenter.time_zones import zone_of
from contactcenter.whatif import as_it_was, days, dry_run, patience, recorded
from contactcenter.whatif import database as whatif
from contactcenter.whatif.changing import Changes, Heads
from contactcenter.whatif.figures import Within
from routing.instants import from_us

pytestmark = pytest.mark.slow

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
MORNING = MIDNIGHT.replace(hour=8)
DAY = (MIDNIGHT, MIDNIGHT + timedelta(days=1))
WITHIN = Within(by_channel={"sms": 60})


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


class Desk:
    """The real dispatcher at work on a clock of ours: who holds a ticket solves it in its time."""

    def __init__(self, conn, chance):
        self.conn = conn
        self.chance = chance
        self.plan = []
        self.work = {}
        self.began = set()
        self.first = {}

    def at(self, seconds, do):
        heapq.heappush(self.plan, (MORNING + timedelta(seconds=seconds), len(self.plan), do))

    async def comes(self, now, queue_id, *, work_s, rises_to=None):
        ticket = await make.queued_ticket(self.conn, now, queue_id=queue_id)
        self.work[ticket.id] = [(work_s, rises_to), (work_s / 2, None)]
        await seek.agent_for(self.conn, now, ticket)
        return ticket.id

    async def ends(self, now, ticket_id, rises_to):
        if rises_to is None:
            await ending.solve(
                self.conn, now, ticket_id, actor="system", disposition="solved", reopen_window_s=9
            )
        else:
            ticket = await make.tickets.lock(self.conn, ticket_id)
            await moving.escalate(
                self.conn, now, ticket, "agent", actor="system", queue_id=rises_to
            )

    async def leaves(self, now, ticket_id):
        state = await self.conn.fetchval("SELECT state FROM ticket WHERE id = $1", ticket_id)
        if state in ("waiting", "offered"):
            await ending.abandon(self.conn, now, ticket_id)

    async def play(self):
        while True:
            due = await self.conn.fetchval(
                "SELECT min(due_at) FROM timer WHERE kind <> 'reopen_end'"
            )
            if self.plan and (due is None or self.plan[0][0] < due):
                now, _, do = heapq.heappop(self.plan)
                await do(now)
            elif due is not None:
                now = due
                await firing.fire_due(self.conn, now, at_most=1)
            else:
                return
            await self.begin(now)

    async def begin(self, now):
        """Whoever has just been given a ticket begins his work on it."""
        held = await self.conn.fetch(
            "SELECT id, ticket_id, agent_id FROM offer WHERE state = 'accepted' ORDER BY id"
        )
        for offer_id, ticket_id, agent_id in held:
            if offer_id in self.began:
                continue
            self.began.add(offer_id)
            self.first.setdefault(ticket_id, (now, agent_id))
            work_s, rises_to = self.work[ticket_id].pop(0)

            async def end(then, ticket_id=ticket_id, rises_to=rises_to):
                await self.ends(then, ticket_id, rises_to)

            heapq.heappush(
                self.plan, (now + timedelta(seconds=work_s), len(self.began) + 9999, end)
            )


@pytest.fixture
async def desk(dsn):
    conn = await asyncpg.connect(dsn)
    await make.prepare(conn)
    yield Desk(conn, random.Random(4))
    await conn.close()


async def a_morning(desk, tickets=70):
    """Two queues and specialists, helpers with a delay, breaks, escalations, some who leave."""
    conn, chance = desk.conn, desk.chance

    async def made(**more):
        return await make.queue(conn, auto_accept=["sms"], **more)

    top = await made(name="specialists", tier=2)
    desk.a, desk.b = await made(name="a", wrap_up_s=20), await made(name="b")
    desk.agents = []
    for n, capacity in enumerate((1, 2, 1, 1)):
        agent_id = await make.agent(
            conn, MIDNIGHT, name=f"p{n}", capacity=capacity, presence="offline"
        )
        desk.agents.append(agent_id)
        await make.join_queue(conn, agent_id, (desk.a, desk.a, desk.b, top)[n])
    await make.join_queue(conn, desk.agents[2], desk.a, level=2, delay_s=60, handicap_s=30)
    for n, agent_id in enumerate(desk.agents):
        for at_s, wanted in (
            (7 * n, "available"),
            (3600 + 50 * n, "away"),
            (4100 + 30 * n, "available"),
        ):

            async def change(now, agent_id=agent_id, wanted=wanted):
                reason = "break" if wanted == "away" else None
                await presence.change(conn, now, agent_id, wanted, reason, actor="system")

            desk.at(at_s, change)
    for n in range(tickets):
        at_s = 30 + 97.3 * n + chance.random()
        queue_id, rises = chance.choice((desk.a, desk.a, desk.b)), chance.random() < 0.2
        work_s = round(chance.expovariate(1 / 200), 3) + 5

        async def come(now, queue_id=queue_id, work_s=work_s, rises=rises):
            ticket_id = await desk.comes(
                now, queue_id, work_s=work_s, rises_to=top if rises else None
            )
            if chance.random() < 0.3:

                async def leave(then):
                    await desk.leaves(then, ticket_id)

                seconds = (now - MORNING).total_seconds()
                desk.at(seconds + round(chance.expovariate(1 / 90), 3), leave)

        desk.at(at_s, come)
    await desk.play()


async def read(dsn, document=None, span=DAY):
    opened = await Database(dsn).open()
    try:
        return await recorded.read(opened, *span, document=document, channels=["sms"])
    finally:
        await opened.close()


async def test_the_unchanged_day_is_played_as_it_was_decided(dsn, desk):
    await a_morning(desk)

    replay = whatif.Replay(await read(dsn), seed=1, within=WITHIN)
    played = replay.as_configured()

    answered = {
        n // 1000: (
            from_us(one.at_us),
            int(one.agent_id),
        )
        for n, one in played.answers.items()
    }
    assert len(desk.first) > 50
    assert answered == desk.first
    belief = replay.validation(played)
    assert (belief.same_agent_share, belief.p90_difference_s) == (1.0, 0.0)
    assert (belief.answered_only_played, belief.answered_only_recorded) == (0, 0)
    assert played.outcome == replay.as_it_was()
    total = played.outcome.total
    assert total.offered == 70 == total.answered + total.abandoned
    assert min(total.abandoned, total.escalated) > 3


@pytest.mark.parametrize("hour", [8.6, 9, 9.4])
async def test_a_span_begins_with_what_waits_and_what_is_held_then(dsn, desk, hour):
    await a_morning(desk)
    begins = MIDNIGHT + timedelta(hours=hour)

    replay = whatif.Replay(await read(dsn, span=(begins, DAY[1])), seed=1, within=WITHIN)
    played = replay.as_configured()

    belief = replay.validation(played)
    assert any(stay.held_by is not None for stay in replay.stays)
    assert belief.tickets > 5
    assert belief.same_agent_share > 0.9  # since when each was idle is not read
    assert belief.p90_difference_s == 0.0
    was = replay.as_it_was().total
    assert played.outcome.total.offered == was.offered
    assert played.outcome.total.wait.mean_s == pytest.approx(was.wait.mean_s, rel=0.02)


async def test_a_span_ends_with_what_still_waits(dsn, desk):
    await a_morning(desk)
    span = (MIDNIGHT, MORNING + timedelta(hours=1, minutes=5))

    replay = whatif.Replay(await read(dsn, span=span), seed=1, within=WITHIN)
    played = replay.as_configured()

    assert played.outcome.total.waiting > 0
    assert played.outcome == replay.as_it_was()


async def test_more_people_wait_less(dsn, desk):
    await a_morning(desk)
    replay = whatif.Replay(await read(dsn), seed=1, within=WITHIN)

    changes = Changes(heads=[Heads(queue="a", more=2)])
    before, after = replay.as_configured().outcome, replay.changed(None, changes).outcome

    assert after.queues["a"].wait.mean_s < before.queues["a"].wait.mean_s / 2
    assert after.total.abandoned < before.total.abandoned
    assert after.total.offered == before.total.offered


async def test_a_configuration_sends_tickets_elsewhere_and_gives_other_credit(dsn, desk):
    await a_morning(desk)
    found = await in_force(dsn)
    entry = (document.EntryRule(when={}, queue="b"),)
    other = document_with(found, entry=entry)

    replay = whatif.Replay(await read(dsn, other), seed=1, within=WITHIN)
    changed = replay.changed(other, Changes())

    assert changed.outcome.queues["b"].offered == 70
    assert "a" not in changed.outcome.queues


async def test_patience_is_known_of_who_left_and_drawn_beyond_the_wait_of_the_others(dsn, desk):
    await a_morning(desk)
    replay = whatif.Replay(await read(dsn), seed=1, within=WITHIN)
    again = whatif.Replay(await read(dsn), seed=1, within=WITHIN)
    other = whatif.Replay(await read(dsn), seed=2, within=WITHIN)

    day, real = replay.day, as_it_was.firsts_of(replay.recorded, replay.stays)
    left = [a for a in day.arrivals if a.ticket_id not in real]
    stayed = [a for a in day.arrivals if a.ticket_id in real and a.patience_us is not None]
    assert day == again.day
    assert day != other.day
    assert len(left) == replay.as_it_was().total.abandoned
    for arrival in left:
        (leg,) = next(s.legs for s in replay.stays if s.number == arrival.ticket_id)
        assert arrival.patience_us == (leg.to_at - leg.from_at) // timedelta(microseconds=1)
    assert len(stayed) > 10
    assert all(a.patience_us > real[a.ticket_id].wait_s * 1_000_000 for a in stayed)


def test_the_mean_patience_is_all_waits_by_those_who_left():
    seen = patience.Observations()
    for waited_us, left in ((10, False), (20, True), (30, False), (40, True)):
        seen.note(("a", "phone"), waited_us, left=left)
    seen.note(("b", "phone"), 50, left=False)

    means = {where: one.mean_us for where, one in seen.seen().items()}
    assert means == {("a", "phone"): 50.0, ("b", "phone"): None}


async def test_an_answer_tells_what_to_believe_and_what_is_guessed(dsn, desk, capsys):
    await a_morning(desk, tickets=12)

    told = whatif.ask(await read(dsn), None, Changes(), seed=7, within=WITHIN)
    whatif_tables.show(told, "en")
    english = " ".join(capsys.readouterr().out.split())
    whatif_tables.show(told, "fa")
    persian = " ".join(capsys.readouterr().out.split())

    assert "100.0 % went to the same agent" in english
    assert "From 2026-03-02 00:00 to 2026-03-03 00:00 UTC: 12 tickets" in english
    assert "with the seed 7" in english
    assert "as it was" in english
    assert "with the change" not in english
    assert "۱۰۰٫۰٪ به همان کارشناس رسید" in persian
    assert "با بذر ۷" in persian


async def test_a_day_of_which_nothing_is_known_is_empty(dsn):
    options = ("--day", "2026-11-20", "--time-zone", "Asia/Tehran", "--json")
    result = await asyncio.to_thread(
        CliRunner(env={"CONTACTCENTER_DATABASE_URL": dsn}).invoke, main, ["whatif", *options]
    )

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["as_it_was"] == told["as_configured"]
    assert told["as_configured"]["total"]["offered"] == 0


async def test_a_day_that_is_not_over_ends_now_by_the_clock_of_its_zone(dsn):
    zone = zone_of("Asia/Tehran")
    before = datetime.now(zone)
    found = await read(dsn, span=days.span_of(before.date(), zone))
    told = whatif.ask(found, None, Changes(), seed=1, within=WITHIN)
    after = datetime.now(zone)

    possible = {
        f"{before:%Y-%m-%d} 00:00 to {now:%Y-%m-%d %H:%M} Asia/Tehran" for now in (before, after)
    }
    assert told.notes.en[0].removeprefix("From ").partition(": 0 tickets")[0] in possible
    assert "به وقت \u2068Asia/Tehran\u2069" in told.notes.fa[0]


async def test_a_configuration_that_could_not_become_active_is_refused_with_all_its_faults(
    dsn, tmp_path
):
    (tmp_path / "wrong.yaml").write_text("queues: {a: {team: nobody, tier: 1, calendar: none}}\n")
    options = ("--day", "2026-11-20", "--configuration", str(tmp_path / "wrong.yaml"))

    result = await asyncio.to_thread(
        CliRunner(env={"CONTACTCENTER_DATABASE_URL": dsn}).invoke, main, ["whatif", *options]
    )

    assert result.exit_code == 2
    assert 'queues.a.team: no team "nobody"' in result.stderr
    assert 'queues.a.calendar: no calendar "none"' in result.stderr


async def test_a_dry_run_tells_how_each_ticket_would_have_moved(dsn, desk, capsys):
    await a_morning(desk)
    found = await in_force(dsn)
    other = document_with(found, entry=(document.EntryRule(when={}, queue="b"),))

    told = dry_run.dry_run(await read(dsn, other), other, seed=1, within=WITHIN, at_most=5)
    dry_run_tables.show(told, "en")
    english = " ".join(capsys.readouterr().out.split())
    dry_run_tables.show(told, "fa")
    persian = capsys.readouterr().out

    was = {flow.from_queue: flow for flow in told.flows}
    assert (told.tickets, told.moved) == (70, was["a"].tickets)
    assert {flow.to_queue for flow in told.flows} == {"b"}
    assert was["a"].tickets + was["b"].tickets == 70
    assert told.later > 10
    first = told.listed[0]
    assert len(told.listed) == 5
    assert (first.recorded.queue, first.as_configured.queue, first.changed.queue) == ("a", "a", "b")
    assert first.recorded.agent == first.as_configured.agent != first.changed.agent
    assert first.recorded.wait_s == first.as_configured.wait_s
    assert first.differs[0] == "queue"
    assert f"Of 70 tickets {told.moved} would have come into another queue" in english
    assert "100.0 % went to the same agent" in english
    assert "از ۷۰ درخواست" in persian


async def test_a_dry_run_of_what_is_in_force_moves_nothing(dsn, desk):
    await a_morning(desk, tickets=30)
    found = document_with(await in_force(dsn), entry=(document.EntryRule(when={}, queue="a"),))
    await desk.conn.execute(
        "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, '{}', $1)", desk.a
    )

    told = dry_run.dry_run(await read(dsn, found), found, seed=1, within=WITHIN, at_most=None)

    assert (told.tickets, told.moved, told.others, told.listed) == (30, 0, 0, [])


async def test_a_dry_run_gives_the_credit_of_the_document(dsn, desk):
    await a_morning(desk, tickets=30)
    contact_id = await desk.conn.fetchval("SELECT min(contact_id) FROM ticket")
    await make.segment(desk.conn, MIDNIGHT, contact_id, "customer_category", "government")
    entry = (document.EntryRule(when={"customer_category": "government"}, queue="b"),)
    other = document_with(
        await in_force(dsn),
        entry=(*entry, document.EntryRule(when={}, queue="a")),
        credits={"customer_category": {"government": 120}},
    )

    told = dry_run.dry_run(await read(dsn, other), other, seed=1, within=WITHIN, at_most=None)

    (first,) = [t for t in told.listed if "credit_s" in t.differs]
    assert (first.as_configured.credit_s, first.changed.credit_s) == (0, 120)
    assert first.changed.queue == "b"


async def test_a_span_with_too_many_legs_is_refused(dsn, desk):
    await a_morning(desk, tickets=3)

    opened = await Database(dsn).open()
    with pytest.raises(recorded.DayTooLarge, match="more than 4 legs"):
        await recorded.read(opened, *DAY, most_legs=4)
    await opened.close()


async def in_force(dsn):
    opened = await Database(dsn).open()
    async with opened.read() as conn:
        found = await rows.read(conn)
    await opened.close()
    return reading.read(found)


def document_with(found, **changes):
    whole = {name: getattr(found, name) for name in document.Document.__struct_fields__}
    return document.Document(**(whole | changes))
