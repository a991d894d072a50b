"""Whatever is cut, sent again and reordered: each line once, in order, in every tab.

Two processes serve one visitor with two tabs over real sockets and one database. What happens and
when is drawn from a seed; a seed that fails is told.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path

import aiohttp
import pytest
from chat_model import Conversation, Tab
from chat_sockets import served
from chat_world import KEY, Process, widget, written

from channels import Guest
from contactcenter.db import Database

ACTIONS = (
    "write",
    "write",
    "write",
    "write",
    "cut",
    "connect",
    "connect",
    "reply",
    "reply",
    "wait",
)


class Agent:
    """Who answers; each reply is delivered once, twice, or twice at once by two processes."""

    def __init__(self, processes: list[Process], chance: random.Random) -> None:
        self.replies: list[str] = []
        self._processes = processes
        self._chance = chance

    async def reply(self, address: str) -> None:
        guest = Guest(entry_point=KEY, token="", address=address)
        text = f"reply {len(self.replies)}"
        async with self._processes[0].database.transaction() as conn:
            outbound = await written(conn, guest, text, f"c{len(self.replies)}")
        self.replies.append(text)
        rooms = [
            self._chance.choice(self._processes).room for _ in range(self._chance.choice((1, 2)))
        ]
        await asyncio.gather(*(room.deliver(outbound) for room in rooms))


async def play(
    database: Database, folder: Path, seed: int, *, actions: int, in_order: bool
) -> tuple[list[Tab], Agent]:
    """Let chance have its way, then let everything come to rest."""
    chance = random.Random(seed)
    async with (
        served(database, folder) as (url_a, a),
        served(database, folder) as (url_b, b),
        aiohttp.ClientSession() as http,
    ):
        urls = (url_a, url_b)
        browser = Conversation(KEY)
        tabs = [Tab(http, browser, name) for name in ("one", "two")]
        agent = Agent([a, b], chance)
        shuffled = None if in_order else chance
        await tabs[0].connect(chance.choice(urls))
        await tabs[0].write("سلام")
        for _ in range(actions):
            tab = chance.choice(tabs)
            match chance.choice(ACTIONS):
                case "write":
                    await tab.write(f"{tab.name} {chance.random()}")
                case "cut":
                    await tab.cut()
                case "connect":
                    await tab.connect(chance.choice(urls), shuffled)
                case "reply" if (address := await visitor_of(database)) is not None:
                    await agent.reply(address)
                case _:
                    await asyncio.sleep(chance.choice((0, 0.001, 0.003)))
        for tab in tabs:
            await tab.connect(chance.choice(urls), shuffled)
        for tab in tabs:
            await tab.until(lambda tab=tab: not tab.pending)
        last = len(tabs[0].written) + len(tabs[1].written) + len(agent.replies)
        for tab in tabs:
            await tab.until(lambda tab=tab: tab.last >= last)
        for tab in tabs:
            await tab.cut()
    return tabs, agent


async def visitor_of(database: Database) -> str | None:
    async with database.read() as conn:
        return await conn.fetchval(
            "SELECT address FROM chat_visitor WHERE last_sequence > 0 ORDER BY id LIMIT 1"
        )


async def check(database: Database, tabs: list[Tab], agent: Agent, *, in_order: bool) -> None:
    """Compare what the tabs have with what the database has, and both with what was said."""
    async with database.read() as conn:
        rows = await conn.fetch(
            """SELECT l.sequence, l.client_id, i.body FROM chat_line l
               JOIN interaction i ON i.id = l.interaction_id ORDER BY l.sequence"""
        )
        stored = await conn.fetchval("SELECT count(*) FROM interaction WHERE direction = 'inbound'")
    kept = [(row["sequence"], row["body"]) for row in rows]
    said = [row["client_id"] for row in rows if row["client_id"] is not None]
    for tab in tabs:
        assert tab.faults == []
        assert [(line["sequence"], line["text"]) for line in tab.lines] == kept
        if in_order:
            assert [one for one in said if one.startswith(tab.name)] == tab.written
    assert Counter(said) == Counter(tabs[0].written + tabs[1].written)
    assert stored == len(said)
    assert [body for _, body in kept if body.startswith("reply")] == agent.replies


@pytest.mark.parametrize(("seed", "in_order"), [(1, True), (2, False)])
async def test_every_line_comes_once_and_in_order_to_every_tab(
    database: Database, tmp_path: Path, seed: int, in_order: bool
) -> None:
    await widget(database)

    tabs, agent = await play(database, tmp_path, seed, actions=40, in_order=in_order)

    await check(database, tabs, agent, in_order=in_order)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 140))
async def test_every_line_comes_once_and_in_order_whatever_the_chance(
    database: Database, tmp_path: Path, seed: int
) -> None:
    await widget(database)

    tabs, agent = await play(database, tmp_path, seed, actions=150, in_order=seed % 2 == 0)

    await check(database, tabs, agent, in_order=seed % 2 == 0)
