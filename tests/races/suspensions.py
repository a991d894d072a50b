"""Runs a piece of work that is cancelled at the n-th place where it waits for something."""

import asyncio
import types
from collections.abc import Awaitable, Generator
from typing import Any


async def cancelled_at(work: Awaitable[Any], n: int) -> bool:
    """Run ``work`` in this task; whether it waited so often that it was cancelled.

    A work that swallows its cancellation counts as cancelled too: what matters is what it left.
    """
    seen = _Seen()
    task = asyncio.ensure_future(_counted(work, n, seen))
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
    return seen.count >= n


class _Seen:
    count = 0


async def _counted(work: Awaitable[Any], n: int, seen: _Seen) -> None:
    await _stepping(work, n, seen)


@types.coroutine
def _stepping(work: Awaitable[Any], n: int, seen: _Seen) -> Generator[Any, Any, Any]:
    steps = work.__await__()
    send: Any = lambda: next(steps)  # noqa: E731
    while True:
        try:
            awaited = send()
        except StopIteration as end:
            return end.value
        seen.count += 1
        if seen.count == n:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()  # takes effect at what is awaited now
        try:
            yield awaited
        except BaseException as error:  # noqa: BLE001  whatever is thrown in is thrown on
            send = _throwing(steps, error)
        else:
            send = lambda: next(steps)  # noqa: E731


def _throwing(steps: Any, error: BaseException) -> Any:
    return lambda: steps.throw(error)
