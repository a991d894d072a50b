"""Writes what notices have to say, when it is time; any number of processes share the work."""

import asyncio
from collections.abc import Mapping
from typing import Final

import asyncpg
import structlog

from channels import Channel
from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.notices import notice_sending, notices

EVERY_S: Final = 10.0
#: People a transaction: few enough that none of them is locked for long.
_AT_ONCE: Final = 50

log = structlog.get_logger()


class NoticeWriter:
    """One task a process."""

    def __init__(self, database: Database, bell: Bell, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels

    async def run(self) -> None:
        """Look every ten seconds until cancelled."""
        while True:
            try:
                await self.look()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("notice_writer_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> int:
        """Find readers and write to them until nothing is due; how many were decided about."""
        is_left = True
        while is_left:
            async with self._database.transaction() as conn:
                is_left = await notice_sending.plan(conn, await timers.clock(conn))
        decided = 0
        while True:
            async with self._database.transaction() as conn:
                now = await timers.clock(conn)
                n = await notice_sending.write(conn, now, self._channels, at_most=_AT_ONCE)
            if not n:
                break
            decided += n
            self._bell.ring("outbox", "events")
        async with self._database.transaction() as conn:
            await notices.end(conn, await timers.clock(conn))
        return decided
