"""Several processes behind one port: started, watched, started again, and stopped together.

The parent holds the port and the embedded database, and serves nobody. Each worker is a fresh
Python: a fork would take along threads and an event loop that do not survive one. Its job travels
through its standard input, so that no secret stands in a command line; that pipe stays open, and
its end tells the worker that the parent is gone, however it went.
"""

import asyncio
import copyreg
import io
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Literal

import structlog
from msgspec import Struct
from prometheus_client.multiprocess import mark_process_dead

from contactcenter.metrics import MULTIPROCESS_DIR
from contactcenter.settings import Settings

#: A worker that ends before it serves, or sooner than this after its start, has failed to start.
YOUNG_S: Final = 10.0
#: So many failed starts in a row are no accident: everything is stopped.
FAILED_STARTS: Final = 5
#: Who has not finished by then is killed.
DRAIN_S: Final = 15.0

#: A worker's number follows.
COMMAND: Final = (sys.executable, "-m", "contactcenter.cli.worker")
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 5.0
_READY: Final = b"ready\n"

log = structlog.get_logger()


class WorkersFailed(Exception):
    """The worker processes do not stay alive; the message says which and how often."""


class Job(Struct, frozen=True, kw_only=True):
    """What a worker is to do: everything it needs to know but its number."""

    settings: Settings
    database_url: str
    port: int
    only: Literal["web", "work"] | None


class Workers:
    """The parent's view of its workers; ``ready`` is called once, when all have begun to serve."""

    def __init__(
        self,
        job: Job,
        count: int,
        *,
        ready: Callable[[], None],
        environ: Mapping[str, str] = os.environ,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._command = command
        self._job = _written(job)
        self._count = count
        self._ready = ready
        self._environ = environ
        self._counted = tempfile.TemporaryDirectory(prefix="contactcenter-metrics-")
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._begun: set[int] = set()
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all at work until ``stop`` is set, then wait for them to finish; 15 s at most.

        Raises ``WorkersFailed`` when one of them ends again and again right after its start.
        """
        told = asyncio.create_task(stop.wait())
        keepers = [asyncio.create_task(self._keep(n)) for n in range(1, self._count + 1)]
        try:
            await asyncio.wait([told, *keepers], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stopping.set()
            await self._stop_all(keepers)
            told.cancel()
            self._counted.cleanup()
        for keeper in keepers:
            if not keeper.cancelled() and (failure := keeper.exception()) is not None:
                raise failure

    async def _keep(self, number: int) -> None:
        """Start worker after worker in one place."""
        failed_starts = 0
        while not self._stopping.is_set():
            started_s = time.monotonic()
            process, has_begun = await self._start(number)
            status = await process.wait()
            mark_process_dead(process.pid, self._counted.name)  # type: ignore[no-untyped-call]
            if self._stopping.is_set():
                return
            lived_s = time.monotonic() - started_s
            log.error("worker_died", worker=number, lived_s=round(lived_s, 1), **_ending(status))
            is_failed_start = not has_begun or lived_s < YOUNG_S
            failed_starts = failed_starts + 1 if is_failed_start else 0
            if failed_starts >= FAILED_STARTS:
                raise WorkersFailed(
                    f"worker {number} ended {failed_starts} times right after its start. "
                    "Its own lines above say why."
                )
            if failed_starts:
                pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**failed_starts)
                await asyncio.sleep(pause_s)

    async def _start(self, number: int) -> tuple[asyncio.subprocess.Process, bool]:
        """Start one and wait until it serves or has ended; whether it serves."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            str(number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**self._environ, MULTIPROCESS_DIR: self._counted.name},
        )
        self._processes[number] = process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ConnectionError):  # it died at once, which its status tells
            process.stdin.write(self._job)
            await process.stdin.drain()
        has_begun = await process.stdout.readline() == _READY
        if has_begun:
            self._note_begun(number)
        return process, has_begun

    def _note_begun(self, number: int) -> None:
        before = len(self._begun)
        self._begun.add(number)
        if before < len(self._begun) == self._count:
            self._ready()

    async def _stop_all(self, keepers: list[asyncio.Task[None]]) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                for process in self._processes.values():
                    await process.wait()
        for number, process in self._processes.items():
            if process.returncode is None:
                log.error("worker_killed", worker=number, drain_s=DRAIN_S)
                process.kill()
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for process in self._processes.values():
            await process.wait()


def take_job(stream: BinaryIO) -> Job:
    """Read, as a worker, what the parent wrote."""
    job = pickle.load(stream)  # noqa: S301  our own parent wrote it, through a pipe of its own
    assert isinstance(job, Job), "the parent writes jobs"
    return job


def tell_ready() -> None:
    """Tell the parent, once, that this worker serves; what is printed later goes to the log."""
    os.write(sys.stdout.fileno(), _READY)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def end_with_parent() -> None:
    """Stop this worker as SIGTERM does once the parent is gone, and without delay 15 s later.

    A thread watches, so that a worker whose event loop hangs ends all the same.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent passes it on

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(DRAIN_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _ending(status: int) -> dict[str, object]:
    if status >= 0:
        return {"exit_code": status}
    try:
        return {"signal": signal.Signals(-status).name}
    except ValueError:
        return {"signal": str(-status)}


def _written(job: Job) -> bytes:
    """Pickled: settings hold whatever types their readers make, and both ends are one program."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.dispatch_table = copyreg.dispatch_table | {MappingProxyType: _as_dict}
    pickler.dump(job)
    return written.getvalue()


def _as_dict(mapping: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return _read_only, (dict(mapping),)


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)
