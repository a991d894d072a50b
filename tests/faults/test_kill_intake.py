"""The server is killed while customers write: nothing acknowledged is lost, nothing is twice."""

import asyncio

import pytest
from fault_results import counted, report
from fault_rounds import rounds as rounds_of
from fault_world import World

pytestmark = pytest.mark.slow

#: A third of the rounds ends at a moment of chance, the others just where it hurts.
POINTS = (
    "",
    "intake_received",
    "intake_writing",
    "",
    "intake_committed",
    "intake_answering",
    "triage_found",
)
ROUNDS = rounds_of(3, 300, timeout_s=2400)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_kill_9_during_intake_loses_and_doubles_nothing(world: World, rounds: int) -> None:
    starts_s = [await world.server.start()]
    await world.hire(count=3, capacity=20)
    world.server.kill()
    world.customers.begin(at_once=8, pause_s=0.01)
    for number in range(rounds):
        point = POINTS[number % len(POINTS)]
        first_line = len(world.ledger.lines)
        starts_s.append(await _life(world, point))
        found = await world.contradictions_of(first_line)
        assert not found, f"round {number} ({point or 'at random'})\n" + "\n".join(found)
        world.customers.move_in()
    starts_s.append(await world.server.start())
    await world.customers.finish(within_s=60)
    left = await world.settled()
    found = await world.all_contradictions()
    figures = counted(world.ledger.lines, found)
    report("kill -9 during intake", rounds=rounds, start_s_max=round(max(starts_s), 1), **figures)
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert figures["acknowledged"] == figures["sent"]


async def _life(world: World, point: str) -> float:
    """Start the server and see it killed; returns after how many seconds it was ready."""
    doom = f"{point}:{world.chance.randint(1, 60)}" if point else ""
    start_s = await world.server.start(doom)
    if point:
        assert await world.server.ended(within_s=60), f"{point} was never passed"
    else:
        await asyncio.sleep(world.chance.uniform(0.0, 0.5))
    world.server.kill()
    return start_s
