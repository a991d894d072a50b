"""The keeper of reports: whatever it has read, in whatever pieces, its facts are those of a retelling."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import factories as make
import pytest
from msgspec import structs

from contactcenter import agents, report_keeper
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, holding, moving
from contactcenter.history import Entry, Fact, facts_of_agent
from contactcenter.measuring import METRICS, Ask, Row, measured
from contactcenter.report_keeper import ReportKeeper
from contactcenter.reporting import agent_times, answers, kept_facts, rebuilding
from contactcenter.reporting.rebuilding import Rebuilt
from contactcenter.tickets import tickets

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = {"from_at": MONDAY - timedelta(days=1), "to_at": MONDAY + timedelta(days=6)}

_ROLLED_UP = """SELECT sum(n) FROM report_roll_up r JOIN report_span s ON s.id = r.span_id
  WHERE s.kind = 'day' AND r.metric = 'opened' AND r.dimension = ''"""

_WAITING = """SELECT EXISTS (SELECT FROM pg_locks
  WHERE NOT granted AND relation = 'report_position'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


async def caught_up(keeper: ReportKeeper, database: Database) -> None:
    """Read all there is: what older writers hold back, in whatever database, comes a little later."""
    async with asyncio.timeout(30):
        while True:
            await keeper.read_all()
            async with database.read() as conn:
                if await conn.fetchval(
                    "SELECT NOT EXISTS (SELECT FROM event e, report_position p"
                    " WHERE (e.xid, e.id) > (p.xid, p.event_id))"
                ):
                    return
            await asyncio.sleep(0.02)


class Centre:
    """Two tiers that serve nobody by themselves; every step is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = MONDAY

    async def set_up(self) -> "Centre":
        async with self.database.transaction() as conn:
            teams = [await make.team(conn) for _ in range(2)]
            self.above = await make.queue(conn, tier=2, team_id=teams[1])
            self.front = await make.queue(conn, tier=1, team_id=teams[0], escalate_to_id=self.above)
            await make.entry_point(conn, queue_id=self.front)
            began_at = MONDAY - timedelta(hours=10)
            self.agents = [await make.agent(conn, began_at, capacity=1000) for _ in range(2)]
        return self

    async def opened(self) -> int:
        async with self.database.transaction() as conn:
            return (await make.queued_ticket(conn, self.now, queue_id=self.front)).id

    async def step(self, chance: random.Random, ticket_id: int) -> None:
        """Whatever can happen next to a ticket, or nothing."""
        self.now += timedelta(minutes=chance.randint(1, 90))
        async with self.database.transaction() as conn:
            ticket = await tickets.lock(conn, ticket_id)
            match ticket.state, chance.randint(0, 3):
                case "waiting", _:
                    agent = chance.choice(self.agents)
                    await holding.give_to(
                        conn, self.now, ticket_id, agent, actor="system", note_id=None
                    )
                case "assigned", 0 if ticket.queue_id == self.front:
                    await moving.escalate(conn, self.now, ticket, "agent", actor="system")
                case "assigned", 1 | 2:
                    await ending.solve(
                        conn,
                        self.now,
                        ticket_id,
                        actor="system",
                        disposition="solved",
                        reopen_window_s=72 * 3600,
                    )
                case "solved", _:
                    await ending.reopen(
                        conn, self.now, ticket, actor="customer", because="customer_wrote"
                    )

    async def presence(self, chance: random.Random) -> None:
        """Somebody comes, goes or pauses."""
        self.now += timedelta(minutes=chance.randint(1, 30))
        presence = chance.choice(["available", "away", "wrap_up", "offline"])
        async with self.database.transaction() as conn:
            agent = await agents.lock(conn, chance.choice(self.agents))
            await agents.set_presence(conn, self.now, agent, presence, None, actor="system")

    async def facts(self, ticket_ids: list[int]) -> tuple[Counter, Counter]:
        async with self.database.read() as conn:
            told = await kept_facts.tell(conn, ticket_ids)
            kept = await kept_facts.kept(conn, ticket_ids)
        return Counter(told), Counter(kept)


async def test_kept_piece_by_piece_the_facts_are_those_of_a_retelling(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_keeper, "BATCH", 3)
    chance = random.Random(9)
    centre = await Centre(database).set_up()
    keepers = [ReportKeeper(database, holder="one") for _ in range(2)]
    ids = [await centre.opened() for _ in range(4)]
    for _ in range(40):
        await centre.step(chance, chance.choice(ids))
        if chance.random() < 0.5:
            await chance.choice(keepers).read_some()
    await caught_up(keepers[0], database)

    told, kept = await centre.facts(ids)

    assert {fact.kind for fact in told} >= {"opened", "stay", "solved", "escalated", "reopened"}
    for keeper in (ReportKeeper(database, holder="another"), *keepers):
        await keeper.roll_up_all()
    await centre.opened()  # of a day that is closed
    await caught_up(keepers[0], database)
    await keepers[0].roll_up_all()
    async with database.read() as conn:
        opened = await answers.answer(conn, Ask(metric="opened", **WEEK), viewer_id=None)
        assert await conn.fetchval(_ROLLED_UP) == opened[0].n == 5
    assert kept == told
    [row] = measured(kept.elements(), Ask(metric="opened", **WEEK))
    assert row.n == 4  # the late one is not among these


async def test_the_time_of_agents_is_kept_as_it_would_be_told_of_everything_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_keeper, "BATCH", 3)
    chance = random.Random(5)
    centre = await Centre(database).set_up()
    keeper = ReportKeeper(database, holder="one")
    ids = [await centre.opened() for _ in range(4)]
    for _ in range(60):
        if chance.random() < 0.4:
            await centre.presence(chance)
        else:
            await centre.step(chance, chance.choice(ids))
        if chance.random() < 0.5:
            await keeper.read_some()
    await caught_up(keeper, database)

    async with database.read() as conn:
        now = await kept_facts.read_at(conn)
        kept = await times(conn)
        facts = await kept_facts.kept(conn, ids)
        entries = [
            Entry(id=e["id"], at=e["at"], kind=e["kind"], agent=e["agent_id"], data={"to": e["to"]})
            for e in await conn.fetch(
                "SELECT id, at, kind, agent_id, data->>'to' AS to FROM event"
                " WHERE kind = 'presence_changed'"
            )
        ]
    whole = [
        structs.replace(fact, at=None, calendar_s=None, business_s=None) if fact.at == now else fact
        for agent in centre.agents
        for fact in facts_of_agent(agent, entries, facts, now)
    ]
    assert Counter(kept) == Counter(whole)
    assert {fact.outcome for fact in kept} >= {"handling", "available", "away", "wrap_up"}
    for metric in ("occupancy", "utilisation", "concurrency"):
        for by in ((), ("agent",)):
            ask = Ask(metric=metric, by=by, **WEEK)
            async with database.read() as conn:
                found = await answers.answer(conn, ask, viewer_id=None)
            expected = measured(whole, structs.replace(ask, as_of=now))
            assert [rounded(row) for row in found] == [rounded(row) for row in expected], ask
            assert found[0].n

    same = await rebuilding.rebuild(database, lambda _done: None)

    assert (same.gone, same.new) == (0, 0)


async def times(conn: Conn) -> list[Fact]:
    rows = await conn.fetch("SELECT id FROM user_account ORDER BY id")
    everybody = [row["id"] for row in rows]
    return [
        kept_facts.fact(row)
        for row in await agent_times._times.all(conn, everybody, [None] * len(everybody))
    ]


async def test_told_anew_everything_is_as_it_was_kept_and_what_was_wrong_is_right(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    chance = random.Random(2)
    centre = await Centre(database).set_up()
    ids = [await centre.opened() for _ in range(5)]
    for _ in range(20):
        await centre.step(chance, chance.choice(ids))
    keeper = ReportKeeper(database, holder="one")
    await caught_up(keeper, database)
    await keeper.roll_up_all()
    said: list[Rebuilt] = []

    same = await rebuilding.rebuild(database, said.append)
    async with database.transaction() as conn:
        await conn.execute("UPDATE report_fact SET tier = 9 WHERE kind = 'opened'")
        await conn.execute(
            "INSERT INTO report_fact (ticket_id, kind, episode, from_at, at, temperament, value,"
            " is_first) VALUES (999, 'opened', 1, $1, $1, 'warm', 'gold', true)",
            MONDAY,
        )
    repaired = await rebuilding.rebuild(database, said.append)
    await keeper.roll_up_all()

    assert (same.tickets, same.gone, same.new) == (5, 0, 0)
    assert [one.tickets for one in said[:3]] == [2, 4, 5]
    assert (repaired.tickets, repaired.gone, repaired.new) == (6, 6, 5)
    told, kept = await centre.facts([*ids, 999])
    assert kept == told
    async with database.read() as conn:
        assert await conn.fetchval(_ROLLED_UP) == 5
        assert await conn.fetchval("SELECT count(*) FROM report_pending") == 0


async def test_who_tells_anew_waits_for_the_keeper(database: Database) -> None:
    centre = await Centre(database).set_up()
    ids = [await centre.opened()]
    await caught_up(ReportKeeper(database, holder="one"), database)
    async with database.transaction() as conn:
        await report_keeper._position.first(conn)
        waiting = asyncio.create_task(rebuilding.rebuild(database, lambda _done: None))
        async with asyncio.timeout(10):
            while not await conn.fetchval(_WAITING):
                assert not waiting.done()
                await asyncio.sleep(0)
    await waiting

    told, kept = await centre.facts(ids)
    assert kept == told


async def test_another_process_reads_nothing_meanwhile(database: Database) -> None:
    centre = await Centre(database).set_up()
    await caught_up(ReportKeeper(database, holder="one"), database)
    ticket_id = await centre.opened()

    await ReportKeeper(database, holder="another").read_some()
    assert (await centre.facts([ticket_id]))[1] == Counter()

    await caught_up(ReportKeeper(database, holder="one"), database)
    told, kept = await centre.facts([ticket_id])
    assert kept == told != Counter()


async def test_a_restored_database_is_told_anew(database: Database) -> None:
    centre = await Centre(database).set_up()
    ticket_id = await centre.opened()
    keeper = ReportKeeper(database, holder="one")
    await caught_up(keeper, database)
    async with database.transaction() as conn:
        await conn.execute("UPDATE feed_epoch SET epoch = epoch + 1")
        await conn.execute("UPDATE report_fact SET channel = 'lost'")

    await caught_up(keeper, database)

    told, kept = await centre.facts([ticket_id])
    assert kept == told
    async with database.read() as conn:
        assert await kept_facts.read_at(conn) is not None


@pytest.mark.parametrize("clock", ["calendar", "business"])
async def test_the_database_answers_as_the_facts_do(database: Database, clock: str) -> None:
    chance = random.Random(4)
    centre = await Centre(database).set_up()
    ids = [await centre.opened() for _ in range(6)]
    for _ in range(60):
        await centre.step(chance, chance.choice(ids))
    await caught_up(ReportKeeper(database, holder="one"), database)
    async with database.read() as conn:
        facts = [*await kept_facts.kept(conn, ids), *await times(conn)]

    for metric in METRICS:
        for by in ((), ("agent",), ("tier", "outcome"), ("queue", "temperament", "channel")):
            only = {"tier": frozenset({1, None})} if by else {}
            ask = Ask(metric=metric, by=by, clock=clock, only=only, **WEEK)
            async with database.read() as conn:
                found = await answers.answer(conn, ask, viewer_id=None)
            expected = measured(facts, ask)
            assert [rounded(row) for row in found] == [rounded(row) for row in expected], ask


def rounded(row: Row) -> tuple:
    """To the microsecond: sums differ in the last digit by the order in which they are made."""
    figures = (row.value, row.mean, row.median, row.p90)
    return (
        row.group,
        row.n,
        row.numerator,
        row.denominator,
        *(None if figure is None else round(figure, 6) for figure in figures),
    )
