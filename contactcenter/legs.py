"""Legs: one stay of a ticket in one queue with one holder or none; they tile each episode."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.tickets import Ticket

Ending = Literal["assigned", "escalated", "transferred", "returned", "released", "solved", "spam"]


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
_begin = _SQL.command("begin")
_finish = _SQL.command("finish")
_last_escalated_at = _SQL.take("last_escalated_at", datetime)
_of_ticket = _SQL.take("of_ticket", Leg)


async def begin(conn: Conn, ticket: Ticket, at: datetime) -> None:
    """Open the leg the ticket is in now."""
    await _begin.run(
        conn, ticket.id, ticket.episode, ticket.tier, ticket.queue_id, ticket.agent_id, at
    )


async def finish(conn: Conn, ticket_id: int, at: datetime, ended_by: Ending) -> None:
    """Close the open leg."""
    await _finish.run(conn, ticket_id, at, ended_by)


async def turn(conn: Conn, ticket: Ticket, at: datetime, ended_by: Ending) -> None:
    """Close the open leg and open the one the ticket is in now, at the same instant."""
    await finish(conn, ticket.id, at, ended_by)
    await begin(conn, ticket, at)


async def last_escalated_at(conn: Conn, ticket_id: int) -> datetime | None:
    """When the ticket last rose to a higher tier."""
    return await _last_escalated_at.first(conn, ticket_id)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Leg]:
    """All legs of a ticket, in order."""
    return await _of_ticket.all(conn, ticket_id)
