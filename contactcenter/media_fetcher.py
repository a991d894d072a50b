"""Fetches the files that came with messages from the provider, beside the intake.

A file is claimed for as long as a fetch may take, fetched, and stored with its row in one
transaction: no disk that is full and no crash leaves half of one. What the provider refuses for
good, or does not give for half a day, is marked as failed with the reason.
"""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import Channel, Fetched, Media, Unavailable, Undeliverable, sniffed
from contactcenter import blobs, db, events, logs, metrics, timers
from contactcenter.bell import Bell, rung
from contactcenter.db import Database
from contactcenter.errors import NoDatabase

#: Files are up to some megabytes: few at a time are held in memory.
AT_ONCE: Final = 3
#: With the waits between them half a day, 12.3 hours on average: an outage of a provider is over by
#: then.
MOST_ATTEMPTS: Final = 25
FIRST_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 3600.0
_FETCH_DEADLINE_S: Final = 60.0
#: Longer than the fetch and storing what it brought.
_CLAIM_S: Final = 120
_LOOK_EVERY_S: Final = 2.0

log = structlog.get_logger()


class Wanted(Struct, frozen=True, kw_only=True):
    """A claimed file that only the provider has."""

    id: int
    interaction_id: int
    source_url: str
    content_type: str
    attempts: int
    channel: str
    ticket_id: int | None
    contact_id: int


_SQL = db.Statements(__name__)
_claim = _SQL.take("claim", Wanted)
_store = _SQL.command("store")
_give_up = _SQL.command("give_up")
_put_off = _SQL.command("put_off")


class MediaFetcher:
    """One task a process; ``chance`` spreads the retries."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        channels: Mapping[str, Channel],
        *,
        chance: random.Random,
    ) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels
        self._chance = chance
        self._news = bell.waiter("media")

    async def run(self) -> None:
        """Fetch what is due until cancelled."""
        while True:
            await rung(self._news, at_most_s=_LOOK_EVERY_S)
            try:
                while await self.fetch_due():
                    pass
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("media_fetcher_failed", error=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def fetch_due(self) -> int:
        """Fetch some files; returns how many were due."""
        async with self._database.transaction() as conn:
            wanted = await _claim.all(conn, AT_ONCE, _CLAIM_S)
        await asyncio.gather(*(self._fetch(one) for one in wanted))
        metrics.swept("media_fetcher")
        return len(wanted)

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            fetched = await self._asked(wanted)
        except Undeliverable as refusal:
            await self._end(wanted, str(refusal))
        except (Unavailable, TimeoutError) as error:
            await self._again(wanted, str(error) or "the provider did not answer in time")
        except Exception as error:
            log.exception("fetch_failed", attachment_id=wanted.id, exc_info=logs.unquoted(error))
            await self._again(wanted, f"the channel failed: {type(error).__name__}")
        else:
            await self._keep(wanted, fetched)

    async def _asked(self, wanted: Wanted) -> Fetched:
        channel = self._channels.get(wanted.channel)
        if channel is None:
            raise Undeliverable(f"there is no channel {wanted.channel}")
        if channel.missing:
            raise Unavailable(f"{wanted.channel} is not set up")
        async with asyncio.timeout(_FETCH_DEADLINE_S):
            return await channel.fetch(
                Media(url=wanted.source_url, content_type=wanted.content_type)
            )

    async def _keep(self, wanted: Wanted, fetched: Fetched) -> None:
        """Store the bytes, the row and the event together, or nothing of it."""
        try:
            async with self._database.transaction() as conn:
                sha256 = await blobs.store(conn, fetched.body)
                size_bytes, content_type = len(fetched.body), sniffed(fetched.body)
                if await _store.run(
                    conn, wanted.id, sha256, size_bytes, content_type, fetched.name[:200]
                ):
                    data = {
                        "interaction_id": wanted.interaction_id,
                        "attachment_id": wanted.id,
                        "size_bytes": size_bytes,
                    }
                    now = await timers.clock(conn)
                    await events.record(conn, _fact("attachment_stored", now, wanted, data))
        except (NoDatabase, asyncpg.PostgresError) as error:  # a full disk, too
            log.warning(
                "attachment_not_stored", attachment_id=wanted.id, error=type(error).__name__
            )
            await self._again(wanted, "it could not be stored")
            return
        self._bell.ring("events")

    async def _again(self, wanted: Wanted, reason: str) -> None:
        if wanted.attempts >= MOST_ATTEMPTS:
            await self._end(wanted, f"Given up after {wanted.attempts} attempts: {reason}")
            return
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (wanted.attempts - 1))
        async with self._database.transaction() as conn:
            await _put_off.run(conn, wanted.id, wait_s * self._chance.uniform(0.5, 1.0))

    async def _end(self, wanted: Wanted, reason: str) -> None:
        async with self._database.transaction() as conn:
            if await _give_up.run(conn, wanted.id, reason[:500]):
                data = {
                    "interaction_id": wanted.interaction_id,
                    "attachment_id": wanted.id,
                    "attempts": wanted.attempts,
                }
                now = await timers.clock(conn)
                await events.record(conn, _fact("attachment_failed", now, wanted, data))
        log.warning("attachment_not_fetched", attachment_id=wanted.id, attempts=wanted.attempts)
        self._bell.ring("events")


def _fact(kind: str, now: datetime, wanted: Wanted, data: Mapping[str, object]) -> events.Event:
    return events.Event(
        kind=kind,
        at=now,
        actor="system",
        ticket_id=wanted.ticket_id,
        contact_id=wanted.contact_id,
        data=data,
    )
