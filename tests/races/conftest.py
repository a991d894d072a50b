"""What the races share: a database with the application's ways, and the centre of the journeys."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import factories
import pytest
from databases import connect

from contactcenter.db import Database

# The whole contact centre, as the journeys build it; they may not have been collected.
sys.path.append(str(Path(__file__).parents[1] / "journeys"))


@pytest.fixture
async def database(dsn: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    if "bare_dsn" in request.fixturenames:  # a copy that has no place for events yet
        conn = await connect(dsn)
        await factories.prepare(conn)
        await conn.close()
    opened = await Database(dsn, pool_size=20).open()
    yield opened
    await opened.close()


@pytest.fixture
async def table(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the application's, to look with."""
    connection = await database.connect("test")
    yield connection
    await connection.close()
