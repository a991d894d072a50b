"""A console that keeps what the feed tells it over a real WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import asyncpg
import msgspec
from aiohttp import ClientWebSocketResponse, WSMsgType
from centre import Centre, Person

from contactcenter.db import Conn


class Console:
    """Every frame it was sent, in order."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    @property
    def ids(self) -> list[int]:
        return [f["event"]["id"] for f in self.frames if f["type"] == "event"]

    async def reads(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.frames.append(msgspec.json.decode(message.data))
                self._news.set()

    async def shows(self, ids: list[int], *, within_s: float = 30.0) -> None:
        """Wait for exactly these events, in this order; whatever else came is an error."""
        try:
            async with asyncio.timeout(within_s):
                while self.ids[-1:] != ids[-1:] or len(self.ids) < len(ids):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        assert self.ids == ids, self.frames


@asynccontextmanager
async def watching(centre: Centre, person: Person) -> AsyncIterator[tuple[Console, int]]:
    """The feed as this person sees it from now on, and the last event before."""
    console = Console()
    async with centre.database.read() as conn:
        before = await _settled(conn)
    http: aiohttp.ClientSession = person._http
    async with http.ws_connect(
        f"{centre.url}/api/v1/feed", headers={"Origin": centre.url}
    ) as socket:
        await socket.send_json({"id": 1, "type": "subscribe", "cursor": None})
        subscribed = await socket.receive_json(timeout=30)
        assert subscribed["success"], subscribed
        reader = asyncio.create_task(console.reads(socket))
        try:
            yield console, before
        finally:
            reader.cancel()


async def _settled(conn: Conn) -> int:
    """The last event, once no writer runs that is older: it would be told to who begins now."""
    async with asyncio.timeout(30):
        while True:
            before, is_past = await conn.fetchrow(
                "SELECT coalesce(max(id), 0),"
                " coalesce(max(xid) < pg_snapshot_xmin(pg_current_snapshot()), true) FROM event"
            )
            if is_past:
                return int(before)
            await asyncio.sleep(0.01)


async def told_since(table: asyncpg.Connection, before: int) -> list[int]:
    """Every event after this one, in the order of the feed."""
    rows = await table.fetch("SELECT id FROM event WHERE id > $1 ORDER BY xid, id", before)
    return [row["id"] for row in rows]
