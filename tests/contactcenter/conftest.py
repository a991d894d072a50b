"""What most tests begin with: a database in which events can be written."""

from collections.abc import AsyncIterator

import asyncpg
import factories
import pytest
from databases import connect

from contactcenter.db import Database


@pytest.fixture
async def database(dsn: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    if "bare_dsn" in request.fixturenames:  # a copy that has no place for events yet
        conn = await connect(dsn)
        await factories.prepare(conn)
        await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


@pytest.fixture
async def world(conn: asyncpg.Connection) -> asyncpg.Connection:
    """A connection to an empty centre, undone after the test."""
    await factories.prepare(conn)
    return conn
