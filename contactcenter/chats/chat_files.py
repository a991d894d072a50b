"""Files of web chats: what visitors upload and send, and what agents send them.

A file is fetched by whoever has its token, which is random and stands in the lines of one
conversation. What it is, its bytes say. Its bytes are kept apart from everybody else's, so that
what is never sent can be deleted.
"""

import mimetypes
import re
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg
from msgspec import Struct

from channels import ChatFile, ChatRefused, NotStored, sniffed
from contactcenter import blobs, db, storable_text
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase

MAX_BYTES: Final = 10 * 1024 * 1024
#: How many files of a visitor may wait to be sent; it is also as many as one message has.
MAX_WAITING: Final = 10
#: How much one visitor uploads in a day, sent or not.
MAX_DAILY_BYTES: Final = 100 * 1024 * 1024
#: How long an upload waits to be sent.
LIFETIME: Final = timedelta(days=1)
#: 256 bits.
TOKEN_BYTES: Final = 32
LONGEST_NAME: Final = 120
_LONGEST_SUFFIX: Final = 16

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_FOLDERS: Final = re.compile(r"[/\\]")


class StoredFile(Struct, frozen=True, kw_only=True):
    """A file that may be fetched; its bytes are the blob ``sha256``."""

    token: str
    name: str
    content_type: str
    size_bytes: int
    sha256: bytes

    def shown(self, content_type: str | None = None) -> ChatFile:
        """The file as its visitor sees it; a name is made where it has none."""
        return _shown(self.token, self.name, content_type or self.content_type, self.size_bytes)


class Sent(Struct, frozen=True, kw_only=True):
    """What a message brings: the tokens of files that the visitor with that address uploaded."""

    interaction_id: int
    address: str
    tokens: Sequence[str]


class _Kept(Struct, frozen=True, kw_only=True):
    waiting: int
    size_bytes: int


class _OfInteraction(Struct, frozen=True, kw_only=True):
    interaction_id: int
    token: str
    name: str
    content_type: str
    size_bytes: int


_SQL = db.Statements(__name__)
_hold = _SQL.take("hold", int)
_kept = _SQL.take("kept", _Kept)
_add = _SQL.command("add")
_bind = _SQL.command("bind")
_of_interactions = _SQL.take("of_interactions", _OfInteraction)
_find = _SQL.take("find", StoredFile)
_prune = _SQL.command("prune")


async def upload(conn: Conn, now: datetime, visitor_id: int, name: str, content: bytes) -> ChatFile:
    """Keep a file of a visitor until he sends it, in the caller's transaction.

    Raises ``ChatRefused`` with ``file_empty``, ``too_large`` or ``too_many_files``.
    """
    if not content:
        raise ChatRefused("file_empty", "The file is empty.")
    if len(content) > MAX_BYTES:
        raise ChatRefused("too_large", f"A file has at most {MAX_BYTES} bytes.")
    await _check_room(conn, now, visitor_id, len(content))  # before its bytes are written
    token = secrets.token_urlsafe(TOKEN_BYTES)
    sha256 = await blobs.store_apart(conn, content, token)
    await _hold.one(conn, visitor_id)
    await _check_room(conn, now, visitor_id, len(content))
    name, content_type = safe_name(name), sniffed(content)
    await _add.run(conn, name, content_type, len(content), sha256, token, visitor_id, now)
    return _shown(token, name, content_type, len(content))


async def bind(conn: Conn, sent: Iterable[Sent]) -> None:
    """Let uploads belong to the messages that bring them, in the transaction that stores these.

    A token that is not his, was sent before or is too old brings nothing: the message is stored.
    """
    rows = [
        (one.interaction_id, one.address, token, place)
        for one in sent
        for place, token in enumerate(one.tokens[:MAX_WAITING])
        if _TOKEN.fullmatch(token)
    ]
    if rows:
        await _bind.run(conn, *(list(column) for column in zip(*rows, strict=True)))


async def of_interactions(
    conn: Conn, interaction_ids: Sequence[int]
) -> dict[int, tuple[ChatFile, ...]]:
    """The files of messages, in order; a message without any is left out."""
    found: dict[int, tuple[ChatFile, ...]] = {}
    for row in await _of_interactions.all(conn, list(interaction_ids)):
        file = _shown(row.token, row.name, row.content_type, row.size_bytes)
        found[row.interaction_id] = (*found.get(row.interaction_id, ()), file)
    return found


async def opened(database: Database, token: str) -> tuple[ChatFile, AsyncIterator[bytes]] | None:
    """What a token opens and its bytes; None where that is nothing, or nothing of a web chat.

    What an agent called it is not believed either. Reading on raises ``NotStored``.
    """
    async with database.read() as conn:
        file = await find(conn, token)
        first = None if file is None else await blobs.chunk(conn, file.sha256, 0)
    if file is None or first is None:
        return None
    return file.shown(sniffed(first)), _pieces(database, file.sha256, first)


async def find(conn: Conn, token: str) -> StoredFile | None:
    """The file that a token opens."""
    return await _find.first(conn, token) if _TOKEN.fullmatch(token) else None


async def prune(conn: Conn, now: datetime) -> int:
    """Delete some uploads nobody sent in time; returns how many blobs went, 0 when it is done."""
    return await _prune.run(conn, now - LIFETIME)


def safe_name(name: str) -> str:
    """A file's name without folders and without what cannot be seen; it may be empty."""
    last = _FOLDERS.split(storable_text.storable(name))[-1]
    plain = " ".join(storable_text.seen(last).split()).lstrip(".")
    if len(plain) <= LONGEST_NAME:
        return plain
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"


async def _pieces(database: Database, sha256: bytes, first: bytes) -> AsyncIterator[bytes]:
    """No connection is held while a slow reader takes his piece."""
    piece: bytes | None = first
    position = 0
    while piece is not None:
        yield piece
        position += 1
        try:
            async with database.read() as conn:
                piece = await blobs.chunk(conn, sha256, position)
        except (NoDatabase, asyncpg.PostgresError) as error:
            raise NotStored("the rest of the file cannot be read now") from error


async def _check_room(conn: Conn, now: datetime, visitor_id: int, size_bytes: int) -> None:
    kept = await _kept.one(conn, visitor_id, now - LIFETIME)
    if kept.waiting >= MAX_WAITING:
        raise ChatRefused("too_many_files", f"{MAX_WAITING} files wait to be sent: send them.")
    if kept.size_bytes + size_bytes > MAX_DAILY_BYTES:
        raise ChatRefused("too_many_files", f"A day's files have at most {MAX_DAILY_BYTES} bytes.")


def _shown(token: str, name: str, content_type: str, size_bytes: int) -> ChatFile:
    kind = content_type.partition(";")[0]
    name = name or f"file{mimetypes.guess_extension(kind) or ''}"
    return ChatFile(token=token, name=name, content_type=kind, size_bytes=size_bytes)
