"""Bytes too large for a row, in chunks keyed by their SHA-256: one backup, any node serves.

What may have to be deleted again is kept apart: under the SHA-256 of a secret and the bytes, so
that nobody else's equal bytes are the same blob.
"""

import hashlib
from collections.abc import AsyncIterator
from typing import Final

from contactcenter import db
from contactcenter.db import Conn

CHUNK_BYTES: Final = 256 * 1024
#: A payload up to this size stays in its own row.
INLINE_BYTES: Final = 64 * 1024

_SQL = db.Statements(__name__)
_is_stored = _SQL.take("is_stored", bool)
_store_chunk = _SQL.command("store_chunk")
_store = _SQL.command("store")
_chunk = _SQL.take("chunk", bytes)
_erase = _SQL.command("erase")


async def store(conn: Conn, content: bytes) -> bytes:
    """Keep ``content`` and return its SHA-256 (32 bytes)."""
    return await _keep(conn, hashlib.sha256(content).digest(), content)


async def store_apart(conn: Conn, content: bytes, secret: str) -> bytes:
    """Keep ``content`` as a blob that nobody else has; returns its key (32 bytes)."""
    return await _keep(conn, hashlib.sha256(secret.encode() + b"\0" + content).digest(), content)


async def _keep(conn: Conn, sha256: bytes, content: bytes) -> bytes:
    if await _is_stored.one(conn, sha256):
        return sha256
    chunks = [content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)]
    await _store_chunk.many(conn, [(sha256, n, chunk) for n, chunk in enumerate(chunks)])
    await _store.run(conn, sha256, len(content))
    return sha256


async def content(conn: Conn, sha256: bytes) -> bytes:
    """All of the content; empty where it is not known."""
    return b"".join([chunk async for chunk in chunks(conn, sha256)])


async def chunks(conn: Conn, sha256: bytes) -> AsyncIterator[bytes]:
    """Read the content again, a chunk at a time; nothing where it is not known."""
    position = 0
    while (piece := await chunk(conn, sha256, position)) is not None:
        yield piece
        position += 1


async def chunk(conn: Conn, sha256: bytes, position: int) -> bytes | None:
    """One chunk, counted from 0; None after the last."""
    return await _chunk.first(conn, sha256, position)


async def erase(conn: Conn, sha256: bytes) -> None:
    """Delete what was stored apart; who names it must be gone, or name it no more."""
    await _erase.run(conn, sha256)
