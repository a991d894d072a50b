"""Databases for one run: made, used, dropped. Never the operator's own."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from contactcenter import partitions, timers
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.db import OwnConnection
from contactcenter.migrate import migrate
from contactcenter.postgres import EmbeddedPostgres, throwaway_data_dir

#: An autovacuum worker in a database cannot be ended by our role; it is gone in a moment.
_DROP_TRIES: Final = 50


class Scratch:
    """A server with databases of our own on it, dropped at the end."""

    def __init__(self, url: str, purpose: str = "bench") -> None:
        self._url = url
        self._purpose = purpose
        self._made: list[str] = []

    async def database(self) -> str:
        """The URL of a new database with our schema and its partitions."""
        url = await self._create("TEMPLATE template0 ENCODING 'UTF8'")
        await migrate(url)
        conn = await connect(url)
        try:
            await partitions.ensure(conn, await timers.clock(conn))
        finally:
            await conn.close(timeout=5)
        return url

    async def copy(self, url: str) -> str:
        """The URL of a copy of one of our databases, to which nobody is connected."""
        return await self._create(f'TEMPLATE "{urlsplit(url).path[1:]}"')

    async def drop(self) -> None:
        """Drop what was made, whoever is connected to it."""
        conn = await connect(self._url)
        try:
            for name in self._made:
                await drop_database(conn, name)
        finally:
            await conn.close(timeout=5)

    async def _create(self, how: str) -> str:
        name = f"contactcenter_{self._purpose}_{secrets.token_hex(6)}"
        self._made.append(name)  # first: whoever is interrupted now leaves nothing behind
        conn = await connect(self._url)
        try:
            await conn.execute(f'CREATE DATABASE "{name}" {how}')
        finally:
            await conn.close(timeout=5)
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))


async def drop_database(conn: OwnConnection, name: str) -> None:
    """Drop a database, whoever is connected to it, if it is there."""
    for left in range(_DROP_TRIES - 1, -1, -1):
        try:
            await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
            if not left:
                raise
            await asyncio.sleep(0.1)
        else:
            return


@asynccontextmanager
async def scratch(
    database_url: str | None, *, durable: bool = True, purpose: str = "bench"
) -> AsyncIterator[Scratch]:
    """The server at this URL, whose role may create databases, or a new one with all its safety.

    ``purpose`` is in the names of the databases.

    Raises ``MeasurementInvalid`` where it must be durable and would not keep what it acknowledged.
    """
    async with AsyncExitStack() as stack:
        url = database_url
        if url is None:
            folder = stack.enter_context(throwaway_data_dir())
            url = await stack.enter_async_context(EmbeddedPostgres(folder, durable=durable))
        if durable:
            await _check_durable(url)
        made = Scratch(url, purpose)
        stack.push_async_callback(made.drop)
        yield made


async def connect(url: str) -> OwnConnection:
    """A connection without the limits that a serving one has: bulk work takes its time."""
    return await asyncpg.connect(url, server_settings={"jit": "off", "timezone": "UTC"})


async def _check_durable(url: str) -> None:
    conn = await connect(url)
    try:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            if await conn.fetchval("SELECT current_setting($1)", name) == "off":
                raise MeasurementInvalid(f"{name} is off: what it acknowledges would not be stored")
    finally:
        await conn.close(timeout=5)
