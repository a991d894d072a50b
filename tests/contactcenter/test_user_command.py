import asyncio
import os
import re
import sys

import asyncpg
import pytest

pytestmark = pytest.mark.slow

COMMAND = "from contactcenter.cli.user import user; user()"


@pytest.fixture
def command(dsn):
    async def run(*words: str) -> tuple[int, str]:
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
        return process.returncode or 0, (out + error).decode()

    return run


async def test_accounts_are_kept_from_the_command_line(command, dsn):
    status, said = await command("invite", "Sara@desk.test", "--name", "سارا", "--role", "admin")
    assert status == 0, said
    assert "invited" in said
    token = re.search(r"UTC: (\S{43})", said)
    assert token is not None

    status, said = await command("disable", "sara@desk.test")
    assert status == 1
    assert "last administrator" in said

    status, said = await command("invite", "ali@desk.test", "--name", "Ali")
    assert status == 0, said
    status, said = await command("disable", "ali@desk.test")
    assert (status, "disabled" in said) == (0, True), said
    status, said = await command("reset", "ali@desk.test")
    assert status == 1
    assert "enable it first" in said

    status, said = await command("list")
    assert status == 0
    assert [line.split()[1:4] for line in said.splitlines() if "@desk.test" in line] == [
        ["invited", "admin", "sara@desk.test"],
        ["disabled", "agent", "ali@desk.test"],
    ]
    conn = await asyncpg.connect(dsn)
    kinds = await conn.fetch("SELECT kind, actor FROM event WHERE kind LIKE 'user%' ORDER BY id")
    await conn.close()
    assert [tuple(row) for row in kinds] == [
        ("user_invited", "system"),
        ("user_invited", "system"),
        ("user_disabled", "system"),
    ]


async def test_what_cannot_be_done_is_said_in_one_sentence(command):
    for words in (("disable", "nobody@desk.test"), ("invite", "no-address", "--name", "X")):
        status, said = await command(*words)
        assert status == 1
        assert said.splitlines()[-1].startswith("error: ")
        assert "Traceback" not in said
