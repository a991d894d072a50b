"""The customers' side of the intake: signed requests over kept connections, in a closed loop.

A process of its own. Each connection sends the next request when the last one is answered, so the
latencies are those at saturation. The client is a bare protocol that reads a status and a length,
for it must not be what is measured; ``contactcenter bench intake`` says what it costs by itself.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from contactcenter.bench import messages
from contactcenter.bench.process import take_orders

#: Whoever gets no answer for this long after the slice has none.
_LAST_ANSWER_S: Final = 10.0
_OK: Final = b"HTTP/1.1 2"
_LENGTH: Final = b"content-length:"


class Aim(Struct, frozen=True, kw_only=True):
    """An order to whom to post, and for how long: requests ``first`` to ``first + count``."""

    host: str
    port: int
    public_url: str
    clients: int
    seconds: float
    first: int
    count: int
    mark: str


class Load(Aim, frozen=True, kw_only=True):
    """The same of messages, some of them from ``known`` people."""

    known: int


class Loaded(Struct, frozen=True, kw_only=True):
    """What came of it: the numbers sent, those not acknowledged, each latency, the client's CPU."""

    sent: int
    refused: list[int]
    latencies_us: list[int]
    elapsed_s: float
    cpu_s: float


class _Run:
    """The requests still to be sent, and what came of those that were."""

    def __init__(self, requests: Sequence[bytes], first: int) -> None:
        self.requests = requests
        self.first = first
        self.sent = 0
        self.until_s = 0.0
        self.refused: list[int] = []
        self.latencies_us: list[int] = []
        self.open = 0
        self.done = asyncio.Event()

    def ended(self) -> None:
        """One connection has nothing left to do."""
        self.open -= 1
        if not self.open:
            self.done.set()


class _Client(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._number = -1
        self._sent_at_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send_next(self) -> None:
        """Send the next request, or end if the time or the requests are over."""
        run, now_s = self._run, time.perf_counter()
        if now_s >= run.until_s or run.sent == len(run.requests):
            self._number = -1
            run.ended()
            return
        assert self._transport is not None
        self._number = run.first + run.sent
        self._sent_at_s = now_s
        self._transport.write(run.requests[run.sent])
        run.sent += 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._received[:head_end].lower()
        at = head.find(_LENGTH)
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < head_end + 4 + length:
            return
        is_ok = self._received.startswith(_OK)
        self._received = b""
        self._answered(is_ok=is_ok)
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- why is all the same
        if self._number >= 0:
            self._answered(is_ok=False)
            self._number = -1
            self._run.ended()

    def close(self) -> None:
        """Hang up; whatever is still under way was not acknowledged."""
        assert self._transport is not None
        self._transport.abort()

    def _answered(self, *, is_ok: bool) -> None:
        run = self._run
        if is_ok:
            run.latencies_us.append(round((time.perf_counter() - self._sent_at_s) * 1e6))
        else:
            run.refused.append(self._number)


async def load(order: Load) -> Loaded:
    """Sign everything, connect, and only then start the clock."""
    host = f"{order.host}:{order.port}"
    numbers = range(order.first, order.first + order.count)
    requests = [
        messages.request(messages.message(n, order.known, order.mark), order.public_url, host)
        for n in numbers
    ]
    return await post(requests, order)


async def post(requests: Sequence[bytes], order: Aim) -> Loaded:
    """Post whole requests in their order, as many at a time as there are clients."""
    run = _Run(requests, order.first)
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: _Client(run), order.host, order.port))[1]
        for _ in range(order.clients)
    ]
    run.open = len(clients)
    cpu_s, began_s = time.process_time(), time.perf_counter()
    run.until_s = began_s + order.seconds
    for client in clients:
        client.send_next()
    try:
        async with asyncio.timeout(order.seconds + _LAST_ANSWER_S):
            await run.done.wait()
    except TimeoutError:
        pass
    elapsed_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    for client in clients:
        client.close()
    await asyncio.sleep(0.01)  # for the connections to tell that they are lost
    return Loaded(
        sent=run.sent,
        refused=run.refused,
        latencies_us=run.latencies_us,
        elapsed_s=elapsed_s,
        cpu_s=cpu_s,
    )


if __name__ == "__main__":
    take_orders(Load, load)
