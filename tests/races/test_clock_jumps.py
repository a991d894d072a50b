"""Clocks that jump by an hour: the application's changes nothing, the database's by no more than that."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

import aiohttp
import asyncpg
import factories
import msgspec
import pytest
from serving_processes import OUR_NUMBER, message, post, served

from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import firing, pausing, seek
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching

pytestmark = pytest.mark.slow

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
RINGS_S = 3
#: A timer may be this late in normal running.
LATE_S = 5
JUMP = timedelta(hours=1)
HALF = timedelta(minutes=30)


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def outside(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Beside a process that makes its own partitions."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.mark.skipif(not LIBRARIES, reason="faketime is not installed")
async def test_the_applications_clock_moves_no_deadline_and_opens_no_door(
    dsn: str, outside: asyncpg.Connection, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    table = outside
    clock = tmp_path / "clock"
    clock.write_text("+0")
    keys = await keys_around_now(table)
    await rings_at_somebody(table)
    environ = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with served(dsn, **environ) as (url, _):
        for n, (offset, shift) in enumerate([("+3600", JUMP), ("-3600", -JUMP)]):
            assert await post(http, url, message(f"SM{n}", f"+98912000000{n}")) == 200
            await until_it_rings(table, tickets=n + 1)
            clock.write_text(offset)
            await assert_jumped(http, url, table, shift)
            for key, opens in keys.items():
                assert await status_with(http, url, key) == (200 if opens else 401), (offset, key)
        rang_s = await until_all_first_offers_end(table)

    assert len(rang_s) == 2
    assert all(RINGS_S <= s <= RINGS_S + LATE_S for s in rang_s), rang_s


async def keys_around_now(table: asyncpg.Connection) -> dict[str, bool]:
    """Tokens and sessions that end, and that ended, within the jump; which of them open."""
    keys = {}
    now = await timers.clock(table)
    user_id = await factories.user(table, role="admin")
    for opens, expires_at in ((True, now + HALF), (False, now - HALF)):
        token, session = ("cc_" + secrets.token_urlsafe(32) for _ in range(2))
        session = session.removeprefix("cc_")
        await table.execute(
            "INSERT INTO api_token (token_sha256, user_id, name, scopes, expires_at)"
            " VALUES ($1, $2, 'p', '{read}', $3)",
            sha256(token.encode()).digest(),
            user_id,
            expires_at,
        )
        await table.execute(
            "INSERT INTO session (token_sha256, csrf_sha256, user_id, expires_at)"
            " VALUES ($1, $1, $2, $3)",
            sha256(session.encode()).digest(),
            user_id,
            expires_at,
        )
        keys[f"Authorization: Bearer {token}"] = opens
        keys[f"Cookie: __Host-contactcenter_session={session}"] = opens
    return keys


async def status_with(http: aiohttp.ClientSession, url: str, key: str) -> int:
    name, _, value = key.partition(": ")
    async with http.get(f"{url}/api/v1/tickets", headers={name: value}) as answer:
        await answer.read()
        return answer.status


async def assert_jumped(
    http: aiohttp.ClientSession, url: str, table: asyncpg.Connection, shift: timedelta
) -> None:
    """The process tells another time than the database: the jump took place."""
    async with asyncio.timeout(10):
        while True:
            async with http.get(f"{url}/healthz") as answer:
                told = parsedate_to_datetime(answer.headers["Date"])
            if abs(told - await timers.clock(table) - shift) < timedelta(minutes=1):
                return
            await asyncio.sleep(0.1)


async def rings_at_somebody(table: asyncpg.Connection) -> None:
    """A queue of ours whose tickets ring for three seconds, and people who never answer."""
    now = await timers.clock(table)
    queue_id = await factories.queue(table, offer_timeout_s=RINGS_S)
    await factories.entry_point(table, queue_id=queue_id, address=OUR_NUMBER)
    for _ in range(6):
        await factories.agent(table, now, queues=[queue_id])


async def until_it_rings(table: asyncpg.Connection, *, tickets: int) -> None:
    async with asyncio.timeout(20):
        while await table.fetchval("SELECT count(DISTINCT ticket_id) FROM offer") < tickets:
            await asyncio.sleep(0.02)


async def until_all_first_offers_end(table: asyncpg.Connection) -> list[float]:
    """How long the first offer of each ticket rang, by the database's clock."""
    async with asyncio.timeout(RINGS_S + LATE_S + 20):
        while True:
            rows = await table.fetch(
                """SELECT DISTINCT ON (ticket_id) state,
                     extract(epoch FROM ended_at - offered_at)::float8 AS rang_s
                   FROM offer ORDER BY ticket_id, id"""
            )
            if all(row["state"] == "expired" for row in rows):
                return [row["rang_s"] for row in rows]
            await asyncio.sleep(0.05)


