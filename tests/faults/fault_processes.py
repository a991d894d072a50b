"""The programs under test and beside it, each a process of its own that can be killed alone."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import aiohttp
import doomed_serve
import msgspec
from aiohttp.test_utils import unused_port

_READY_S = 60.0
_LOOK_S = 0.02
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["doomed_serve"])


class TwilioProcess:
    """The fake Twilio on its own, with its ledger on disk: it outlives whatever happens to us."""

    def __init__(self, ledger: Path) -> None:
        self.ledger = ledger
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> dict[str, str]:
        """Start it; returns the settings that lead to it."""
        self._process = subprocess.Popen(  # noqa: S603 -- this Python, our own program
            [sys.executable, "-m", "contactcenter.fakes.twilio", "--ledger", str(self.ledger)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        return msgspec.json.decode(self._process.stdout.readline(), type=dict[str, str])

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def entries(self) -> list[dict[str, object]]:
        """Everything it witnessed so far."""
        if not self.ledger.exists():
            return []
        whole = self.ledger.read_bytes().split(b"\n")[:-1]
        return [msgspec.json.decode(line) for line in whole]


class ServerProcess:
    """``contactcenter serve`` on one port for its whole life, however often it is started.

    The first start is the command itself. Later ones are forked from a process that has imported
    the program and done nothing else, which saves the second or two that importing takes.
    """

    def __init__(self, folder: Path, dsn: str, **settings: str) -> None:
        self.port = unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self.exit_status: int | None = None
        self._environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")},
            "CONTACTCENTER_DATABASE_URL": dsn,
            "CONTACTCENTER_PUBLIC_URL": self.url,
            "CONTACTCENTER_PORT": str(self.port),
            **{f"CONTACTCENTER_{k.upper()}": v for k, v in settings.items()},
        }
        self._running: subprocess.Popen[bytes] | BaseProcess | None = None

    def launch(self, doom: str = "", *, forked: bool = True) -> None:
        """Start it and return at once; ``doom`` names where it shall kill itself: "point:count"."""
        assert self.has_ended
        if forked:
            job = (doom, self._environ, str(self.log))
            self._running = _FORKS.Process(target=doomed_serve.run, args=job, daemon=True)
            self._running.start()
            return
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "contactcenter", "serve"],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def start(self, doom: str = "", *, forked: bool = True) -> float:
        """Start it; returns after how many seconds it was ready."""
        began = time.monotonic()
        self.launch(doom, forked=forked)
        await self.ready()
        return time.monotonic() - began

    async def ready(self) -> None:
        """Wait until it says that it can work, or has ended as it was doomed to."""
        deadline = time.monotonic() + _READY_S
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while time.monotonic() < deadline and not self.has_ended:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(_LOOK_S)
        was_doomed = self.has_ended and self.exit_status == -signal.SIGKILL
        assert was_doomed, f"serve was not ready within {_READY_S} s: {self.last_words()}"

    @property
    def has_ended(self) -> bool:
        """Whether none runs; then ``exit_status`` is that of the last one."""
        match self._running:
            case None:
                return True
            case subprocess.Popen() as program:
                self.exit_status = program.poll()
            case fork:
                self.exit_status = fork.exitcode
        return self.exit_status is not None

    def kill(self) -> None:
        """``kill -9`` of it and of whatever it started."""
        if self._running is None:
            return
        pid = self._running.pid
        assert pid
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        if isinstance(self._running, subprocess.Popen):
            self._running.wait()
        else:
            self._running.join()
        assert self.has_ended

    def terminate(self) -> None:
        """SIGTERM, as a service manager sends it; returns at once."""
        assert self._running is not None
        assert self._running.pid
        os.kill(self._running.pid, signal.SIGTERM)

    async def ended(self, *, within_s: float) -> bool:
        """Wait until it has ended."""
        deadline = time.monotonic() + within_s
        while not self.has_ended and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_S)
        return self.has_ended

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]
