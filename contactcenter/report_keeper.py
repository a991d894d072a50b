"""Keeps the facts of reports: reads the events in their order, and tells changed tickets anew.

What is over is rolled up (``roll_ups``).

It stands behind the feed by moments. Whoever is cut short has moved nothing: the facts and the
position they belong to are written in one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
import structlog
from msgspec import Struct

from contactcenter import db, leases, metrics, timers
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.reporting import agent_times, kept_facts, roll_ups
from contactcenter.time_zones import zone_of

#: So many events in one transaction: some tens of milliseconds.
BATCH: Final = 500
#: Of all processes the one that keeps facts has it.
LEASE: Final = "reports"
_LEASE_S: Final = 30
_EVERY_S: Final = 1.0
#: While messages come in, so many parts of the time are left to them for each one of ours.
_GIVES_WAY: Final = 9

log = structlog.get_logger()


class _Position(Struct, frozen=True, kw_only=True):
    xid: int
    event_id: int
    is_of_today: bool


class _Read(Struct, frozen=True, kw_only=True):
    xid: int
    id: int
    ticket_id: int | None
    present_at: datetime | None
    agent_id: int | None


_SQL = db.Statements(__name__)
_position = _SQL.take("position", _Position)
_changed = _SQL.take("changed", _Read)
_advance = _SQL.command("advance")
_forget_all = _SQL.command("forget_all")


class ReportKeeper:
    """One task a process; one process at a time does it.

    ``is_busy``: whether messages come in. ``zone``: whose days and months are rolled up.
    """

    def __init__(
        self,
        database: Database,
        *,
        holder: str,
        zone: ZoneInfo | None = None,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._holder = holder
        self._zone = zone or zone_of("UTC")
        self._is_busy = is_busy

    async def run(self) -> None:
        """Read what is new until cancelled; when nothing is, roll up what is over."""
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            wait_s = _EVERY_S
            try:
                if await self.read_some() or await self.roll_up_some():
                    took_s = loop.time() - began_s
                    wait_s = _GIVES_WAY * took_s if self._is_busy() else 0.0
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("report_keeper_failed", error=type(error).__name__)
            await asyncio.sleep(wait_s)

    async def read_all(self) -> None:
        """Read until nothing is new."""
        while await self.read_some():
            pass

    async def read_some(self) -> bool:
        """Read a batch of events; whether there may be more."""
        async with self._database.transaction() as conn:
            if await leases.take(conn, LEASE, self._holder, lease_s=_LEASE_S) is None:
                return False
            now = await timers.clock(conn)
            position = await _position.first(conn)
            if position is not None and not position.is_of_today:
                log.warning("reports_told_anew", because="the database was restored")
                await _forget_all.run(conn)
                position = None
            xid, event_id = (position.xid, position.event_id) if position else (0, 0)
            read = await _changed.all(conn, str(xid), event_id, BATCH)
            await _tell_anew(conn, now, read)
            if read:
                xid, event_id = read[-1].xid, read[-1].id
            await _advance.run(conn, str(xid), event_id, now)
        metrics.swept("reports")
        return len(read) == BATCH

    async def roll_up_some(self) -> bool:
        """Roll up one metric of one day or month; whether there was any to roll up."""
        async with self._database.transaction() as conn:
            if await leases.take(conn, LEASE, self._holder, lease_s=_LEASE_S) is None:
                return False
            await _position.first(conn)  # one after the other with whoever reads
            now = await timers.clock(conn)
            has_more = await roll_ups.close_days(conn, now, self._zone)
            return await roll_ups.roll_up_next(conn, now) or has_more

    async def roll_up_all(self) -> None:
        """Roll up until nothing is left."""
        while await self.roll_up_some():
            pass


async def _tell_anew(conn: Conn, now: datetime, read: Sequence[_Read]) -> None:
    """Tell the tickets anew that the events tell of, and how agents spent their time."""
    since: dict[int, datetime] = {}
    for one in read:
        if one.present_at is not None and one.agent_id is not None:
            since = agent_times.earliest(since, {one.agent_id: one.present_at})
    changed = sorted({one.ticket_id for one in read if one.ticket_id is not None})
    if changed:
        renewed = await kept_facts.renew(conn, changed)
        facts = (*renewed.gone, *renewed.new)
        await roll_ups.mark(conn, facts)
        since = agent_times.earliest(since, agent_times.touched(facts))
    await agent_times.renew(conn, since, now)
