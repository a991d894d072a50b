"""Keeps recordings beside the calls: fetches each once, and lets the provider forget it.

One is claimed for as long as a fetch may take, fetched through the channel, and stored with its
row in one transaction. What the provider does not give for half a day is marked as failed, with
the reason, and stays there until its time is over. Messages whose callers became known late, and
pauses that end by themselves, are seen to here as well.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import Channel, Fetched, Media, Unavailable, Undeliverable, sniffed
from contactcenter import db, logs, metrics, timers
from contactcenter.bell import Bell, rung
from contactcenter.calls import recording_pauses, recordings
from contactcenter.calls.calls import CHANNEL
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.switchboard import recording_erasing, voicemails
from contactcenter.switchboard.asked import Entering

#: An hour of a call is 14 MB; few at a time are held in memory.
AT_ONCE: Final = 2
#: With the waits between them half a day, 12.3 hours on average.
MOST_ATTEMPTS: Final = 25
FIRST_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 3600.0
#: A sound may not be there yet when it is told of: ten minutes long that is no refusal.
NOT_YET_ATTEMPTS: Final = 6
_FETCH_DEADLINE_S: Final = 120.0
#: Longer than the fetch and storing what it brought.
_CLAIM_S: Final = 240
_LOOK_EVERY_S: Final = 2.0
_FILED_AT_ONCE: Final = 20
_GONE: Final = frozenset({"404", "410"})

log = structlog.get_logger()


class Wanted(Struct, frozen=True, kw_only=True):
    """A claimed recording that only the provider has."""

    id: int
    source_url: str
    attempts: int


_SQL = db.Statements(__name__)
_claim = _SQL.take("claim", Wanted)
_put_off = _SQL.command("put_off")
_to_file = _SQL.take("to_file", int)


class NotWanted(Exception):
    """Nobody wants these bytes any more: nothing of them may be committed."""


class RecordingKeeper:
    """One task a process; ``chance`` spreads the retries."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        channels: Mapping[str, Channel],
        enter: Entering,
        *,
        chance: random.Random,
    ) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels
        self._enter = enter
        self._chance = chance
        self._news = bell.waiter("media")

    async def run(self) -> None:
        """See to what is due until cancelled."""
        while True:
            await rung(self._news, at_most_s=_LOOK_EVERY_S)
            try:
                while await self.round():
                    pass
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("recording_keeper_failed", error=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def round(self) -> int:
        """Do some of everything that is due; returns how much that was."""
        done = await self._resume() + await self._file() + await self.fetch_due()
        done += await recording_erasing.erase_at_provider(
            self._database, self._channels.get(CHANNEL), chance=self._chance
        )
        metrics.swept("recording_keeper")
        if done:
            self._bell.ring("events", "triage")
        return done

    async def fetch_due(self) -> int:
        """Fetch some recordings; returns how many were due."""
        async with self._database.transaction() as conn:
            wanted = await _claim.all(conn, AT_ONCE, _CLAIM_S, await timers.clock(conn))
        await asyncio.gather(*(self._fetch(one) for one in wanted))
        return len(wanted)

    async def _resume(self) -> int:
        async with self._database.transaction() as conn:
            return await recording_pauses.resume_due(conn, await timers.clock(conn))

    async def _file(self) -> int:
        async with self._database.read() as conn:
            due = await _to_file.all(conn, _FILED_AT_ONCE, await timers.clock(conn))
        for recording_id in due:
            async with self._database.transaction() as conn:
                now = await timers.clock(conn)
                if not await voicemails.file(conn, now, self._enter, recording_id, insists=True):
                    log.warning("voicemail_of_nobody", recording_id=recording_id)
        return len(due)

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            fetched = await self._asked(wanted)
        except Undeliverable as refusal:
            if refusal.code in _GONE and wanted.attempts < NOT_YET_ATTEMPTS:
                await self._again(wanted, str(refusal))
            else:
                await self._end(wanted, str(refusal))
        except (Unavailable, TimeoutError) as error:
            await self._again(wanted, str(error) or "the provider did not answer in time")
        except Exception as error:
            log.exception("fetch_failed", recording_id=wanted.id, exc_info=logs.unquoted(error))
            await self._again(wanted, f"the channel failed: {type(error).__name__}")
        else:
            await self._keep(wanted, fetched)

    async def _asked(self, wanted: Wanted) -> Fetched:
        channel = self._channels.get(CHANNEL)
        if channel is None:
            raise Undeliverable(f"there is no channel {CHANNEL}")
        if channel.missing:
            raise Unavailable(f"{CHANNEL} is not set up")
        async with asyncio.timeout(_FETCH_DEADLINE_S):
            fetched = await channel.fetch(Media(url=wanted.source_url, content_type="audio/*"))
        if not sniffed(fetched.body).startswith("audio/"):
            raise Undeliverable("What the provider gave is no sound.")
        return fetched

    async def _keep(self, wanted: Wanted, fetched: Fetched) -> None:
        """Store the bytes, the row and the event together, or nothing of it."""
        try:
            async with self._database.transaction() as conn:
                now, kind = await timers.clock(conn), sniffed(fetched.body)
                if not await recordings.store(conn, now, wanted.id, fetched.body, kind):
                    raise NotWanted
        except NotWanted:
            log.info("recording_not_wanted", recording_id=wanted.id)
        except (NoDatabase, asyncpg.PostgresError) as error:  # a full disk, too
            log.warning("recording_not_stored", recording_id=wanted.id, error=type(error).__name__)
            await self._again(wanted, "it could not be stored")

    async def _again(self, wanted: Wanted, reason: str) -> None:
        if wanted.attempts >= MOST_ATTEMPTS:
            await self._end(wanted, f"Given up after {wanted.attempts} attempts: {reason}")
            return
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (wanted.attempts - 1))
        wait_s *= self._chance.uniform(0.5, 1.0)
        async with self._database.transaction() as conn:
            await _put_off.run(conn, wanted.id, wait_s, await timers.clock(conn))

    async def _end(self, wanted: Wanted, reason: str) -> None:
        async with self._database.transaction() as conn:
            now = await timers.clock(conn)
            await recordings.give_up(
                conn, now, wanted.id, attempts=wanted.attempts, error=reason[:500]
            )
        log.warning("recording_not_fetched", recording_id=wanted.id, attempts=wanted.attempts)
