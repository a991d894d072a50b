"""Work that one process does at a time, however many ask at once and whoever dies."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from contactcenter import leases
from contactcenter.db import Database
from contactcenter.upkeep import Upkeep


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """Without the tests' partitions: a round makes those of the application."""
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


async def fence(table: asyncpg.Connection) -> int:
    number: int = await table.fetchval("SELECT fence FROM lease WHERE name = 'upkeep'")
    return number


async def test_of_many_who_ask_at_once_one_does_the_round(database: Database) -> None:
    everybody = [Upkeep(database, holder=f"process {n}") for n in range(8)]

    turns = await asyncio.gather(*(one.round() for one in everybody))

    assert sorted(turns) == [False] * 7 + [True]


async def test_a_lease_passes_on_when_its_holder_is_gone_and_its_fence_rises(
    database: Database, table: asyncpg.Connection
) -> None:
    gone, heir = Upkeep(database, holder="gone"), Upkeep(database, holder="heir")
    assert await gone.round()
    before = await fence(table)
    assert not await heir.round()

    await table.execute("UPDATE lease SET until_at = clock_timestamp() - interval '1 second'")

    assert await heir.round()
    assert not await gone.round()
    assert await fence(table) > before


async def test_whoever_lost_a_lease_cannot_end_that_of_the_next(
    table: asyncpg.Connection, database: Database
) -> None:
    lost = await leases.take(table, "work", "slow", lease_s=0)
    held = await leases.take(table, "work", "heir", lease_s=600)
    assert lost is not None
    assert held is not None

    await leases.let_go(table, "work", lost)

    assert await leases.take(table, "work", "third", lease_s=600) is None
    await leases.let_go(table, "work", held)
    assert await leases.take(table, "work", "third", lease_s=600) == held + 1
