"""The database's disk is full: nothing is acknowledged that is not kept, and room is all it needs."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fault_postgres import KillablePostgres
from fault_results import counted, report
from fault_rounds import rounds as rounds_of
from fault_world import World, opened

pytestmark = pytest.mark.slow

ROUNDS = rounds_of(3, 20, timeout_s=900)
DISK_MB = 224
ANSWERED_WITHIN_S = 5.0
RECOVERED_WITHIN_S = 10.0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system in memory that is soon full."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk to fill, on Linux")
    folder = Path(tempfile.mkdtemp(prefix="contactcenter-full-", dir="/tmp"))
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0711", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603 -- fixed
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)  # noqa: S603 -- ours
        folder.rmdir()


@pytest.fixture
async def cramped(small_disk: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose database lives on the small disk; its log of changes may not fill it alone."""
    cluster = KillablePostgres(small_disk, max_wal_size="64MB", min_wal_size="32MB")
    await cluster.start()
    try:
        async with opened(cluster, tmp_path) as world:
            yield world
    finally:
        cluster.stop_immediately()


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_a_full_disk_is_5xx_until_there_is_room(
    cramped: World, small_disk: Path, rounds: int, patience: float
) -> None:
    world, ballast = cramped, small_disk / "ballast"
    await world.server.start()
    world.customers.large = 0.3  # it is bytes that fill a disk
    world.customers.begin(at_once=8, pause_s=0.005)
    recoveries_s, refused = [], 0
    for number in range(rounds):
        first_line = len(world.ledger.lines)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(fill, ballast)
        refused += await _refusals(world)
        recoveries_s.append(await _room_again(world, ballast))
        found = await world.contradictions_of(first_line)
        assert not found, f"round {number}\n" + "\n".join(found)
        world.customers.move_in()
    await world.customers.finish(within_s=60)
    left = await world.settled()
    found = await world.all_contradictions()
    slowest_s = max(line.took_s for line in world.ledger.lines)
    figures = counted(world.ledger.lines, found)
    report(
        "the database's disk is full",
        rounds=rounds,
        recovery_s_max=round(max(recoveries_s), 2),
        answer_s_max=round(slowest_s, 2),
        refused=refused,
        **figures,
    )
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert {line.status for line in world.ledger.lines if line.kind != "sent"} == {200, 503}
    assert slowest_s <= ANSWERED_WITHIN_S * patience
    assert max(recoveries_s) <= RECOVERED_WITHIN_S * patience
    assert figures["acknowledged"] == figures["sent"]


def fill(ballast: Path) -> None:
    """Leave not a byte, whoever else writes meanwhile."""
    with ballast.open("wb", buffering=0) as file:
        for size_bytes in (1 << 20, 1 << 12):
            with suppress(OSError):  # no space left on device
                while True:
                    file.write(b"\0" * size_bytes)


async def _refusals(world: World) -> int:
    """Let customers write until they were refused for a while; returns how often they were."""
    first_line = len(world.ledger.lines)

    def refused() -> int:
        return sum(line.status >= 500 for line in world.ledger.lines[first_line:])

    async with asyncio.timeout(60):
        while refused() < 30:
            await asyncio.sleep(0.02)
            await _supervise(world)
    return refused()


async def _room_again(world: World, ballast: Path) -> float:
    """Make room; returns how long intake took to go on."""
    await asyncio.to_thread(ballast.unlink)
    first_line, began = len(world.ledger.lines), time.monotonic()
    async with asyncio.timeout(2 * RECOVERED_WITHIN_S):
        while not any(line.is_acknowledgement for line in world.ledger.lines[first_line:]):
            await asyncio.sleep(0.02)
            await _supervise(world)
    return time.monotonic() - began


async def _supervise(world: World) -> None:
    """Start PostgreSQL again if it has ended for want of room, as a service manager does."""
    if world.postgres.has_ended:
        await asyncio.to_thread(world.postgres.launch)
        await asyncio.sleep(0.3)
