"""Finds messages that came while nobody could take them, by asking the provider for its list.

A provider calls our hook once, or a few times; it keeps the message, and does not call again. So
each channel is swept when a process starts and every ten minutes, by one process at a time. What
is found goes through the intake like any other message, which knows what it has already. How far
a channel is known to be stored is kept, and moves only when all of it was.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog

from channels import (
    Channel,
    Checkpoint,
    Inbound,
    Inbox,
    NotStored,
    Outcome,
    StatusUpdate,
    Unavailable,
    Unreadable,
)
from contactcenter import checkpoints, leases, logs, metrics, timers
from contactcenter.administration import entry_points
from contactcenter.db import Database
from contactcenter.errors import NoDatabase

EVERY_S: Final = 600
#: After a sweep that failed.
AGAIN_S: Final = 60
#: A provider may list a message later than it dates it, and its clock is not ours: an hour is far
#: more than either, and what is seen twice costs a look-up.
OVERLAP: Final = timedelta(hours=1)
#: Where messages came before anybody kept a checkpoint: the version before may have missed some,
#: and a day is as long as somebody who waits for an answer may not have written again.
FIRST_LOOK_BACK: Final = timedelta(hours=24)
#: No sweep goes back further: a message is known again by its key, which is kept for 30 days.
LONGEST_LOOK_BACK: Final = timedelta(days=28)

#: Renewed while the sweep goes on; a process that died in the middle holds others up for this long.
_LEASE_S: Final = 30
_RENEW_EVERY_S: Final = 8.0
_SWEEP_DEADLINE_S: Final = 480.0
_LOOK_EVERY_S: Final = 5.0

log = structlog.get_logger()


class Sweeper:
    """One task a process; ``holder`` tells the processes apart."""

    def __init__(
        self, database: Database, inbox: Inbox, channels: Mapping[str, Channel], *, holder: str
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._channels = channels
        self._holder = holder
        self._started_at: datetime | None = None
        self._caught_up: set[str] = set()
        self._not_before_s: dict[str, float] = {}

    async def run(self) -> None:
        """Sweep what is due until cancelled."""
        while True:
            for name in self._channels:
                try:
                    await self.look(name)
                except (NoDatabase, asyncpg.PostgresError) as error:
                    log.warning("sweeper_failed", error=type(error).__name__)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self, name: str) -> bool:
        """Sweep one channel if that is due and nobody else does it; whether it was done."""
        channel = self._channels[name]
        loop = asyncio.get_running_loop()
        if channel.missing or loop.time() < self._not_before_s.get(name, 0.0):
            return False
        lease = f"sweep:{name}"
        async with self._database.transaction() as conn:
            now = await timers.clock(conn)
            self._started_at = self._started_at or now
            known = await checkpoints.find(conn, name)
            if known is not None and not self._is_due(name, known, now):
                return False
            fence = await leases.take(conn, lease, self._holder, lease_s=_LEASE_S)
            if fence is None:
                return False
            has_messages = known is not None or await checkpoints.has_messages(conn, name)
        since = since_of(known, now, has_messages=has_messages)
        renewing = asyncio.create_task(self._renew(lease, fence))
        swept = False
        try:
            swept = await self._sweep(name, channel, since)
        finally:
            renewing.cancel()
            ending = self._end(name, lease, fence, stored_until=now if swept else None)
            await leases.see_through(ending)
        if swept:
            metrics.swept(lease)
        self._not_before_s[name] = loop.time() + (0 if swept else AGAIN_S)
        return swept

    async def _renew(self, lease: str, fence: int) -> None:
        while True:
            await asyncio.sleep(_RENEW_EVERY_S)
            with suppress(NoDatabase, asyncpg.PostgresError):
                async with self._database.transaction() as conn:
                    await leases.renew(conn, lease, fence, lease_s=_LEASE_S)

    async def _end(
        self, name: str, lease: str, fence: int, *, stored_until: datetime | None
    ) -> None:
        async with self._database.transaction() as conn:
            if stored_until is not None:
                await checkpoints.advance(conn, name, stored_until, lease=lease, fence=fence)
            await leases.let_go(conn, lease, fence)

    def _is_due(self, name: str, known: checkpoints.Checkpoint, now: datetime) -> bool:
        """Every ten minutes, and whenever we start: nobody knows what was missed before."""
        assert self._started_at is not None
        if known.swept_at >= self._started_at:
            self._caught_up.add(name)
        is_old = now - known.swept_at >= timedelta(seconds=EVERY_S)
        return is_old or name not in self._caught_up

    async def _ours(self, name: str) -> Inbox:
        """The inbox, which takes only what was sent to our own addresses where any are known.

        A hook is called for numbers that somebody pointed at us; a provider's list holds whatever
        the account receives, and the account may serve others, too.
        """
        async with self._database.read() as conn:
            known = {e.address for e in await entry_points.list_all(conn) if e.channel == name}
        return _Ours(self._inbox, known) if known else self._inbox

    async def _sweep(self, name: str, channel: Channel, since: datetime) -> bool:
        try:
            async with asyncio.timeout(_SWEEP_DEADLINE_S):
                count = await channel.backfill(await self._ours(name), since)
        except (Unavailable, NotStored, TimeoutError) as error:
            log.warning("sweep_failed", channel=name, error=type(error).__name__)
            return False
        except Exception as error:
            log.exception("sweep_failed", channel=name, exc_info=logs.unquoted(error))
            return False
        if count:
            log.warning("messages_backfilled", channel=name, count=count)
        return True


class _Ours:
    """An inbox that lets messages to other addresses pass by."""

    def __init__(self, inbox: Inbox, addresses: Collection[str]) -> None:
        self._inbox = inbox
        self._addresses = addresses

    async def receive(
        self, items: Sequence[Inbound | Unreadable], *, checkpoint: Checkpoint | None = None
    ) -> Sequence[Outcome]:
        """Hand on what is ours; the rest counts as known."""
        ours = [i for i in items if isinstance(i, Unreadable) or i.entry_point in self._addresses]
        outcomes = iter(await self._inbox.receive(ours, checkpoint=checkpoint) if ours else ())
        return [next(outcomes) if item in ours else "duplicate" for item in items]

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        """Hand on: it is known by the id of our own message."""
        await self._inbox.status(update)


def since_of(
    known: checkpoints.Checkpoint | None, now: datetime, *, has_messages: bool
) -> datetime:
    """From when on to ask for messages.

    A channel on which nothing ever came was set up just now: what is older was another's to answer.
    """
    if known is not None:
        return max(known.stored_until - OVERLAP, now - LONGEST_LOOK_BACK)
    return now - (FIRST_LOOK_BACK if has_messages else OVERLAP)
