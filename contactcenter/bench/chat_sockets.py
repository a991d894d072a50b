"""The visitors' side of web chats: many sockets in one process, which read, write and keep count.

A process of its own. Each socket notes the lines it is told, in order; one that is lost comes back
with the last one after a pause drawn anew each time, longer with each failure.
"""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Final

from contactcenter.bench.chat_orders import (
    Arrival,
    Await,
    Check,
    Connect,
    Cut,
    Order,
    Report,
    Write,
)
from contactcenter.bench.chat_socket import Socket
from contactcenter.bench.process import obey

_AT_ONCE: Final = 64
_LOOK_EVERY_S: Final = 0.01


class Sockets:
    """All of them, and what arrived since it was last reported."""

    def __init__(self) -> None:
        self._all: list[Socket] = []
        self._arrivals: list[Arrival] = []
        self._written_ns: dict[str, int] = {}
        self._answers_ms: list[float] = []
        self._lines = 0
        self._frame_bytes = 0
        self._lost = 0
        self._returning: set[asyncio.Task[None]] = set()

    def told(self, number: int, sequence: int, frame_bytes: int) -> None:
        """Note a line."""
        self._lines += 1
        self._frame_bytes = frame_bytes
        self._arrivals.append(Arrival(number, sequence, time.monotonic_ns()))

    def answered(self, message_id: str) -> None:
        """Note that a message was answered; the second time does not count."""
        if (written_ns := self._written_ns.pop(message_id, None)) is not None:
            self._answers_ms.append((time.monotonic_ns() - written_ns) / 1e6)

    def lost(self, socket: Socket) -> None:
        """A socket was cut: it comes back by itself."""
        self._lost += 1
        task = asyncio.get_running_loop().create_task(socket.come_back())
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def carry_out(self, order: Order) -> Report:
        """Do it and report."""
        is_done, missed, repeated = True, 0, 0
        match order:
            case Connect():
                is_done = await self._connect(order)
            case Await():
                is_done = await _until(lambda: self._lines >= order.lines, order.at_most_s)
            case Write():
                is_done = await self._write(order)
            case Cut():
                is_done = await self._cut(order)
            case Check():
                repeated = sum(socket.repeated for socket in self._all)
                missed = sum(
                    socket.missed + max(0, lines - socket.reached)
                    for socket, lines in zip(self._all, order.lines, strict=True)
                )
        return self._report(is_done=is_done, missed=missed, repeated=repeated)

    def _report(self, *, is_done: bool, missed: int, repeated: int) -> Report:
        lost, self._lost = self._lost, 0
        arrivals, self._arrivals = self._arrivals, []
        answers_ms, self._answers_ms = self._answers_ms, []
        return Report(
            open_sockets=sum(s.is_open for s in self._all),
            is_done=is_done,
            at_ns=time.monotonic_ns(),
            lost=lost,
            frame_bytes=self._frame_bytes,
            arrivals=arrivals,
            answers_ms=answers_ms,
            missed=missed,
            repeated=repeated,
        )

    async def _connect(self, order: Connect) -> bool:
        places = asyncio.Semaphore(_AT_ONCE)

        async def come(socket: Socket) -> None:
            async with places:
                await socket.come()

        first = len(self._all)
        new = [Socket(self, first + n, order, token) for n, token in enumerate(order.tokens)]
        self._all += new
        try:
            async with asyncio.timeout(order.at_most_s):
                await asyncio.gather(*(come(s) for s in new))
        except TimeoutError:
            return False
        return True

    async def _write(self, order: Write) -> bool:
        due_s = time.monotonic()
        for n, number in enumerate(order.numbers):
            due_s += order.every_s
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            message_id = f"{number}-{time.monotonic_ns()}-{n}"
            self._written_ns[message_id] = time.monotonic_ns()
            self._all[number].write(message_id)
        return await _until(lambda: not self._written_ns, order.at_most_s)

    async def _cut(self, order: Cut) -> bool:
        for socket in self._all:
            socket.cut()
        await asyncio.sleep(0)  # for the connections to tell that they are lost
        return await _until(lambda: all(s.is_open for s in self._all), order.at_most_s)


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
