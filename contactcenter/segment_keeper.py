"""Keeps rule segments equal to what their conditions say: looks at whoever may have changed.

Three reasons to look: something about a contact was changed (``segment_check``), time has come to
where an answer may change (``segment_due``), or what everybody is asked has (``segment_sweep``).
Each look is one transaction that claims what it takes: one that is cut short has claimed nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from contactcenter import db, metrics, timers
from contactcenter.administration import segment_rules
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.segments import segment_counting

#: So many contacts at once, unless that takes too long.
BATCH: Final = 500
_EVERY_S: Final = 1.0

log = structlog.get_logger()

_Clock = Callable[[Conn], Awaitable[datetime]]
_Claim = Callable[[Conn, datetime], Awaitable[int]]


class _Part(Struct, frozen=True, kw_only=True):
    id: int
    after_id: int
    to_id: int


_SQL = db.Statements(__name__)
_claim_checks = _SQL.take("claim_checks", int)
_claim_due = _SQL.take("claim_due", int)
_claim_part = _SQL.take("claim_part", _Part)
_next_of_part = _SQL.take("next_of_part", int)
_advance = _SQL.command("advance")
_finish = _SQL.command("finish")
_has_rules = _SQL.take("has_rules", bool)
_ground = _SQL.take("ground", str)
_ground_kept = _SQL.take("ground_kept", str)
_keep_ground = _SQL.command("keep_ground")


class SegmentKeeper:
    """One task a process; any number share the work, and who is killed leaves nothing half done."""

    def __init__(self, database: Database, *, clock: _Clock = timers.clock) -> None:
        self._database = database
        self._clock = clock
        self._batch = BATCH

    async def run(self) -> None:
        """Look at whoever there is to look at until cancelled."""
        while True:
            try:
                await self.settle()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("segment_keeper_failed", error=type(error).__name__)
            await asyncio.sleep(_EVERY_S)

    async def round(self) -> int:
        """Look once for each reason; how many contacts were looked at."""
        looked_at = 0
        async with self._database.transaction() as conn:
            await note_ground(conn, await self._clock(conn))
        for claim in (self._checks, self._due, self._part):
            looked_at += await self._in_time(claim)
        metrics.swept("segment_keeper")
        return looked_at

    async def settle(self) -> int:
        """Look until there is nothing left to look at now; how many contacts were looked at."""
        looked_at = 0
        while found := await self.round():
            looked_at += found
        return looked_at

    async def _in_time(self, claim: _Claim) -> int:
        """One transaction; where it takes too long or meets another, fewer contacts next time."""
        try:
            async with self._database.transaction() as conn:
                found = await claim(conn, await self._clock(conn))
        except (
            asyncpg.QueryCanceledError,
            asyncpg.DeadlockDetectedError,
            asyncpg.LockNotAvailableError,
        ) as error:
            self._batch = max(1, self._batch // 2)
            log.warning("segments_not_computed", error=type(error).__name__, batch=self._batch)
            return 0
        self._batch = min(BATCH, self._batch * 2)
        return found

    async def _checks(self, conn: Conn, now: datetime) -> int:
        return await _look(conn, now, await _claim_checks.all(conn, self._batch))

    async def _due(self, conn: Conn, now: datetime) -> int:
        return await _look(conn, now, await _claim_due.all(conn, now, self._batch))

    async def _part(self, conn: Conn, now: datetime) -> int:
        part = await _claim_part.first(conn)
        if part is None:
            return 0
        ids = await _next_of_part.all(conn, part.after_id, part.to_id, self._batch)
        await _look(conn, now, ids)
        if len(ids) < self._batch or ids[-1] == part.to_id:
            await _finish.run(conn, part.id)
        else:
            await _advance.run(conn, part.id, ids[-1])
        return max(1, len(ids))


async def note_ground(conn: Conn, now: datetime) -> bool:
    """Where what may be known of anybody has changed, have everybody looked at; whether it has.

    Such are the attributes there are, which behaviour is kept, and the terms of contracts.
    """
    if not await _has_rules.one(conn):
        return False
    ground = await _ground.one(conn, now)
    if ground == await _ground_kept.first(conn):
        return False
    await segment_rules.lock(conn)
    if ground == await _ground_kept.first(conn):  # somebody was faster
        return False
    await segment_rules.look_at_everybody(conn, now)
    await _keep_ground.run(conn, ground)
    return True


async def _look(conn: Conn, now: datetime, contact_ids: Sequence[int]) -> int:
    if contact_ids:
        await segment_counting.compute(conn, now, contact_ids)
    return len(contact_ids)
