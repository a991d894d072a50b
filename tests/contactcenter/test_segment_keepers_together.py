"""Several keep rule segments at once, people change meanwhile, and one is killed again and again."""

import asyncio
import contextlib
import random
from datetime import UTC, datetime

import factories
import msgspec
import pytest

from contactcenter import segment_keeper
from contactcenter.administration import segment_rules
from contactcenter.administration.segment_rules import Wanted
from contactcenter.contacts import contacts
from contactcenter.db import Database
from contactcenter.segment_keeper import SegmentKeeper
from contactcenter.segmentation import segment_comparison

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = 60


@pytest.fixture
async def people(database: Database) -> list[int]:
    async with database.transaction() as conn:
        for key, condition in (
            ("cooks", {"profile.occupation": "cook"}),
            ("others", {"segment.group": {"not": "cooks"}, "profile.occupation": {"known": True}}),
        ):
            wanted = Wanted(key=key, name_en=key, name_fa=key, condition=condition)
            await segment_rules.create(conn, NOW, wanted, actor="user:1")
        return [await factories.contact(conn, name=f"P{n}") for n in range(PEOPLE)]


async def learn(database: Database, contact_id: int, occupation: str | None) -> None:
    async with database.transaction() as conn:
        before = (await contacts.lock(conn, contact_id))[contact_id]
        after = msgspec.structs.replace(before, occupation=occupation)
        await contacts.change(conn, datetime.now(UTC), before, after, actor="user:1")


async def differs(database: Database) -> list[object]:
    return [one async for _, found in segment_comparison.differences(database) for one in found]


async def busy(database: Database, people: list[int], chance: random.Random) -> None:
    for _ in range(40):
        await learn(database, chance.choice(people), chance.choice(["cook", "waiter", None]))
        await asyncio.sleep(0)


async def test_three_at_once_come_to_what_one_would(
    database: Database, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_keeper, "BATCH", 7)
    keepers = [SegmentKeeper(database) for _ in range(3)]

    async def keep(keeper: SegmentKeeper, until: asyncio.Event) -> None:
        while not until.is_set():
            await keeper.settle()

    done = asyncio.Event()
    tasks = [asyncio.create_task(keep(keeper, done)) for keeper in keepers]
    await asyncio.gather(*(busy(database, people, random.Random(n)) for n in range(3)))
    done.set()
    await asyncio.gather(*tasks)
    await keepers[0].settle()
    assert await differs(database) == []
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM segment_check") == 0
        assert await conn.fetchval(
            "SELECT count(*) FROM segment WHERE kind = 'group' AND to_at IS NULL"
        )
        # Nobody belonged twice at an instant, whoever looked.
        assert not await conn.fetchval(
            "SELECT count(*) FROM segment a JOIN segment b ON b.contact_id = a.contact_id"
            " AND b.value = a.value AND b.id > a.id WHERE a.kind = 'group'"
            " AND b.from_at < coalesce(a.to_at, 'infinity')"
        )


async def test_a_part_that_ends_with_a_batch_is_done(
    database: Database, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_keeper, "BATCH", 5)
    monkeypatch.setattr(segment_rules, "PART", 5)
    await segment_comparison.look_at_everybody(database)
    assert await SegmentKeeper(database).settle() >= len(people)
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM segment_sweep") == 0


async def test_one_that_is_killed_again_and_again_leaves_nothing_undone(
    database: Database, people: list[int]
) -> None:
    chance = random.Random(5)
    for _ in range(12):
        await learn(database, chance.choice(people), chance.choice(["cook", "waiter", None]))
        task = asyncio.create_task(SegmentKeeper(database).settle())
        await asyncio.sleep(chance.random() * 0.02)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert await differs(database) == []
    await SegmentKeeper(database).settle()
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM segment_check") == 0
        assert await conn.fetchval("SELECT count(*) FROM segment_sweep") == 0
    assert await differs(database) == []
