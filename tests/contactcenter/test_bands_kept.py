"""Bands: computed from what agents did, and used for who gets a ticket, while they are switched on."""

from datetime import UTC, datetime, timedelta

import factories
from noon import NOON, after

from contactcenter import bands, rules
from contactcenter.db import Conn, Database
from contactcenter.dispatch import banding, ending, holding, moving, pausing, seek
from contactcenter.dispatch.connection import rules_of
from contactcenter.rules import Bands, Experiment

ON = Bands(by="p_mu", levels=2, min_handled=2)


async def switched(conn: Conn, **setting: object) -> None:
    await factories.configured(conn, bands={"by": "p_mu", **setting})


async def handled(
    conn: Conn, queue_id: int, agent_id: int, at: datetime, *, minutes: float, how: str
) -> int:
    """A ticket that the agent works on for so long, and what becomes of it."""
    actor = f"user:{agent_id}"
    ticket = await factories.queued_ticket(conn, at, queue_id=queue_id)
    await holding.give_to(conn, at, ticket.id, agent_id, actor=actor, note_id=None)
    end = at + timedelta(minutes=minutes)
    if how == "given_back":
        await holding.release(conn, end, ticket.id, actor=actor, reason="no idea")
        await conn.execute("UPDATE ticket SET spam = false WHERE id = $1", ticket.id)
        return ticket.id
    if how == "escalated":
        held = await holding.tickets.lock(conn, ticket.id)
        await moving.escalate(conn, end, held, "agent", actor=actor)
        return ticket.id
    await ending.solve(
        conn, end, ticket.id, actor=actor, disposition="solved", reopen_window_s=3600
    )
    if how == "reopened":
        solved = await holding.tickets.lock(conn, ticket.id)
        await ending.reopen(
            conn, end + timedelta(minutes=9), solved, actor="customer", because="customer_wrote"
        )
    return ticket.id


async def put(conn: Conn, queue_id: int, agent_id: int, segment: str, band: int) -> None:
    await conn.execute(
        "INSERT INTO agent_band VALUES ($1, $2, $3, $4, 100, 0.5, 1.0, $5)",
        queue_id,
        agent_id,
        segment,
        band,
        NOON,
    )


async def test_a_band_is_computed_from_what_was_solved_for_good_and_the_time_it_took(
    database: Database,
) -> None:
    """Quick handles 6 an hour and solves half for good: 3. Thorough handles 5 and solves all: 5."""
    now = datetime.now(UTC)
    async with database.transaction() as conn:
        lab = await factories.queue(conn, tier=2)
        queue_id = await factories.queue(conn, escalate_to_id=lab)
        quick, thorough = [
            await factories.agent(conn, now, queues=[queue_id], capacity=50, presence="away")
            for _ in range(2)
        ]
        newcomer = await factories.agent(conn, now, queues=[queue_id], presence="away")
        begun = now - timedelta(days=3)
        for how in ("solved", "solved", "reopened", "escalated"):
            await handled(conn, queue_id, quick, begun, minutes=10, how=how)
        for _ in range(4):
            await handled(conn, queue_id, thorough, begun, minutes=12, how="solved")

    await bands.compute(database, now, ON)

    async with database.read() as conn:
        found = await conn.fetch(
            "SELECT agent_id, segment, band, handled, solved_share, round(per_hour::numeric, 3)::float8"
            " FROM agent_band ORDER BY agent_id"
        )
    assert [tuple(row) for row in found] == [
        (quick, "unknown", 0, 4, 0.5, 6.0),
        (thorough, "unknown", 1, 4, 1.0, 5.0),
        (newcomer, "unknown", 1, 0, 0.0, 0.0),
    ]


async def test_the_customers_turn_is_no_time_of_work(database: Database) -> None:
    now = datetime.now(UTC)
    begun = now - timedelta(days=1)
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        agent_id = await factories.agent(conn, now, queues=[queue_id], presence="away")
        ticket = await factories.queued_ticket(conn, begun, queue_id=queue_id)
        actor = f"user:{agent_id}"
        await holding.give_to(conn, begun, ticket.id, agent_id, actor=actor, note_id=None)
        pending_at = begun + timedelta(minutes=30)
        await pausing.pend(conn, pending_at, ticket.id, actor=actor, wake_at=None)
        await ending.solve(
            conn,
            begun + timedelta(hours=9),
            ticket.id,
            actor=actor,
            disposition="solved",
            reopen_window_s=60,
        )

    await bands.compute(database, now, Bands(by="p_mu", levels=1, min_handled=1, per=("queue",)))

    async with database.read() as conn:
        row = await conn.fetchrow("SELECT segment, handled, per_hour FROM agent_band")
    assert tuple(row) == ("", 1, 2.0)


