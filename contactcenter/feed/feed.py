"""The feed of one process: reads what is new, tells the subscribers, lets late ones catch up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.errors import DomainError, NoDatabase, NotSignedIn
from contactcenter.feed import credentials, cursor, frames, reader
from contactcenter.feed.cursor import Cursor
from contactcenter.feed.frames import Resync
from contactcenter.feed.hub import Hub, Telling
from contactcenter.feed.limits import Limits
from contactcenter.feed.reader import Entry
from contactcenter.feed.subscriber import TRY_LATER, Line, Subscriber

#: Whoever waits for the database, or for the feed to find its place, is told 503 after this.
WORK_S: Final = 4.5
_RECONNECT_S: Final = 0.5
_WATCH_EVERY_S: Final = 1.0

log = structlog.get_logger()


class Status(Struct, frozen=True, kw_only=True):
    """How the feed is doing. ``lag_s`` is the age of the oldest committed event not yet told.

    ``silent_s`` is how long ago the table was last looked at: about a second at most.
    """

    lag_s: float
    silent_s: float
    subscribers: int
    people: int


class TooManySockets(DomainError):
    """You have too many sockets open."""

    code = "too_many_sockets"
    status = HTTPStatus.TOO_MANY_REQUESTS


class Subscribed(Struct, frozen=True, kw_only=True):
    """Where a subscription begins; ``is_anew`` tells that the cursor given was too old for it."""

    cursor: str
    is_anew: bool


class Feed:
    """One a process. ``clock`` counts seconds, from anywhere, and never goes back."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits: Final = limits or Limits()
        self._database = database
        self._clock = clock
        self._news = bell.waiter("events")
        self._hub = Hub()
        self._epoch = 0
        self._started = asyncio.Event()
        self._looked = reader.Look(at=datetime.fromtimestamp(0, UTC), held_back_s=None)
        self._looked_s = clock()
        self._behind_s = 0.0
        self._resuming = asyncio.Semaphore(self.limits.resumes_at_once)

    async def run(self) -> None:
        """Read and tell until cancelled; a lost connection is opened again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read())
            tasks.create_task(self._watch())

    async def join(self, actor: Actor, line: Line) -> Subscriber:
        """Take in whoever has signed in; ``leave`` must follow.

        Raises ``NotSignedIn`` where the session or token is over meanwhile, ``TooManySockets`` or
        ``NoDatabase``.
        """
        await self._start()
        subscriber = Subscriber(
            self._hub.visibility.follow(actor.user_id),
            credentials.of(actor),
            line,
            keeps_presence=actor.kind == "session" or "write" in actor.scopes,
            clock=self._clock,
            limits=self.limits,
        )
        try:
            if subscriber.viewer.sockets > self.limits.sockets_per_user:
                raise TooManySockets
            async with self._reading() as conn:
                await self._hub.visibility.read(conn, [actor.user_id])
                left = await credentials.left_s(conn, [subscriber.credential])
            if not left[0]:
                raise NotSignedIn
        except BaseException:
            self._hub.visibility.leave(subscriber.viewer)
            raise
        subscriber.good_for(left[0])
        self._hub.join(subscriber)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Let go of a subscriber whose socket is closed."""
        self._hub.leave(subscriber)
        self._hub.visibility.leave(subscriber.viewer)

    async def subscribe(self, subscriber: Subscriber, kept: str | None) -> Subscribed:
        """Let events follow from a cursor, or from now on; raises ``BadCursor``, ``NoDatabase``."""
        resumed = None if kept is None else cursor.read(kept)
        async with self._reading() as conn:
            now = await reader.present(conn)
            is_anew = resumed is not None and not await reader.can_resume(
                conn, resumed, now, resume_for=self.limits.resume_for
            )
        begun = now.cursor if resumed is None or is_anew else resumed
        subscriber.cursor = begun
        self._take_over(subscriber, begun)
        if subscriber.is_resuming:
            subscriber.wake()
        return Subscribed(cursor=begun.written(), is_anew=is_anew)

    def cursor_of(self, subscriber: Subscriber) -> str | None:
        """Where a subscriber is once what waits for it is written; None before it subscribes."""
        if subscriber.is_live:
            return self._now().written()
        return None if subscriber.cursor is None else subscriber.cursor.written()

    async def serve(self, subscriber: Subscriber) -> None:
        """Write to one socket what waits for it and what it missed, until there is no more."""
        await subscriber.flush()
        if subscriber.is_resuming:
            await self._catch_up(subscriber)

    def present(self) -> Collection[int]:
        """Whose open sockets tell that they are there."""
        return self._hub.present()

    @property
    def status(self) -> Status:
        """How it is doing, for metrics and ``doctor``."""
        subscribers = self._hub.subscribers
        silent_s = self._clock() - self._looked_s
        return Status(
            lag_s=max(
                self._behind_s,
                self._looked.held_back_s or 0.0,
                silent_s if silent_s > 2 * self.limits.look_every_s else 0.0,
            ),
            silent_s=silent_s,
            subscribers=len(subscribers),
            people=len({s.viewer.user_id for s in subscribers}),
        )

    async def _read(self) -> None:
        while True:
            try:
                conn = await self._database.connect("feed")
                try:
                    await self._find_place(conn)
                    self._started.set()
                    await self._follow(conn)
                finally:
                    conn.terminate()
            except Exception as error:  # noqa: BLE001  the feed outlives a lost database
                log.warning("feed_interrupted", error=type(error).__name__, detail=str(error))
                await asyncio.sleep(_RECONNECT_S)

    async def _find_place(self, conn: Conn) -> None:
        """Begin at now; after a lost connection go on, unless the database has another history."""
        now = await reader.present(conn)
        position = self._hub.position
        if self._started.is_set() and now.epoch == self._epoch and position.xid <= now.xmax:
            return
        self._epoch = now.epoch
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
        poll_s = self.limits.first_poll_s
        while True:
            self._news.clear()
            self._looked = await reader.look(conn)
            self._looked_s = self._clock()
            entries = await reader.page(conn, self._hub.position, self.limits.page)
            await self._hub.tell(conn, self._epoch, entries)
            if len(entries) == self.limits.page:
                self._behind_s = (self._looked.at - entries[-1].at).total_seconds()
                continue
            self._behind_s = 0.0
            is_held_back = self._looked.held_back_s is not None
            rang = await self._rings_within(poll_s if is_held_back else self.limits.look_every_s)
            if rang or not is_held_back:
                poll_s = self.limits.first_poll_s
            else:
                poll_s = min(2 * poll_s, self.limits.longest_poll_s)

    async def _rings_within(self, at_most_s: float) -> bool:
        try:
            async with asyncio.timeout(at_most_s):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> None:
        """Cut who is slow or no longer signed in, whether or not there is anything to tell."""
        checked_s = self._clock()
        while True:
            await asyncio.sleep(_WATCH_EVERY_S)
            for subscriber in self._hub.subscribers:
                subscriber.may_go_on()
                subscriber.check_speed()
            if self._clock() - checked_s < self.limits.check_credentials_every_s:
                continue
            checked_s = self._clock()
            try:
                async with self._reading() as conn:
                    await self._hub.check_credentials(conn)
            except Exception as error:  # noqa: BLE001  as above
                log.warning("feed_credentials_not_checked", error=type(error).__name__)

    async def _catch_up(self, subscriber: Subscriber) -> None:
        """Write what was missed, page by page, until the hub can take over without gap or double.

        A page that is not full holds everything the hub had told when it was asked for. Where the
        hub has told more meanwhile, one more page is read.
        """
        while subscriber.is_resuming and subscriber.cursor and subscriber.ending is None:
            told = self._now()
            try:
                async with self._resuming, self._reading() as conn:
                    entries = await reader.page(conn, subscriber.cursor.position, self.limits.page)
            except (NoDatabase, asyncpg.PostgresError):
                subscriber.end(TRY_LATER)
                return
            reached = await self._catch_up_with(subscriber, entries)
            if len(entries) < self.limits.page and reached.position < told.position:
                reached = told
            await subscriber.flush()
            if subscriber.is_resuming:  # not sent to read anew meanwhile
                subscriber.cursor = reached
                self._take_over(subscriber, reached)

    async def _catch_up_with(self, subscriber: Subscriber, entries: list[Entry]) -> Cursor:
        """Write what is for this person's eyes; returns where one is after these events."""
        reached = subscriber.cursor
        assert reached is not None, "whoever catches up has begun somewhere"
        for entry in entries:
            telling = Telling(entry, self._epoch)
            frame = telling.frame_for(subscriber.viewer, self._hub.visibility)
            if frame is not None:
                await subscriber.write(frame)
            reached = telling.cursor
        return reached

    def _take_over(self, subscriber: Subscriber, reached: Cursor) -> None:
        """Let the hub hand on events, if it has told nothing that the subscriber lacks."""
        if reached.position >= self._hub.position:
            subscriber.is_live = True

    def _now(self) -> Cursor:
        """The cursor of whoever was handed everything that the hub has told."""
        at_s = cursor.seconds(self._looked.at)
        return Cursor(epoch=self._epoch, position=self._hub.position, at_s=at_s)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Conn]:
        try:
            async with asyncio.timeout(WORK_S), self._database.read() as conn:
                yield conn
        except TimeoutError as error:
            raise NoDatabase from error

    async def _start(self) -> None:
        try:
            async with asyncio.timeout(WORK_S):
                await self._started.wait()
        except TimeoutError as error:
            raise NoDatabase from error
