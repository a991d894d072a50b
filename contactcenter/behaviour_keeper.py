"""What is done about customers' behaviour now and then, by one process at a time."""

import asyncio
from typing import Final

import asyncpg
import structlog

from contactcenter import leases, life_cycles, metrics, predictions, value_classes
from contactcenter.behaviour import behaviour_forgetting
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.value_classes import Dispatcher

EVERY_S: Final = 3600
#: Longer than one round takes, shorter than the wait for the next.
LEASE_S: Final = 1800

log = structlog.get_logger()


class BehaviourKeeper:
    """One task a process; ``holder`` tells the processes apart."""

    def __init__(self, database: Database, dispatcher: Dispatcher, *, holder: str) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._holder = holder

    async def run(self) -> None:
        """Do a round every hour until cancelled."""
        while True:
            try:
                await self.round()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("behaviour_round_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def round(self) -> bool:
        """Do all of it, unless another process does; whether it was our turn."""
        async with self._database.transaction() as conn:
            if await leases.take(conn, "behaviour", self._holder, lease_s=LEASE_S) is None:
                return False
        await behaviour_forgetting.forget(self._database)
        await value_classes.compute(self._database, self._dispatcher)
        await life_cycles.compute(self._database, self._dispatcher)
        await predictions.keep(self._database)
        metrics.swept("behaviour")
        return True
