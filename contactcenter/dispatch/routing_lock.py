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
from contactcenter.dispatch import firing
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.timers import Instant

T = TypeVar("T")
#: What time it is, asked once a hold, and when the earliest timer is due.
Clock = Callable[[Conn], Awaitable[Instant]]

ROUTING_LOCK: Final = 7_220_002

_SQL = db.Statements(__name__)
_set_again = _SQL.command("set_again")

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
            if conn.latest_at is not None and at.now < conn.latest_at:
                await _go_back(conn, conn.latest_at, at.now)
            fired = 0
            if at.next_due_at is not None and at.next_due_at <= at.now:
                fired = await firing.fire_due(conn, at.now, at_most=at_most)
            held = Held(fired, await apply(conn, at.now))
    except BaseException:
        conn.forget()
        raise
    conn.latest_at = at.now
    return held


async def _go_back(conn: RoutingConnection, latest_at: datetime, now: datetime) -> None:
    """The clock was put back: what fired since this instant has its reason again."""
    log.warning("clock_went_back", by_s=(latest_at - now).total_seconds())
    await _set_again.run(conn, now)
