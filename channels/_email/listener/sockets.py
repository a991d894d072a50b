"""Listens at a port or at a socket in the file system until it is cancelled."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from msgspec import Struct

_BACKLOG: Final = 128
#: How often a process looks whether it is its turn at a socket in the file system.
_TURN_S: Final = 0.5
#: Who may reach the socket is told by its folder.
_ANYBODY: Final = 0o666

log = structlog.get_logger()


class Place(Struct, frozen=True, kw_only=True):
    """Where to listen: at a port, or at a socket in the file system."""

    host: str = ""
    port: int = 0
    path: Path | None = None

    def __str__(self) -> str:
        return str(self.path) if self.path else f"{self.host}:{self.port}"


class Listener:
    """One place to listen at.

    ``begin`` makes the protocol of a new connection, ``end`` ends all that go on. ``is_shared``:
    other processes of ours listen at that port, too; at a path one of them does, and another one
    when that is gone.
    """

    def __init__(
        self,
        place: Place,
        *,
        begin: Callable[[], asyncio.Protocol],
        end: Callable[[], Awaitable[None]],
        is_shared: bool,
    ) -> None:
        self._place = place
        self._begin = begin
        self._end = end
        self._is_shared = is_shared
        self.is_listening = False
        #: The ports it listens at, once it does.
        self.ports: list[int] = []

    async def run(self) -> None:
        """Listen until cancelled; raises ``OSError`` where that place is not to be had."""
        try:
            if self._place.path is None:
                await self._serve(await self._at_port())
            else:
                async with _turn(self._place.path):
                    await self._serve(await self._at_path(self._place.path))
        except OSError as error:
            said = error.strerror or type(error).__name__
            log.error("mail_listener_failed", at=str(self._place), error=said)  # noqa: TRY400
            raise

    async def _serve(self, server: asyncio.Server) -> None:
        self.ports = [
            name[1] for one in server.sockets if isinstance(name := one.getsockname(), tuple)
        ]
        self.is_listening = True
        log.info("mail_listener_started", at=str(self._place))
        try:
            await asyncio.Event().wait()
        finally:
            self.is_listening = False
            server.close()
            await self._end()

    async def _at_port(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            self._begin,
            self._place.host or None,
            self._place.port,
            backlog=_BACKLOG,
            reuse_port=self._is_shared or None,
        )

    async def _at_path(self, path: Path) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(self._begin, path, backlog=_BACKLOG)
        os.chmod(path, _ANYBODY)  # noqa: PTH101  at once, as it is
        return server


@contextlib.asynccontextmanager
async def _turn(path: Path) -> AsyncIterator[None]:
    """Wait until no other process listens at this path.

    Binding takes the path from whoever has it, so a lock beside it tells; the system lets go of it
    with the process.
    """
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_TURN_S)
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108
    finally:
        os.close(lock)
