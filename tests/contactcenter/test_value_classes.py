"""Value and its classes: worked out by hand, and against a plain reading of the same facts."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import merge_undoing, merges, value_classes, value_setting
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
#: Periods of ten days, four of them; a minute of work costs 2.
DAYS, PERIODS, RATE = 10, 4, 2
ORDER = ["costly", "C", "B", "A"]


async def worth(
    conn: asyncpg.Connection, *, rates: Mapping[str, float] | None = None, vital_share: float = 0.0
) -> dict[int, value_classes.Worth]:
    found = await value_classes._changed.all(
        conn, NOW, DAYS, PERIODS, RATE, "EUR", dict(rates or {}), vital_share
    )
    return {one.contact_id: one for one in found}


async def classes(conn: asyncpg.Connection) -> dict[int, str]:
    return {contact_id: one.value_class for contact_id, one in (await worth(conn)).items()}


async def worked(
    conn: asyncpg.Connection, until: datetime, contact_id: int, minutes: float, **how: object
) -> int:
    """An agent worked for him so long, up to an instant."""
    queue_id = await factories.queue(conn)
    began = until - timedelta(minutes=minutes)
    ticket_id = await factories.ticket(conn, began, intake_queue_id=queue_id, contact_id=contact_id)
    agent_id = await factories.agent(conn, began) if how.get("by_agent", True) else None
    await conn.execute(
        "INSERT INTO leg (ticket_id, episode, tier, queue_id, agent_id, from_at, to_at, ended_by)"
        " VALUES ($1, 1, 1, $2, $3, $4, $5, 'solved')",
        ticket_id, queue_id, agent_id, began, until,
    )  # fmt: skip
    if how.get("spam"):
        await conn.execute("UPDATE ticket SET spam = true WHERE id = $1", ticket_id)
    return ticket_id


async def buy(conn: asyncpg.Connection, contact_id: int, profit: int, *, days: float = 1) -> None:
    await factories.behaviour(
        conn, NOW - days * DAY, contact_id, "purchase", amount_minor=profit + 5, cost_minor=5
    )


async def test_profit_is_what_he_paid_less_goods_returns_and_work(
    world: asyncpg.Connection,
) -> None:
    contact_id = await factories.contact(world)
    told = [("purchase", 1000, 600), ("purchase", 500, None), ("return", 200, 120)]
    for kind, amount, cost in told:
        await factories.behaviour(
            world, NOW, contact_id, kind, amount_minor=amount, cost_minor=cost
        )
    await worked(world, NOW - DAY, contact_id, 30.5)

    one = (await worth(world))[contact_id]

    # 1000 + 500 - 200; less 600 for goods sold, 120 of them came back; less 30.5 minutes at 2
    assert (one.revenue_minor, one.margin_minor, one.profit_minor) == (1300, 820, 759)
    assert (one.handling_s, one.value_class) == (1830, "A")


async def test_work_is_what_agents_did_and_not_the_customers_turn(
    world: asyncpg.Connection,
) -> None:
    people = [await factories.contact(world) for _ in range(4)]
    for contact_id in people:
        await buy(world, contact_id, 100)
    await worked(world, NOW - DAY, people[0], 60, by_agent=False)
    await worked(world, NOW - DAY, people[1], 60, spam=True)
    paused = await worked(world, NOW - DAY, people[2], 60)
    pause_at = NOW - DAY - timedelta(minutes=45)
    await factories.event(world, pause_at, "ticket_pending", ticket_id=paused, data={})
    await worked(world, NOW - DAYS * PERIODS * DAY, people[3], 60)

    assert [one.handling_s for _, one in sorted((await worth(world)).items())] == [0, 0, 900, 0]


@pytest.mark.parametrize(
    ("profits", "expected"),
    [
        ([80, 15, 5], "ABC"),
        ([79, 16, 5], "AAC"),  # 79 is not yet 80 %
        ([50, 30, 15, 5], "AABC"),
        ([100], "A"),
        ([25, 25, 25, 25], "AAAA"),  # equals by id: four are needed for 80 %
        ([20, 20, 20, 20, 20], "AAAAB"),
        ([0, 0], "CC"),
        ([100, 0, -1], ["A", "C", "costly"]),
        ([-5], ["costly"]),
    ],
)
async def test_classes_are_cut_at_80_and_95_percent_of_the_profit(
    world: asyncpg.Connection, profits: list[int], expected: str
) -> None:
    for profit in profits:
        contact_id = await factories.contact(world)
        await buy(world, contact_id, max(profit, 0))
        await worked(world, NOW - DAY, contact_id, max(-profit, 0) / RATE)

    assert [c for _, c in sorted((await classes(world)).items())] == list(expected)


@pytest.mark.parametrize(
    ("losses", "expected"), [((0, 1), "costly"), ((2, 3), "costly"), ((0, 2), "A"), ((1,), "A")]
)
async def test_who_costs_more_than_he_brings_in_two_successive_periods_is_costly(
    world: asyncpg.Connection, losses: tuple[int, ...], expected: str
) -> None:
    contact_id = await factories.contact(world)
    for period in range(PERIODS):
        days = period * DAYS + 5
        await buy(world, contact_id, 10 if period in losses else 1000, days=days)
        if period in losses:
            await worked(world, NOW - days * DAY, contact_id, 6)  # costs 12

    assert await classes(world) == {contact_id: expected}


async def test_other_currencies_count_at_their_rate_and_else_not_at_all(
    world: asyncpg.Connection,
) -> None:
    contact_id = await factories.contact(world)
    for currency in ("EUR", "USD", "IRR"):
        await factories.behaviour(
            world, NOW, contact_id, "purchase", amount_minor=1000, currency=currency
        )

    assert (await worth(world))[contact_id].profit_minor == 1000
    assert (await worth(world, rates={"USD": 0.9}))[contact_id].profit_minor == 1900
    left_out = await value_classes._left_out.one(world, NOW, DAYS, PERIODS, "EUR", {"USD": 0.9})
    assert left_out == 1


async def test_they_are_vital_who_together_bring_the_share(world: asyncpg.Connection) -> None:
    people = [await factories.contact(world) for _ in range(4)]
    for contact_id, profit in zip(people, (40, 30, 20, 10), strict=True):
        await buy(world, contact_id, profit)

    for share, expected in ((0.0, 0), (0.4, 1), (0.41, 2), (0.7, 2), (1.0, 4)):
        found = await worth(world, vital_share=share)
        assert [c for c in people if found[c].is_vital] == people[:expected]


Facts = list[tuple[int, int, int, float]]  # contact, margin, minutes of work, days ago


def plainly(facts: Facts) -> dict[int, str]:
    """The classes by the definition, with nothing but the definition in mind."""
    profit: dict[int, float] = defaultdict(float)
    loses: dict[int, set[int]] = defaultdict(set)
    periods: dict[tuple[int, int], float] = defaultdict(float)
    for contact_id, margin, minutes, days in facts:
        profit[contact_id] += margin - minutes * RATE
        periods[contact_id, int(days // DAYS)] += margin - minutes * RATE
    for (contact_id, period), brought in periods.items():
        if brought < 0:
            loses[contact_id].add(period)
    costly = {c for c, p in profit.items() if p < 0 or any(n + 1 in loses[c] for n in loses[c])}
    found = dict.fromkeys(costly, "costly")
    others = sorted((c for c in profit if c not in costly), key=lambda c: (-profit[c], c))
    whole, so_far = sum(profit[c] for c in others), 0.0
    for contact_id in others:
        is_a, is_b = so_far < 0.8 * whole, so_far < 0.95 * whole
        found[contact_id] = "A" if is_a else "B" if is_b else "C"
        so_far += profit[contact_id]
    return found


async def tell(conn: asyncpg.Connection, facts: Facts) -> None:
    for contact_id, margin, minutes, days in facts:
        if margin:
            await buy(conn, contact_id, margin, days=days)
        if minutes:
            await worked(conn, NOW - days * DAY, contact_id, minutes)


@pytest.mark.parametrize("seed", range(5))
async def test_classes_are_those_of_a_plain_reading_and_more_profit_never_lowers_one(
    world: asyncpg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    people = [await factories.contact(world) for _ in range(7)]
    facts = [
        (chance.choice(people), chance.choice((0, 5, 40, 400)), chance.choice((0, 0, 3, 30)),
         chance.randrange(1, 40) - 0.5)
        for _ in range(16)
    ]  # fmt: skip
    facts = [fact for fact in facts if fact[1] or fact[2]]
    await tell(world, facts)
    before = await worth(world)

    assert {c: one.value_class for c, one in before.items()} == plainly(facts)
    brings = [one for one in before.values() if one.value_class != "costly"]
    best = sum(one.profit_minor for one in brings if one.value_class == "A")
    assert best >= 0.8 * sum(one.profit_minor for one in brings)

    for contact_id in before:
        more = [*facts, (contact_id, chance.choice((1, 50, 500)), 0, chance.randrange(1, 40) - 0.5)]
        after = plainly(more)[contact_id]
        assert ORDER.index(after) >= ORDER.index(before[contact_id].value_class)


# The job ------------------------------------------------------------------------------------------


@pytest.fixture
async def dispatcher(database: Database) -> AsyncIterator[Dispatcher]:
    async with dispatching(database) as dispatcher:
        yield dispatcher


async def said(conn: asyncpg.Connection, kind: str = "value_class") -> dict[int, str]:
    rows = await conn.fetch(
        "SELECT contact_id, value FROM segment"
        " WHERE kind = $1 AND source = 'model' AND to_at IS NULL",
        kind,
    )
    return {row["contact_id"]: row["value"] for row in rows}


async def test_the_job_says_what_is_another_and_nothing_twice(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        await conn.execute("UPDATE value_setting SET vital_share = 0.5, minute_rate_minor = 2")
        a, b, c = [await factories.contact(conn) for _ in range(3)]
        assert await value_classes.compute(database, dispatcher) == 0  # in which currency?
        for contact_id, profit in ((a, 800), (b, 150), (c, 50)):
            await factories.behaviour(conn, now, contact_id, "purchase", amount_minor=profit)

        assert await value_classes.compute(database, dispatcher, piece=2) == 3
        assert await said(conn) == {a: "A", b: "B", c: "C"}
        assert await said(conn, "vital") == {a: "yes"}
        assert await value_classes.compute(database, dispatcher) == 0

        await factories.behaviour(conn, now, c, "purchase", amount_minor=9000)
        await conn.execute("DELETE FROM behaviour_event WHERE contact_id = $1", b)
        assert await value_classes.compute(database, dispatcher) == 3
        assert await said(conn) == {c: "A", a: "B"}
        assert await said(conn, "vital") == {c: "yes"}
        told = await conn.fetch(
            "SELECT contact_id, data ->> 'from' AS was, data ->> 'to' AS becomes, data ->> 'segment' AS kind"
            " FROM event WHERE kind = 'segment_set' ORDER BY id"
        )
        setting = await value_setting.read(conn)
        totals = await value_classes.totals(conn)
    assert [tuple(row) for row in told[-5:]] == [
        (a, "A", "B", "value_class"),
        (b, "B", None, "value_class"),
        (c, "C", "A", "value_class"),
        (a, "yes", None, "vital"),
        (c, None, "yes", "vital"),
    ]
    assert (setting.computed_in, setting.left_out) == ("EUR", 0)
    assert [(t.value_class, t.contacts, t.profit_minor, t.vital) for t in totals] == [
        ("A", 1, 9050, 1),
        ("B", 1, 800, 0),
    ]


async def test_a_person_who_was_merged_has_one_class_and_two_again_when_it_is_undone(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        kept, other = await factories.contact(conn), await factories.contact(conn)
        for contact_id in (kept, other):
            await factories.behaviour(conn, now, contact_id, "purchase", amount_minor=500)
        await value_classes.compute(database, dispatcher)
        assert await said(conn) == {kept: "A", other: "A"}

        merged = await dispatcher.submit(
            lambda conn, now: merges.merge(
                conn, now, kept, other, actor="user:1", must_read_as=None
            )
        )
        await value_classes.compute(database, dispatcher)
        assert await said(conn) == {kept: "A"}
        assert await conn.fetchval("SELECT profit_minor FROM contact_value") == 1000

        await dispatcher.submit(
            lambda conn, now: merge_undoing.undo(
                conn, now, merged.id, actor="user:1", must_read_as=None
            )
        )
        await value_classes.compute(database, dispatcher)
        assert await said(conn) == {kept: "A", other: "A"}
        assert await conn.fetchval("SELECT max(profit_minor) FROM contact_value") == 500
