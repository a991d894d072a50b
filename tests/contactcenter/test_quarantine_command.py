"""The quarantine from the command line of the machine itself."""

from urllib.parse import urlencode

import pytest
from command_line import command

from channels import Raw, Unreadable
from contactcenter import quarantine, storage
from contactcenter.db import Database


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


def payload(**form):
    body = urlencode(form).encode()
    raw = Raw(body=body, content_type="application/x-www-form-urlencoded")
    return Unreadable(channel="sms", reason="missing_field", detail="No From.", raw=raw)


@pytest.fixture
def held(dsn):
    async def run(*words: str) -> tuple[int, bytes]:
        ended = await command("quarantine", *words, CONTACTCENTER_DATABASE_URL=dsn)
        said = ended.stdout_bytes
        return ended.exit_code, said if ended.exit_code == 0 else said + ended.stderr_bytes

    return run


async def test_what_is_held_is_listed_read_and_retried(held, dsn):
    good = payload(MessageSid="SM1", From="+989121234567", To="+982191012345", Body="سلام")
    bad = payload(MessageSid="SM2", Body="ناقص")
    database = await Database(dsn).open()
    await storage.make_partitions(database)
    async with database.transaction() as conn:
        for item in (good, bad):
            await quarantine.hold(conn, "message", item)

    status, said = await held("list")
    assert status == 0, said
    assert [line.split()[:2] for line in said.decode().splitlines()] == [
        ["2", "held"],
        ["1", "held"],
    ]
    assert await held("raw", "2") == (0, bad.raw.body)
    status, said = await held("retry", "--all")
    assert status == 1
    assert b"released" in said
    assert b"The form has no From." in said
    async with database.read() as conn:
        assert await conn.fetchval("SELECT body FROM interaction") == "سلام"
    assert (await held("raw", "9"))[0] == 1
    assert (await held("retry"))[0] == 2
    await database.close()
