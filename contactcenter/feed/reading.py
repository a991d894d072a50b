"""Reads what is new, as soon as it may be read, and has the hub tell it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from contactcenter.db import Conn, Database, is_unreachable
from contactcenter.errors import NoDatabase
from contactcenter.feed import cursor, frames, reader
from contactcenter.feed.cursor import Cursor
from contactcenter.feed.frames import Resync
from contactcenter.feed.hub import Hub
from contactcenter.feed.limits import Limits

_RECONNECT_S: Final = 0.5

log = structlog.get_logger()


class Reading:
    """The one reader of a process. ``news`` is set when there may be something."""

    def __init__(
        self,
        database: Database,
        news: asyncio.Event,
        hub: Hub,
        *,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        #: Set once the reader has found its place in the order of events.
        self.started: Final = asyncio.Event()
        self.epoch = 0
        self._database = database
        self._news = news
        self._hub = hub
        self._limits = limits
        self._clock = clock
        self._looked = reader.Look(at=datetime.fromtimestamp(0, UTC), held_back_s=None)
        self._looked_s = clock()
        self._behind_s = 0.0

    @property
    def now(self) -> Cursor:
        """The cursor of whoever was handed everything that the hub has told."""
        at_s = cursor.seconds(self._looked.at)
        return Cursor(epoch=self.epoch, position=self._hub.position, at_s=at_s)

    @property
    def silent_s(self) -> float:
        """How long ago the table was last looked at."""
        return self._clock() - self._looked_s

    @property
    def lag_s(self) -> float:
        """The age of the oldest committed event that was not told yet; 0.0 where there is none."""
        is_silent = self.silent_s > 2 * self._limits.look_every_s
        held_back_s = self._looked.held_back_s or 0.0
        return max(self._behind_s, held_back_s, self.silent_s if is_silent else 0.0)

    async def run(self) -> None:
        """Read until cancelled; a lost connection is opened again."""
        while True:
            try:
                conn = await self._database.connect("feed")
                try:
                    await self._find_place(conn)
                    self.started.set()
                    await self._follow(conn)
                finally:
                    conn.terminate()
            except Exception as error:
                name = type(error).__name__
                if isinstance(error, NoDatabase) or is_unreachable(error):
                    log.warning("feed_interrupted", error=name)
                else:
                    log.exception("feed_failed", error=name)
                await asyncio.sleep(_RECONNECT_S)

    async def _find_place(self, conn: Conn) -> None:
        """Begin at now; after a lost connection go on, unless the database has another history."""
        now = await reader.present(conn)
        position = self._hub.position
        if self.started.is_set() and now.epoch == self.epoch and position.xid <= now.xmax:
            return
        self.epoch = now.epoch
        self._hub.position = now.cursor.position
        self._looked = reader.Look(at=now.at, held_back_s=None)
        await self._hub.visibility.read_holdings(conn)
        for subscriber in self._hub.subscribers:
            if subscriber.cursor is not None:
                subscriber.cursor = now.cursor
                subscriber.is_live = True
                subscriber.put(frames.encode(Resync(cursor=now.cursor.written())))

    async def _follow(self, conn: Conn) -> None:
        """Read after each ring of the bell; while an older writer runs, look again and again."""
        poll_s = self._limits.first_poll_s
        while True:
            self._news.clear()
            self._looked = await reader.look(conn)
            self._looked_s = self._clock()
            entries = await reader.page(conn, self._hub.position, self._limits.page)
            await self._hub.tell(conn, self.epoch, entries)
            if len(entries) == self._limits.page:
                self._behind_s = (self._looked.at - entries[-1].at).total_seconds()
                continue
            self._behind_s = 0.0
            is_held_back = self._looked.held_back_s is not None
            rang = await self._rings_within(poll_s if is_held_back else self._limits.look_every_s)
            if rang or not is_held_back:
                poll_s = self._limits.first_poll_s
            else:
                poll_s = min(2 * poll_s, self._limits.longest_poll_s)

    async def _rings_within(self, at_most_s: float) -> bool:
        try:
            async with asyncio.timeout(at_most_s):
                await self._news.wait()
        except TimeoutError:
            return False
        return True
