"""Two transactions step by step, in an order that is chosen: each statement waits for its turn.

A worker's connection stands still before every statement and before its commit. A worker that waits
for a lock of the other is left waiting, as it would be, and the other goes on.
"""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from contactcenter.db import Conn
from contactcenter.dispatch.routing_lock import ROUTING_LOCK
from contactcenter.errors import DomainError

Work = Callable[[Conn], Awaitable[Any]]

#: A schedule says whose turn it is; when it is over, the first goes on to his end, then the second.
Schedule = Sequence[int]

COMMIT = "COMMIT"
_STATEMENTS = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval"})
_WITHIN_S = 30
_LOOK_S = 0.003


class Stepped:
    """A connection that asks before each statement."""

    def __init__(self, conn: asyncpg.Connection, step: Callable[[str], Awaitable[None]]) -> None:
        self._conn = conn
        self._step = step

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._conn, name)
        if name not in _STATEMENTS:
            return attribute

        async def stepped(sql: str, *args: Any, **options: Any) -> Any:
            await self._step(sql)
            return await attribute(sql, *args, **options)

        return stepped


class Worker:
    """One transaction; ``outcome`` is what its work returned, or the refusal it got."""

    def __init__(
        self, conn: asyncpg.Connection, work: Work, log: list[tuple["Worker", str]]
    ) -> None:
        self.outcome: Any = None
        self._conn = conn
        self._work = work
        self._log = log
        self._turn = asyncio.Semaphore(0)
        self._stands_still = asyncio.Event()
        self.steps = 0
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        transaction = self._conn.transaction()
        await transaction.start()
        try:
            self.outcome = await self._work(Stepped(self._conn, self._step))  # type: ignore[arg-type]
        except DomainError as refusal:
            self.outcome = refusal
            await transaction.rollback()
        except BaseException:
            await transaction.rollback()
            raise
        else:
            await self._step(COMMIT)
            await transaction.commit()
            self._log.append((self, "committed"))

    async def _step(self, sql: str) -> None:
        self.steps += 1
        self._stands_still.set()
        await self._turn.acquire()
        self._log.append((self, sql))

    async def advance(self, observer: asyncpg.Connection) -> None:
        """Let it do one step; returns when that is done or waits for a lock."""
        if self._stands_still.is_set() and not self.task.done():
            self._stands_still.clear()
            self._turn.release()
        while not self._stands_still.is_set() and not self.task.done():
            await asyncio.wait({self.task}, timeout=_LOOK_S)
            if await self._is_blocked(observer):
                return

    async def _is_blocked(self, observer: asyncpg.Connection) -> bool:
        if self._stands_still.is_set() or self.task.done():
            return False
        blocked: bool = await observer.fetchval(
            "SELECT cardinality(pg_blocking_pids($1)) > 0", self._conn.get_server_pid()
        )
        return blocked


class Bench:
    """Three connections: one for each worker, and one that looks on."""

    def __init__(self, first: Any, second: Any, observer: Any) -> None:
        self._pair = (first, second)
        self._observer = observer

    async def run(self, works: tuple[Work, Work], schedule: Schedule) -> "Story":
        """Run both in this order and to their ends; a deadlock is raised."""
        log: list[tuple[Worker, str]] = []
        workers = [Worker(c, w, log) for c, w in zip(self._pair, works, strict=True)]
        try:
            async with asyncio.timeout(_WITHIN_S):
                for place in schedule:
                    await workers[place].advance(self._observer)
                while not all(worker.task.done() for worker in workers):
                    for worker in workers:
                        await worker.advance(self._observer)
        finally:
            for worker in workers:
                worker.task.cancel()
            await asyncio.gather(*(w.task for w in workers), return_exceptions=True)
        for worker in workers:
            worker.task.result()
        return Story(workers, log)


class Story:
    """What happened: the outcome of each worker, and the order of the statements."""

    def __init__(self, workers: list[Worker], log: list[tuple[Worker, str]]) -> None:
        self.outcomes = [worker.outcome for worker in workers]
        self.steps = [worker.steps for worker in workers]
        self._workers = workers
        self._log = log

    def place_of(self, worker: int, words: str) -> int | None:
        """When this worker first did something with these words in it; None if never."""
        for place, (who, sql) in enumerate(self._log):
            if who is self._workers[worker] and words in sql:
                return place
        return None

    def __str__(self) -> str:
        return "\n".join(
            f"{'AB'[self._workers.index(who)]}: {' '.join(sql.split())[:90]}"
            for who, sql in self._log
        )


def under_the_lock(work: Work) -> Work:
    """The work as the dispatcher does it: the routing lock is its first statement."""

    async def locked(conn: Conn) -> Any:
        await conn.execute("SELECT pg_advisory_xact_lock($1)", ROUTING_LOCK)
        return await work(conn)

    return locked


def schedules(steps: Sequence[int], *, at_most: int, chance: random.Random) -> Iterator[Schedule]:
    """All orders in which one is interrupted once by part of the other; or ``at_most`` of them."""
    first, second = (range(count + 1) for count in steps)
    orders = [
        order
        for mine, its in itertools.product(first, second)
        for order in ([0] * mine + [1] * its, [1] * its + [0] * mine)
    ]
    chance.shuffle(orders)
    yield from orders[:at_most]


@asynccontextmanager
async def bench(connect: Callable[[], Awaitable[asyncpg.Connection]]) -> Any:
    """A bench on connections of its own."""
    connections = [await connect() for _ in range(3)]
    try:
        yield Bench(*connections)
    finally:
        for connection in connections:
            await connection.close()
