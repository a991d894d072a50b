"""What has to be done now and then, by one process at a time: partitions, pruning, bands."""

import asyncio
from typing import Final

import asyncpg
import structlog

from contactcenter import bands, db, fairness, leases, metrics, storage, timers
from contactcenter.calls import recordings
from contactcenter.chats import chat_files
from contactcenter.db import Database
from contactcenter.errors import NoDatabase

EVERY_S: Final = 3600
#: Longer than one round takes, shorter than the wait for the next.
LEASE_S: Final = 600

_SQL = db.Statements(__name__)
_PRUNE = tuple(
    _SQL.command(name)
    for name in (
        "prune_inbound_keys",
        "prune_call_hooks",
        "prune_idempotency_keys",
        "prune_sessions",
        "prune_links",
        "prune_uploads",
        "prune_sign_in_attempts",
        "prune_sign_in_places",
        "prune_alert_deliveries",
        "prune_alerts",
    )
)

log = structlog.get_logger()


class Upkeep:
    """One task a process; ``holder`` tells the processes apart."""

    def __init__(self, database: Database, *, holder: str) -> None:
        self._database = database
        self._holder = holder

    async def run(self) -> None:
        """Do a round every hour until cancelled."""
        while True:
            try:
                await self.round()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("upkeep_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def round(self) -> bool:
        """Do all of it, unless another process does; whether it was our turn."""
        async with self._database.transaction() as conn:
            if await leases.take(conn, "upkeep", self._holder, lease_s=LEASE_S) is None:
                return False
        await storage.make_partitions(self._database)
        for prune in _PRUNE:
            while True:
                async with self._database.transaction() as conn:
                    pruned = await prune.run(conn)
                if not pruned:
                    break
        await self._prune_chat_files()
        await self._erase_recordings()
        await bands.keep(self._database)
        await fairness.keep(self._database)
        metrics.swept("upkeep")
        return True

    async def _prune_chat_files(self) -> None:
        while True:
            async with self._database.transaction() as conn:
                if not await chat_files.prune(conn, await timers.clock(conn)):
                    break

    async def _erase_recordings(self) -> None:
        while True:
            async with self._database.transaction() as conn:
                if not await recordings.erase_due(conn, await timers.clock(conn)):
                    break
