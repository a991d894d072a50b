"""``contactcenter phone-menu``."""

import asyncpg
import pytest
from command_line import command

MENU = """
name: Main
start: main
nodes:
  main:
    kind: menu
    prompt:
      en: Press 1 for repairs.
    options:
      1: repairs
  repairs:
    kind: queue
    queue: {queue}
"""


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def run(dsn, tmp_path):
    async def ran(*words: str, said: str = "") -> tuple[int, str]:
        ended = await command("phone-menu", *words, said=said, CONTACTCENTER_DATABASE_URL=dsn)
        return ended.exit_code, ended.stdout + ended.stderr

    await command("entry-point", "list", CONTACTCENTER_DATABASE_URL=dsn)  # makes the tables
    conn = await asyncpg.connect(dsn)
    await conn.execute("UPDATE queue SET name = 'Repairs' WHERE id = (SELECT min(id) FROM queue)")
    await conn.close()
    return ran


async def test_a_menu_is_tried_set_shown_and_set_again(run, dsn):
    written = MENU.format(queue="Repairs")

    status, told = await run("try", "-", "7", "1", said=written)
    assert status == 0, told
    assert told.splitlines() == [
        "  Press 1 for repairs.",
        "  [main, en: asks]",
        "> 7",
        "  Sorry, I did not understand that.",
        "  Press 1 for repairs.",
        "  [main, en: asks]",
        "> 1",
        "  [repairs, en: ends: queue]",
    ]
    ended = await command(
        "entry-point", "add", "phone", "+15005550006", "--queue", "Repairs",
        CONTACTCENTER_DATABASE_URL=dsn,
    )  # fmt: skip
    assert ended.exit_code == 0, ended.stderr
    status, told = await run("set", "-", "--at", "+15005550006", said=written)
    assert (status, told) == (0, "Main: 2 nodes, version 1\n")
    assert await run("list") == (0, "Main  +15005550006\n")

    status, shown = await run("show", "Main")
    assert (status, "queue: Repairs" in shown) == (0, True)
    assert await run("set", "-", said=shown) == (0, "Main: 2 nodes, version 1\n")


async def test_what_is_wrong_is_told_and_nothing_is_kept(run):
    for change, said in (
        (("1: repairs", "1: nowhere"), "tree.nodes.main.options.1: There is no node 'nowhere'."),
        (("queue: Repairs", "queue: Sales"), "there is no queue 'Sales'"),
        (("name: Main", "title: Main"), "says no name"),
        (("nodes:", "nodes: ["), "is not YAML"),
    ):
        status, told = await run("set", "-", said=MENU.format(queue="Repairs").replace(*change))
        assert (status, said in told) == (1, True), told
    assert await run("list") == (0, "")
