"""The one place where routing changes: a task a process that applies them under the routing lock.

API commands, triage results and timers hand it a change and await the result. One hold of the lock
applies what is pending, in order; changes of one kind that stand side by side may be made in one
go; and whoever became free looks for tickets together with the others. Where a change raises, its
caller gets the error, and the hold is undone and repeated with the others, each in a savepoint of
its own. So a change may run twice, and does nothing but through the connection it is given.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from contactcenter import db, logs, metrics, timers
from contactcenter.bell import Bell, rung
from contactcenter.db import Conn, Database
from contactcenter.dispatch import opening, promises, routing_lock, seek
from contactcenter.dispatch.connection import RoutingConnection, apart
from contactcenter.dispatch.routing_lock import Clock, Held
from contactcenter.errors import DomainError, NoDatabase

T = TypeVar("T")
Item = TypeVar("Item")
Change = Callable[[Conn, datetime], Awaitable[T]]
#: A change of many things in one go: all of them, or an error and none.
Joint = Callable[[Conn, datetime, Sequence[Item]], Awaitable[Sequence[T]]]

#: More than 64 subtransactions spill PostgreSQL's cache of them.
BATCH: Final = 32
#: A change that has waited longer than this is refused: the caller is told 503.
DEADLINE_S: Final = 4.5
#: The longest sleep while nothing is due; timers set by other processes are seen within it.
_IDLE_S: Final = 1.0
#: How soon a database that could not be reached is tried again.
_AGAIN_S: Final = 0.2

log = structlog.get_logger()


class _Pending:
    """A change of one item, which may be made together with others of its kind."""

    __slots__ = ("change", "done", "item")

    def __init__(self, change: Joint[Any, Any], item: Any) -> None:
        self.change = change
        self.item = item
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


_Result = tuple[_Pending, Any, Exception | None]
_Apply = Callable[[Conn, datetime, list[_Pending]], Awaitable[list[_Result]]]


class _OneFailed(Exception):
    """One of the batch was refused: all is undone, and the others are applied one by one.

    Where nobody can say which it was, all are, and the one is found then.
    """

    def __init__(self, pending: _Pending | None, error: Exception) -> None:
        super().__init__()
        self.pending = pending
        self.error = error


class Dispatcher:
    """Applies changes in the order they were handed in, on a connection of its own."""

    def __init__(
        self, database: Database, bell: Bell, *, clock: Clock = timers.clock_and_next_due
    ) -> None:
        self._database = database
        self._bell = bell
        self._clock = clock
        self._queue: list[_Pending] = []
        self._news = asyncio.Event()
        self._conn: RoutingConnection | None = None
        #: Refusals come in clusters: after one the next hold begins with savepoints.
        self._is_careful = False
        self._has_begun = False

    async def submit(self, change: Change[T]) -> T:
        """Run ``change(conn, now)`` under the routing lock and return what it returned.

        It may be run twice, of which one is undone: it must change nothing but the database.

        What it raises is raised here, its effects undone. Raises ``NoDatabase`` after 4.5 s.
        """

        async def alone(conn: Conn, now: datetime, _items: Sequence[None]) -> list[T]:
            return [await change(conn, now)]

        return await self.submit_to(alone, None)

    async def submit_to(self, change: Joint[Item, T], item: Item) -> T:
        """The same for a change of one item, made in one go with others of the same function."""
        pending = _Pending(change, item)
        self._queue.append(pending)
        self._news.set()
        try:
            async with asyncio.timeout(DEADLINE_S):
                result: T = await pending.done
        except TimeoutError as error:
            pending.done.cancel()  # not applied if it has not begun
            raise NoDatabase from error
        return result

    async def run(self) -> None:
        """Apply changes and fire timers until cancelled."""
        sleep_s = 0.0
        while True:
            await rung(self._news, at_most_s=sleep_s)
            batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
            fired = await self._serve([p for p in batch if not p.done.cancelled()])
            await asyncio.sleep(0)  # whoever was answered may have the next: let it come along
            if self._queue or fired == BATCH:
                self._news.set()
            else:
                sleep_s = await self._idle_s()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._conn is not None:
            self._conn.terminate()

    async def _serve(self, batch: list[_Pending]) -> int:
        """Fire what is due and apply a batch; returns how many timers were fired."""
        try:
            try:
                held = await self._hold(batch, _one_by_one if self._is_careful else _together)
            except _OneFailed as one:
                self._is_careful = True
                # Not again, since it may have waited for a lock; unless it was refused for what
                # another did just before, which is undone now and may come out otherwise.
                is_refused = isinstance(one.error, DomainError) and one.pending is not batch[0]
                if one.pending is not None and not is_refused:
                    _settle(one.pending, None, one.error)
                rest = [pending for pending in batch if not pending.done.done()]
                held = await self._hold(rest, _one_by_one)
            else:
                self._is_careful = any(failure for _, _, failure in held.result)
        except Exception as error:  # noqa: BLE001  the dispatcher must outlive a lost database
            self._refuse(batch, error)
            return 0
        for pending, result, failure in held.result:
            _settle(pending, result, failure)
        if held.fired or held.result:
            self._bell.ring("events", "outbox")
        return held.fired

    async def _idle_s(self) -> float:
        """How long nothing will be due; asked when those who wait have been answered."""
        try:
            at = await self._clock(await self._connection())
        except Exception as error:  # noqa: BLE001  the dispatcher must outlive a lost database
            self._refuse([], error)
            return _AGAIN_S
        if at.next_due_at is None:
            return _IDLE_S
        return min(_IDLE_S, max(0.0, (at.next_due_at - at.now).total_seconds()))

    async def _hold(self, batch: list[_Pending], apply: _Apply) -> Held[list[_Result]]:
        """One hold of the lock: what is due, then the batch."""
        conn = await self._connection()

        async def applied(conn: Conn, now: datetime) -> list[_Result]:
            if not self._has_begun:
                await opening.ask_all(conn, now)
            return await apply(conn, now, batch)

        with metrics.when_done():
            held = await routing_lock.hold(conn, self._clock, applied, at_most=BATCH)
        self._has_begun = True
        return held

    async def _connection(self) -> RoutingConnection:
        if self._conn is None or self._conn.is_closed():
            conn = await self._database.connect(
                "dispatcher", generic_plans=True, connection_class=RoutingConnection
            )
            assert type(conn) is RoutingConnection
            self._conn = conn
        return self._conn

    def _refuse(self, batch: list[_Pending], error: Exception) -> None:
        if not (db.is_unreachable(error) or isinstance(error, NoDatabase)):
            log.warning("dispatch_batch_failed", error=type(error).__name__, size=len(batch))
        if self._conn is not None:  # whatever state it is in, the next batch begins with a new one
            self._conn.terminate()
        for pending in batch:
            if not pending.done.done():
                refusal = NoDatabase()
                refusal.__cause__ = error
                pending.done.set_exception(refusal)


async def _together(conn: Conn, now: datetime, batch: list[_Pending]) -> list[_Result]:
    """Apply all, as if none could fail: what is of one kind in one go, and no savepoints."""
    results: list[_Result] = []
    for change, of_one_kind in itertools.groupby(batch, key=lambda pending: pending.change):
        kind = list(of_one_kind)
        try:
            made = await change(conn, now, [pending.item for pending in kind])
        except Exception as error:
            if db.is_unreachable(error):
                raise
            if len(kind) > 1:
                raise _OneFailed(None, error) from error
            _report(error)
            raise _OneFailed(kind[0], error) from error
        results += [(one, result, None) for one, result in zip(kind, made, strict=True)]
    await _look_at_last(conn, now)
    return results


async def _look_at_last(conn: Conn, now: datetime) -> None:
    try:
        await seek.catch_up(conn, now)
        await promises.catch_up(conn, now)
    except Exception as error:
        if db.is_unreachable(error):
            raise
        raise _OneFailed(None, error) from error


async def _one_by_one(conn: Conn, now: datetime, batch: list[_Pending]) -> list[_Result]:
    """Apply each in a savepoint of its own: one that raises is undone alone."""
    results: list[_Result] = []
    for pending in batch:
        try:
            async with apart(conn):
                (result,) = await pending.change(conn, now, [pending.item])
                await seek.catch_up(conn, now)
                await promises.catch_up(conn, now)
        except Exception as error:
            if db.is_unreachable(error):
                raise
            _report(error)
            results.append((pending, None, error))
        else:
            results.append((pending, result, None))
    return results


def _report(error: Exception) -> None:
    """A refusal is the caller's to hear; anything else is a fault of ours."""
    if not isinstance(error, DomainError):
        log.error("change_failed", exc_info=logs.unquoted(error))


def _settle(pending: _Pending, result: Any, failure: Exception | None) -> None:
    if pending.done.done():
        return
    if failure is None:
        pending.done.set_result(result)
    else:
        pending.done.set_exception(failure)


@asynccontextmanager
async def dispatching(database: Database) -> AsyncIterator[Dispatcher]:
    """A dispatcher of a command's own; the lock orders it with those of running servers."""
    dispatcher = Dispatcher(database, Bell(database))
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await dispatcher.close()
