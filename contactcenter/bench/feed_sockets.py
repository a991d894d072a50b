"""The agents' side of the feed: many sockets in one process, which read and keep count.

A process of its own. Each socket notes every event's id it is told, in order, and the cursor of the
last one; a socket that is lost comes back with it after a pause drawn anew each time, longer with
each failure. The client is a bare protocol, for it must not be what is measured.
Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import asyncio
import gc
import random
import sys
import time
from array import array
from collections.abc import Callable
from typing import Final

import msgspec

from contactcenter.bench.feed_orders import (
    Arrival,
    Await,
    Check,
    Connect,
    Cut,
    Order,
    Report,
)
from contactcenter.bench.feed_wire import CURSOR_AT, HANDSHAKE, ID_AT, masked, split
from contactcenter.bench.process import obey

#: Full jitter: a pause between nothing and this, doubled with each failure, up to the limit.
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 15.0
#: Whoever is not subscribed after this tries anew.
_SUBSCRIBED_WITHIN_S: Final = 10.0
#: A source address has fewer than 28,000 ports for one server; on Linux all of 127/8 is ours.
_PORTS_EACH: Final = 20_000
_AT_ONCE: Final = 64
_LOOK_EVERY_S: Final = 0.02
_TEXT: Final = 1
_CLOSE: Final = 8
_PING: Final = 9


class Socket(asyncio.Protocol):
    """One socket and what it was told; the same through all its connections."""

    def __init__(self, sockets: "Sockets", number: int, order: Connect) -> None:
        self.ids = array("q")
        self.is_open = False
        self._sockets = sockets
        self._number = number
        self._order = order
        self._cursor: str | None = None
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._has_shaken_hands = False
        self._ready: asyncio.Future[None] | None = None
        self._failures = 0

    async def come(self) -> None:
        """Try until subscribed, the first time at once."""
        while not await self._try():
            await self._pause()

    async def come_back(self) -> None:
        """After a cut: nobody comes at once, for all the others were cut, too."""
        self._failures = 0
        await self._pause()
        await self.come()

    def cut(self) -> None:
        """Cut the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    async def _pause(self) -> None:
        longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
        self._failures += 1
        await asyncio.sleep(random.uniform(0, longest_s))  # noqa: S311 -- no secret

    async def _try(self) -> bool:
        loop = asyncio.get_running_loop()
        self._rest, self._has_shaken_hands = b"", False
        self._ready = loop.create_future()
        source = f"127.0.0.{1 + self._number // _PORTS_EACH}"
        try:
            async with asyncio.timeout(_SUBSCRIBED_WITHIN_S):
                await loop.create_connection(
                    lambda: self, "127.0.0.1", self._order.port, local_addr=(source, 0)
                )
                await self._ready
        except (OSError, TimeoutError):
            self.cut()
            return False
        self.is_open = True
        return True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        origin = f"127.0.0.1:{self._order.port}"
        session = f"{self._order.secret}-{self._number}"
        transport.write(HANDSHAKE.format(origin=origin, session=session).encode())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- why is all the same
        self._transport = None
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(ConnectionResetError())
        elif self.is_open:
            self._sockets.lost(self)
        self.is_open = False

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        if not self._has_shaken_hands:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._shaken_hands(head)
        frames, self._rest = split(data)
        for opcode, start, end_at in frames:
            if opcode == _TEXT:
                self._told(data, start, end_at)
            elif opcode == _PING:
                self._write(masked(0x8A, data[start:end_at]))
            elif opcode == _CLOSE:
                self.cut()

    def _shaken_hands(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            self.cut()
            return
        self._has_shaken_hands = True
        if self._order.subscribes:
            command = {"id": 1, "type": "subscribe"}
            if self._cursor is not None:
                command["cursor"] = self._cursor
            self._write(masked(0x81, msgspec.json.encode(command)))
        else:
            self._subscribed()

    def _told(self, data: bytes, start: int, end: int) -> None:
        at = data.find(ID_AT, start, end)
        if at >= 0:
            first = at + len(ID_AT)
            event_id = int(data[first : data.index(b",", first, end)])
            self.ids.append(event_id)
            self._sockets.told(event_id, end - start)
            self._cursor = data[start + CURSOR_AT : at - 2].decode()
        elif data.startswith(b'{"type":"result","id":1,"success":true', start, end):
            told = msgspec.json.decode(data[start:end])
            self._cursor = self._cursor or told["cursor"]
            self._subscribed()
        else:
            self._sockets.surprised(data[start:end])

    def _subscribed(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _write(self, frame: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame)


class Sockets:
    """All of them, and what arrived since it was last reported."""

    def __init__(self) -> None:
        self._all: list[Socket] = []
        self._arrived: dict[int, list[int]] = {}
        self._frame_bytes = 0
        self._lost = 0
        self._returning: set[asyncio.Task[None]] = set()

    def told(self, event_id: int, frame_bytes: int) -> None:
        """Note one copy of an event."""
        arrival = self._arrived.get(event_id)
        if arrival is None:
            self._frame_bytes = frame_bytes
            self._arrived[event_id] = [1, time.monotonic_ns()]
        else:
            arrival[0] += 1
            arrival[1] = time.monotonic_ns()

    def lost(self, socket: Socket) -> None:
        """A socket was cut: it comes back by itself."""
        self._lost += 1
        task = asyncio.get_running_loop().create_task(socket.come_back())
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    def surprised(self, frame: bytes) -> None:
        """Say what nobody expected: a refusal, or that a cursor is too old."""
        print(frame.decode(), file=sys.stderr)  # noqa: T201

    async def carry_out(self, order: Order) -> Report:
        """Do it and report."""
        began_ns = time.monotonic_ns()
        is_done, missed, doubled = True, 0, 0
        arrivals: list[Arrival] = []
        match order:
            case Connect():
                is_done = await self._connect(order)
            case Cut():
                is_done = await self._cut(order)
            case Await():
                is_done = await _until(lambda: self._have(order.event_id), order.at_most_s)
                arrivals = [Arrival(n, *found) for n, found in self._arrived.items()]
                self._arrived.clear()
            case Check():
                missed, doubled = self._checked(order.event_ids)
        lost, self._lost = self._lost, 0
        return Report(
            open_sockets=sum(s.is_open for s in self._all),
            began_ns=began_ns,
            at_ns=time.monotonic_ns(),
            is_done=is_done,
            lost=lost,
            cpu_s=time.process_time(),
            frame_bytes=self._frame_bytes,
            arrivals=arrivals,
            missed=missed,
            doubled=doubled,
        )

    async def _connect(self, order: Connect) -> bool:
        places = asyncio.Semaphore(_AT_ONCE)

        async def come(socket: Socket) -> None:
            async with places:
                await socket.come()

        numbers = range(order.first, order.first + order.count)
        new = [Socket(self, n, order) for n in numbers]
        self._all += new
        try:
            async with asyncio.timeout(order.at_most_s):
                await asyncio.gather(*(come(s) for s in new))
        except TimeoutError:
            return False
        return True

    async def _cut(self, order: Cut) -> bool:
        for socket in self._all:
            socket.cut()
        await asyncio.sleep(0)  # for the connections to tell that they are lost
        return await _until(lambda: all(s.is_open for s in self._all), order.at_most_s)

    def _have(self, event_id: int) -> bool:
        """Whether everybody has this event."""
        return all((s.ids and s.ids[-1] >= event_id) or event_id in s.ids[-50:] for s in self._all)

    def _checked(self, event_ids: list[int]) -> tuple[int, int]:
        expected = set(event_ids)
        missed = doubled = 0
        for socket in self._all:
            told = set(socket.ids)
            missed += len(expected - told)
            doubled += len(socket.ids) - len(told)
        return missed, doubled


async def _until(is_so: Callable[[], bool], at_most_s: float) -> bool:
    """Look again and again; no socket is to be woken for it."""
    until_s = time.monotonic() + at_most_s
    while not is_so():
        if time.monotonic() > until_s:
            return False
        await asyncio.sleep(_LOOK_EVERY_S)
    return True


async def _main() -> None:
    gc.disable()  # a pause of its own would be the server's
    sockets = Sockets()
    await obey(Order, sockets.carry_out)


if __name__ == "__main__":
    asyncio.run(_main())
