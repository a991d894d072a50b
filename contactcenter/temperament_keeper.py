"""Sees to temperaments when nobody writes: labels that fade, and messages still to be read."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

import asyncpg
import structlog
from msgspec import Struct

from contactcenter import db, logs, metrics
from contactcenter.contacts import contacts
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.temperaments import temperament_evidence, temperament_reading, temperaments
from contactcenter.temperaments.temperament_reading import Found, Turn
from routing.temperament.reading import Reader

EVERY_S: Final = 5.0
#: So many people in one hold of the routing lock, and so many messages in one transaction.
AT_ONCE: Final = 16
MESSAGES_AT_ONCE: Final = 32

log = structlog.get_logger()


class Dispatcher(Protocol):
    """Whoever holds the routing lock for a change."""

    async def submit(self, change: Callable[[Conn, datetime], Awaitable[None]]) -> None:
        """Carry out a change under the routing lock."""
        ...


class _Unread(Struct, frozen=True, kw_only=True):
    interaction_id: int
    contact_id: int
    ticket_id: int


_SQL = db.Statements(__name__)
_due = _SQL.take("due", int)
_claim_unread = _SQL.take("claim_unread", _Unread)
_turns = _SQL.take("turns", Turn)
_is_read = _SQL.command("is_read")
_make_due = _SQL.command("make_due")
_postpone = _SQL.command("postpone")


class TemperamentKeeper:
    """One task a process; processes share the work by locking what they take."""

    def __init__(self, database: Database, dispatcher: Dispatcher, reader: Reader) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._reader = reader

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            try:
                await self.round()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("temperament_round_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def round(self) -> None:
        """Read what is unread, then judge everybody whose label may be another by now."""
        while await self.read_some():
            pass
        while await self.judge_some():
            pass
        metrics.swept("temperaments")

    async def read_some(self) -> bool:
        """Read some of the messages that were routed without a look; whether there may be more."""
        async with self._database.transaction() as conn:
            unread = await _claim_unread.all(conn, MESSAGES_AT_ONCE)
            if not unread:
                return False
            found = self._read(await self._said(conn, unread), unread)
            await temperament_evidence.put(
                conn,
                [message for one in found for message in one.read],
                [i for one in found for i in one.nothing_in],
            )
            await _is_read.run(conn, [one.interaction_id for one in unread])
            await _make_due.run(conn, sorted({one.contact_id for one in unread}))
        return True

    async def judge_some(self) -> bool:
        """Judge some of the people who are due; whether there may be more."""
        async with self._database.read() as conn:
            due = await _due.all(conn, AT_ONCE)
        if not due:
            return False
        await self._dispatcher.submit(lambda conn, now: _judge(conn, now, due))
        return len(due) == AT_ONCE

    async def _said(self, conn: Conn, unread: Sequence[_Unread]) -> Mapping[int, Sequence[Turn]]:
        last: dict[int, int] = defaultdict(int)
        sizes: dict[int, int] = defaultdict(lambda: temperament_reading.CONTEXT)
        for one in unread:
            last[one.ticket_id] = max(last[one.ticket_id], one.interaction_id)
            sizes[one.ticket_id] += 1
        turns: dict[int, list[Turn]] = defaultdict(list)
        ids = sorted(last)
        for turn in await _turns.all(conn, ids, [last[i] for i in ids], [sizes[i] for i in ids]):
            turns[turn.ticket_id].append(turn)
        return turns

    def _read(self, turns: Mapping[int, Sequence[Turn]], unread: Sequence[_Unread]) -> list[Found]:
        wanted: dict[int, set[int]] = defaultdict(set)
        for one in unread:
            wanted[one.ticket_id].add(one.interaction_id)
        found = []
        for ticket_id, new_ids in wanted.items():
            try:
                found.append(temperament_reading.read_new(self._reader, turns[ticket_id], new_ids))
            except Exception as error:
                told = logs.unquoted(error)
                log.exception("temperament_reading_failed", ticket_id=ticket_id, exc_info=told)
        return found


async def _judge(conn: Conn, now: datetime, contact_ids: Sequence[int]) -> None:
    """Under the routing lock: the contacts first, then their tickets."""
    locked = await contacts.lock_rows(conn, *contact_ids)
    own = [i for i, contact in locked.items() if contact.merged_into_id is None]
    await temperaments.take_effect(conn, now, own, actor="system")
    await _postpone.run(conn, list(contact_ids), now)
