"""Connections of long-lived workers, given up at any moment."""

import asyncio

import asyncpg
import pytest

from contactcenter.db import Database


async def test_a_worker_that_is_cancelled_while_its_connection_is_made_ready_leaves_none(
    worker_dsn: str,
) -> None:
    connected: asyncio.Queue[asyncpg.Connection] = asyncio.Queue()

    class NeverReady(asyncpg.Connection):
        async def set_type_codec(self, *args: object, **others: object) -> None:
            connected.put_nowait(self)
            await asyncio.Event().wait()

    database = Database(worker_dsn)
    connecting = asyncio.create_task(database.connect("worker", connection_class=NeverReady))
    connection = await asyncio.wait_for(connected.get(), 5)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert connection.is_closed()
