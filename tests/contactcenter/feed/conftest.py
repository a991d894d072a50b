"""A feed on a database of the test's own."""

from collections.abc import AsyncIterator

import asyncpg
import factories
import pytest
from screens import running, signed_in

from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.feed import Feed


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    database = await Database(dsn).open()
    async with database.read() as conn:
        await factories.prepare(conn)
    yield database
    await database.close()


@pytest.fixture
async def table(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await database.connect("test")
    yield connection
    await connection.close()


@pytest.fixture
def bell(database: Database) -> Bell:
    return Bell(database)


@pytest.fixture
async def feed(database: Database, bell: Bell) -> AsyncIterator[Feed]:
    feed = Feed(database, bell)
    async with running(feed):
        yield feed


@pytest.fixture
async def admin(table: asyncpg.Connection) -> Actor:
    return await signed_in(table, await factories.user(table, role="admin"))
