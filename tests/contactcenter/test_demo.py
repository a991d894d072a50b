import asyncio
import json
import os
import re
import secrets
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import asyncpg
import pytest
from click.testing import CliRunner
from databases import with_database

from contactcenter.cli import main

pytestmark = pytest.mark.slow

PATIENCE_S = 90
INTEGERS = (
    "messages_sent",
    "stored",
    "duplicates",
    "lost",
    "redelivered",
    "replies_sent",
    "tickets",
    "solved",
    "unsolved",
    "escalated",
    "escalations",
    "declined",
    "expired",
    "reopened",
    "mails_received",
    "mails_answered",
    "chats_received",
    "chats_answered",
    "calls_received",
    "calls_answered",
    "voicemails",
)


class Demo:
    """The command as a user runs it, with a folder for temporary files of its own."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        assert process.stdout
        assert process.stderr
        self.process = process
        self.folder = folder
        self.out = bytearray()
        self.err = bytearray()
        self._readers = [
            asyncio.create_task(self._read(process.stdout, self.out)),
            asyncio.create_task(self._read(process.stderr, self.err)),
        ]

    async def said(self, pattern: str) -> str:
        """Wait for words on standard error; returns the match."""
        return await self._found(self.err, pattern)

    async def printed(self, pattern: str) -> str:
        """Wait for words on standard output; returns the match."""
        return await self._found(self.out, pattern)

    async def end(self) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        await asyncio.gather(*self._readers)
        return await self.process.wait(), self.out.decode(), self.err.decode()

    async def _read(self, stream: asyncio.StreamReader, into: bytearray) -> None:
        while read := await stream.read(65_536):
            into += read

    async def _found(self, heard: bytearray, pattern: str) -> str:
        while not (found := re.search(pattern, heard.decode(errors="ignore"))):
            assert self.process.returncode is None, self.err.decode()
            await asyncio.sleep(0.05)
        return found[0]

    def leftovers(self) -> list[str]:
        """Files in the folder, and processes that were started over it."""
        processes = []
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self.folder).encode() in command.read_bytes():
                    processes.append(command.parent.name)
            except OSError:
                pass
        return [*(path.name for path in self.folder.iterdir()), *processes]


@pytest.fixture
async def demo(tmp_path) -> Any:
    """Starts the command where neither the environment nor a settings file can be used."""
    (tmp_path / "contactcenter.toml").write_text("nonsense = true")
    started: list[asyncio.subprocess.Process] = []
    folder = _reachable_folder()

    async def start(*words: str) -> Demo:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "contactcenter",
            "demo",
            *words,
            cwd=tmp_path,
            env={
                **os.environ,
                "TMPDIR": folder.name,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "CONTACTCENTER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
                "CONTACTCENTER_PORT": "no port",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        started.append(process)
        return Demo(process, Path(folder.name))

    async with asyncio.timeout(PATIENCE_S):
        yield start
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()
    folder.cleanup()


def _reachable_folder() -> TemporaryDirectory[str]:
    """One that the account which runs the server for root can pass through."""
    folder = TemporaryDirectory(prefix="contactcenter-test-demo-", dir="/tmp")
    Path(folder.name).chmod(0o711)
    return folder


@pytest.fixture
async def empty_database(server_dsn) -> Any:
    name = f"demo_{secrets.token_hex(6)}"
    conn = await asyncpg.connect(server_dsn)
    await conn.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    yield with_database(server_dsn, name)
    await conn.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await conn.close()


async def test_the_demo_keeps_its_promises_and_stays_until_it_is_told_to_stop(demo):
    running = await demo("--json", "--messages", "50", "--speed", "5", "--keep")

    result = json.loads(await running.printed(r"\{.*\}\n"))

    assert {name: type(result[name]) for name in INTEGERS} == dict.fromkeys(INTEGERS, int)
    assert result["violations"] == []
    assert result["messages_sent"] == result["stored"] == 50
    assert (result["lost"], result["duplicates"]) == (0, 0)
    assert (result["mails_received"], result["mails_answered"]) == (4, 4)
    assert (result["chats_received"], result["chats_answered"]) == (4, 4)
    calls = [result[name] for name in ("calls_received", "calls_answered", "voicemails")]
    assert calls == [3, 2, 1]
    assert result["tickets"] == result["solved"] == sum(result["by_tier"].values())
    assert result["tickets"] == sum(result["by_temperament"].values())
    assert result["by_temperament"].keys() >= {"warm", "serious", "hesitant", "haggler"}
    assert result["by_tier"].keys() == {"1", "2", "3"}
    told = [row["figures"] for row in result["report"]]
    for metric, n in (
        ("solved", result["solved"] + result["reopened"]),
        ("escalated", result["escalations"]),
    ):
        assert sum(figures[metric]["n"] for figures in told if metric in figures) == n
    for name in ("redelivered", "escalated", "declined", "expired", "reopened"):
        assert result[name] >= 1, name
    assert all(result["promises"].values())

    said = await running.said(r"(?s)Sign in as.*Ctrl-C")
    address = re.search(r"Server +(\S+)", said)
    login = re.search(r"(maryam@\S+) +(\S+)", said)
    calling = re.search(r"-d '(.*)' \\\n +(\S+/fake/customer_calls)", said)
    assert address
    assert login
    assert calling
    await _call(calling[2], json.loads(calling[1]))
    await _sign_in_and_read(address[1], *login.groups())
    running.process.send_signal(signal.SIGINT)
    status, _, _ = await running.end()
    assert status == 0
    assert running.leftovers() == []


async def _call(url: str, wanted: Any) -> None:
    async with aiohttp.ClientSession() as http, http.post(url, json=wanted) as answer:
        assert (await answer.json())["sid"].startswith("CA")


async def _sign_in_and_read(address: str, email: str, password: str) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(address, cookie_jar=jar) as http:
        async with http.post(
            "/api/v1/session", json={"email": email, "password": password}
        ) as answer:
            assert answer.status == 201
        async with http.get("/api/v1/tickets") as answer:
            assert len((await answer.json())["items"]) > 10
        while True:  # the telephone rings here
            async with http.get("/api/v1/calls?live=false") as answer:
                calls = (await answer.json())["items"]
            if any(call["address"] == "+12025550178" for call in calls):
                break
            await asyncio.sleep(0.1)
        async with http.get("/api/docs") as answer:
            assert answer.status == 200


@pytest.mark.full  # a whole run of its own; each promise is broken in test_demo_promises
async def test_a_broken_promise_is_told_and_fails_the_command(demo, empty_database):
    running = await demo("--json", "--messages", "50", "--speed", "5", "--database", empty_database)
    await running.said("solves ticket")
    conn = await asyncpg.connect(empty_database)
    deleted = await conn.fetchval(
        "DELETE FROM interaction WHERE id = (SELECT min(i.id) FROM interaction i JOIN ticket t ON"
        " t.id = i.ticket_id WHERE i.direction = 'inbound' AND i.channel = 'sms' AND t.state = 'solved')"
        " RETURNING external_id"
    )
    assert deleted
    await conn.close()

    status, out, err = await running.end()

    result = json.loads(out.splitlines()[-1])
    assert status == 1, err
    assert (result["lost"], result["stored"]) == (1, 49)
    assert f"Message {deleted} was acknowledged and is lost." in result["violations"]
    assert f"Message {deleted} was acknowledged and is lost." in err
    assert running.leftovers() == []


async def test_a_database_with_tables_is_left_alone(demo, empty_database):
    conn = await asyncpg.connect(empty_database)
    await conn.execute("CREATE TABLE precious (id int)")

    status, _, err = await (await demo("--database", empty_database)).end()

    tables = await conn.fetch("SELECT relname FROM pg_stat_user_tables")
    await conn.close()
    assert status == 2
    assert "is not empty" in err
    assert [row["relname"] for row in tables] == ["precious"]


async def test_a_database_that_is_not_there_is_named_in_one_sentence(demo):
    status, _, err = await (
        await demo("--database", "postgresql://nobody@127.0.0.1:1/nothing")
    ).end()

    assert status == 1
    assert "cannot be reached" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--messages", "49"),
        ("--speed", "0"),
        ("--speed", "nan"),
        ("--database", "not a url"),
        ("--fast", "yes"),
    ],
)
def test_what_makes_no_sense_is_bad_usage(option: str, value: str):
    result = CliRunner().invoke(main, ["demo", option, value])

    assert result.exit_code == 2
    assert option in result.output


async def test_ctrl_c_leaves_nothing_behind(demo):
    running = await demo("--json", "--speed", "2")
    await running.said("→")

    for _ in range(3):  # somebody in a hurry
        running.process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.05)
    status, out, err = await running.end()

    assert status == 130
    assert "Traceback" not in err
    assert out == ""
    assert running.leftovers() == []
