"""The two sides of the measurement of web chats: the server and its visitors, aiohttp alone."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from contactcenter.bench.chat_house import ENTRY_POINT, ORIGIN, Agents
from contactcenter.bench.chat_orders import (
    Await,
    Check,
    Connect,
    Cut,
    Report,
    Tell,
    Told,
    Write,
)
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.process import Worker

#: Nothing here takes longer.
AT_MOST_S: Final = 120.0
_ORDER_S: Final = AT_MOST_S + 10
#: A pace well below what either side can do.
PACE_PER_S: Final = 50.0


class Turn(Struct, frozen=True, kw_only=True):
    """One turn of a side: everybody at once, one after the other, and the other way."""

    per_s: float
    lines_ms: list[float]
    answers_ms: list[float]

    def told(self) -> str:
        """The turn as a line."""
        return (
            f"{self.per_s:,.0f} lines/s, one line at most {max(self.lines_ms, default=0.0):.1f} ms,"
            f" an answer at most {max(self.answers_ms, default=0.0):.1f} ms"
        )


class Side:
    """A process of sockets that are connected to one server."""

    def __init__(
        self, process: Worker, tokens: Sequence[str], port: int, *, greets: bool = True
    ) -> None:
        self.count = 0
        self.process = process
        self._tokens = tokens
        self._port = port
        self._greets = greets

    async def connect(self, count: int) -> None:
        """Open so many more."""
        order = Connect(
            port=self._port,
            tokens=list(self._tokens[self.count : self.count + count]),
            entry_point=ENTRY_POINT,
            origin=ORIGIN,
            greets=self._greets,
            at_most_s=AT_MOST_S,
        )
        self.count += count
        report = await self.order(order)
        if not report.is_done:
            raise MeasurementInvalid(f"only {report.open_sockets} sockets could be opened")

    async def order(self, order: Connect | Await | Write | Cut | Check) -> Report:
        """Have it carried out."""
        return await self.process.order(order, Report, at_most_s=_ORDER_S)

    async def have(self, lines: int) -> Report:
        """Wait until there are so many lines at all sockets together."""
        report = await self.order(Await(lines=lines, at_most_s=AT_MOST_S))
        if not report.is_done:
            raise MeasurementInvalid(f"not every one of {lines} lines arrived")
        return report

    async def write(self, numbers: Sequence[int]) -> list[float]:
        """Let these write one after the other; how long each waited for its answer."""
        order = Write(numbers=list(numbers), every_s=1 / PACE_PER_S, at_most_s=AT_MOST_S)
        report = await self.order(order)
        if not report.is_done:
            raise MeasurementInvalid("a message was not answered")
        return report.answers_ms


class Product:
    """``serve``, the visitors' sockets, and the agents who speak to them."""

    def __init__(self, side: Side, agents: Agents) -> None:
        self.agents = agents
        self._side = side

    async def everybody(self) -> tuple[float, int]:
        """A line to everybody at once: how many a second, and how long one is."""
        begun_ns = min((await self.agents.say()).values())
        report = await self._side.have(sum(await self.agents.lines()))
        last_ns = max(arrival.at_ns for arrival in report.arrivals)
        return self._side.count / ((last_ns - begun_ns) / 1e9), report.frame_bytes

    async def turn(self, numbers: Sequence[int], writers: Sequence[int]) -> tuple[Turn, int]:
        """All of it once."""
        per_s, frame_bytes = await self.everybody()
        begun_ns: dict[tuple[int, int], int] = {}
        due_s = time.monotonic()
        for number in numbers:
            due_s += 1 / PACE_PER_S
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            begun_ns |= await self.agents.say([number])
        report = await self._side.have(sum(await self.agents.lines()))
        lines_ms = _waits_ms(report, begun_ns)
        answers_ms = await self._side.write(writers)
        await self._side.have(sum(await self.agents.lines()))
        return Turn(per_s=per_s, lines_ms=lines_ms, answers_ms=answers_ms), frame_bytes


class Bare:
    """aiohttp alone, with as many sockets."""

    def __init__(self, server: Worker, sockets: Worker, tokens: Sequence[str]) -> None:
        self._server = server
        self._sockets = sockets
        self._tokens = tokens
        self._side: Side | None = None
        self._lines = 0
        self._sequences: dict[int, int] = {}

    async def connect(self, count: int) -> None:
        """Open the sockets."""
        port = (await self._tell([], 0, 0.0)).port
        self._side = Side(self._sockets, self._tokens, port, greets=False)
        await self._side.connect(count)

    async def turn(self, numbers: Sequence[int], writers: Sequence[int], size_bytes: int) -> Turn:
        """The same as the product's."""
        side = self._side
        assert side is not None, "sockets are opened first"
        told = await self._tell(None, size_bytes, 0.0)
        self._count(range(side.count))
        report = await side.have(self._lines)
        last_ns = max(arrival.at_ns for arrival in report.arrivals)
        per_s = side.count / ((last_ns - told.at_ns[0]) / 1e9)
        told = await self._tell(numbers, size_bytes, 1 / PACE_PER_S)
        begun_ns = dict(zip(self._count(numbers), told.at_ns, strict=True))
        report = await side.have(self._lines)
        answers_ms = await side.write(writers)
        return Turn(per_s=per_s, lines_ms=_waits_ms(report, begun_ns), answers_ms=answers_ms)

    async def _tell(self, numbers: Sequence[int] | None, size_bytes: int, every_s: float) -> Told:
        order = Tell(
            numbers=None if numbers is None else list(numbers),
            size_bytes=size_bytes,
            every_s=every_s,
        )
        return await self._server.order(order, Told, at_most_s=_ORDER_S)

    def _count(self, numbers: Sequence[int]) -> list[tuple[int, int]]:
        """Number the lines as the server does."""
        counted = []
        for number in numbers:
            self._lines += 1
            self._sequences[number] = self._sequences.get(number, 0) + 1
            counted.append((number, self._sequences[number]))
        return counted


def _waits_ms(report: Report, begun_ns: Mapping[tuple[int, int], int]) -> list[float]:
    """From the commit of a line to its socket, of those lines."""
    return [
        (arrival.at_ns - begun_ns[arrival.number, arrival.sequence]) / 1e6
        for arrival in report.arrivals
        if (arrival.number, arrival.sequence) in begun_ns
    ]
