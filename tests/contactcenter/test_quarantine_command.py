"""The quarantine from the command line of the machine itself."""

import asyncio
import os
import sys
from urllib.parse import urlencode

import pytest

from channels import Raw, Unreadable
from contactcenter import quarantine, storage
from contactcenter.db import Database

pytestmark = pytest.mark.slow

COMMAND = "from contactcenter.cli.quarantine import quarantine; quarantine()"


def payload(**form):
    body = urlencode(form).encode()
    raw = Raw(body=body, content_type="application/x-www-form-urlencoded")
    return Unreadable(channel="sms", reason="missing_field", detail="No From.", raw=raw)


@pytest.fixture
def command(dsn):
    async def run(*words: str) -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            COMMAND,
            *words,
            env={**os.environ, "CONTACTCENTER_DATABASE_URL": dsn},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        return process.returncode or 0, out if process.returncode == 0 else out + error

    return run


async def test_what_is_held_is_listed_read_and_retried(command, dsn):
    good = payload(MessageSid="SM1", From="+989121234567", To="+982191012345", Body="سلام")
    bad = payload(MessageSid="SM2", Body="ناقص")
    database = await Database(dsn).open()
    await storage.make_partitions(database)
    async with database.transaction() as conn:
        for item in (good, bad):
            await quarantine.hold(conn, "message", item)

    status, said = await command("list")
    assert status == 0, said
    assert [line.split()[:2] for line in said.decode().splitlines()] == [
        ["2", "held"],
        ["1", "held"],
    ]
    assert await command("raw", "2") == (0, bad.raw.body)
    status, said = await command("retry", "--all")
    assert status == 1
    assert b"released" in said
    assert b"The form has no From." in said
    async with database.read() as conn:
        assert await conn.fetchval("SELECT body FROM interaction") == "سلام"
    assert (await command("raw", "9"))[0] == 1
    assert (await command("retry"))[0] == 2
    await database.close()
