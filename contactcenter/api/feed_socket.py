"""One socket of the feed: its frames in and out, how fast they may come, and how it ends."""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import WSMessage, WSMsgType, web
from aiohttp.abc import AbstractStreamWriter
from msgspec import Struct

from contactcenter import metrics
from contactcenter.access.actor import Actor, PasswordChangeRequired
from contactcenter.api.boards import Boards
from contactcenter.api.feed_commands import Commands
from contactcenter.api.guard import ACTOR, ScopeMissing
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.feed import Ending, Feed, Subscriber, frames
from contactcenter.feed.subscriber import AUTHENTICATION_TIMEOUT, FAILED, SLOW, TOO_MANY

MAX_FRAME_BYTES: Final = 64 * 1024
#: We ping a silent client; without an answer within half of this it is gone.
PING_EVERY_S: Final = 25.0
AUTHENTICATE_WITHIN_S: Final = 10.0
#: What a client may send; pings of the protocol count, too.
FRAMES_PER_S: Final = 20.0
FRAMES_AT_ONCE: Final = 60.0

#: How long a client may take to read our close frame.
_CLOSE_S: Final = 5.0
_LOOK_S: Final = 0.05
#: What the system may hold for a client that does not read; more would hide how slow it is.
_SEND_BUFFER_BYTES: Final = 256 * 1024
#: Frames that are written without a wait, pongs and refusals, may pile up to this.
_UNSENT_BYTES: Final = 1 << 20
_NEVER: Final = 1 << 62
_OVER: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})

log = structlog.get_logger()


class Allowance:
    """How many frames may still come: ``at_once`` together, ``per_s`` in the long run."""

    def __init__(self, per_s: float, at_once: float, clock: Callable[[], float]) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._clock = clock
        self._left = at_once
        self._counted_s = clock()

    def take(self) -> bool:
        """Whether one more may come."""
        now_s = self._clock()
        gained = (now_s - self._counted_s) * self._per_s
        self._left = min(self._at_once, self._left + gained) - 1.0
        self._counted_s = now_s
        return self._left >= 0.0


