"""Databases of the test server: their addresses, and how to be rid of them."""

import asyncio
from urllib.parse import urlsplit, urlunsplit

import asyncpg

#: An autovacuum worker in the database cannot be ended by our role; it is gone in a moment.
_DROP_TRIES = 50


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def run(dsn: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def drop(server_dsn: str, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    for left in range(_DROP_TRIES - 1, -1, -1):
        try:
            await run(server_dsn, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
            if not left:
                raise
            await asyncio.sleep(0.1)
        else:
            return
