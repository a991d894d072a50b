"""SIGTERM under load: what was begun is finished, and the process is gone in time."""

import asyncio
import time

import pytest
from fault_results import counted, report
from fault_rounds import rounds as rounds_of
from fault_world import World

pytestmark = pytest.mark.slow

ROUNDS = rounds_of(3, 20, timeout_s=900)
EXIT_WITHIN_S = 15.0
#: So many requests hang at the moment of the signal, for so long.
AT_ONCE = 16
HELD_S = 0.2


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_sigterm_finishes_what_has_begun(world: World, rounds: int, patience: float) -> None:
    exits_s = []
    await world.server.start(forked=False)
    await world.hire(count=3, capacity=100)
    for number in range(rounds):
        first_line = len(world.ledger.lines)
        world.customers.begin(at_once=AT_ONCE)
        await asyncio.sleep(world.chance.uniform(0.1, 0.5))
        exits_s.append(await _stopped(world))
        await world.server.start()
        await world.customers.finish(within_s=60)
        found = await world.contradictions_of(first_line)
        assert not found, f"round {number}\n" + "\n".join(found)
    left = await world.settled()
    found = await world.all_contradictions()
    figures = counted(world.ledger.lines, found)
    report("SIGTERM under load", rounds=rounds, exit_s_max=round(max(exits_s), 1), **figures)
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert max(exits_s) <= EXIT_WITHIN_S * patience
    assert figures["acknowledged"] == figures["sent"]


async def _stopped(world: World) -> float:
    """Send SIGTERM while requests hang in the database; returns how long the process took.

    What was sent before the signal is answered, and with 200.
    """
    async with world.connection() as conn, conn.transaction():
        await conn.execute("LOCK TABLE inbound_key IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(0.1)  # by now every customer waits for an answer
        begun = {line.id for line in world.ledger.lines if line.kind == "sent"}
        begun -= {line.id for line in world.ledger.lines if line.kind != "sent"}
        told_at, first_line = time.monotonic(), len(world.ledger.lines)
        world.server.terminate()
        await asyncio.sleep(HELD_S)  # less than the intake's own patience with a lock
    assert await world.server.ended(within_s=2 * EXIT_WITHIN_S), world.server.last_words()
    took_s = time.monotonic() - told_at
    assert world.server.exit_status == 0, world.server.last_words()
    ended = {
        line.id: line
        for line in reversed(world.ledger.lines[first_line:])
        if line.kind != "sent" and line.id in begun
    }
    assert len(begun) >= AT_ONCE / 2, "the signal should come while requests hang"
    cut = [f"{sid}: {line}" for sid, line in ended.items() if line.status != 200]
    assert not cut, f"{len(cut)} of {len(begun)} requests that had begun were cut\n" + "\n".join(
        cut
    )
    assert len(ended) == len(begun)
    return took_s
