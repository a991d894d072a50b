import re

import asyncpg
import factories
import pytest
from command_line import command


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
def configuration(dsn):
    async def run(*words: str, said: str = "") -> tuple[int, str]:
        ended = await command("configuration", *words, said=said, CONTACTCENTER_DATABASE_URL=dsn)
        return ended.exit_code, f"{ended.stdout}\f{ended.stderr}"

    return run


async def test_the_configuration_is_a_file_to_edit_check_activate_and_go_back_from(
    configuration, dsn
):
    conn = await asyncpg.connect(dsn)
    queues = [row["id"] for row in await conn.fetch("SELECT id FROM queue")]
    now = await conn.fetchval("SELECT now()")
    await factories.agent(conn, now, queues=queues, presence="offline")
    await conn.close()

    status, shown = await configuration("show")
    assert status == 0, shown
    assert shown.startswith("version: 0\n")
    shown, _, _ = shown.partition("\f")
    edited = shown.replace("offer_s: 60", "offer_s: 45") + "\nlimits: {cooldown_s: 600}\n"
    wrong = edited.replace("escalate_to: Engineering", "escalate_to: Nobody")

    status, said = await configuration("check", "-", said=wrong)
    assert status == 2
    assert re.search(r'queues.Specialists.escalate_to: no queue "Nobody" \(line \d+\)', said)
    status, said = await configuration("activate", "-", said=wrong)
    assert (status, 'no queue "Nobody"' in said) == (2, True), said
    status, said = await configuration("check", "-", said=edited)
    assert (status, "Nothing is wrong with it." in said) == (0, True), said
    status, said = await configuration("activate", "-", "--note", "slower", said=edited)
    assert (status, "Version 1 is in force." in said) == (0, True), said
    status, said = await configuration("activate", "-", said=edited)
    assert (status, "1 is in force by now" in said) == (1, True), said
    # The same again, based on what is in force: nothing changes.
    status, said = await configuration(
        "activate", "-", said=edited.replace("version: 0", "version: 1")
    )
    assert (status, "Version 1 is in force." in said) == (0, True), said
    once_more = edited.replace("version: 0", "").replace("cooldown_s: 600", "cooldown_s: 700")
    status, said = await configuration("activate", "-", said=once_more)
    assert (status, "Version 2 is in force." in said) == (0, True), said
    status, said = await configuration("diff", "1", "2")
    assert (status, said.partition("\f")[0]) == (0, "limits.cooldown_s: 600 → 700\n")
    status, said = await configuration("revert", "1")
    assert (status, "Version 3 is in force." in said) == (0, True), said
    status, said = await configuration("diff", "1")
    assert (status, said.partition("\f")[0]) == (0, "")

    status, said = await configuration("versions")
    assert status == 0
    assert [
        re.sub(r"  \S+ \S+Z", "", line).split() for line in said.partition("\f")[0].splitlines()
    ] == [
        ["3", "system", "reverts", "to", "1"],
        ["2", "system"],
        ["1", "system", "slower"],
    ]
    status, said = await configuration("revert", "9")
    assert (status, "there is no version 9" in said) == (1, True)
