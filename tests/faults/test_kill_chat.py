"""The server is killed while visitors chat: nothing acknowledged is lost, no line is twice."""

import asyncio
from collections import Counter
from contextlib import suppress

import aiohttp
import pytest
from chat_model import ORIGIN, Conversation, Tab
from fault_results import report
from fault_rounds import rounds as rounds_of
from fault_world import World

pytestmark = pytest.mark.slow

KEY = "fault-widget"
#: Just where it hurts: before anything, before the commit, between commit and ack, and when the
#: visitor has our message while the sender does not know.
POINTS = ("chat_answering", "chat_delivered", "chat_writing", "chat_received", "intake_committed")
ROUNDS = rounds_of(2, 60, timeout_s=1800)
_LOST = (aiohttp.ClientError, ConnectionError, TimeoutError)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_kill_9_during_chats_loses_and_doubles_nothing(world: World, rounds: int) -> None:
    tabs: list[Tab] = []
    async with aiohttp.ClientSession() as http:
        await world.server.start()
        await _widget(world)
        world.server.kill()
        for number in range(rounds):
            tabs.append(Tab(http, Conversation(KEY), f"visitor{number}"))
            await _life(world, tabs[-3:], POINTS[number % len(POINTS)])
        await _let_claims_go(world)
        await world.server.start()
        for tab in tabs:
            await tab.connect(world.server.url)
        for tab in tabs:
            await tab.until(lambda tab=tab: not tab.pending)
        replies = await _told(world, tabs)
        for tab in tabs:
            await tab.cut()
    messages = sum(len(tab.written) for tab in tabs)
    report("kill -9 during chats", rounds=rounds, messages=messages, replies=replies)


async def _life(world: World, tabs: list[Tab], point: str) -> None:
    """Serve some visitors until the server kills itself."""
    await world.server.start(f"{point}:{world.chance.randint(1, 3)}")
    n = 0
    while not world.server.has_ended:
        n += 1
        assert n < 500, f"{point} was never passed"
        with suppress(*_LOST):
            for tab in tabs:
                if n % 5 == 1:
                    await tab.connect(world.server.url)
            await tabs[-1].write(f"{point} {n}")
            await _reply(world, f"reply to {point} {n}")
        await asyncio.sleep(0.2)
    world.server.kill()


async def _widget(world: World) -> None:
    async with world.connection() as conn:
        await conn.execute(
            """INSERT INTO entry_point (channel, address, queue_id, options)
               SELECT 'webchat', $1, min(id), jsonb_build_object('webchat_origins', $2::text)
               FROM queue""",
            KEY,
            ORIGIN,
        )
        await conn.execute(
            """INSERT INTO user_account (email, name, role)
               VALUES ('bahar@desk.test', 'Bahar', 'agent')"""
        )


async def _reply(world: World, text: str) -> None:
    """What an agent writes to whoever wrote last, if anybody has."""
    async with world.connection() as conn:
        await conn.execute(
            """WITH written AS (
                 INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id,
                   channel, direction, kind, author_id, body, state, occurred_at, received_at)
                 SELECT i.contact_id, i.ticket_id, i.entry_point_id, i.identity_id, 'webchat',
                   'outbound', 'message', u.id, $1, 'queued', now(), now()
                 FROM interaction i, user_account u
                 WHERE i.direction = 'inbound' AND u.name = 'Bahar' ORDER BY i.id DESC LIMIT 1
                 RETURNING id)
               INSERT INTO outbox (interaction_id, conversation, correlation_id, next_at, created_at)
               SELECT id, 'chat-' || id, 'c' || id, now(), now() FROM written""",
            text,
        )


async def _let_claims_go(world: World) -> None:
    """What a killed sender had claimed is anybody's at once: the test does not wait for it."""
    async with world.connection() as conn:
        await conn.execute("UPDATE outbox SET claimed_until = now() WHERE state = 'sending'")


async def _told(world: World, tabs: list[Tab]) -> int:
    """Wait until every reply is told, compare everything; returns how many replies there were."""
    async with world.connection() as conn, asyncio.timeout(60):
        while await conn.fetchval("SELECT count(*) FROM outbox WHERE state <> 'sent'"):
            await asyncio.sleep(0.1)
        rows = await conn.fetch(
            """SELECT l.visitor_id, l.sequence, l.client_id, i.body, i.direction FROM chat_line l
               JOIN interaction i ON i.id = l.interaction_id ORDER BY l.visitor_id, l.sequence"""
        )
        inbound = await conn.fetchval(
            "SELECT count(*) FROM interaction WHERE direction = 'inbound'"
        )
        written = await conn.fetchval("SELECT count(*) FROM outbox")
    kept: dict[int, list[tuple[int, str]]] = {}
    whose: dict[str, int] = {}
    for row in rows:
        kept.setdefault(row["visitor_id"], []).append((row["sequence"], row["body"]))
        if row["client_id"]:
            whose[row["client_id"]] = row["visitor_id"]
    for tab in tabs:
        if not tab.written:  # the server was killed before he could
            assert tab.lines == []
            continue
        lines = kept[whose[tab.written[0]]]
        await tab.until(lambda tab=tab, lines=lines: tab.last >= len(lines))
        assert tab.faults == []
        assert [(line["sequence"], line["text"]) for line in tab.lines] == lines
    said = Counter(row["client_id"] for row in rows if row["client_id"])
    assert said == Counter(one for tab in tabs for one in tab.written)
    assert inbound == said.total()
    replies = Counter(row["body"] for row in rows if row["direction"] == "outbound")
    assert replies.total() == written
    return written
