"""Listens on a port until it is told to stop, and then finishes what it has begun."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from aiohttp import web

#: Requests under way get this long once we do not listen any more. The rest of the 15 s is for the
#: notice before it, the feed's sockets, and the workers.
DRAIN_S: Final = 6.0
#: The collector looks at new objects when there are so many of them; Python's own number is 700.
_YOUNG_OBJECTS: Final = 10_000


class CannotListen(Exception):
    """The address or port is not to be had; the message says what to do."""


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, *, shared: bool = False
) -> AsyncIterator[int]:
    """Serve the application; yields the port, which the system chooses for port 0.

    ``shared``: other processes of ours listen on the same port (see ``reserved``).
    """
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=DRAIN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, reuse_port=shared or None)
        try:
            await site.start()
        except OSError as error:
            raise _refusal(host, port, error) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@contextmanager
def reserved(host: str, port: int) -> Iterator[int]:
    """Hold a port that several processes of ours then share; yields its number.

    The kernel spreads new connections over all who listen. Who only holds the port gets none.
    """
    if not hasattr(socket, "SO_REUSEPORT"):
        raise CannotListen(
            "this system cannot share a port among processes (SO_REUSEPORT). "
            "Run one process, or several on ports of their own behind a proxy."
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        if port:
            _refuse_taken(family, address)
        with socket.socket(family) as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            holder.bind(address)
            yield int(holder.getsockname()[1])
    except OSError as error:
        raise _refusal(host, port, error) from error


def settle() -> None:
    """Take what was built at the start out of the collector's rounds: it stays until the end.

    A full round over all of it is a pause in which nobody is answered. What comes later, thousands
    of open sockets above all, is not to bring one about every few minutes: new objects are looked
    at ten thousand at a time, so that few of those that die with a request pass for long-lived.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


async def told_to_stop() -> None:
    """Return at SIGINT or SIGTERM.

    SIGTERM may come again while we finish: a service manager signals every process of the group,
    and so does our parent. A second SIGINT is somebody at the keyboard, who does not want to wait.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    listens_to_keyboard = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    if listens_to_keyboard:
        loop.add_signal_handler(signal.SIGINT, stop.set)
    await stop.wait()
    if listens_to_keyboard:
        loop.remove_signal_handler(signal.SIGINT)


def _refuse_taken(family: int, address: tuple[object, ...]) -> None:
    """Fail if anybody listens there: with SO_REUSEPORT two installations would share a port."""
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _refusal(host: str, port: int, error: OSError) -> CannotListen:
    return CannotListen(
        f"cannot listen on {host} port {port}: {error.strerror or error}. "
        "Choose another with --host and --port."
    )
