"""The live board over the feed: who watches gets it anew when it has changed, and nobody else asks.

A board is read once for all who see the same, at most every two seconds, after something happened
or ten seconds have passed; and not at all while nobody watches. A frame is the whole board, so who
missed one has lost nothing, and of those that wait for a slow reader only the newest is sent.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
import structlog
from msgspec import Struct
from msgspec.structs import replace

from contactcenter import timers
from contactcenter.bell import Bell, rung
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.feed import Subscriber, frames
from contactcenter.feed.frames import BoardFrame
from contactcenter.reporting import live
from contactcenter.reporting.live import Board
from contactcenter.reporting.today import Today, day_at

#: More often a board is not read, however much happens.
AT_MOST_EVERY_S: Final = 2.0
#: Ages grow while nothing happens.
AT_LEAST_EVERY_S: Final = 10.0

log = structlog.get_logger()


class Wish(Struct, frozen=True, kw_only=True):
    """Which board: in whose day, and what service level is meant."""

    zone: ZoneInfo
    within_s: int
    variant: str


class _Watch(Struct, kw_only=True):
    wish: Wish
    shown: Board | None = None
    shown_s: float = 0.0


class Boards:
    """One a process; its one task runs while somebody watches."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        today: Today,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._today = today
        self._clock = clock
        self._news = bell.waiter("events")
        self._watching: dict[Subscriber, _Watch] = {}
        self._task: asyncio.Task[None] | None = None

    def watch(self, subscriber: Subscriber, wish: Wish) -> None:
        """Send the board to this socket from now on; another wish replaces the former."""
        self._watching[subscriber] = _Watch(wish=wish)
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def forget(self, subscriber: Subscriber) -> None:
        """Send it no more; whoever does not watch may say so as well."""
        self._watching.pop(subscriber, None)
        if not self._watching and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while self._watching:
            await rung(self._news, at_most_s=AT_LEAST_EVERY_S)
            try:
                await self.show()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("live_board_failed", error=type(error).__name__)
            except Exception as error:  # whoever watches is not to look at an old board for good
                log.exception("live_board_failed", error=type(error).__name__)
            await asyncio.sleep(AT_MOST_EVERY_S)

    async def show(self) -> int:
        """Read each board once and send it to whom it has changed for; how many were read."""
        for subscriber in list(self._watching):
            if subscriber.ending is not None or not subscriber.viewer.is_supervisor:
                self.forget(subscriber)
        seen_alike: dict[tuple[int | None, Wish], list[Subscriber]] = {}
        for subscriber, watch in self._watching.items():
            viewer = subscriber.viewer
            # Administrators see all of it, each other's board is theirs.
            key = (None if viewer.is_admin else viewer.user_id, watch.wish)
            seen_alike.setdefault(key, []).append(subscriber)
        for (_, wish), subscribers in seen_alike.items():
            board = await self._read(subscribers[0].viewer.user_id, wish)
            self._send(board, subscribers)
        return len(seen_alike)

    async def _read(self, viewer_id: int, wish: Wish) -> Board:
        async with self._database.read() as conn:
            now = await timers.clock(conn)
            day = day_at(now, wish.zone, within_s=wish.within_s, variant=wish.variant)
            return await live.board(conn, now, viewer_id, self._today, day)

    def _send(self, board: Board, subscribers: Sequence[Subscriber]) -> None:
        frame, timeless, now_s = None, _without_times(board), self._clock()
        for subscriber in subscribers:
            watch = self._watching.get(subscriber)
            if watch is None or (
                watch.shown == timeless and now_s - watch.shown_s < AT_LEAST_EVERY_S
            ):
                continue
            frame = frames.encode(BoardFrame(board=board)) if frame is None else frame
            watch.shown, watch.shown_s = timeless, now_s
            subscriber.replace(frame)


def _without_times(board: Board) -> Board:
    """What of a board changes by something that happens, not by the clock alone."""
    return replace(
        board,
        generated_at=board.today_from,
        as_of=None,
        longest_wait_s=0.0,
        queues=[replace(one, longest_wait_s=0.0) for one in board.queues],
    )
