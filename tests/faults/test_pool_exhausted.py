"""Slow callers take every connection and hang up: hooks do not notice, callers are told at once."""

import asyncio
import time
from pathlib import Path

import aiohttp
import pytest
from fault_agents import AnsweringAgent
from fault_ledger import FaultLedger
from fault_load import written
from fault_postgres import KillablePostgres
from fault_results import counted, quantile, report
from fault_rounds import rounds as rounds_of
from fault_world import World, opened

pytestmark = pytest.mark.slow

ROUNDS = rounds_of(1, 10, timeout_s=900)
POOL = 4
CALLERS = 500
HOOKS_P99_S = 1.0
#: Who cannot be served is told so within this, for all but the few who were let wait.
TOLD_P50_S = 1.0
TOLD_S = 5.0


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_hooks_go_on_while_callers_use_up_the_pool(
    standing_postgres: KillablePostgres, tmp_path: Path, rounds: int, patience: float
) -> None:
    statuses: dict[object, int] = {}
    waits_s: list[float] = []
    hook_s: list[float] = []
    async with opened(standing_postgres, tmp_path, database_pool_size=str(POOL)) as world:
        await world.server.start()
        (agent_id,) = await world.hire(count=1, capacity=100)
        async with AnsweringAgent(world, agent_id, FaultLedger(tmp_path / "none")) as agent:
            await agent.sign_in()
            world.customers.begin(at_once=4, pause_s=0.02)
            before = await _connections(world)
            for _ in range(rounds):
                await _storm(world, agent, statuses, waits_s, hook_s)
            after = await _connections(world)
            status, _ = await agent.call("GET", "/saved_replies")
            await world.customers.finish(within_s=60)
        left = await world.settled()
        found = await world.all_contradictions()
        figures = counted(world.ledger.lines, found)
        hook_s += [line.took_s for line in world.ledger.lines if line.kind != "sent"]
    report(
        "pool exhausted and a cancel storm",
        rounds=rounds,
        callers=rounds * CALLERS,
        answers={str(key): count for key, count in sorted(statuses.items(), key=str)},
        told_p50_s=round(quantile(waits_s, 0.5), 3),
        told_max_s=round(max(waits_s), 3),
        hook_p99_s=round(quantile(hook_s, 0.99), 3),
        connections_after=after,
        **figures,
    )
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert status == 200
    assert statuses[503] >= rounds * CALLERS // 4
    assert set(statuses) <= {200, 503, "hung up"}
    assert quantile(waits_s, 0.5) <= TOLD_P50_S * patience
    assert max(waits_s) <= TOLD_S * patience
    assert quantile(hook_s, 0.99) <= HOOKS_P99_S * patience
    assert after <= max(before, POOL + OWN)
    assert figures["acknowledged"] == figures["sent"]


async def _storm(
    world: World,
    agent: AnsweringAgent,
    statuses: dict[object, int],
    waits_s: list[float],
    hook_s: list[float],
) -> None:
    """500 callers want what is locked; half of them hang up. Meanwhile a message's fate is told."""

    async def call(number: int) -> None:
        began, what = time.monotonic(), "hung up"
        try:
            async with asyncio.timeout(None if number % 2 else world.chance.uniform(0.0, 2.0)):
                what, _ = await agent.call("GET", "/saved_replies")
        except TimeoutError:
            pass
        else:
            waits_s.append(time.monotonic() - began)
        statuses[what] = statuses.get(what, 0) + 1

    async def tell() -> None:
        for number in range(40):
            began = time.monotonic()
            status = await _report_status(world, number)
            hook_s.append(time.monotonic() - began)
            assert status == 200, "a report on a sent message was refused"
            await asyncio.sleep(0.03)

    async with world.connection() as conn:
        async with conn.transaction():
            await conn.execute("LOCK TABLE saved_reply IN ACCESS EXCLUSIVE MODE")
            callers = asyncio.gather(*(call(number) for number in range(CALLERS)))
            await asyncio.sleep(0.2)
            await tell()
            await asyncio.sleep(0.5)
        await callers


async def _report_status(world: World, number: int) -> int:
    """What the provider tells of a message we sent, to the other hook."""
    hook = f"{world.server.url}/hooks/sms/status"
    sid = f"SM{number:032x}"
    params = [("MessageSid", sid), ("MessageStatus", "sent"), ("To", "+989121234567")]
    message = written(hook, world.customers.account["twilio_auth_tokens"], sid, params)
    async with (
        aiohttp.ClientSession() as http,
        http.post(hook, data=message.body, headers=message.headers) as answer,
    ):
        return answer.status


#: Connections of the workers: intake, dispatcher, bell, feed and what a pass of theirs borrows.
OWN = 6


async def _connections(world: World) -> int:
    """How many the server has, once those that are being given up are gone."""
    await asyncio.sleep(1.0)
    async with world.connection() as conn:
        return await conn.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'contactcenter%'"
        )
