"""Mails on their way into the database, and whoever waits for them."""

import asyncio
from collections.abc import Sequence

from channels import Checkpoint, Inbound, LeaseLost, NotStored, Outcome, Unreadable

Item = Inbound | Unreadable


class Handed:
    """What was handed in at one time, all or nothing, and whoever waits for it."""

    __slots__ = ("checkpoint", "done", "items")

    def __init__(self, items: Sequence[Item], checkpoint: Checkpoint | None) -> None:
        self.items = items
        self.checkpoint = checkpoint
        self.done: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()

    @property
    def size_bytes(self) -> int:
        return sum(len(item.raw.body) for item in self.items)

    def fail(self, error: Exception) -> None:
        """Tell who waits; that another has the lease is told as it is."""
        if not self.done.done():
            told = error if isinstance(error, LeaseLost) else NotStored(type(error).__name__)
            self.done.set_exception(told)

    def succeed(self, outcomes: list[Outcome]) -> None:
        if not self.done.done():
            self.done.set_result(outcomes)
