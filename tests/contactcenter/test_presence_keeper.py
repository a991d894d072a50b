"""Whose console is still there, on a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
import factories
import pytest

from contactcenter import presence_keeper
from contactcenter.api.request_database import RequestDatabase
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.presence_keeper import PresenceKeeper


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Floor:
    """Agents, a keeper, and time that passes in steps of a second."""

    def __init__(self, database: Database, table: asyncpg.Connection, keeper: Dispatcher) -> None:
        self.database = database
        self.table = table
        self.dispatcher = keeper
        self.clock = Clock()
        self.present: set[int] = set()
        self.keeper = self.started()

    def started(self) -> PresenceKeeper:
        return PresenceKeeper(
            self.database, self.dispatcher, present=lambda: self.present, clock=self.clock
        )

    async def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.now_s += 1.0
            await self.keeper.step()

    async def agent(self, *, silent_for_s: int = 0, presence: str = "available") -> int:
        agent_id = await factories.agent(self.table, datetime.now(UTC), presence=presence)
        await self.silence(agent_id, silent_for_s)
        return agent_id

    async def silence(self, agent_id: int, seconds: int) -> None:
        await self.table.execute(
            "UPDATE agent SET last_seen_at = clock_timestamp() - $2 * interval '1 second'"
            " WHERE id = $1",
            agent_id,
            seconds,
        )

    async def presence_of(self, agent_id: int) -> str:
        return await self.table.fetchval("SELECT presence FROM agent WHERE id = $1", agent_id)

    async def silent_s(self, agent_id: int) -> float:
        return await self.table.fetchval(
            "SELECT extract(epoch FROM clock_timestamp() - last_seen_at)::float8"
            " FROM agent WHERE id = $1",
            agent_id,
        )


@pytest.fixture
async def floor(dsn: str) -> AsyncIterator[Floor]:
    database = await Database(dsn).open()
    dispatcher = Dispatcher(database, Bell(database))
    task = asyncio.create_task(dispatcher.run())
    table = await database.connect("test")
    await factories.prepare(table)
    yield Floor(database, table, dispatcher)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await table.close()
    await dispatcher.close()
    await database.close()


async def test_an_open_socket_counts_as_heard_of_every_ten_seconds(floor):
    agent_id = await floor.agent(silent_for_s=20)
    floor.present.add(agent_id)
    await floor.pass_time(1)
    assert await floor.silent_s(agent_id) < 5

    await floor.silence(agent_id, 20)
    await floor.pass_time(9)
    assert await floor.silent_s(agent_id) > 19
    await floor.pass_time(1)
    assert await floor.silent_s(agent_id) < 5


async def test_a_heartbeat_counts_once(floor):
    agent_id = await floor.agent(silent_for_s=20)
    presence_keeper.heard(floor.database, agent_id)
    await floor.pass_time(1)
    assert await floor.silent_s(agent_id) < 5

    await floor.silence(agent_id, 20)
    await floor.pass_time(12)
    assert await floor.silent_s(agent_id) > 19

    # A request has a part of the pool: whoever is heard of there is heard of.
    presence_keeper.heard(RequestDatabase(floor.database, pool_size=4), agent_id)
    await floor.pass_time(10)
    assert await floor.silent_s(agent_id) < 5


async def test_who_is_silent_for_30_s_is_signed_off_a_minute_after_the_start(floor):
    gone = await floor.agent(silent_for_s=31)
    late = await floor.agent(silent_for_s=20)
    away = await floor.agent(silent_for_s=100, presence="away")
    there = await floor.agent(silent_for_s=100)
    floor.present.add(there)
    await floor.pass_time(59)
    assert await floor.presence_of(gone) == "available"

    await floor.pass_time(6)

    assert await floor.presence_of(gone) == "offline"
    assert await floor.presence_of(away) == "offline"
    assert await floor.presence_of(late) == "available"
    assert await floor.presence_of(there) == "available"
    reasons = await floor.table.fetch(
        "SELECT agent_id, data->>'to' AS went, data->>'reason' AS reason, actor FROM event"
        " WHERE kind = 'presence_changed' ORDER BY agent_id"
    )
    assert [tuple(row) for row in reasons] == [
        (gone, "offline", "lost", "system"),
        (away, "offline", "lost", "system"),
    ]


async def test_after_the_minute_silence_is_noticed_within_five_seconds(floor):
    await floor.pass_time(70)
    agent_id = await floor.agent(silent_for_s=31)

    await floor.pass_time(5)

    assert await floor.presence_of(agent_id) == "offline"


async def test_a_restart_gives_everybody_a_minute_again(floor):
    await floor.pass_time(70)
    agent_id = await floor.agent(silent_for_s=50)
    floor.keeper = floor.started()

    await floor.pass_time(59)
    assert await floor.presence_of(agent_id) == "available"
    floor.present.add(agent_id)
    await floor.pass_time(20)
    assert await floor.presence_of(agent_id) == "available"


async def test_nobody_is_signed_off_because_we_were_away_ourselves(floor):
    await floor.pass_time(70)
    agent_id = await floor.agent(silent_for_s=50)

    floor.clock.now_s += 40.0  # the machine slept
    await floor.pass_time(30)
    assert await floor.presence_of(agent_id) == "available"
    await floor.pass_time(35)
    assert await floor.presence_of(agent_id) == "offline"


async def test_nobody_is_signed_off_because_the_database_was_away(floor):
    await floor.pass_time(70)
    agent_id = await floor.agent(silent_for_s=50)
    away = await Database("postgresql://nobody@127.0.0.1:1/none").open()
    floor.keeper._database = away
    await floor.pass_time(119)
    floor.keeper._database = floor.database
    await away.close()

    await floor.pass_time(49)
    assert await floor.presence_of(agent_id) == "available"
    await floor.pass_time(20)
    assert await floor.presence_of(agent_id) == "offline"


async def test_a_hundred_who_are_gone_at_once_are_signed_off_at_once(floor):
    gone = [await floor.agent(silent_for_s=40) for _ in range(100)]

    await floor.pass_time(65)

    left = await floor.table.fetchval(
        "SELECT count(*) FROM agent WHERE id = ANY($1) AND presence <> 'offline'", gone
    )
    assert left == 0
