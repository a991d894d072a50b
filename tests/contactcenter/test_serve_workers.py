"""``serve --workers``: several processes behind one port, as an operator runs them."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

import channels
from contactcenter.settings import Settings
from contactcenter.workers import FAILED_STARTS, Job, Workers, WorkersFailed

COMMAND = [sys.executable, "-m", "contactcenter"]
ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")}
#: Two cores are shared with everything else that is tested.
START_S = 60.0


class Serving:
    """A running ``serve``: what it prints, its log, and its workers."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.printed: list[str] = []
        self._log = log

    @property
    def url(self) -> str:
        return self.printed[0].split()[3]

    def logged(self, event: str) -> list[dict]:
        lines = (line for line in self._log.read_text().splitlines() if line.startswith("{"))
        return [found for line in lines if (found := json.loads(line))["event"] == event]

    async def wait_ready(self) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(START_S):
            while not any(line.startswith("Channel sms") for line in self.printed):
                line = (await self.process.stdout.readline()).decode()
                assert line, f"serve ended: {self.printed} {self._log.read_text()}"
                self.printed.append(line)

    async def workers(self) -> dict[int, int]:
        """Process ids by worker number."""
        ps = await asyncio.create_subprocess_exec(
            "ps",
            "-o",
            "pid=,args=",
            "--ppid",
            str(self.process.pid),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await ps.communicate()
        found = re.findall(
            r"^\s*(\d+) .*contactcenter\.cli\.worker (\d+)$", out.decode(), re.MULTILINE
        )
        return {int(number): int(pid) for pid, number in found}


@asynccontextmanager
async def served(tmp_path: Path, *words: str, environ: Mapping[str, str]) -> AsyncIterator[Serving]:
    log = tmp_path / "log"
    with log.open("a") as err:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "serve",
            "--port",
            "0",
            *words,
            env=ENVIRON | environ | {"CONTACTCENTER_DATA_DIR": str(tmp_path / "data")},
            stdout=asyncio.subprocess.PIPE,
            stderr=err,
        )
    serving = Serving(process, log)
    try:
        await serving.wait_ready()
        yield serving
    finally:
        pids = (await serving.workers()).values()
        for pid in (process.pid, *pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await process.wait()


async def is_answered(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(check, *, within_s: float = START_S) -> None:
    async with asyncio.timeout(within_s):
        while not await check():
            await asyncio.sleep(0.05)


async def test_a_dead_worker_is_replaced_and_all_stop_together(tmp_path: Path, dsn: str) -> None:
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}
    async with served(tmp_path, "--workers", "2", environ=environ) as serving:
        assert "Workers: 2\n" in serving.printed
        first = await serving.workers()
        assert first.keys() == {1, 2}

        os.kill(first[1], signal.SIGKILL)

        async def is_replaced() -> bool:
            return (await serving.workers()).get(1, first[1]) != first[1]

        await until(is_replaced)
        assert await is_answered(serving.url)  # by the other, if not by the new one
        (died,) = serving.logged("worker_died")
        assert (died["worker"], died["signal"]) == (1, "SIGKILL")
        assert (await serving.workers())[2] == first[2]

        for number in (1, 2):  # every process of the group is told, as a service manager does
            with suppress(ProcessLookupError):
                os.kill((await serving.workers())[number], signal.SIGTERM)
        began_s = time.monotonic()
        serving.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await serving.process.wait() == 0
        assert time.monotonic() - began_s < 15
        assert not await is_answered(serving.url)
        assert {line["worker"] for line in serving.logged("request_finished")} <= {1, 2}


async def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: Path, dsn: str) -> None:
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}
    async with served(tmp_path, "--workers", "2", environ=environ) as serving:
        pids = (await serving.workers()).values()
        assert len(pids) == 2

        serving.process.kill()

        async def all_gone() -> bool:
            return not any(is_alive(pid) for pid in pids)

        await until(all_gone, within_s=20)


async def test_a_port_that_is_taken_is_refused_though_it_could_be_shared(dsn: str) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "serve",
            "--workers",
            "2",
            "--port",
            str(taken.getsockname()[1]),
            env=ENVIRON | {"CONTACTCENTER_DATABASE_URL": dsn},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(START_S):
            _, err = await process.communicate()

    assert process.returncode == 1
    assert b"cannot listen on 127.0.0.1" in err
    assert b"Traceback" not in err


async def test_workers_that_never_start_end_the_whole(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    dying = (sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x'); raise SystemExit(3)")
    settings = Settings.load({}, channel_settings=channels.settings())
    job = Job(settings=settings, database_url="postgresql://nowhere/none", port=1, only=None)
    begun: list[bool] = []
    workers = Workers(job, 1, ready=lambda: begun.append(True), command=dying)

    async with asyncio.timeout(START_S):
        with pytest.raises(WorkersFailed, match="worker 1 ended 5 times"):
            await workers.run(asyncio.Event())

    assert starts.read_text() == "x" * FAILED_STARTS
    assert not begun


async def test_a_worker_that_does_not_finish_is_killed_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.workers.DRAIN_S", 0.5)
    stubborn = (
        "import signal, os, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "os.write(1, b'ready\\n'); time.sleep(600)"
    )
    settings = Settings.load({}, channel_settings=channels.settings())
    job = Job(settings=settings, database_url="postgresql://nowhere/none", port=1, only=None)
    stop = asyncio.Event()
    workers = Workers(job, 1, ready=stop.set, command=(sys.executable, "-c", stubborn))

    async with asyncio.timeout(START_S):
        await workers.run(stop)

    assert [p.returncode for p in workers._processes.values()] == [-signal.SIGKILL]
