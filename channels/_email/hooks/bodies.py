"""Reads the bodies of requests that may be large, so that all of them together stay bounded.

The application's own limit of a body is for its API. A hook takes what its provider sends, up to
that provider's limit and no further, and what several are in the middle of sending counts
together: whoever comes when there is no room waits a while.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import hdrs, web

#: What is held of large bodies at once, in one process; more than one of them, or it never fits.
MOST_LARGE_BYTES: Final = 192 * 1024 * 1024
#: And of small ones, which are most: they never wait for large ones.
MOST_SMALL_BYTES: Final = 32 * 1024 * 1024
SMALL_BYTES: Final = 1024 * 1024


class TooLarge(Exception):
    """The body has more bytes than the provider ever sends."""


class Room:
    """A number of bytes that requests share."""

    def __init__(self, size_bytes: int) -> None:
        self._left = size_bytes
        self._freed = asyncio.Event()

    async def take(self, size_bytes: int) -> None:
        """Wait until there is room for as many."""
        while self._left < size_bytes:
            self._freed.clear()
            await self._freed.wait()
        self._left -= size_bytes

    def give_back(self, size_bytes: int) -> None:
        """Let others have it."""
        self._left += size_bytes
        self._freed.set()


class Rooms:
    """Room for small and for large bodies; one a process."""

    def __init__(self) -> None:
        self._small = Room(MOST_SMALL_BYTES)
        self._large = Room(MOST_LARGE_BYTES)

    def of(self, size_bytes: int) -> Room:
        """The room a body of this size is held in."""
        return self._small if size_bytes <= SMALL_BYTES else self._large


@asynccontextmanager
async def read(
    request: web.Request, *, rooms: Rooms, most_bytes: int, deadline_s: float
) -> AsyncIterator[bytes]:
    """The whole body, which counts as held until the block ends.

    A body that does not say how long it is, or that is compressed, counts as the longest. Raises
    ``TooLarge``, ``TimeoutError``, ``web.RequestPayloadError`` (mangled) or ``ConnectionError``
    (whoever sent it has gone).
    """
    size_bytes = request.content_length
    if size_bytes is None or hdrs.CONTENT_ENCODING in request.headers:
        size_bytes = max(size_bytes or 0, most_bytes)
    if size_bytes > most_bytes:
        raise TooLarge
    room = rooms.of(size_bytes)
    async with asyncio.timeout(deadline_s) as deadline:
        await room.take(size_bytes)
        try:
            body = await _read(request, most_bytes)
            deadline.reschedule(None)
            yield body
        finally:
            room.give_back(size_bytes)


async def _read(request: web.Request, most_bytes: int) -> bytes:
    received = bytearray()
    async for chunk in request.content.iter_any():
        received += chunk
        if len(received) > most_bytes:
            raise TooLarge
    return bytes(received)
