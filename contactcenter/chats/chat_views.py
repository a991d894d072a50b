"""A web chat as agents see it: who is there or since when not, what he told, how to reach him."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from channels import Channel
from contactcenter import db
from contactcenter.chats import chat_addresses, chat_ways
from contactcenter.chats.chat_addresses import Told
from contactcenter.chats.chat_ways import Visitor, Way
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.tickets.tickets import Ticket

#: A visitor who is connected gives a sign of life every 10 s; without one for so long he is gone,
#: even where nobody could tell that he left.
GONE_AFTER: Final = timedelta(seconds=30)


class KeptReply(Struct, frozen=True, kw_only=True):
    """A reply that the visitor has not seen; ``forwarded_as_id``: it went on by another channel."""

    sequence: int
    interaction_id: int
    forwarded_as_id: int | None


class ChatView(Struct, frozen=True, kw_only=True):
    """A visitor and his conversation; ``gone_since`` is null exactly while he is ``present``.

    Of his ``last_sequence`` lines his browser has got ``received_sequence``, he has seen
    ``seen_sequence``, and an agent has read ``read_sequence``. ``name``, ``topic`` and ``told`` are
    what he told, unverified. ``kept`` are the newest replies that he has not seen, the newest
    first. ``ways`` lead to him besides the chat.
    """

    ticket_id: int
    contact_id: int
    entry_point_id: int
    language: str | None
    present: bool
    gone_since: datetime | None
    began_at: datetime
    ended_at: datetime | None
    last_sequence: int
    received_sequence: int
    seen_sequence: int
    read_sequence: int
    name: str | None
    topic: str | None
    told: tuple[Told, ...]
    kept: tuple[KeptReply, ...]
    ways: tuple[Way, ...]


_SQL = db.Statements(__name__)
_kept = _SQL.take("kept", KeptReply)


async def of_ticket(
    conn: Conn, now: datetime, ticket: Ticket, channels: Mapping[str, Channel]
) -> ChatView:
    """The chat of a ticket; raises ``NotFound`` where nobody chats about it."""
    visitor = await chat_ways.visitor_of(conn, ticket.id)
    if visitor is None:
        raise NotFound(f"there is no chat in ticket {ticket.id}")
    details = await chat_addresses.details_of(conn, visitor.id)
    gone_since = gone(visitor, now)
    return ChatView(
        ticket_id=ticket.id,
        contact_id=visitor.contact_id,
        entry_point_id=visitor.entry_point_id,
        language=visitor.language,
        present=gone_since is None,
        gone_since=gone_since,
        began_at=visitor.created_at,
        ended_at=visitor.ended_at,
        last_sequence=visitor.last_sequence,
        received_sequence=visitor.received_sequence,
        seen_sequence=visitor.seen_sequence,
        read_sequence=visitor.read_sequence,
        name=None if details is None else details.name,
        topic=None if details is None else details.topic,
        told=tuple(await chat_addresses.of_visitor(conn, visitor.id)),
        kept=tuple(await _kept.all(conn, visitor.id, visitor.seen_sequence, ticket.id)),
        ways=tuple(await chat_ways.ways(conn, ticket, visitor, channels)),
    )


def gone(visitor: Visitor, now: datetime) -> datetime | None:
    """Since when a visitor is gone; None while he is there."""
    if visitor.left_at is not None:
        return visitor.left_at
    return visitor.seen_at if visitor.seen_at < now - GONE_AFTER else None
