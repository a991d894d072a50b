"""Reads what is new, as soon as it may be read, and has the hub tell it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from contactcenter.bell import is_set_within
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
    """The one reader of a process. ``news`` is set when there may be something.

    While nobody is connected it only looks, once a second, whether the feed is held back. It finds
    its place anew for the first who comes: whatever was before is past, or read page by page by
    whoever resumes.
    """

    def __init__(
        self,
        database: Database,
        news: asyncio.Event,
        hub: Hub,
        *,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        #: Set while the reader has its place in the order of events: once somebody is followed.
        self.started: Final = asyncio.Event()
        self.epoch = 0
        self._database = database
        self._news = news
        self._hub = hub
        self._limits = limits
        self._clock = clock
        self._looked = reader.Look(at=datetime.fromtimestamp(0, UTC), held_back_s=None)
        self._looked_s = clock()
        #: When the table was last asked, for events or only whether there are any.
        self._asked_s = clock()

    @property
    def now(self) -> Cursor:
        """The cursor of whoever was handed everything that the hub has told."""
        at_s = cursor.seconds(self._looked.at)
        return Cursor(epoch=self.epoch, position=self._hub.position, at_s=at_s)

    @property
    def silent_s(self) -> float:
        """How long ago the table was last asked."""
        return self._clock() - self._asked_s

    @property
    def lag_s(self) -> float:
        """The age of the oldest committed event that was not told yet; 0.0 where there is none."""
        is_silent = self.silent_s > 2 * self._limits.look_every_s
        return max(self._looked.held_back_s or 0.0, self.silent_s if is_silent else 0.0)

    async def run(self) -> None:
        """Read until cancelled; a lost connection is opened again."""
        while True:
            try:
                # Planned once, perhaps while the table is empty: it must not be read to its end.
                conn = await self._database.connect("feed", generic_plans=True)
                try:
                    while True:
                        await self._doze(conn)
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

    async def _doze(self, conn: Conn) -> None:
        """Leave the events alone until somebody is there."""
        followed = self._hub.visibility.followed
        if followed.is_set():
            return
        self.started.clear()
        while not followed.is_set():
            self._note(await reader.look(conn))
            await is_set_within(followed, self._limits.look_every_s)

    async def _find_place(self, conn: Conn) -> None:
        """Begin at now; after a lost connection go on, unless the database has another history."""
        now = await reader.present(conn)
        position = self._hub.position
        if self.started.is_set() and now.epoch == self.epoch and position.xid <= now.xmax:
            return
        self.epoch = now.epoch
        self._hub.position = now.cursor.position
        self._note(reader.Look(at=now.at, held_back_s=None))
        await self._hub.visibility.read_holdings(conn)
        self._hub.tell_listeners(())
        for subscriber in self._hub.subscribers:
            if subscriber.cursor is not None:
                subscriber.cursor = now.cursor
                subscriber.is_live = True
                subscriber.put(frames.encode(Resync(cursor=now.cursor.written())))

    async def _follow(self, conn: Conn) -> None:
        """Read after each ring of the bell; while an older writer runs, look again and again.

        The first ring after a silence is heeded at once, those of a busy centre at an even pace.
        """
        limits = self._limits
        poll_s = limits.first_poll_s
        while self._hub.visibility.followed.is_set():
            if await self._read(conn) == limits.page:
                self._note(await reader.look_after(conn, self._hub.position))
                continue
            is_busy = await is_set_within(self._news, limits.first_poll_s)
            if not is_busy or self._clock() - self._looked_s > limits.longest_poll_s:
                self._note(await reader.look_after(conn, self._hub.position))
            is_held_back = self._looked.held_back_s is not None
            wait_s = poll_s - limits.first_poll_s if is_held_back else limits.look_every_s
            rang = is_busy or await is_set_within(self._news, wait_s)
            if rang or not is_held_back:
                poll_s = limits.first_poll_s
            else:
                poll_s = min(2 * poll_s, limits.longest_poll_s)
            if rang:
                await asyncio.sleep(self._asked_s + limits.pace_s - self._clock())

    async def _read(self, conn: Conn) -> int:
        """Have the next page told; returns how many events it held."""
        self._news.clear()
        self._asked_s = self._clock()
        entries = await reader.page(conn, self._hub.position, self._limits.page)
        await self._hub.tell(conn, self.epoch, entries)
        if entries:  # they come in order, so the oldest that had waited is among them
            self._looked = msgspec.structs.replace(self._looked, held_back_s=None)
        return len(entries)

    def _note(self, looked: reader.Look) -> None:
        self._looked = looked
        self._looked_s = self._asked_s = self._clock()
