"""Faults happen to real processes on a durable database of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import fault_world
import pytest
from fault_postgres import KillablePostgres

from contactcenter.postgres import throwaway_data_dir


@pytest.fixture
async def postgres() -> AsyncIterator[KillablePostgres]:
    """A cluster of this test alone: it will be killed, or is too busy to be shared."""
    with throwaway_data_dir() as folder:
        cluster = KillablePostgres(folder)
        await cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
async def world(postgres: KillablePostgres, tmp_path: Path) -> AsyncIterator[fault_world.World]:
    """A database, a server that is not started yet, a provider and customers."""
    async with fault_world.opened(postgres, tmp_path) as opened:
        yield opened


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """One after the other, in one process, when the long rounds are run: they measure times."""
    if config.option.markexpr == "full":
        config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []
