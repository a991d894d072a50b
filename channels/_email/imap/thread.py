"""Calls that block, made beside the event loop: each in a thread of its own, each with a deadline.

The pool of ``asyncio.to_thread`` is small, and a few mail servers that do not answer would fill it.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(
    work: Callable[[], Result], *, stop: Callable[[], None], within_s: float
) -> Result:
    """Do something that blocks; ``TimeoutError`` if it takes longer.

    Then, and where the caller is cancelled, ``stop`` is called, which makes ``work`` end soon; it
    is not waited for.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def tell(result: Result | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: Result | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001  it is raised again where it is waited for
            error = raised
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="imap", daemon=True).start()
    try:
        async with asyncio.timeout(within_s):
            return await done
    except (TimeoutError, asyncio.CancelledError):
        stop()
        raise
