"""A switchboard in memory, for telephone channels under test."""

import asyncio

from channels import CallHook, Script


class RecordingSwitchboard:
    """Keeps what it is told and answers with ``script``.

    ``fault`` is raised instead, as long as it is set; while ``gate`` is closed nothing returns.
    """

    def __init__(self) -> None:
        self.taken: list[CallHook] = []
        self.script: Script = ()
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def take(self, hook: CallHook) -> Script:
        await self.gate.wait()
        if self.fault:
            raise self.fault
        self.taken.append(hook)
        return self.script
