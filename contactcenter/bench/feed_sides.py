"""The two sides of the feed's measurement: the server with its consoles, and aiohttp alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from msgspec import Struct

from contactcenter.bench.consumption import cpu_s_of
from contactcenter.bench.feed_changes import Changes
from contactcenter.bench.feed_orders import Await, Connect, Fan, Fanned, Report
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.process import Worker
from contactcenter.bench.served import Served

#: Nothing here takes longer.
AT_MOST_S: Final = 120.0
_ORDER_S: Final = AT_MOST_S + 10

Say = Callable[[str], None]


class Turn(Struct, frozen=True, kw_only=True):
    """One turn of a side: each event's way to the last socket, and the rate of many at once.

    ``cpu_us`` is what one delivery took of the server's CPU.
    """

    latencies_ms: list[float]
    per_s: float
    cpu_us: float

    def told(self) -> str:
        """The turn as a line."""
        worst_ms = max(self.latencies_ms, default=0.0)
        return (
            f"{self.per_s:,.0f} deliveries/s, one event at most {worst_ms:.1f} ms, "
            f"{self.cpu_us:.1f} us of CPU a delivery"
        )


class Sockets:
    """The near end of a process full of sockets."""

    def __init__(self, process: Worker, secret: str, say: Say) -> None:
        self._process = process
        self._secret = secret
        self._say = say
        self.count = 0

    async def connect(self, port: int, count: int, *, subscribes: bool = True) -> None:
        """Open so many more; raises ``MeasurementInvalid`` if it takes too long."""
        order = Connect(
            port=port,
            first=self.count,
            count=count,
            secret=self._secret,
            subscribes=subscribes,
            at_most_s=AT_MOST_S,
        )
        self.count += count
        report = await self._process.order(order, Report, at_most_s=_ORDER_S)
        if not report.is_done:
            raise MeasurementInvalid(f"only {report.open_sockets} sockets could be opened")

    async def arrived(self, event_id: int) -> Report:
        """Wait until each has this event; one that never comes is left to the count at the end."""
        order = Await(event_id=event_id, at_most_s=AT_MOST_S)
        report = await self._process.order(order, Report, at_most_s=_ORDER_S)
        if report.lost:
            self._say(f"{report.lost} sockets were lost")
        if not report.is_done:
            self._say(f"not every socket was told of event {event_id}")
        return report

    def turn(
        self,
        paced: Report,
        begun_ns: Mapping[int, int],
        *,
        together_s: float,
        cpu_s: float,
    ) -> Turn:
        """The figures of a turn in which as many events came one by one as together."""
        deliveries = len(begun_ns) * self.count
        return Turn(
            latencies_ms=[
                (a.last_ns - begun_ns[a.event_id]) / 1e6
                for a in paced.arrivals
                if a.event_id in begun_ns
            ],
            per_s=deliveries / together_s,
            cpu_us=cpu_s / (2 * deliveries) * 1e6,
        )


class Product:
    """``serve`` and its consoles."""

    def __init__(self, server: Served, changes: Changes, consoles: Sockets) -> None:
        self.changes = changes
        self.consoles = consoles
        self.frame_bytes = 0
        self._server = server

    async def turn(self, count: int, every_s: float) -> Turn:
        """Commit events one by one, then all at once, and wait for the last socket."""
        cpu_s = cpu_s_of(self._server.pid)
        self.changes.committed_ns.clear()
        last_id = 0
        async for _ in evenly(count, every_s):
            last_id = await self.changes.make()
        paced = await self.consoles.arrived(last_id)
        begun_ns = dict(self.changes.committed_ns)
        last_id = await self.changes.make(count)
        together = await self.consoles.arrived(last_id)
        self.frame_bytes = together.frame_bytes
        return self.consoles.turn(
            paced,
            begun_ns,
            together_s=_last_s(together) - self.changes.committed_ns[last_id] / 1e9,
            cpu_s=cpu_s_of(self._server.pid) - cpu_s,
        )


class Bare:
    """aiohttp alone, with as many sockets of the same kind."""

    def __init__(self, process: Worker, readers: Sockets) -> None:
        self._process = process
        self._readers = readers
        self._next_id = 1

    async def connect(self, count: int) -> None:
        """Open the sockets."""
        port = (await self._fan(0, every_s=0, size_bytes=0)).port
        await self._readers.connect(port, count, subscribes=False)

    async def turn(self, count: int, every_s: float, size_bytes: int) -> Turn:
        """Send texts of this size one by one, then all at once."""
        first_id = self._next_id
        one_by_one = await self._fan(count, every_s=every_s, size_bytes=size_bytes)
        paced = await self._readers.arrived(self._next_id - 1)
        at_once = await self._fan(count, every_s=0, size_bytes=size_bytes)
        together = await self._readers.arrived(self._next_id - 1)
        return self._readers.turn(
            paced,
            dict(enumerate(one_by_one.at_ns, first_id)),
            together_s=_last_s(together) - at_once.at_ns[0] / 1e9,
            cpu_s=one_by_one.cpu_s + at_once.cpu_s,
        )

    async def _fan(self, count: int, *, every_s: float, size_bytes: int) -> Fanned:
        order = Fan(first_id=self._next_id, count=count, size_bytes=size_bytes, every_s=every_s)
        self._next_id += count
        return await self._process.order(order, Fanned, at_most_s=_ORDER_S)


async def evenly(count: int, every_s: float) -> AsyncIterator[int]:
    """Count at an even pace, whatever is done meanwhile."""
    due_s = time.monotonic()
    for n in range(count):
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        yield n
        due_s += every_s


def _last_s(report: Report) -> float:
    return max((a.last_ns for a in report.arrivals), default=report.at_ns) / 1e9
