"""Workers: tasks that run by themselves for as long as the application does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog

from contactcenter import logs, metrics
from contactcenter.readiness import Readiness

Worker = Callable[[], Awaitable[None]]

#: A worker that fails is started again after this pause.
_RESTART_S: Final = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def running(workers: Sequence[Worker], readiness: Readiness) -> AsyncIterator[None]:
    """Run them until the context ends; each has come to its own end by then."""
    started = [asyncio.create_task(_kept_alive(worker, readiness)) for worker in workers]
    try:
        yield
    finally:
        for one in started:
            one.cancel()
        await asyncio.gather(*started, return_exceptions=True)


async def _kept_alive(worker: Worker, readiness: Readiness) -> None:
    """A worker that fails in a way nobody foresaw is reported and started again."""
    name = getattr(worker, "__qualname__", "worker")
    while True:
        try:
            await worker()
        except Exception as error:
            readiness.note_failure(name)
            metrics.WORKER_FAILURES.labels(name).inc()
            log.exception("worker_failed", worker=name, exc_info=logs.unquoted(error))
        await asyncio.sleep(_RESTART_S)
