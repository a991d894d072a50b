"""The feed of one process: reads what is new, tells the subscribers, lets late ones catch up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.errors import DomainError, NoDatabase, NotSignedIn
from contactcenter.feed import credentials, cursor, reader
from contactcenter.feed.cursor import Cursor
from contactcenter.feed.hub import TOGETHER, Hub, Telling
from contactcenter.feed.limits import Limits
from contactcenter.feed.reader import Entry
from contactcenter.feed.reading import Reading
from contactcenter.feed.signals import Signals
from contactcenter.feed.subscriber import TRY_LATER, Line, Subscriber

#: Whoever waits for the database, or for the feed to find its place, is told 503 after this.
WORK_S: Final = 4.5
_WATCH_EVERY_S: Final = 1.0
#: After so many the other tasks get their turn.
_WATCHED_TOGETHER: Final = 500

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
        self._hub = Hub()
        self._reading = Reading(
            database, bell.waiter("events"), self._hub, limits=self.limits, clock=clock
        )
        self._signals = Signals(database, self._hub)
        bell.listen("consoles", self._signals.hear)
        self._resuming = asyncio.Semaphore(self.limits.resumes_at_once)

    async def run(self) -> None:
        """Read and tell until cancelled; a lost connection is opened again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._reading.run())
            tasks.create_task(self._watch())
            tasks.create_task(self._signals.run())

    async def join(self, actor: Actor, line: Line) -> Subscriber:
        """Take in whoever has signed in; ``leave`` must follow.

        Raises ``NotSignedIn`` where the session or token is over meanwhile, ``TooManySockets`` or
        ``NoDatabase``.
        """
        subscriber = Subscriber(
            self._hub.visibility.follow(actor.user_id),
            credentials.of(actor),
            line,
            keeps_presence=actor.kind == "session" or "write" in actor.scopes,
            clock=self._clock,
            limits=self.limits,
        )
        try:
            await self._start()
            if subscriber.viewer.sockets > self.limits.sockets_per_user:
                raise TooManySockets
            async with self._connection() as conn:
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

    @contextmanager
    def listening(self, listener: Callable[[Sequence[Entry]], None]) -> Iterator[None]:
        """Hand every event, whoever may see it, to a part of this process: once and in order.

        The listener is called with those that were read together, and must not wait. After a lost
        connection to the database, or before the feed has its place, events may be left out: it is
        called with none then, and looks for itself.
        """
        self._hub.listeners.append(listener)
        self._hub.visibility.listen()
        try:
            yield
        finally:
            self._hub.listeners.remove(listener)
            self._hub.visibility.hear_no_more()

    def leave(self, subscriber: Subscriber) -> None:
        """Let go of a subscriber whose socket is closed."""
        self._hub.leave(subscriber)
        self._hub.visibility.leave(subscriber.viewer)

    async def subscribe(self, subscriber: Subscriber, kept: str | None) -> Subscribed:
        """Let events follow from a cursor, or from now on; raises ``BadCursor``, ``NoDatabase``."""
        resumed = None if kept is None else cursor.read(kept)
        async with self._connection() as conn:
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
            return self._reading.now.written()
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
        return Status(
            lag_s=self._reading.lag_s,
            silent_s=self._reading.silent_s,
            subscribers=len(subscribers),
            people=len({s.viewer.user_id for s in subscribers}),
        )

    async def _watch(self) -> None:
        """Cut who is slow or no longer signed in, whether or not there is anything to tell."""
        checked_s = self._clock()
        while True:
            await asyncio.sleep(_WATCH_EVERY_S)
            for n, subscriber in enumerate(self._hub.subscribers, 1):
                subscriber.may_go_on()
                subscriber.check_speed()
                if n % _WATCHED_TOGETHER == 0:
                    await asyncio.sleep(0)
            if self._clock() - checked_s < self.limits.check_credentials_every_s:
                continue
            checked_s = self._clock()
            try:
                async with self._connection() as conn:
                    await self._hub.check_credentials(conn)
            except Exception as error:  # noqa: BLE001  as above
                log.warning("feed_credentials_not_checked", error=type(error).__name__)

    async def _catch_up(self, subscriber: Subscriber) -> None:
        """Write what was missed, page by page, until the hub can take over without gap or double.

        A page that is not full holds everything the hub had told when it was asked for. Where the
        hub has told more meanwhile, one more page is read.
        """
        while subscriber.is_resuming and subscriber.cursor and subscriber.ending is None:
            told = self._reading.now
            try:
                async with self._resuming, self._connection() as conn:
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
        for start in range(0, len(entries), TOGETHER):
            seen = []
            for entry in entries[start : start + TOGETHER]:
                telling = Telling(entry, self._reading.epoch)
                frame = telling.frame_for(subscriber.viewer, self._hub.visibility)
                if frame is not None:
                    seen.append(frame)
                reached = telling.cursor
            if seen:
                await subscriber.write(b"".join(seen))
        return reached

    def _take_over(self, subscriber: Subscriber, reached: Cursor) -> None:
        """Let the hub hand on events, if it has told nothing that the subscriber lacks."""
        if reached.position >= self._hub.position:
            subscriber.is_live = True

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Conn]:
        try:
            async with asyncio.timeout(WORK_S), self._database.read() as conn:
                yield conn
        except TimeoutError as error:
            raise NoDatabase from error

    async def _start(self) -> None:
        """Wait until the reader has its place; it wakes up for the first who is followed."""
        try:
            async with asyncio.timeout(WORK_S):
                await self._reading.started.wait()
        except TimeoutError as error:
            raise NoDatabase from error
