"""What a channel that fetches mail by itself needs: one reader a mailbox, and how far it came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import Checkpoint, Lease, LeaseLost, NotStored
from contactcenter import db, leases, metrics
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase

CHANNEL: Final = "email"
#: A way in that fails so often in a row is an alarm.
ALARM_AFTER: Final = 3
#: A statement or two; longer is a database that does not answer.
WITHIN_S: Final = 8.0

log = structlog.get_logger()


class WayIn(Struct, frozen=True, kw_only=True):
    """A row of ``way_in``: whether a way in of an entry point works, and what was said last."""

    entry_point_id: int
    address: str
    way: str
    failures: int
    error: str | None
    failed_at: datetime | None
    worked_at: datetime | None


class _Reached(Struct, frozen=True, kw_only=True):
    uid_validity: int
    last_uid: int


_SQL = db.Statements(__name__)
_reached = _SQL.take("reached", _Reached)
_advance = _SQL.command("advance")
_works = _SQL.command("works")
_fails = _SQL.take("fails", int)
_ways_in = _SQL.take("ways_in", WayIn)


class Mailroom:
    """The app's ``channels.Mailroom``; ``holder`` tells processes apart.

    All of it raises ``NotStored`` while the database is away.
    """

    def __init__(self, database: Database, *, holder: str) -> None:
        self._database = database
        self._holder = holder

    async def take(self, entry_point: str, mailbox: str, *, lease_s: int) -> Lease | None:
        name = f"mailbox:{entry_point}:{mailbox}"
        async with _there(), self._database.transaction() as conn:
            fence = await leases.take(conn, name, self._holder, lease_s=lease_s)
        return None if fence is None else Lease(name=name, fence=fence)

    async def renew(self, lease: Lease, *, lease_s: int) -> bool:
        async with _there(), self._database.transaction() as conn:
            return await leases.renew(conn, lease.name, lease.fence, lease_s=lease_s)

    async def let_go(self, lease: Lease) -> None:
        await leases.see_through(self._let_go(lease))

    async def _let_go(self, lease: Lease) -> None:
        async with _there(), self._database.transaction() as conn:
            await leases.let_go(conn, lease.name, lease.fence)

    async def reached(self, entry_point: str, mailbox: str) -> tuple[int, int] | None:
        async with _there(), self._database.read() as conn:
            found = await _reached.first(conn, CHANNEL, entry_point, mailbox)
        return None if found is None else (found.uid_validity, found.last_uid)

    async def works(self, entry_point: str, way: str) -> None:
        async with _there(), self._database.transaction() as conn:
            await _works.run(conn, CHANNEL, entry_point, way)

    async def fails(self, entry_point: str, way: str, error: str) -> None:
        async with _there(), self._database.transaction() as conn:
            failures = await _fails.first(conn, CHANNEL, entry_point, way, error[:500])
        metrics.WAY_IN_FAILURES.labels(way).inc()
        if failures == ALARM_AFTER:
            log.error("way_in_fails", entry_point=entry_point, way=way, failures=failures)


@asynccontextmanager
async def _there() -> AsyncIterator[None]:
    """What a channel knows of a database that does not answer."""
    try:
        async with asyncio.timeout(WITHIN_S):
            yield
    except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
        raise NotStored("the database did not take it in time") from error


async def advance(conn: Conn, checkpoint: Checkpoint) -> None:
    """Note how far a mailbox is stored, in the transaction that stores it; raises ``LeaseLost``."""
    if not await _advance.run(
        conn,
        CHANNEL,
        checkpoint.entry_point,
        checkpoint.mailbox,
        checkpoint.uid_validity,
        checkpoint.last_uid,
        checkpoint.lease.name,
        checkpoint.lease.fence,
    ):
        raise LeaseLost(f"{checkpoint.mailbox} of {checkpoint.entry_point}")


async def ways_in(conn: Conn) -> list[WayIn]:
    """How every way in of every entry point does."""
    return await _ways_in.all(conn)
