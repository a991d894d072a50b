"""What a process says of itself at ``/readyz``, and when a failure is forgotten."""

import asyncio
from contextlib import suppress

import pytest

from contactcenter import app, metrics
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


async def test_a_task_that_fails_is_counted_told_and_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "_RESTART_S", 0.0)
    readiness, starts = Readiness(), asyncio.Semaphore(0)
    name = "test_a_task_that_fails_is_counted_told_and_started_again.<locals>.failing"

    async def failing() -> None:
        starts.release()
        raise RuntimeError

    task = asyncio.create_task(app._kept_alive(failing, readiness))
    async with asyncio.timeout(30):
        for _ in range(3):
            await starts.acquire()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert readiness.missing() == [f"worker {name}"]
    assert metrics.WORKER_FAILURES.labels(name)._value.get() >= 2
