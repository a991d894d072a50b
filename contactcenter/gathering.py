"""Asks for many at once what many ask for one by one.

While a question is being answered further ones collect, and the next asks for them all: alone
nobody waits, and thousands who come together cost a few statements.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

#: So many are asked for together.
TOGETHER: Final = 500


class Gathering(Generic[Key, Value]):
    """One kind of question; ``answer`` has the value of each key it knows, or raises for all."""

    def __init__(self, answer: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]]) -> None:
        self._answer = answer
        self._waiting: dict[Key, list[asyncio.Future[Value | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def ask(self, key: Key) -> Value | None:
        """The value of a key; None where there is none. Raises what the answer raised."""
        future: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask_all())
        return await future

    async def _ask_all(self) -> None:
        while self._waiting:
            keys = list(self._waiting)[:TOGETHER]
            asked = {key: self._waiting.pop(key) for key in keys}
            try:
                found = await self._answer(keys)
            except BaseException as error:
                for futures in asked.values():
                    _end(futures, error)
                if not isinstance(error, Exception):
                    raise
                continue
            for key, futures in asked.items():
                for future in futures:
                    if not future.done():
                        future.set_result(found.get(key))


def _end(futures: Sequence["asyncio.Future[Value | None]"], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
