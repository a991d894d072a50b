"""``serve`` in processes of its own, as an operator runs it: what it prints, logs and answers."""

import asyncio
import json
import os
import re
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

COMMAND = [sys.executable, "-m", "contactcenter"]
ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")}
#: Two cores are shared with everything else that is tested.
START_S = 100.0


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
    log = tmp_path / f"log{secrets.token_hex(4)}"
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
