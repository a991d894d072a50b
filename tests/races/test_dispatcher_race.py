"""Dispatchers in processes of their own, killed now and then: one owner, no breach, none stranded."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import factories
import pytest
from msgspec import Struct
from routing_promises import broken, stranded

from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher

pytestmark = pytest.mark.slow

CHILD = Path(__file__).with_name("dispatcher_process.py")
CAPACITY = 3
#: The last tickets are left over, so that some wait when everything stands still.
ENOUGH = 0.9


class Size(Struct, frozen=True, kw_only=True):
    """How many of what; one is killed whenever ``kill_after`` more tickets are solved."""

    dispatchers: int
    agents: int
    tickets: int
    kill_after: int
    within_s: float


SMALL = Size(dispatchers=2, agents=15, tickets=120, kill_after=30, within_s=110)
FULL = Size(dispatchers=8, agents=50, tickets=10_000, kill_after=100, within_s=1700)


@pytest.mark.parametrize(
    ("size", "seed"),
    [
        pytest.param(SMALL, 1, id="small"),
        pytest.param(FULL, 2, id="full", marks=[pytest.mark.full, pytest.mark.timeout(1800)]),
    ],
)
async def test_dispatchers_that_die_strand_nobody_and_give_no_ticket_twice(
    database: Database, dsn: str, table: asyncpg.Connection, size: Size, seed: int
) -> None:
    await build(table, size)
    dispatchers = Dispatchers(dsn, size, seed)
    began_s = time.monotonic()
    async with dispatchers.running():
        async with asyncio.timeout(size.within_s):
            while (done := await solved(table)) < ENOUGH * size.tickets:
                assert await stranded(table) == []
                assert dispatchers.errors == []
                if done // size.kill_after > dispatchers.killed:
                    await dispatchers.kill_one()
                await asyncio.sleep(0.1)
        took_s = time.monotonic() - began_s
    await settle(database, table)

    assigned = await table.fetchval("SELECT count(*) FROM event WHERE kind = 'ticket_assigned'")
    print(  # noqa: T201  the figure is part of the result
        f"{size.dispatchers} dispatchers, {size.tickets} tickets, {dispatchers.killed} killed:"
        f" {assigned} assignments in {took_s:.1f} s, {assigned / took_s:.0f}/s,"
        f" {dispatchers.late} refused as late"
    )
    assert await broken(table) == []
    assert await stranded(table, patience_s=0) == []
    assert dispatchers.errors == []
    assert dispatchers.killed > 0
    kinds = {r["kind"] for r in await table.fetch("SELECT DISTINCT kind FROM event")}
    assert kinds >= EXERCISED


EXERCISED = {
    "ticket_offered",
    "offer_declined",
    "ticket_assigned",
    "ticket_credited",
    "ticket_escalated",
    "ticket_released",
    "ticket_transferred",
    "ticket_pending",
    "ticket_resumed",
    "ticket_solved",
    "ticket_overflowed",
    "ticket_abandoned",
    "presence_changed",
}


class Dispatchers:
    """The processes; each that dies is replaced, and what they complain of is kept."""

    def __init__(self, dsn: str, size: Size, seed: int) -> None:
        self.errors: list[str] = []
        self.killed = self.late = 0
        self._dsn = dsn
        self._size = size
        self._chance = random.Random(seed)
        self._processes: list[asyncio.subprocess.Process] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        try:
            for _ in range(self._size.dispatchers):
                self._processes.append(await self._start())
            yield
        finally:
            for process in self._processes:
                await _end(process)

    async def kill_one(self) -> None:
        """Kill one in the middle of whatever it does, and start another in its place."""
        place = self._chance.randrange(len(self._processes))
        await _end(self._processes[place])
        self.killed += 1
        self._processes[place] = await self._start()

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CHILD), self._dsn, str(self._chance.getrandbits(32))),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        asyncio.create_task(self._listen(process))  # noqa: RUF006  ends with the process
        return process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            told = line.decode().rstrip()
            if told.startswith("late "):
                self.late += 1
            else:
                self.errors.append(told)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


async def build(table: asyncpg.Connection, size: Size) -> None:
    """Three queues that refer to one another, their agents, and all tickets before triage."""
    now = await table.fetchval("SELECT clock_timestamp()")
    await factories.configured(
        table,
        capacity={"phone": 2},
        sticky={"window_s": {"sms": 3, "phone": 1}},
        limits={"exclude_for_s": 2},
    )
    await table.execute(
        "INSERT INTO credit_rule VALUES ('customer_category', 'government', 120),"
        " ('customer_category', 'home', 5)"
    )
    seniors = await factories.queue(table, tier=2, offer_timeout_s=2, wrap_up_s=1)
    juniors = [
        await factories.queue(table, auto_accept=["sms", "phone"], escalate_to_id=seniors),
        await factories.queue(
            table, offer_timeout_s=3, escalate_after_s=20, escalate_to_id=seniors
        ),
    ]
    await factories.escalation_rule(table, "missed", {"offers_unanswered": 1})
    await table.execute(
        "INSERT INTO overflow_step (queue_id, after_s, to_queue_id) VALUES ($1, 1, $2), ($2, 2, $3)",
        juniors[1],
        juniors[0],
        seniors,
    )
    await table.execute("UPDATE queue SET return_after_s = 6 WHERE id = $1", juniors[1])
    for n in range(size.agents):
        own, helped = ([seniors], juniors) if n % 3 == 0 else (juniors, [])
        agent_id = await factories.agent(table, now, queues=own, capacity=CAPACITY)
        for queue_id in helped:
            await factories.join_queue(table, agent_id, queue_id, level=2, delay_s=1, handicap_s=30)
    for n in range(size.tickets):
        await factories.ticket(
            table,
            now,
            intake_queue_id=juniors[n % 2],
            channel="phone" if n % 20 == 0 else "sms",
        )


async def solved(table: asyncpg.Connection) -> int:
    count: int = await table.fetchval(
        "SELECT count(*) FROM ticket WHERE state IN ('solved', 'closed')"
    )
    return count


async def settle(database: Database, table: asyncpg.Connection) -> None:
    """Let one dispatcher fire what is due, and nothing else."""
    dispatcher = Dispatcher(database, Bell(database))
    task = asyncio.create_task(dispatcher.run())
    async with asyncio.timeout(30):
        while True:
            at = await timers.clock_and_next_due(table)
            if at.next_due_at is None or at.next_due_at > at.now:
                break
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await dispatcher.close()
