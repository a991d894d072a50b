"""Visitors of our web chats: who they are by their secrets, and whether they are there."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

#: A visitor is there while a socket of his is open and its process has said so this lately: three
#: of its turns, so that a process that was killed leaves nobody behind.
PRESENT_FOR: Final = timedelta(seconds=30)


class Visitor(Struct, frozen=True, kw_only=True):
    """A row of ``chat_visitor``; ``contact_id`` is of the ticket his last message belongs to."""

    id: int
    entry_point_id: int
    token_sha256: bytes
    address: str
    language: str | None
    user_id: str | None
    ticket_id: int | None
    contact_id: int | None
    last_sequence: int
    received_sequence: int
    seen_sequence: int
    read_sequence: int
    seen_at: datetime
    left_at: datetime | None
    ended_at: datetime | None

    def is_present(self, now: datetime) -> bool:
        """Whether a browser of his is connected."""
        return self.left_at is None and self.seen_at > now - PRESENT_FOR


class Known(Struct, frozen=True, kw_only=True):
    """A visitor as we have him in memory, and the line up to which he was told everything."""

    visitor: Visitor
    reached: int


_SQL = db.Statements(__name__)
_by_token = _SQL.take("by_token", Visitor)
_by_address = _SQL.take("by_address", Visitor)
_by_id = _SQL.take("by_id", Visitor)
_of_ticket = _SQL.take("of_ticket", Visitor)
_changed = _SQL.take("changed", int)
_keep = _SQL.command("keep")
_here = _SQL.take("here", int)
_gone = _SQL.take("gone", int)


async def by_token(conn: Conn, tokens: Sequence[bytes]) -> list[Visitor]:
    """Whose tokens these are, by their SHA-256, in no order; there may be nobody."""
    return await _by_token.all(conn, list(tokens))


async def by_address(conn: Conn, addresses: Sequence[str]) -> list[Visitor]:
    """The visitors with these addresses, in no order; of strangers there is none."""
    return await _by_address.all(conn, list(addresses))


async def by_id(conn: Conn, visitor_ids: Sequence[int]) -> list[Visitor]:
    """These visitors, in no order."""
    return await _by_id.all(conn, list(visitor_ids))


async def changed(conn: Conn, known: Sequence[Known]) -> list[int]:
    """Who has lines he was not told, or is otherwise than we have him, or is no more."""
    return await _changed.all(
        conn,
        [one.visitor.id for one in known],
        [one.reached for one in known],
        [one.visitor.ticket_id for one in known],
        [one.visitor.read_sequence for one in known],
        [one.visitor.ended_at is not None for one in known],
    )


async def of_ticket(conn: Conn, ticket_id: int) -> list[Visitor]:
    """Whose conversation a ticket is, the one who was seen last first; empty for no web chat."""
    return await _of_ticket.all(conn, ticket_id)


async def keep(
    conn: Conn,
    now: datetime,
    *,
    entry_point_id: int,
    token: bytes,
    address: str,
    language: str | None,
) -> None:
    """Store a visitor, once, and the language his page has now; ``token`` is its SHA-256."""
    await _keep.run(conn, entry_point_id, token, address, language, now)


async def note_here(conn: Conn, now: datetime, visitor_ids: Collection[int]) -> list[int]:
    """Note that these are connected; returns of whom it was noted, not those somebody holds now."""
    return await _here.all(conn, sorted(visitor_ids), now)


async def note_gone(conn: Conn, now: datetime, visitor_ids: Collection[int]) -> list[int]:
    """Note that these closed their last socket; returns of whom, as above."""
    return await _gone.all(conn, sorted(visitor_ids), now)
