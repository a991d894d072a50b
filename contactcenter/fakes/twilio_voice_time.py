"""The time a fake telephone network lives in: one that is moved by hand, or the real one.

Whatever waits for time waits here, so that time which is moved by hand can stand still until
everybody has done what an instant brought.
"""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

#: An alarm wakes a task by way of a few turns of the loop.
_TURNS = 12
#: Everybody is given this long to become quiet at one instant.
_PATIENCE_S = 30.0


class Time(Protocol):
    """What the network asks of its time."""

    def now(self) -> datetime:
        """The present instant."""
        ...

    def alarm(self, seconds: float) -> "asyncio.Future[None]":
        """A future that is done once so many seconds have gone by."""
        ...

    async def wait(self, *things: "asyncio.Future[Any]", seconds: float | None = None) -> None:
        """Wait until one of the futures is done, for so many seconds at most."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin something that goes on by itself."""
        ...

    async def stop(self) -> None:
        """End all that goes on."""
        ...


class _Tasks:
    """What goes on by itself; the first failure is kept for whoever looks."""

    def __init__(self) -> None:
        self.running: set[asyncio.Task[None]] = set()
        self.failure: BaseException | None = None

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self.running.discard(task)
        if not task.cancelled() and task.exception() and self.failure is None:
            self.failure = task.exception()

    async def stop(self) -> None:
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)


class RealTime:
    """The clock on the wall, or one that runs ``scale`` times as fast from its start on."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._tasks = _Tasks()
        self._start = datetime.now(UTC)
        self._start_s: float | None = None

    def now(self) -> datetime:
        """The present instant."""
        if self._scale == 1.0:
            return datetime.now(UTC)
        loop_s = asyncio.get_running_loop().time()
        if self._start_s is None:
            self._start_s = loop_s
        return self._start + timedelta(seconds=(loop_s - self._start_s) * self._scale)

    def alarm(self, seconds: float) -> "asyncio.Future[None]":
        """A future that is done once so many seconds have gone by."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        loop.call_later(max(0.0, seconds) / self._scale, _ring, future)
        return future

    async def wait(self, *things: "asyncio.Future[Any]", seconds: float | None = None) -> None:
        """Wait until one of the futures is done, for so many seconds at most."""
        limit_s = None if seconds is None else max(0.0, seconds) / self._scale
        if not things:
            await asyncio.sleep(limit_s or 0.0)
            return
        await asyncio.wait(things, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin something that goes on by itself."""
        return self._tasks.spawn(work)

    async def stop(self) -> None:
        """End all that goes on."""
        await self._tasks.stop()


class VirtualTime:
    """Time that stands still until it is moved with ``advance``.

    ``settle`` is awaited at every instant, before time goes on: the product finishes there what
    that instant brought. ``stops`` tell when somebody else (a timer of the product's) next waits
    for time; ``arrived`` is awaited at each instant that is reached, before anything happens there.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._alarms: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._busy = 0
        self._wakings = 0
        self._tasks = _Tasks()
        self.settle: Callable[[], Awaitable[None]] = _nothing
        self.arrived: Callable[[], Awaitable[None]] = _nothing
        self.stops: list[Callable[[], Awaitable[datetime | None]]] = []

    def now(self) -> datetime:
        """The present instant."""
        return self._now

    def alarm(self, seconds: float) -> "asyncio.Future[None]":
        """A future that is done once so many seconds have gone by."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        at = self._now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._alarms, (at, next(self._numbers), future))
        return future

    async def wait(self, *things: "asyncio.Future[Any]", seconds: float | None = None) -> None:
        """Wait until one of the futures is done, for so many seconds at most."""
        alarm = None if seconds is None else self.alarm(seconds)
        waiting = [*things] if alarm is None else [*things, alarm]
        self._busy -= 1
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._busy += 1
            self._wakings += 1
            if alarm is not None:
                alarm.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin something that goes on by itself."""
        self._busy += 1
        self._wakings += 1
        task = self._tasks.spawn(work)
        task.add_done_callback(self._less_busy)
        return task

    async def stop(self) -> None:
        """End all that goes on."""
        await self._tasks.stop()

    async def advance(self, seconds: float) -> None:
        """Let so many seconds go by, instant after instant."""
        target = self._now + timedelta(seconds=seconds)
        await self._quiet()
        while (instant := await self._next_instant()) is not None and instant <= target:
            await self._reach(instant)
        if target > self._now:
            await self._reach(target)

    async def _reach(self, instant: datetime) -> None:
        self._now = max(self._now, instant)
        await self.arrived()  # first: whoever is woken may look at another clock that goes with it
        self._ring_due()
        await self._quiet()

    async def _next_instant(self) -> datetime | None:
        while self._alarms and self._alarms[0][2].done():
            heapq.heappop(self._alarms)
        instants = [await stop() for stop in self.stops]
        if self._alarms:
            instants.append(self._alarms[0][0])
        return min((instant for instant in instants if instant is not None), default=None)

    async def _quiet(self) -> None:
        """Wait until nobody has anything left to do at this instant."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                await self._until_nobody_is_busy()
                before = self._wakings
                await self.settle()
                await self._until_nobody_is_busy()
                if self._wakings == before and not self._ring_due():
                    break
        if self._tasks.failure:
            raise self._tasks.failure

    async def _until_nobody_is_busy(self) -> None:
        quiet_turns = 0
        while quiet_turns < _TURNS:
            await asyncio.sleep(0.001 if self._busy else 0)
            quiet_turns = 0 if self._busy else quiet_turns + 1

    def _ring_due(self) -> bool:
        """Let everything ring whose time has come; whether there was any."""
        rang = False
        while self._alarms and self._alarms[0][0] <= self._now:
            rang |= _ring(heapq.heappop(self._alarms)[2])
        return rang

    def _less_busy(self, _: object) -> None:
        self._busy -= 1


def _ring(future: "asyncio.Future[None]") -> bool:
    if future.done():
        return False
    future.set_result(None)
    return True


async def _nothing() -> None:
    """Nobody else lives in this time."""
