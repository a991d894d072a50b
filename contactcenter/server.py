"""Listens on a port until it is told to stop, and then finishes what it has begun."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

#: Requests under way get this long after SIGTERM; the rest of the 15 s is for the workers.
DRAIN_S: Final = 8.0


class CannotListen(Exception):
    """The address or port is not to be had; the message says what to do."""


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve the application; yields the port, which the system chooses for port 0."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=DRAIN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise CannotListen(
                f"cannot listen on {host} port {port}: {error.strerror or error}. "
                "Choose another with --host and --port."
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def told_to_stop() -> None:
    """Return at SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
