"""One visitor's socket of the measurement: a bare protocol, for it must not be what is measured.

Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import asyncio
import random
import sys
from typing import Final, Protocol

import msgspec

from contactcenter.bench.chat_orders import Connect
from contactcenter.bench.feed_wire import masked, split

#: Full jitter: a pause between nothing and this, doubled with each failure, up to the limit.
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 15.0
#: So long after a line the browser tells that it has it, and all that came meanwhile.
RECEIVED_AFTER_S: Final = 0.25

_HANDSHAKE: Final = (
    "GET /hooks/webchat/socket HTTP/1.1\r\n"
    "Host: 127.0.0.1:{port}\r\n"
    "Origin: {origin}\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_LINE: Final = b'{"type":"line","sequence":'
_ID: Final = b'"id":"'
_WELCOMED_WITHIN_S: Final = 10.0
#: The server counts sockets by where they come from; on Linux all of 127/8 is ours.
_AN_ADDRESS: Final = 200
_TEXT: Final = 1
_CLOSE: Final = 8
_PING: Final = 9


class Tally(Protocol):
    """What a socket tells of what came to it."""

    def told(self, number: int, sequence: int, frame_bytes: int) -> None:
        """Note a line."""
        ...

    def answered(self, message_id: str) -> None:
        """Note that a message was answered."""
        ...

    def lost(self, socket: "Socket") -> None:
        """Note that a socket was cut."""
        ...


class Socket(asyncio.Protocol):
    """One visitor's socket and what it was told; the same through all its connections."""

    def __init__(self, tally: Tally, number: int, order: Connect, token: str) -> None:
        self.reached = 0
        self.repeated = 0
        self.missed = 0
        self.is_open = False
        self._tally = tally
        self._number = number
        self._order = order
        self._token = token
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._has_shaken_hands = False
        self._ready: asyncio.Future[None] | None = None
        self._receipt: asyncio.TimerHandle | None = None
        self._failures = 0

    async def come(self) -> None:
        """Try until welcomed, the first time at once."""
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

    def write(self, message_id: str) -> None:
        """Write a message; it is answered by its id."""
        self._send({"type": "message", "id": message_id, "text": "Is it on its way? سپاس"})

    async def _pause(self) -> None:
        longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
        self._failures += 1
        await asyncio.sleep(random.uniform(0, longest_s))  # noqa: S311 -- no secret

    async def _try(self) -> bool:
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        source = f"127.0.{1 + self._number // _AN_ADDRESS}.1"
        try:
            async with asyncio.timeout(_WELCOMED_WITHIN_S):
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
        self._rest, self._has_shaken_hands = b"", False
        handshake = _HANDSHAKE.format(port=self._order.port, origin=self._order.origin)
        transport.write(handshake.encode())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- why is all the same
        self._transport = None
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(ConnectionResetError())
        elif self.is_open:
            self._tally.lost(self)
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
        if not self._order.greets:
            self._welcomed()
            return
        hello = {"type": "hello", "version": 1, "entry_point": self._order.entry_point}
        self._send(hello | {"token": self._token, "after": self.reached})

    def _told(self, data: bytes, start: int, end: int) -> None:
        if data.startswith(_LINE, start, end):
            at = start + len(_LINE)
            self._line(int(data[at : data.index(b",", at, end)]), end - start)
        elif data.startswith((b'{"type":"ack"', b'{"type":"message"'), start, end):
            at = data.index(_ID, start, end) + len(_ID)
            self._tally.answered(data[at : data.index(b'"', at, end)].decode())
        elif data.startswith(b'{"type":"welcome"', start, end):
            self._welcomed()
        elif data.startswith(b'{"type":"error"', start, end):
            print(data[start:end].decode(), file=sys.stderr)  # noqa: T201

    def _line(self, sequence: int, frame_bytes: int) -> None:
        if sequence <= self.reached:
            self.repeated += 1
            return
        self.missed += sequence - self.reached - 1
        self.reached = sequence
        self._tally.told(self._number, sequence, frame_bytes)
        if self._receipt is None and self._order.greets:
            loop = asyncio.get_running_loop()
            self._receipt = loop.call_later(RECEIVED_AFTER_S, self._received)

    def _received(self) -> None:
        self._receipt = None
        self._send({"type": "received", "sequence": self.reached})

    def _welcomed(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _send(self, frame: dict[str, object]) -> None:
        self._write(masked(0x81, msgspec.json.encode(frame)))

    def _write(self, frame: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame)