class FeedSocket:
    """Serves one client from the handshake to the close frame."""

    def __init__(
        self, request: web.Request, feed: Feed, database: Database, bell: Bell, boards: Boards
    ) -> None:
        self.subscriber: Subscriber | None = None
        self._request = request
        self._response = web.WebSocketResponse(
            timeout=_CLOSE_S,
            heartbeat=PING_EVERY_S,
            autoping=False,  # so that pings are counted
            compress=False,  # frames are built once for everybody
            max_msg_size=MAX_FRAME_BYTES,
            writer_limit=_NEVER,  # the writing task drains; a close must never wait for a reader
        )
        self._writer: AbstractStreamWriter | None = None
        self._transport: asyncio.Transport | None = None
        self._feed = feed
        self._boards = boards
        self._commands = Commands(self, feed, database, bell, boards)
        self._allowance = Allowance(FRAMES_PER_S, FRAMES_AT_ONCE, time.monotonic)
        self._ending: Ending | None = None
        self._writing: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_possible(self) -> bool:
        """Whether the request is a handshake."""
        return bool(self._response.can_prepare(self._request))

    async def sign_in(self, actor: Actor) -> None:
        """Let this person have the feed.

        Raises ``PasswordChangeRequired``, ``ScopeMissing``, ``NotSignedIn``, ``TooManySockets`` or
        ``NoDatabase``.
        """
        if actor.must_change_password:
            raise PasswordChangeRequired
        if actor.kind == "token" and "read" not in actor.scopes:
            raise ScopeMissing("The token lacks the scope read.", scope="read")
        self._request[ACTOR] = actor
        self.subscriber = await self._feed.join(actor, self)

    async def serve(self) -> web.WebSocketResponse:
        """Open the socket, and answer commands until it is closed."""
        self._writer = await self._response.prepare(self._request)
        self._transport = self._request.transport
        self._bound_send_buffer()
        try:
            await self._admit()
            while self._ending is None and await self._take():
                pass
        except ConnectionError:
            pass
        except Exception as error:
            log.exception("feed_socket_failed", error=type(error).__name__)
            self.end(FAILED)
        return self._response

    async def reply(self, frame: Struct) -> None:
        """Answer a command; before somebody has signed in there is nothing to wait behind."""
        encoded = frames.encode(frame)
        if self.subscriber is None:
            await self.send(encoded)
            return
        self.subscriber.put(encoded)

    def write_now(self, frame: bytes) -> bool:
        """Write past aiohttp's writer, which would build the same frame anew for every client."""
        transport = self._transport
        if (
            transport is None
            or transport.is_closing()
            or self._response.closed
            or transport.get_write_buffer_size()
        ):
            return False
        transport.write(frame)
        return True

    async def send(self, frame: bytes) -> None:
        """Write, and wait while the client has too much to read."""
        transport = self._request.transport
        if transport is None or self._response.closed:
            raise ConnectionResetError
        transport.write(frame)
        assert self._writer is not None, "only an open socket is written to"
        await self._writer.drain()

    def wake(self) -> None:
        """Start the one task that writes what has to wait; most of the time there is none."""
        if self._writing is None or self._writing.done():
            assert self.subscriber is not None, "whoever wakes us has joined"
            self._writing = asyncio.create_task(self._write(self.subscriber))

    def end(self, ending: Ending) -> None:
        """Close the socket from our side, once; ``closed`` waits until it is."""
        if self._ending is None:
            self._ending = ending
            self._closing = asyncio.create_task(self._close(ending))

    async def closed(self) -> None:
        """Wait until the close that ``end`` began is through."""
        if self._closing is not None:
            await asyncio.wait({self._closing})

    async def leave(self) -> None:
        """Let go of everything."""
        if self._writing is not None:
            self._writing.cancel()
        if self.subscriber is not None:
            self._feed.leave(self.subscriber)
            self._boards.forget(self.subscriber)
        await self.closed()
        await self._hang_up()

    async def _admit(self) -> None:
        """Wait a little for whoever has not signed in with the handshake."""
        try:
            async with asyncio.timeout(AUTHENTICATE_WITHIN_S):
                while self.subscriber is None and await self._take():
                    pass
        except TimeoutError:
            self.end(AUTHENTICATION_TIMEOUT)

    async def _take(self) -> bool:
        """Take one frame and answer it; False once there will be no more."""
        message = await self._response.receive()
        if message.type in _OVER or self._ending is not None:
            return False
        if not self._allowance.take():
            self.end(TOO_MANY)
        elif self._unsent_bytes > _UNSENT_BYTES:
            self.end(SLOW)
        elif self.subscriber is None or self.subscriber.may_go_on():
            await self._answer(message)
        return self._ending is None

    async def _answer(self, message: WSMessage) -> None:
        if message.type is WSMsgType.PING:
            with suppress(ConnectionError):
                await self._response.pong(message.data)
        elif message.type is not WSMsgType.PONG:
            text = message.data if message.type is WSMsgType.TEXT else None
            await self._commands.answer(text)

    async def _write(self, subscriber: Subscriber) -> None:
        try:
            await self._feed.serve(subscriber)
        except ConnectionError:
            pass  # the reading side has seen it, too
        except Exception as error:
            log.exception("feed_socket_failed", error=type(error).__name__)
            self.end(FAILED)

    async def _close(self, ending: Ending) -> None:
        """Say why we close, behind what was written before."""
        if self._writing is not None:
            self._writing.cancel()
        with suppress(ConnectionError):
            reason = ending.reason.encode()
            await self._response.close(code=ending.code, message=reason, drain=False)
        metrics.FEED_ENDED.labels(ending.reason).inc()
        log.info("feed_socket_ended", code=ending.code, reason=ending.reason)

    async def _hang_up(self) -> None:
        """Leave the client a moment to take what was written, then cut it off."""
        until_s = time.monotonic() + _CLOSE_S
        while self._unsent_bytes and time.monotonic() < until_s:  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(_LOOK_S)
        transport = self._request.transport
        if transport is not None and self._unsent_bytes:
            transport.abort()

    @property
    def _unsent_bytes(self) -> int:
        """What waits in this process because the client does not read."""
        transport = self._request.transport
        return 0 if transport is None else transport.get_write_buffer_size()

    def _bound_send_buffer(self) -> None:
        sock = self._response.get_extra_info("socket")
        if sock is not None:
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
