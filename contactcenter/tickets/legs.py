"""Legs: one stay of a ticket in one queue with one holder or none; they tile each episode.

``turns`` ends and begins them, with the change of the ticket that is their reason.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

Ending = Literal[
    "assigned",
    "escalated",
    "transferred",
    "returned",
    "released",
    "overflowed",
    "solved",
    "abandoned",
    "spam",
]


class Leg(Struct, frozen=True, kw_only=True):
    """A row of ``leg``; without an agent the ticket waited or rang."""

    episode: int
    tier: int
    queue_id: int
    agent_id: int | None
    from_at: datetime
    to_at: datetime | None
    ended_by: str | None


_SQL = db.Statements(__name__)
_last_queue_below = _SQL.take("last_queue_below", int)
_last_holder = _SQL.take("last_holder", int)
_of_ticket = _SQL.take("of_ticket", Leg)


async def last_queue_below(conn: Conn, ticket_id: int, tier: int) -> int | None:
    """The last queue of a lower tier that the ticket was in."""
    return await _last_queue_below.first(conn, ticket_id, tier)


async def last_holder(conn: Conn, ticket_id: int, queue_id: int) -> int | None:
    """Who held the ticket last in this queue."""
    return await _last_holder.first(conn, ticket_id, queue_id)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Leg]:
    """All legs of a ticket, in order."""
    return await _of_ticket.all(conn, ticket_id)
