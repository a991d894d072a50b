"""Asks what is to be asked, when it is time; any number of processes share the work."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import asyncpg
import structlog

from channels import Channel
from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.secret_keys import KeyMissing
from contactcenter.surveys import links, sending
from contactcenter.surveys.sending import Links

EVERY_S: Final = 10.0
#: People a transaction: few enough that none of them is locked for long.
_AT_ONCE: Final = 50

log = structlog.get_logger()


class SurveySender:
    """One task a process; ``keys`` are those that sign for a purpose."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        channels: Mapping[str, Channel],
        *,
        public_url: str,
        keys: Callable[[str], Sequence[bytes]],
    ) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels
        self._public_url = public_url
        self._keys = keys

    async def run(self) -> None:
        """Look every ten seconds until cancelled."""
        while True:
            try:
                await self.look()
            except (NoDatabase, asyncpg.PostgresError, KeyMissing) as error:
                log.warning("survey_sender_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> int:
        """Ask until nothing is due, and close what is over; how many were decided about."""
        decided = 0
        while True:
            async with self._database.transaction() as conn:
                now = await timers.clock(conn)
                n = await sending.ask(conn, now, self._channels, self._addresses, at_most=_AT_ONCE)
            if not n:
                break
            decided += n
            self._bell.ring("outbox", "events")
        async with self._database.transaction() as conn:
            await sending.expire(conn, await timers.clock(conn))
        return decided

    def _addresses(self) -> Links:
        return Links(public_url=self._public_url, keys=self._keys(links.PURPOSE))
