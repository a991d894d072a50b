import re

import asyncpg
import pytest
from command_line import command


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
def user(dsn):
    async def run(*words: str) -> tuple[int, str]:
        ended = await command("user", *words, CONTACTCENTER_DATABASE_URL=dsn)
        return ended.exit_code, ended.stdout + ended.stderr

    return run


async def test_accounts_are_kept_from_the_command_line(user, dsn):
    status, said = await user("invite", "Sara@desk.test", "--name", "سارا", "--role", "admin")
    assert status == 0, said
    assert "invited" in said
    token = re.search(r"UTC: (\S{43})", said)
    assert token is not None

    status, said = await user("disable", "sara@desk.test")
    assert status == 1
    assert "last administrator" in said

    status, said = await user("invite", "ali@desk.test", "--name", "Ali")
    assert status == 0, said
    status, said = await user("disable", "ali@desk.test")
    assert (status, "disabled" in said) == (0, True), said
    status, said = await user("reset", "ali@desk.test")
    assert status == 1
    assert "enable it first" in said

    status, said = await user("list")
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


async def test_what_cannot_be_done_is_said_in_one_sentence(user):
    for words in (("disable", "nobody@desk.test"), ("invite", "no-address", "--name", "X")):
        status, said = await user(*words)
        assert status == 1
        assert said.splitlines()[-1].startswith("error: ")
        assert "Traceback" not in said


async def test_a_telephone_is_taken_away_from_the_command_line(user, dsn):
    await user("invite", "ann@desk.test", "--name", "Ann")
    conn = await asyncpg.connect(dsn)
    await conn.execute("UPDATE agent SET phone_address = 'client:ann'")
    await conn.execute(
        "INSERT INTO entry_point (channel, address, queue_id)"
        " SELECT 'phone', '+982191012345', min(id) FROM queue"
    )
    await conn.close()

    assert await user("phone", "ann@desk.test") == (0, "client:ann\n")
    assert await user("phone", "ann@desk.test", "--none") == (0, "no telephone\n")
    assert await user("phone", "ann@desk.test") == (0, "no telephone\n")
    status, said = await user("phone", "ann@desk.test", "+12025550123")
    assert (status, said.splitlines()[-1].startswith("error: nobody may be called")) == (1, True)
    assert await user("phone", "ann@desk.test") == (0, "no telephone\n")
    status, said = await user("phone", "ann@desk.test", "12", "--none")
    assert (status, "--none" in said) == (2, True)
