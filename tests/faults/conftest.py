"""Faults happen to real processes on a durable database of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import fault_world
import pytest
from fault_postgres import KillablePostgres

from contactcenter.postgres import throwaway_data_dir


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """One after the other, in one process, when the long rounds are run: they measure times."""
    if config.option.markexpr == "full":
        config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture(scope="session")
def standing_postgres() -> Iterator[KillablePostgres]:
    """A cluster for all the faults that are not its own."""
    with throwaway_data_dir() as folder:
        cluster = KillablePostgres(folder)
        asyncio.run(cluster.start())
        try:
            yield cluster
        finally:
            cluster.stop_immediately()


@pytest.fixture
async def world(
    standing_postgres: KillablePostgres, tmp_path: Path
) -> AsyncIterator[fault_world.World]:
    """A database, a server that is not started yet, a provider and customers."""
    async with fault_world.opened(standing_postgres, tmp_path) as opened:
        yield opened


@pytest.fixture
async def mortal_world(tmp_path: Path) -> AsyncIterator[fault_world.World]:
    """The same on a cluster of this test alone, which it may kill."""
    with throwaway_data_dir() as folder:
        cluster = KillablePostgres(folder)
        await cluster.start()
        try:
            async with fault_world.opened(cluster, tmp_path) as opened:
                yield opened
        finally:
            cluster.stop_immediately()


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> float:
    """How many times as long things may take: the fast suite shares its machine with others."""
    return 1.0 if request.config.option.markexpr == "full" else 8.0
