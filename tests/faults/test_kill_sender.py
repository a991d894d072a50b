"""The sender is killed between claim, provider and store: the provider gets nothing twice."""

import asyncio
import time
from pathlib import Path

import pytest
from fault_agents import AnsweringAgent
from fault_checker import breaches, contradictions_of_sending
from fault_ledger import FaultLedger
from fault_results import report
from fault_rounds import rounds as rounds_of
from fault_world import World

pytestmark = pytest.mark.slow

POINTS = ("sender_claimed", "sender_answered", "sender_storing", "")
ROUNDS = rounds_of(3, 300, timeout_s=2400)
CUSTOMERS = 20


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_kill_9_of_the_sender_sends_nothing_twice(
    world: World, tmp_path: Path, rounds: int
) -> None:
    await world.server.start()
    (agent_id,) = await world.hire(count=1, capacity=CUSTOMERS)
    await _let_customers_write(world)
    async with AnsweringAgent(world, agent_id, FaultLedger(tmp_path / "replies.jsonl")) as agent:
        await agent.sign_in()
        world.server.kill()
        agent.begin(at_once=4)
        for number in range(rounds):
            point = POINTS[number % len(POINTS)]
            await _life(world, point)
            found = await _contradictions(world, agent, settled=False)
            assert not found, f"round {number} ({point or 'at random'})\n" + "\n".join(found)
        await world.server.start()
        await agent.finish(within_s=60)
        found = await _settled(world, agent)
        ends = await _ends(world)
    accepted = [e["text"] for e in world.twilio.entries() if e["kind"] == "accepted"]
    report(
        "kill -9 of the sender",
        rounds=rounds,
        acknowledged=len({line.id for line in agent.ledger.lines if line.is_acknowledgement}),
        accepted=len(set(accepted)),
        double=len(accepted) - len(set(accepted)),
        lost=sum("LOST" in text for text in found),
        ends=ends,
    )
    assert not found, "\n".join(found)


async def _let_customers_write(world: World) -> None:
    """Give the agent a ticket of each customer."""
    people = world.customers
    people.move_in(CUSTOMERS)
    for phone in people.phones:
        assert await people.post(people.message(phone))
    assert await world.settled() == []


async def _life(world: World, point: str) -> None:
    """Start the server, see it killed, and let the time of its claims and leases pass."""
    doom = f"{point}:{world.chance.randint(1, 20)}" if point else ""
    await world.server.start(doom)
    if point:
        assert await world.server.ended(within_s=60), f"{point} was never passed"
    else:
        await asyncio.sleep(world.chance.uniform(0.0, 0.4))
    world.server.kill()
    async with world.connection() as conn:
        await conn.execute(
            "UPDATE outbox SET claimed_until = clock_timestamp() WHERE state = 'sending';"
            "UPDATE lease SET until_at = clock_timestamp()"
        )


async def _contradictions(world: World, agent: AnsweringAgent, *, settled: bool) -> list[str]:
    entries = world.twilio.entries()
    async with world.connection() as conn:
        found = await contradictions_of_sending(conn, agent.ledger.lines, entries, settled=settled)
        return found + await breaches(conn, settled=settled)


async def _settled(world: World, agent: AnsweringAgent) -> list[str]:
    """What is still not as it should be when it had time to become so.

    An unknown outcome is looked for at the provider after a while; here the while is over at once.
    """
    deadline = time.monotonic() + 60
    is_reconciled = await _is_reconciled(world)
    while found := [
        text
        for text in await _contradictions(world, agent, settled=True)
        if is_reconciled or not text.startswith("STILL UNKNOWN")
    ]:
        if time.monotonic() > deadline:
            break
        async with world.connection() as conn:
            await conn.execute(
                "UPDATE outbox SET next_at = clock_timestamp() WHERE state = 'unknown'"
            )
        await asyncio.sleep(0.3)
    return found


async def _is_reconciled(world: World) -> bool:
    async with world.connection() as conn:
        return await conn.fetchval(
            "SELECT EXISTS (SELECT FROM information_schema.columns"
            " WHERE table_name = 'outbox' AND column_name = 'unknown_at')"
        )


async def _ends(world: World) -> dict[str, int]:
    async with world.connection() as conn:
        rows = await conn.fetch("SELECT state, count(*) FROM outbox GROUP BY 1 ORDER BY 1")
    return {row["state"]: row["count"] for row in rows}
