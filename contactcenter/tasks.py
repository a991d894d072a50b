"""Tasks that run by themselves for as long as the application does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog

from contactcenter import logs, metrics
from contactcenter.readiness import Readiness

Task = Callable[[], Awaitable[None]]

#: A task that fails is started again after this pause.
_RESTART_S: Final = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def running(tasks: Sequence[Task], readiness: Readiness) -> AsyncIterator[None]:
    """Run them until the context ends; each has come to its own end by then."""
    started = [asyncio.create_task(_kept_alive(task, readiness)) for task in tasks]
    try:
        yield
    finally:
        for one in started:
            one.cancel()
        await asyncio.gather(*started, return_exceptions=True)


async def _kept_alive(task: Task, readiness: Readiness) -> None:
    """A task that fails in a way nobody foresaw is reported and started again."""
    name = getattr(task, "__qualname__", "task")
    while True:
        try:
            await task()
        except Exception as error:
            readiness.note_failure(name)
            metrics.WORKER_FAILURES.labels(name).inc()
            log.exception("worker_failed", worker=name, exc_info=logs.unquoted(error))
        await asyncio.sleep(_RESTART_S)
