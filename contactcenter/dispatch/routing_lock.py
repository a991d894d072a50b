"""One hold of the routing lock: what is due is fired, then what was handed in is applied.

The lock is the first statement of the transaction, and the clock is read after it: ``now()`` would
be the time before the lock was granted.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Generic, NamedTuple, TypeVar

import structlog

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.dispatch import delays, firing
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.timers import Instant

T = TypeVar("T")
#: What time it is, asked once a hold, and when the earliest timer is due.
Clock = Callable[[Conn], Awaitable[Instant]]

ROUTING_LOCK: Final = 7_220_002

_SQL = db.Statements(__name__)
_windows_again = _SQL.command("windows_again")

log = structlog.get_logger()


class Held(NamedTuple, Generic[T]):
    """What one hold of the lock did."""

    fired: int
    result: T


async def hold(
    conn: RoutingConnection,
    clock: Clock,
    apply: Callable[[Conn, datetime], Awaitable[T]],
    *,
    at_most: int,
) -> Held[T]:
    """Take the lock, fire at most so many of the timers that are due, apply, and commit."""
    try:
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock($1)", ROUTING_LOCK)
            at = await clock(conn)
            conn.begin(at.configuration)
            may_be_earlier = conn.latest_at is None or at.now < conn.latest_at
            if may_be_earlier:
                await _look_back(conn, conn.latest_at, at.now)
            is_due = at.next_due_at is not None and at.next_due_at <= at.now
            fired = 0
            if is_due or may_be_earlier:
                fired = await firing.fire_due(conn, at.now, at_most=at_most)
            held = Held(fired, await apply(conn, at.now))
    except BaseException:
        conn.forget()
        raise
    conn.latest_at = at.now
    return held


async def _look_back(conn: Conn, latest_at: datetime | None, now: datetime) -> None:
    """The clock may have been put back: what fired since this instant has its reason again.

    Who begins cannot know what it said before.
    """
    if latest_at is not None:
        log.warning("clock_went_back", by_s=(latest_at - now).total_seconds())
    await _windows_again.run(conn, now)
    await delays.changed(conn, now)
