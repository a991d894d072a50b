"""Without the bell everything goes on by itself: whoever listens also looks."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import centre as centre_module
import pytest
from centre import Centre, Person, eventually
from feed_console import told_since, watching

from contactcenter.bell import Bell

pytestmark = pytest.mark.slow

#: Longer than any look (triage 0.5 s, sender, dispatcher and feed 1 s) on a busy machine.
PATIENCE_S = 20.0
#: What one step may take where nobody rings: its own look, and one of a chain before it.
STEP_S = 3.0


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def centre(dsn: str) -> AsyncIterator[Centre]:
    async with centre_module.opened(dsn) as opened:
        yield opened


@pytest.fixture
async def table(centre: Centre) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(centre.database.url)
    yield connection
    await connection.close()


async def conversation(centre: Centre, agent: Person, phone: str) -> float:
    """A customer writes, an agent gets it, answers and solves it; the longest wait in seconds."""
    began_s = time.monotonic()
    assert await centre.customer_writes(phone, "Is anybody there?") == 200

    async def held() -> list[dict[str, int]]:
        return (await agent.get("/tickets?mine=true&state=assigned"))["items"]

    ticket = (await eventually(held, within_s=PATIENCE_S, what="the ticket at its agent"))[0]
    waits_s = [time.monotonic() - began_s]
    began_s = time.monotonic()
    path = f"/tickets/{ticket['id']}"
    await agent.post(f"{path}/replies", {"text": "Yes."})

    async def sent() -> bool:
        return any(entry.to == phone for entry in centre.twilio.ledger.of("accepted"))

    await eventually(sent, within_s=PATIENCE_S, what="the answer at the provider")
    waits_s.append(time.monotonic() - began_s)
    await agent.post(f"{path}/solutions", {"disposition": "solved"})
    return max(waits_s)


async def cut_bells(table: asyncpg.Connection) -> int:
    """End every connection that listens; how many there were."""
    rows = await table.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'contactcenter bell'"
    )
    return len(rows)


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.full)])
async def test_a_bell_that_is_cut_again_and_again_costs_no_event(
    centre: Centre, table: asyncpg.Connection, rounds: int
) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    admin = await centre.person("Omid", role="admin", presence=None)
    cuts = 0
    async with watching(centre, admin) as (console, before):
        for n in range(rounds):
            cuts += await cut_bells(table)
            await conversation(centre, agent, f"+98912000{n:04}")
            cuts += await cut_bells(table)
        await console.shows(await settled(table, before))
    assert cuts > 0


async def test_where_nobody_rings_everybody_looks_within_his_second(
    centre: Centre, table: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    admin = await centre.person("Omid", role="admin", presence=None)
    monkeypatch.setattr(Bell, "ring", lambda _bell, *_topics: None)
    async with watching(centre, admin) as (console, before):
        waits_s = [await conversation(centre, agent, f"+98912000{n:04}") for n in range(3)]
        await console.shows(await settled(table, before))

    # A look is due within a second; the best of three is not disturbed by a busy machine.
    assert min(waits_s) < STEP_S, waits_s


async def settled(table: asyncpg.Connection, before: int) -> list[int]:
    """Every event once the provider's last reports are in."""
    async with asyncio.timeout(PATIENCE_S):
        while await table.fetchval(
            "SELECT EXISTS (SELECT FROM interaction WHERE direction = 'outbound' AND state <> 'delivered')"
        ):
            await asyncio.sleep(0.05)
    return await told_since(table, before)
