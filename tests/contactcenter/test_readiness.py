"""What a process says of itself at ``/readyz``, and when a failure is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from contactcenter import metrics, tasks
from contactcenter.api import health
from contactcenter.metrics_database import DatabaseGauges
from contactcenter.readiness import RECOVERED_AFTER_S, Readiness


def test_a_process_that_leaves_says_so() -> None:
    readiness = Readiness()
    assert readiness.missing() == []

    readiness.is_draining = True

    assert readiness.missing() == ["draining"]


def test_a_failure_is_told_by_name_and_forgotten_after_a_while() -> None:
    now_s = [100.0]
    readiness = Readiness(clock=lambda: now_s[0])
    readiness.note_failure("Sender.run")

    now_s[0] += RECOVERED_AFTER_S - 0.1
    assert readiness.missing() == ["worker Sender.run"]
    now_s[0] += 0.1
    assert readiness.missing() == []


class _Frozen:
    """A database that answers nothing, not even to who gives up waiting for it."""

    def __init__(self) -> None:
        self.asked = 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        self.asked += 1
        try:
            yield SimpleNamespace(fetchval=self._for_ever)
        finally:
            await self._for_ever()

    async def _for_ever(self, *_: Any) -> None:
        await asyncio.Event().wait()


async def test_a_database_that_is_frozen_is_missing_and_is_not_asked_over_and_over(
    aiohttp_client: Any,
) -> None:
    database: Any = _Frozen()
    application = web.Application()
    application.add_routes(health.routes(database, deadline_s=0.02))
    client = await aiohttp_client(application)

    async with asyncio.timeout(10):
        for _ in range(3):
            async with client.get("/readyz") as answer:
                assert answer.status == 503
                assert (await answer.json())["missing"] == ["database"]

    assert database.asked == 1


async def test_a_scrape_does_not_wait_for_a_database_that_is_frozen() -> None:
    database: Any = _Frozen()
    gauges = DatabaseGauges(database, deadline_s=0.02)

    async with asyncio.timeout(10):
        for _ in range(3):
            await gauges.refresh()

    told = {family.name: family for family in gauges.collect()}
    assert told["contactcenter_database_up"].samples[0].value == 0
    assert database.asked == 1


async def test_a_task_that_fails_is_counted_told_and_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "_RESTART_S", 0.0)
    readiness, starts = Readiness(), asyncio.Semaphore(0)
    name = "test_a_task_that_fails_is_counted_told_and_started_again.<locals>.failing"

    async def failing() -> None:
        starts.release()
        raise RuntimeError

    task = asyncio.create_task(tasks._kept_alive(failing, readiness))
    async with asyncio.timeout(30):
        for _ in range(3):
            await starts.acquire()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert readiness.missing() == [f"worker {name}"]
    assert metrics.WORKER_FAILURES.labels(name)._value.get() >= 2