# The database's own clock ---------------------------------------------------------------------


class Clock:
    """The database's clock, moved by ``shift``."""

    def __init__(self) -> None:
        self.shift = timedelta()

    async def __call__(self, conn: Conn) -> timers.Instant:
        at = await timers.clock_and_next_due(conn)
        return msgspec.structs.replace(at, now=at.now + self.shift)


async def test_a_jump_of_the_databases_clock_moves_timers_by_no_more_than_itself(
    database: Database, table: asyncpg.Connection
) -> None:
    clock = Clock()
    dispatcher = Dispatcher(database, Bell(database), clock=clock)
    task = asyncio.create_task(dispatcher.run())
    soon, within, beyond = [
        await paused(table, dispatcher, delay)
        for delay in (timedelta(seconds=1), JUMP / 2, JUMP * 2)
    ]

    clock.shift = JUMP
    await resumed(table, soon, within)
    assert await woken(table) == {soon: 1, within: 1}
    clock.shift = -JUMP
    await asyncio.sleep(1.5)  # longer than the dispatcher's longest sleep
    assert await woken(table) == {soon: 1, within: 1}
    clock.shift = timedelta()
    await asyncio.sleep(1.5)
    assert await woken(table) == {soon: 1, within: 1}
    clock.shift = JUMP * 2
    await resumed(table, soon, within, beyond)

    assert await woken(table) == {soon: 1, within: 1, beyond: 1}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await dispatcher.close()


async def test_what_was_reached_when_a_clock_said_more_is_reached_again_after_a_start(
    database: Database, table: asyncpg.Connection
) -> None:
    """It was put back while nobody served: a helper was asked then, and had no room."""
    now = await timers.clock(table)
    queue_id = await factories.queue(table, auto_accept=["sms"])
    helper = await factories.agent(table, now, capacity=1, presence="away")
    await factories.join_queue(table, helper, queue_id, delay_s=2)
    keeper = await factories.agent(table, now, capacity=1)
    delayed = await factories.queued_ticket(table, now, queue_id=queue_id)
    other_queue_id = await factories.queue(table, auto_accept=["sms"])
    await factories.agent(table, now, queues=[other_queue_id], capacity=1)
    kept = await factories.queued_ticket(table, now, queue_id=other_queue_id)
    await table.execute(
        "UPDATE ticket SET sticky_agent_id = $2, sticky_until = $3 WHERE id = $1",
        kept.id,
        keeper,
        now + timedelta(seconds=2),
    )
    await table.execute("DELETE FROM timer")  # they have fired, an hour later by that clock
    await table.execute("UPDATE agent SET presence = 'available' WHERE id = $1", helper)

    async with dispatching(database):
        async with asyncio.timeout(20):
            while await table.fetchval("SELECT count(*) FROM offer") < 2:
                await asyncio.sleep(0.05)

    rows = await table.fetch("SELECT ticket_id, offered_at FROM offer")
    waited = {row["ticket_id"]: row["offered_at"] - now for row in rows}
    assert waited.keys() == {delayed.id, kept.id}
    assert all(timedelta(seconds=2) <= w <= timedelta(seconds=7) for w in waited.values()), waited


async def paused(table: asyncpg.Connection, dispatcher: Dispatcher, delay: timedelta) -> int:
    """A ticket that is to be woken after ``delay``."""
    real = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await factories.queue(table, auto_accept=["sms"])
    await factories.agent(table, real, queues=[queue_id])
    waiting = await factories.queued_ticket(table, real, queue_id=queue_id)

    async def change(conn: Conn, now: datetime) -> None:
        await seek.agent_for(conn, now, waiting)
        await pausing.pend(conn, now, waiting.id, actor="x", wake_at=now + delay)

    await dispatcher.submit(change)
    return waiting.id


async def woken(table: asyncpg.Connection) -> dict[int, int]:
    rows = await table.fetch(
        "SELECT ticket_id, count(*) AS times FROM event WHERE kind = 'ticket_resumed' GROUP BY 1"
    )
    return {row["ticket_id"]: row["times"] for row in rows}


async def resumed(table: asyncpg.Connection, *ticket_ids: int) -> None:
    async with asyncio.timeout(20):
        while set(ticket_ids) - set(await woken(table)):
            await asyncio.sleep(0.05)


async def test_a_timer_that_was_fired_is_not_there_any_more(conn: Conn) -> None:
    await factories.prepare(conn)
    now = await timers.clock(conn)
    ticket = await factories.queued_ticket(conn, now, queue_id=await factories.queue(conn))
    await timers.set_for_ticket(conn, "delay_step", ticket.id, now)

    fired = [await firing.fire_due(conn, now, at_most=32) for _ in range(2)]

    assert fired == [1, 0]
