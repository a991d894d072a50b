"""Filling a table with many rows: without its indexes and foreign keys, which are made after."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from contactcenter import db
from contactcenter.db import OwnConnection


class _Made(Struct, frozen=True, kw_only=True):
    name: str
    made: str


_SQL = db.Statements(__name__)
_indexes = _SQL.take("indexes", _Made)
_foreign_keys = _SQL.take("foreign_keys", _Made)


@asynccontextmanager
async def bare(conn: OwnConnection, table: str) -> AsyncIterator[None]:
    """The table without indexes and foreign keys; they are made anew unless this fails."""
    indexes, keys = await _indexes.all(conn, table), await _foreign_keys.all(conn, table)
    for key in keys:
        await conn.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{key.name}"')
    for index in indexes:
        await conn.execute(f"DROP INDEX {index.name}")
    yield
    for index in indexes:
        await conn.execute(index.made)
    for key in keys:
        await conn.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{key.name}" {key.made}')
