"""A widget, visitors who talk with agents there, and what the agents say to them."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bell import Bell
from contactcenter.chats.chat_signals import tell_rooms
from contactcenter.db import Database, OwnConnection

ENTRY_POINT: Final = "bench-widget"
ORIGIN: Final = "http://shop.bench.example"


class _Said(Struct, frozen=True, kw_only=True):
    id: int
    sequence: int


_SQL = db.Statements(__name__)
_settle = _SQL.take("settle", int)
_visitors = _SQL.command("visitors")
_visitor_ids = _SQL.take("visitor_ids", int)
_say = _SQL.take("say", _Said)
_lines = _SQL.take("lines", int)


class Agents:
    """All agents as another process of the product: they speak, and the bell tells the rooms."""

    def __init__(self, conn: OwnConnection, bell: Bell, place: int, ids: Sequence[int]) -> None:
        self._conn = conn
        self._bell = bell
        self._place = place
        self._ids = ids
        self._numbers = {visitor_id: number for number, visitor_id in enumerate(ids)}

    async def say(self, numbers: Sequence[int] | None = None) -> dict[tuple[int, int], int]:
        """Say something to these visitors, or to all, in one transaction.

        Returns when its commit was begun, by visitor and line.
        """
        ids = list(self._ids) if numbers is None else [self._ids[n] for n in numbers]
        async with self._conn.transaction():
            said = await _say.all(self._conn, ids)
            at_ns = time.monotonic_ns()
        tell_rooms(self._bell, "line", ids)
        return {(self._numbers[one.id], one.sequence): at_ns for one in said}

    async def lines(self) -> list[int]:
        """How many lines there are for each visitor by now, also those they wrote themselves."""
        return await _lines.all(self._conn, self._place)


@asynccontextmanager
async def settled(
    conn: OwnConnection, url: str, visitors: int
) -> AsyncIterator[tuple[Agents, list[str]]]:
    """Found it all; gives the agents and the visitors' tokens, in the order of their numbers."""
    place = await _settle.one(conn, ENTRY_POINT, ORIGIN)
    tokens = [secrets.token_urlsafe(32) for _ in range(visitors)]
    addresses = [f"bench{n}" for n in range(visitors)]
    await _visitors.run(
        conn, place, [hashlib.sha256(t.encode()).digest() for t in tokens], addresses
    )
    await conn.execute("VACUUM (ANALYZE)")
    ids = await _visitor_ids.all(conn, place)
    database = await Database(url).open()
    bell = Bell(database)
    ringing = asyncio.create_task(bell.run())
    try:
        yield Agents(conn, bell, place, ids), tokens
    finally:
        ringing.cancel()
        await asyncio.gather(ringing, return_exceptions=True)
        await database.close()
