"""An inbox in memory, for channels under test."""

import asyncio
from collections.abc import Sequence

from channels import Checkpoint, Inbound, Outcome, StatusUpdate, Unreadable


class RecordingInbox:
    """Keeps what it receives.

    ``fault`` is raised instead, as long as it is set; while ``gate`` is closed nothing returns.
    """

    def __init__(self) -> None:
        self.received: list[Inbound | Unreadable] = []
        self.checkpoints: list[Checkpoint] = []
        self.updates: list[StatusUpdate | Unreadable] = []
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def receive(
        self, items: Sequence[Inbound | Unreadable], *, checkpoint: Checkpoint | None = None
    ) -> Sequence[Outcome]:
        await self._pass()
        if checkpoint is not None:
            self.checkpoints.append(checkpoint)
        known = {item.external_id for item in self.received}
        self.received.extend(items)
        return ["duplicate" if item.external_id in known else "stored" for item in items]

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        await self._pass()
        self.updates.append(update)

    async def _pass(self) -> None:
        await self.gate.wait()
        if self.fault:
            raise self.fault
