"""PostgreSQL is killed and comes back under load: nothing is acknowledged that is not kept."""

import asyncio
import time

import pytest
from fault_ledger import Line
from fault_results import counted, report
from fault_rounds import rounds as rounds_of
from fault_world import World

pytestmark = pytest.mark.slow

ROUNDS = rounds_of(3, 50, timeout_s=1200)
ANSWERED_WITHIN_S = 5.0
RECOVERED_WITHIN_S = 10.0


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_killed_postgres_is_5xx_in_time_and_everything_goes_on(
    mortal_world: World, rounds: int, patience: float
) -> None:
    world = mortal_world
    await world.server.start()
    await world.hire(count=3, capacity=100)
    world.customers.begin(at_once=8, pause_s=0.01)
    recoveries_s, refused = [], 0
    for number in range(rounds):
        first_line = len(world.ledger.lines)
        await asyncio.sleep(world.chance.uniform(0.1, 0.5))
        recoveries_s.append(await _outage(world, kill=number % 2 == 0))
        await asyncio.sleep(world.chance.uniform(0.0, 0.2))
        found = await world.contradictions_of(first_line)
        assert not found, f"round {number}\n" + "\n".join(found)
        refused += sum(line.status >= 500 for line in world.ledger.lines[first_line:])
        world.customers.move_in()
    await world.customers.finish(within_s=60)
    left = await world.settled()
    found = await world.all_contradictions()
    answers = [line for line in world.ledger.lines if line.kind != "sent"]
    slowest_s = max(line.took_s for line in answers)
    figures = counted(world.ledger.lines, found)
    report(
        "PostgreSQL killed under load",
        rounds=rounds,
        recovery_s_max=round(max(recoveries_s), 2),
        answer_s_max=round(slowest_s, 2),
        refused=refused,
        **figures,
    )
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert not world.server.has_ended
    assert _wrong(answers) == []
    assert refused >= rounds
    assert slowest_s <= ANSWERED_WITHIN_S * patience
    assert max(recoveries_s) <= RECOVERED_WITHIN_S * patience
    assert figures["acknowledged"] == figures["sent"]


async def _outage(world: World, *, kill: bool) -> float:
    """Take the database away for a moment; returns how long intake took to go on."""
    if kill:
        world.postgres.kill()
    else:
        world.postgres.stop_immediately()
    gone = len(world.ledger.lines)
    await asyncio.sleep(world.chance.uniform(0.2, 1.0))
    while not any(line.status >= 500 for line in world.ledger.lines[gone:]):
        await asyncio.sleep(0.02)
    await world.postgres.start()
    back, back_at = len(world.ledger.lines), time.monotonic()
    async with asyncio.timeout(2 * RECOVERED_WITHIN_S):
        while not any(line.is_acknowledgement for line in world.ledger.lines[back:]):
            await asyncio.sleep(0.01)
    return time.monotonic() - back_at


def _wrong(answers: list[Line]) -> list[str]:
    """Whatever is neither a 2xx nor a 5xx, such as a connection that was cut."""
    return [str(line) for line in answers if line.status not in (200, 503)]
