"""First messages and redeliveries at one instant, over HTTP, into processes of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import asyncpg
import pytest
from serving_processes import message, post, served

AT_ONCE = 50
#: Pairs on their way at one time: enough to keep two processes busy.
PAIRS_AT_ONCE = 20


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=2 * AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rounds", "pairs"),
    [(3, 60), pytest.param(50, 1000, marks=[pytest.mark.full, pytest.mark.timeout(600)])],
)
async def test_what_arrives_at_one_instant_is_one_message_one_contact_and_one_ticket(
    bare_dsn: str, http: aiohttp.ClientSession, rounds: int, pairs: int
) -> None:
    async with AsyncExitStack() as stack:
        urls = [(await stack.enter_async_context(served(bare_dsn)))[0] for _ in range(2)]
        table = await asyncpg.connect(bare_dsn)
        stack.push_async_callback(table.close)

        for n in range(rounds):
            await equal_webhooks(http, urls, n)
        assert await doubled(table) == []
        assert await table.fetchval("SELECT count(*) FROM interaction") == rounds

        for first in range(0, pairs, PAIRS_AT_ONCE):
            places = range(first, min(first + PAIRS_AT_ONCE, pairs))
            await asyncio.gather(*(first_messages(http, urls, n) for n in places))
        assert await broken_pairs(table) == []
        assert await table.fetchval("SELECT count(*) FROM contact") == rounds + pairs

        # The same people with a second problem: now only the ticket is new.
        async with asyncio.timeout(60):
            while await table.fetchval(NOT_TRIAGED):
                await asyncio.sleep(0.05)
        await close_all(table)
        for first in range(0, pairs, PAIRS_AT_ONCE):
            places = range(first, min(first + PAIRS_AT_ONCE, pairs))
            await asyncio.gather(*(first_messages(http, urls, n, "again") for n in places))
        assert await broken_pairs(table, texts=4) == []


async def close_all(table: asyncpg.Connection) -> None:
    """Beside servers that still have something to do with some: they lock in another order."""
    for left in range(9, -1, -1):
        try:
            await table.execute(CLOSE_ALL)
        except asyncpg.DeadlockDetectedError:
            if not left:
                raise
        else:
            return


async def equal_webhooks(http: aiohttp.ClientSession, urls: list[str], n: int) -> None:
    """One message of a stranger, delivered fifty times at once, to both processes."""
    form = message(f"SMequal{n}", f"+98911{n:07}")
    statuses = await asyncio.gather(*(post(http, urls[k % 2], form) for k in range(AT_ONCE)))
    assert set(statuses) == {200}, statuses


NOT_TRIAGED = """SELECT EXISTS (SELECT FROM interaction WHERE triaged_at IS NULL)
    OR EXISTS (SELECT FROM ticket WHERE state = 'new')"""
CLOSE_ALL = """UPDATE ticket SET state = 'closed', solved_at = now(), closed_at = now(),
    queue_id = intake_queue_id, tier = 1, agent_id = NULL"""


async def first_messages(
    http: aiohttp.ClientSession, urls: list[str], n: int, about: str = "first"
) -> None:
    """The first two messages about a problem, one to each process."""
    statuses = await asyncio.gather(
        *(
            post(http, url, message(f"SM{about}{n}x{k}", f"+98912{n:07}", f"{about} {k}"))
            for k, url in enumerate(urls)
        )
    )
    assert statuses == [200, 200]


async def doubled(table: asyncpg.Connection) -> list[str]:
    """Whoever wrote once and has more than one interaction, or more than one ticket."""
    rows = await table.fetch(
        """SELECT d.value, count(DISTINCT i.id) AS messages, count(DISTINCT i.ticket_id) AS tickets
           FROM identity d JOIN interaction i ON i.identity_id = d.id
           WHERE d.value LIKE '+98911%' GROUP BY d.value
           HAVING count(DISTINCT i.id) <> 1 OR count(DISTINCT i.ticket_id) <> 1"""
    )
    return [f"{r['value']}: {r['messages']} messages, {r['tickets']} tickets" for r in rows]


async def broken_pairs(table: asyncpg.Connection, *, texts: int = 2) -> list[str]:
    """What each broken pair became, in the order in which it was stored."""
    rows = await table.fetch(
        """SELECT d.value, count(DISTINCT d.contact_id) AS contacts, count(DISTINCT t.id) AS tickets,
                  count(DISTINCT i.body) AS texts,
                  string_agg(format('%s ticket %s contact %s %s', i.received_at, i.ticket_id,
                                    i.contact_id, i.external_id), '; ' ORDER BY i.id) AS story
           FROM identity d JOIN interaction i ON i.identity_id = d.id
           LEFT JOIN ticket t ON t.contact_id = d.contact_id AND t.state NOT IN ('solved', 'closed')
           WHERE d.value LIKE '+98912%' GROUP BY d.value
           HAVING count(DISTINCT d.contact_id) <> 1 OR count(DISTINCT t.id) <> 1
               OR count(DISTINCT i.body) <> $1 OR count(DISTINCT i.contact_id) <> 1""",
        texts,
    )
    return [
        f"{r['value']}: {r['contacts']} contacts, {r['tickets']} tickets, {r['texts']} of {texts} texts:"
        f" {r['story']}"
        for r in rows
    ]
