"""A visitor's socket: bytes in and out, how fast they may come, and how it ends."""

import asyncio
import socket as sockets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import WSMessage, WSMsgType, web
from msgspec import Struct

from channels._webchat import wire
from channels._webchat.codes import FAILED, SLOW, TOO_MANY, Ending
from channels._webchat.limits import Allowance, Limits

_LOOK_S: Final = 0.05
#: What the system may hold for a browser that does not read; more would hide how slow it is.
_SEND_BUFFER_BYTES: Final = 128 * 1024
_NEVER: Final = 1 << 62
_OVER: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})

log = structlog.get_logger()


class _Unquoted(Exception):
    """A failure without its words: they may quote what the visitor wrote."""

    @classmethod
    def of(cls, error: Exception) -> "_Unquoted":
        """The same place with the kind of failure alone."""
        return cls(type(error).__name__).with_traceback(error.__traceback__)


class VisitorSocket:
    """Serves one browser from the handshake to the close frame.

    What is written goes to the transport at once and never waits; a reader for whom too much waits
    is cut, and comes back for what it missed.
    """

    __slots__ = (
        "_allowance",
        "_clock",
        "_closing",
        "_limits",
        "_mark",
        "_request",
        "_response",
        "_transport",
        "_watch",
        "_written",
        "ending",
    )

    def __init__(self, request: web.Request, limits: Limits, clock: Callable[[], float]) -> None:
        self.ending: Ending | None = None
        self._request = request
        self._limits = limits
        self._clock = clock
        self._allowance = Allowance(limits.frames, clock)
        self._closing: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        #: How many bytes were written in all; and how many at a time when some of them waited.
        self._written = 0
        self._mark: tuple[int, float] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._response = web.WebSocketResponse(
            timeout=limits.close_s,
            heartbeat=limits.ping_every_s,
            autoping=False,  # so that pings are counted
            compress=False,  # a window for each of thousands is too much
            max_msg_size=limits.hard_frame_bytes,
            writer_limit=_NEVER,  # a close must never wait for a reader
            decode_text=False,
        )

    @property
    def is_possible(self) -> bool:
        """Whether the request is a handshake."""
        return bool(self._response.can_prepare(self._request))

    async def open(self) -> web.WebSocketResponse:
        """Answer the handshake."""
        await self._response.prepare(self._request)
        self._transport = self._request.transport
        sock = self._response.get_extra_info("socket")
        if sock is not None:
            with suppress(OSError):
                sock.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, _SEND_BUFFER_BYTES)
        return self._response

    async def serve(self, take: Callable[[bytes | None], Awaitable[None]]) -> None:
        """Hand over frames until there will be no more; None stands for a binary one."""
        try:
            while self.ending is None:
                message = await self._response.receive()
                if message.type in _OVER or self.ending is not None:
                    break
                await self._took(message, take)
        except ConnectionError:
            pass
        except Exception as error:
            log.exception("chat_socket_failed", exc_info=_Unquoted.of(error))
            self.end(FAILED)

    def send(self, frame: Struct) -> None:
        """Write a frame; never waits."""
        self.write(wire.encode(frame))

    def write(self, data: bytes) -> None:
        """Write encoded frames; too much that waits already ends the socket.

        However much is written at once: a reader cannot have been slow with that.
        """
        transport = self._transport
        if self.ending is not None or transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > self._limits.backlog_bytes:
            self.end(SLOW)
            return
        transport.write(data)
        self._written += len(data)
        if transport.get_write_buffer_size() and self._watch is None:
            self._mark = (self._written, self._clock())
            self._look_again()

    def end(self, ending: Ending) -> None:
        """Close the socket from our side, once; ``closed`` waits until it is."""
        if self.ending is None:
            self.ending = ending
            self._closing = asyncio.create_task(self._close(ending))

    async def closed(self) -> None:
        """Wait until the close that ``end`` began is through; then nothing is open."""
        if self._watch is not None:
            self._watch.cancel()
        if self._closing is not None:
            await asyncio.wait({self._closing})
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._limits.close_s
        while self._unsent_bytes and loop.time() < until_s:  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(_LOOK_S)
        if self._transport is not None and self._unsent_bytes:
            self._transport.abort()

    async def _took(
        self, message: WSMessage, take: Callable[[bytes | None], Awaitable[None]]
    ) -> None:
        if not self._allowance.take():
            self.end(TOO_MANY)
        elif message.type is WSMsgType.PING:
            self.write(wire.pong(bytes(message.data)))
        elif message.type is not WSMsgType.PONG:
            await take(bytes(message.data) if message.type is WSMsgType.TEXT else None)

    def _look_again(self) -> None:
        every_s = self._limits.backlog_s / 4
        self._watch = asyncio.get_running_loop().call_later(every_s, self._check_speed)

    def _check_speed(self) -> None:
        """End the socket if what was written has waited for its reader too long."""
        self._watch = None
        unsent = self._unsent_bytes
        if self.ending is not None or not unsent or self._mark is None:
            return
        now_s = self._clock()
        written, at_s = self._mark
        if self._written - unsent >= written:
            self._mark = (self._written, now_s)
        elif now_s - at_s > self._limits.backlog_s:
            self.end(SLOW)
        self._look_again()

    async def _close(self, ending: Ending) -> None:
        with suppress(ConnectionError):
            await self._response.close(
                code=ending.code, message=ending.reason.encode(), drain=False
            )
        log.info("chat_socket_ended", code=ending.code, reason=ending.reason)

    @property
    def _unsent_bytes(self) -> int:
        """What waits in this process because the browser does not read."""
        transport = self._transport
        return 0 if transport is None else transport.get_write_buffer_size()
