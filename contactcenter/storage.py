"""A database that is ready to be used: found or started, migrated, with its partitions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from contactcenter import partitions, timers
from contactcenter.db import Database
from contactcenter.migrate import migrate
from contactcenter.postgres import EmbeddedPostgres
from contactcenter.settings import Settings

log = structlog.get_logger()


class DatabaseUnreachable(Exception):
    """The configured database cannot be reached; the message says why."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Open the configured database, or the embedded one, migrated and with all its partitions.

    Raises ``DatabaseUnreachable``, ``EmbeddedPostgresFailed`` or ``MigrationRefused``, each with a
    sentence on what to do.
    """
    async with prepared(settings) as url, attached(settings, url) as database:
        yield database


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncIterator[str]:
    """The URL of a database that any number of processes may attach to; raises as ``opened``."""
    async with server(settings) as url:
        try:
            await migrate(settings.database_direct_url or url)
        except (OSError, asyncpg.PostgresError) as error:
            raise DatabaseUnreachable(f"the database cannot be reached: {error}") from error
        await make_partitions(_database(settings, url))
        yield url


@asynccontextmanager
async def attached(settings: Settings, url: str) -> AsyncIterator[Database]:
    """Open a prepared database with a pool of this process's own."""
    database = await _database(settings, url).open()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def server(settings: Settings) -> AsyncIterator[str]:
    """The URL of the configured server, or of the embedded one, which runs meanwhile."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_dir, bin_dir=settings.postgres_bin)
    async with embedded as url:
        yield url


async def make_partitions(database: Database) -> None:
    """Make what is missing of the months to come; on a connection that may take its time."""
    conn = await database.connect("partitions", lock_timeout_ms=4000)
    try:
        made = await partitions.ensure(conn, await timers.clock(conn))
    finally:
        await conn.close(timeout=5)
    if made:
        log.info("partitions_made", first=made[0], last=made[-1], count=len(made))


def _database(settings: Settings, url: str) -> Database:
    return Database(
        url, direct_url=settings.database_direct_url, pool_size=settings.database_pool_size
    )
