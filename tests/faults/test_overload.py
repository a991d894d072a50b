"""Three times what can be done, without mercy: consoles are refused, providers never are."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fault_agents import AnsweringAgent
from fault_ledger import FaultLedger
from fault_results import counted, quantile, report
from fault_rounds import rounds as rounds_of
from fault_world import World

pytestmark = pytest.mark.slow

SECONDS = rounds_of(5, 60, timeout_s=600)
TIMES = 3
HOOKS_P99_S = 2.0
#: What a console asks for, and a supervisor who wants his report now.
PATHS = [
    "/api/v1/reports/performance",
    "/api/v1/contacts?q=0912",
    "/api/v1/tickets?mine=true",
    "/api/v1/tickets",
    "/api/v1/saved_replies",
    "/api/v1/queues",
]


@pytest.mark.parametrize("seconds", SECONDS)
async def test_three_times_too_much_loses_no_hook(
    world: World, tmp_path: Path, seconds: int, patience: float
) -> None:
    await world.server.start()
    (agent_id,) = await world.hire(count=1, capacity=50)
    async with AnsweringAgent(world, agent_id, FaultLedger(tmp_path / "none")) as agent:
        await agent.sign_in()
        able_per_s = await _most(agent)
        cookie = agent.cookie()
    world.customers.begin(at_once=20, pause_s=0.2)
    began, first_line = time.monotonic(), len(world.ledger.lines)
    flooded = await _flooded(tmp_path, world.server.url, cookie, TIMES * able_per_s, seconds)
    under_s = time.monotonic() - began
    hook_s = [line.took_s for line in world.ledger.lines[first_line:] if line.kind != "sent"]
    after_s = await _calm_again(world)
    await world.customers.finish(within_s=60)
    left = await world.settled()
    found = await world.all_contradictions()
    figures = counted(world.ledger.lines, found)
    report(
        "three times too much",
        seconds=seconds,
        able_per_s=round(able_per_s),
        flooded=flooded,
        hooks_per_s=round(len(hook_s) / under_s),
        hook_p50_s=round(quantile(hook_s, 0.5), 3),
        hook_p99_s=round(quantile(hook_s, 0.99), 3),
        calm_after_s=round(after_s, 2),
        **figures,
    )
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert flooded["answers"].get("reports 503"), "it was not too much"
    assert quantile(hook_s, 0.99) <= HOOKS_P99_S * patience
    assert {line.status for line in world.ledger.lines if line.kind != "sent"} <= {200, 503}
    assert figures["acknowledged"] == figures["sent"]


async def _most(agent: AnsweringAgent) -> float:
    """How many requests a second can be done: what comes back when 16 always wait."""
    done, ends = 0, time.monotonic() + 1.0

    async def ask(number: int) -> None:
        nonlocal done
        while time.monotonic() < ends:
            path = PATHS[(number + done) % len(PATHS)].removeprefix("/api/v1")
            status, _ = await agent.call("GET", path)
            done += status == 200

    await asyncio.gather(*(ask(number) for number in range(16)))
    return float(done)


async def _flooded(
    folder: Path, url: str, cookie: str, per_s: float, seconds: float
) -> dict[str, Any]:
    job = {"url": url, "cookie": cookie, "paths": PATHS, "per_s": per_s, "seconds": seconds}
    file = folder / "flood.json"
    await asyncio.to_thread(file.write_text, json.dumps(job))
    program = Path(__file__).with_name("fault_flood.py")
    flood = await asyncio.create_subprocess_exec(
        sys.executable, str(program), str(file), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await flood.communicate()
    assert flood.returncode == 0
    return json.loads(said)


async def _calm_again(world: World) -> float:
    """How long after the flood a message is acknowledged within a quarter of a second."""
    began = time.monotonic()
    async with asyncio.timeout(60):
        while True:
            line = world.ledger.lines[-1]
            if line.is_acknowledgement and line.took_s < 0.25:
                return time.monotonic() - began
            await asyncio.sleep(0.01)