async def test_bands_are_kept_while_they_are_used_and_once_a_day(database: Database) -> None:
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        agent_id = await factories.agent(conn, NOON, queues=[queue_id])

    assert not await bands.keep(database), "nobody uses them"
    async with database.transaction() as conn:
        await factories.configured(conn, bands={"by": "p_mu"})
        await put(conn, queue_id, agent_id, "", 1)
    assert await bands.keep(database), "those that are there are old"
    async with database.transaction() as conn:
        await put(conn, queue_id, agent_id, "", 1)
        await conn.execute("UPDATE agent_band SET computed_at = clock_timestamp()")
    assert not await bands.keep(database), "those that are there are new"


async def offer_of(conn: Conn, queue_id: int, at: datetime, **columns: object) -> dict:
    ticket = await factories.queued_ticket(conn, at, queue_id=queue_id, **columns)
    await seek.agent_for(conn, at, ticket)
    return await conn.fetchval("SELECT why FROM offer WHERE ticket_id = $1", ticket.id)


async def test_the_band_for_this_kind_of_customer_counts_while_bands_are_on(world: Conn) -> None:
    queue_id = await factories.queue(world)
    first = await factories.agent(world, after(-9), queues=[queue_id], capacity=9)
    second = await factories.agent(world, after(-5), queues=[queue_id], capacity=9)
    await put(world, queue_id, first, "haggler", 1)
    await put(world, queue_id, second, "haggler", 2)
    await put(world, queue_id, first, "warm", 2)

    off = await offer_of(world, queue_id, NOON, temperament="haggler")
    await world.execute("UPDATE agent SET load = 0")
    await switched(world)
    haggler = await offer_of(world, queue_id, after(1), temperament="haggler")
    await world.execute("UPDATE agent SET load = 0")
    warm = await offer_of(world, queue_id, after(2), temperament="warm")

    assert (off["agent_id"], off["bands"]) == (first, "none")
    assert (haggler["agent_id"], haggler["band"], haggler["bands"]) == (second, 2, "on")
    assert haggler["next"] == {"agent_id": first, "behind_because": "band"}
    assert (warm["agent_id"], warm["band"]) == (first, 2)


async def test_the_arms_of_the_experiment_alternate_by_the_clock(world: Conn) -> None:
    queue_id = await factories.queue(world)
    first = await factories.agent(world, after(-9), queues=[queue_id], capacity=9)
    second = await factories.agent(world, after(-5), queues=[queue_id], capacity=9)
    await put(world, queue_id, second, "unknown", 2)
    await switched(world, experiment={"on_minutes": 15, "off_minutes": 5})

    told = []
    for minute in (0, 14, 15, 19, 20):
        why = await offer_of(world, queue_id, after(60 * minute))
        told.append((why["bands"], why["agent_id"] == second))
        await world.execute("UPDATE agent SET load = 0")

    assert told == [
        ("on", True),
        ("on", True),
        ("off", False),
        ("off", False),
        ("on", True),
    ]
    assert first


async def test_an_agent_who_looks_notes_the_arm_too(world: Conn) -> None:
    queue_id = await factories.queue(world)
    told = []
    for second in (0, 10):
        ticket = await factories.queued_ticket(world, after(second), queue_id=queue_id)
        agent_id = await factories.agent(world, after(second), queues=[queue_id])
        await seek.tickets_for(world, after(second + 5), agent_id)
        why = await world.fetchval("SELECT why FROM offer WHERE ticket_id = $1", ticket.id)
        told.append((why["decision"], why["bands"]))
        await switched(world)

    assert told == [("agent_looked_for_ticket", arm) for arm in ("none", "on")]


def test_who_may_have_a_ticket_is_asked_alike_with_bands_and_without() -> None:
    plain, banded = (
        statement.sql.partition("\n")[2]  # what is said of it is another thing
        for statement in (seek._candidates, banding._candidates_by_band)
    )

    without = (
        banded.replace(
            "\nLEFT JOIN agent_band b ON b.queue_id = q.id AND b.agent_id = m.agent_id"
            " AND b.segment = $10",
            "",
        )
        .replace("coalesce(b.band, m.band)", "m.band")
        .strip()
    )

    assert without != banded.strip()
    assert without == plain.strip()


def test_bands_are_off_unless_somebody_switches_them_on() -> None:
    assert bands.arm_of(Bands(), NOON) is None
    assert bands.arm_of(Bands(experiment=Experiment(on_minutes=15, off_minutes=5)), NOON) is None
    assert bands.arm_of(ON, NOON) == "on"


async def test_the_setting_of_a_new_centre_uses_none(world: Conn) -> None:
    assert (await rules_of(world)).bands == Bands()
    assert (await rules.current(world)).bands.by is None
