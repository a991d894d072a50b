"""Stages as they are kept: by purchases however late, by people's words, over merges."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import asyncpg
import factories
import pytest

from contactcenter import life_cycles, merge_undoing, merges, value_setting
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.segmentation import segment_setting
from contactcenter.segmentation.segment_setting import SegmentIsOver, Wanted
from contactcenter.tickets.stages import StageRefused
from routing.life_cycle import may_follow

DAY = timedelta(days=1)
BOSS = factories.actor(role="supervisor")


class World:
    """A centre whose stages are computed when the test says so."""

    def __init__(self, database: Database, conn: asyncpg.Connection, dispatcher: Dispatcher):
        self.database, self.conn, self.dispatcher = database, conn, dispatcher

    async def now(self) -> datetime:
        return await self.conn.fetchval("SELECT clock_timestamp()")

    async def bought(self, contact_id: int, *days_ago: float) -> None:
        now = await self.now()
        for days in days_ago:
            event_id = await factories.behaviour(
                self.conn, now - days * DAY, contact_id, "purchase"
            )
            await self.conn.execute(
                "UPDATE behaviour_event SET received_at = $2 WHERE id = $1", event_id, now
            )

    async def compute(self) -> int:
        return await life_cycles.compute(self.database, self.dispatcher)

    async def stage(self, contact_id: int) -> str | None:
        return await self.conn.fetchval(
            "SELECT value FROM effective_segments($1, clock_timestamp()) WHERE kind = 'life_cycle'",
            contact_id,
        )

    async def history(self, contact_id: int) -> list[str]:
        rows = await self.conn.fetch(
            "SELECT value FROM segment WHERE contact_id = $1 AND kind = 'life_cycle'"
            " AND source = 'model' ORDER BY id",
            contact_id,
        )
        return [row["value"] for row in rows]

    async def say(self, contact_id: int, stage: str) -> None:
        wanted = Wanted(
            place="body", contact_id=contact_id, kind="life_cycle", value=stage,
            confidence=1.0, note=None, from_at=None, to_at=None,
        )  # fmt: skip
        await self.dispatcher.submit(
            lambda conn, now: segment_setting.say(conn, now, [wanted], source="agent", by=BOSS)
        )


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with dispatching(database) as dispatcher, database.read() as conn:
        yield World(database, conn, dispatcher)


async def test_much_that_is_told_at_once_leaves_every_step_and_nothing_twice(
    world: World,
) -> None:
    contact_id, other_id = [await factories.contact(world.conn) for _ in range(2)]
    await world.bought(contact_id, 7, 5, 3, 1)
    await factories.behaviour(world.conn, await world.now(), other_id, "quote")

    assert await world.compute() == 2
    assert await world.compute() == 0

    assert await world.history(contact_id) == ["lead", "first_time", "repeat", "loyal"]
    assert await world.history(other_id) == ["lead"]
    told = await world.conn.fetch(
        "SELECT data ->> 'from' AS was, data ->> 'to' AS becomes FROM event"
        " WHERE kind = 'segment_set' AND contact_id = $1 ORDER BY id",
        contact_id,
    )
    assert [tuple(row) for row in told[1:]] == list(pairwise(await world.history(contact_id)))


async def test_a_late_purchase_puts_him_where_its_true_order_does(world: World) -> None:
    contact_id = await factories.contact(world.conn)
    await world.bought(contact_id, 400)
    await world.compute()
    assert await world.stage(contact_id) == "lost"

    await world.bought(contact_id, 300)
    await world.compute()

    assert await world.stage(contact_id) == "at_risk"  # he was thought lost, and was not
    assert (await world.history(contact_id))[-3:] == ["lost", "returned", "at_risk"]
    await world.bought(contact_id, 1)
    await world.compute()
    steps = await world.history(contact_id)
    assert steps[-1] == "repeat"
    assert all(may_follow(a, b) for a, b in pairwise(steps))


async def test_silence_alone_changes_a_stage_when_it_is_due(world: World) -> None:
    contact_id = await factories.contact(world.conn)
    await world.bought(contact_id, 179)
    await world.compute()
    assert await world.stage(contact_id) == "first_time"
    assert await world.compute() == 0

    await world.conn.execute(
        "UPDATE behaviour_event SET occurred_at = occurred_at - interval '2 days'"
    )
    await world.conn.execute(
        "UPDATE behaviour_event SET received_at = received_at - interval '1 day'"
    )
    assert await world.compute() == 0  # nothing was told, and it is not due
    await world.conn.execute("UPDATE life_cycle SET next_at = next_at - interval '2 days'")

    assert await world.compute() == 1
    assert await world.stage(contact_id) == "at_risk"


async def test_a_supervisors_word_counts_where_it_may_follow_until_he_buys(world: World) -> None:
    contact_id = await factories.contact(world.conn)
    await world.bought(contact_id, 3)
    await world.compute()
    with pytest.raises(StageRefused) as refused:
        await world.say(contact_id, "loyal")
    assert refused.value.data["allowed"] == ["repeat", "at_risk", "lost"]

    await world.say(contact_id, "lost")
    assert await world.stage(contact_id) == "lost"
    await world.compute()
    assert await world.stage(contact_id) == "lost"
    await world.bought(contact_id, 0)
    await world.compute()

    assert await world.stage(contact_id) == "returned"
    assert await world.compute() == 0
    word = await world.conn.fetchval("SELECT id FROM segment WHERE source = 'agent'")
    with pytest.raises(SegmentIsOver):
        await world.dispatcher.submit(
            lambda conn, now: segment_setting.take_back(conn, now, contact_id, word, by=BOSS)
        )


async def test_a_word_that_was_taken_back_was_never_said(world: World) -> None:
    contact_id = await factories.contact(world.conn)
    await world.bought(contact_id, 3)
    await world.compute()
    await world.say(contact_id, "lost")
    word = await world.conn.fetchval("SELECT id FROM segment WHERE source = 'agent'")
    await world.dispatcher.submit(
        lambda conn, now: segment_setting.take_back(conn, now, contact_id, word, by=BOSS)
    )

    await world.bought(contact_id, 0)
    await world.compute()

    assert await world.stage(contact_id) == "repeat"


async def test_a_merge_plays_both_as_one_and_its_undoing_as_two(world: World) -> None:
    kept, other = [await factories.contact(world.conn) for _ in range(2)]
    await world.bought(kept, 7)
    await world.bought(other, 5, 3, 1)
    await world.compute()
    assert [await world.stage(c) for c in (kept, other)] == ["first_time", "repeat"]

    merge = await world.dispatcher.submit(
        lambda conn, now: merges.merge(conn, now, kept, other, actor="user:1", must_read_as=None)
    )
    await world.compute()
    assert await world.stage(kept) == "loyal"
    await world.dispatcher.submit(
        lambda conn, now: merge_undoing.undo(conn, now, merge.id, actor="user:1", must_read_as=None)
    )
    await world.compute()
    assert [await world.stage(c) for c in (kept, other)] == ["first_time", "repeat"]


async def test_other_limits_are_asked_of_everybody(world: World) -> None:
    contact_id = await factories.contact(world.conn)
    await world.bought(contact_id, 3, 2, 1)
    await world.compute()
    assert await world.stage(contact_id) == "repeat"
    await world.conn.execute(
        "UPDATE behaviour_event SET received_at = received_at - interval '1 day'"
    )

    before = await value_setting.read(world.conn)
    after = value_setting.ValueSetting(
        **{f: getattr(before, f) for f in before.__struct_fields__} | {"loyal_purchases": 3}
    )
    await value_setting.change(world.conn, await world.now(), before, after, actor="user:1")
    await world.compute()

    assert await world.stage(contact_id) == "loyal"
