"""The commands as an operator runs them: processes of their own, without a single setting."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from contactcenter.cli import main
from contactcenter.postgres import throwaway_data_dir

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "contactcenter"]
#: None of the run's own settings, and none of the developer's.
ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")}


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


async def run(*words: str, **environ: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        env=ENVIRON | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def served(data: Path) -> AsyncIterator[tuple[str, list[str], asyncio.subprocess.Process]]:
    """``serve`` on a free port: its address, what it printed, and the process."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "serve",
        "--port",
        "0",
        "--data",
        str(data),
        env=ENVIRON,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    printed: list[str] = []
    try:
        async with asyncio.timeout(60):
            while not any("Channel sms" in line for line in printed):
                printed.append((await process.stdout.readline()).decode())
                assert printed[-1], f"serve ended: {printed}"
            if not any("http" in line for line in printed):
                raise AssertionError(printed)
        try:  # what follows the channels is printed at once
            async with asyncio.timeout(1):
                while line := await process.stdout.readline():
                    printed.append(line.decode())
        except TimeoutError:
            pass
        address = printed[0].split()[3]
        yield address, printed, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_serve_needs_no_settings_and_stops_cleanly() -> None:
    with throwaway_data_dir() as data:
        async with served(data) as (address, printed, process):
            async with aiohttp.ClientSession() as http, http.get(f"{address}/readyz") as answer:
                assert answer.status == 200
            text = "".join(printed)
            assert "password: " in text
            assert "Channel sms: needs CONTACTCENTER_TWILIO_ACCOUNT_SID" in text
            password = text.split("password: ")[1].split()[0]
            async with aiohttp.ClientSession() as http:
                credentials = {"email": "admin@localhost", "password": password}
                async with http.post(f"{address}/api/v1/session", json=credentials) as answer:
                    assert (await answer.json())["must_change_password"] is True

            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                assert await process.wait() == 0
            assert time.monotonic() - began < 15

        async with served(data) as (_, printed, process):
            assert "password: " not in "".join(printed)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                assert await process.wait() == 0


async def test_wrong_settings_are_all_named_and_the_start_fails() -> None:
    status, out, err = await run(
        "serve",
        CONTACTCENTER_PORT="eighty",
        CONTACTCENTER_PUBLIC_URL="desk.example",
        CONTACTCENTER_TWILIO_ACOUNT_SID="AC1",
    )

    assert (status, out) == (2, "")
    assert all(word in err for word in ("port", "public_url", "twilio_account_sid"))
    assert err.count("error:") == 3


async def test_a_taken_port_is_said_in_one_sentence(dsn: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        status, _, err = await run("serve", "--port", str(port), CONTACTCENTER_DATABASE_URL=dsn)

    assert status == 1
    assert f"port {port}" in err
    assert "Traceback" not in err


async def test_a_database_that_is_not_there_is_said_in_one_sentence() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"

    served = await run("serve", "--port", "0", CONTACTCENTER_DATABASE_URL=nowhere)
    examined = await run("doctor", CONTACTCENTER_DATABASE_URL=nowhere)

    assert served[0] == 1
    assert "cannot be reached" in served[2]
    assert "Traceback" not in served[2]
    assert examined[0] == 1
    assert "CONTACTCENTER_DATABASE_URL" in examined[1]


async def test_doctor_finds_a_fresh_database_healthy(dsn: str) -> None:
    async def ready() -> None:
        status, _, err = await run("migrate", CONTACTCENTER_DATABASE_URL=dsn)
        assert status == 0, err

    await ready()

    status, out, _ = await run("doctor", CONTACTCENTER_DATABASE_URL=dsn)

    # The test server gives up durability, and nobody has made partitions yet: both are told.
    assert status == 1
    assert "ok       locale" in out
    assert "FAILURE  durability" in out
    assert "FAILURE  partitions" in out
    assert out.count("→") >= 2


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "demo",
        "migrate",
        "doctor",
        "channels",
        "user",
        "entry-point",
        "report",
        "quarantine",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(main, [command, "--help"])

    assert answer.exit_code == 0
    assert answer.output.startswith("Usage: ")
