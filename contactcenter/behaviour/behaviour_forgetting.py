"""Deletes what customers did when it has been kept for as long as its kind says."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn, Database

#: So much at a time keeps the transactions short.
PIECE: Final = 5000


class _Kind(Struct, frozen=True, kw_only=True):
    kind: str
    at: datetime


_SQL = db.Statements(__name__)
_limited = _SQL.take("limited", _Kind)
_delete = _SQL.command("delete")


async def forget(database: Database, *, piece: int = PIECE) -> int:
    """Delete what is too old, piece by piece; returns how much it was."""
    async with database.read() as conn:
        kinds = await _limited.all(conn)
    forgotten = 0
    for kind in kinds:
        while True:
            async with database.transaction() as conn:
                deleted = await _forget_piece(conn, kind, piece)
            forgotten += deleted
            if deleted < piece:
                break
    return forgotten


async def _forget_piece(conn: Conn, kind: _Kind, piece: int) -> int:
    deleted = await _delete.run(conn, kind.kind, kind.at, piece)
    if deleted:
        fact = events.Event(
            kind="behaviour_forgotten",
            at=kind.at,
            actor="system",
            data={"behaviour": kind.kind, "deleted": deleted},
        )
        await events.record(conn, fact)
    return deleted
