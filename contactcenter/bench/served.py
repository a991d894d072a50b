"""``serve`` as an operator runs it: a process of its own, all its roles, nothing switched off."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from contactcenter.bench.figures import MeasurementInvalid

HOST: Final = "127.0.0.1"
_READY_WITHIN_S: Final = 120.0
_STOP_WITHIN_S: Final = 20.0
_LOOK_EVERY_S: Final = 0.01


class Served:
    """A running server. ``ready_s`` is the time from its start to its first 200 at /readyz."""

    def __init__(self, pid: int, port: int, log: Path, ready_s: float) -> None:
        self.pid = pid
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.ready_s = ready_s
        self._log = log

    def complaints(self) -> Mapping[str, int]:
        """How often the log has which warning or error."""
        found: Counter[str] = Counter()
        for line in self._log.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # what it prints for its operator
            if entry.get("level") in ("warning", "error", "critical"):
                found[str(entry.get("event"))] += 1
        return found


@asynccontextmanager
async def served(
    folder: Path, settings: Mapping[str, str], *, workers: int = 1
) -> AsyncIterator[Served]:
    """Run ``serve`` on a free port until the context ends; its log is a file in ``folder``.

    ``settings`` are the only ones: neither the environment's nor those of a file are read. Raises
    ``MeasurementInvalid`` if it does not get ready.
    """
    port = _free_port()
    log = folder / f"serve-{port}.log"
    with log.open("wb") as out:
        began_s = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *_command(workers), stdout=out, stderr=out, env=_environment(settings, port)
        )
        try:
            await _ready(process, port, log)
            yield Served(process.pid, port, log, time.perf_counter() - began_s)
        finally:
            await _stop(process)


def _command(workers: int) -> Sequence[str]:
    command = [sys.executable, "-m", "contactcenter", "serve", "--config", os.devnull]
    return command if workers == 1 else [*command, "--workers", str(workers)]


def _environment(settings: Mapping[str, str], port: int) -> dict[str, str]:
    ours = {"host": HOST, "port": str(port), "log_format": "json", **settings}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CONTACTCENTER_", "PG"))}
    return kept | {f"CONTACTCENTER_{key.upper()}": value for key, value in ours.items()}


async def _ready(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    until_s = time.monotonic() + _READY_WITHIN_S
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        while time.monotonic() < until_s and process.returncode is None:
            try:
                async with http.get(f"http://{HOST}:{port}/readyz") as answer:
                    if answer.status == 200:  # noqa: PLR2004
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(_LOOK_EVERY_S)
    raise MeasurementInvalid(f"serve did not get ready; it said:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    """A port nobody uses: requests are signed with our address before the server listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
