"""Who watches the feed in the tests: sockets that only remember what they were sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from contactcenter import events
from contactcenter.access import sessions
from contactcenter.access.actor import Actor
from contactcenter.access.sessions import Account
from contactcenter.bell import Bell
from contactcenter.events import Event
from contactcenter.feed import Ending, Feed, Subscribed, Subscriber

#: Long enough for a busy machine, and for writers of other tests that hold this feed back.
PATIENCE_S = 30.0


class Screen:
    """What one open socket shows: the frames it was sent, and how it was closed."""

    subscriber: Subscriber
    subscribed: Subscribed

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.frames: list[dict[str, Any]] = []
        self.endings: list[str] = []
        self.takes_frames = asyncio.Event()
        self.takes_frames.set()
        self.serving: set[asyncio.Task[None]] = set()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [f["event"] for f in self.frames if f["type"] == "event"]

    @property
    def ids(self) -> list[int]:
        return [e["id"] for e in self.events]

    @property
    def kinds(self) -> list[str]:
        return [e["kind"] for e in self.events]

    @property
    def cursor(self) -> str | None:
        cursors_seen = [f["cursor"] for f in self.frames if f["type"] != "result"]
        return cursors_seen[-1] if cursors_seen else None

    def write_now(self, frame: bytes) -> bool:
        if self.serving or not self.takes_frames.is_set():
            return False
        self.frames += contents(frame)
        return True

    async def send(self, frame: bytes) -> None:
        await self.takes_frames.wait()
        self.frames += contents(frame)

    def wake(self) -> None:
        if not self.serving:
            task = asyncio.create_task(self.feed.serve(self.subscriber))
            self.serving.add(task)
            task.add_done_callback(self.serving.discard)

    def end(self, ending: Ending) -> None:
        self.endings.append(ending.reason)

    async def shows(self, said: Callable[["Screen"], bool]) -> None:
        """Wait until the screen shows it."""
        async with asyncio.timeout(PATIENCE_S):
            while not said(self):
                await asyncio.sleep(0.005)


def contents(written: bytes) -> list[Any]:
    """What unmasked text frames of the protocol say, one after the other."""
    said = []
    while written:
        assert written[0] == 0x81
        size, start = written[1], 2
        if size == 126:
            size, start = int.from_bytes(written[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(written[2:10]), 10
        assert len(written) >= start + size
        said.append(msgspec.json.decode(written[start : start + size]))
        written = written[start + size :]
    return said


@asynccontextmanager
async def running(*feeds: Feed) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(feed.run()) for feed in feeds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def screen(
    feed: Feed, actor: Actor, cursor: str | None = None, *, subscribes: bool = True
) -> AsyncIterator[Screen]:
    """A socket of this person that has subscribed; the result is not among the frames."""
    shown = Screen(feed)
    shown.subscriber = await feed.join(actor, shown)
    try:
        if subscribes:
            shown.subscribed = await feed.subscribe(shown.subscriber, cursor)
        yield shown
    finally:
        for task in list(shown.serving):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        feed.leave(shown.subscriber)


async def signed_in(
    conn: asyncpg.Connection, user_id: int, *, lifetime: timedelta = timedelta(hours=1)
) -> Actor:
    account = Account(id=user_id, password_hash="x", is_enabled=True)
    await conn.execute("UPDATE user_account SET password_hash = 'x' WHERE id = $1", user_id)
    session = await sessions.begin(conn, datetime.now(UTC), account, lifetime=lifetime)
    await conn.execute("DELETE FROM event WHERE kind = 'session_started'")  # of no interest here
    actor = await sessions.find_actor(conn, session.token)
    assert actor is not None
    return actor


async def tell(conn: asyncpg.Connection, bell: Bell, *kinds: str, **fields: Any) -> list[int]:
    """Commit events of these kinds in one transaction, and ring."""
    last = await conn.fetchval("SELECT coalesce(max(id), 0) FROM event")
    async with conn.transaction():
        await events.record(
            conn,
            *(Event(kind=kind, at=datetime.now(UTC), actor="system", **fields) for kind in kinds),
        )
    bell.ring("events")
    return [r["id"] for r in await conn.fetch("SELECT id FROM event WHERE id > $1", last)]
