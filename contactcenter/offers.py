"""Offers: a ticket at an agent, from the first ring until he lets go of it.

At most one of a ticket is live, and a live offer takes its weight of the agent's capacity.
Terminal states never change. ``turns`` makes them and ends them, with the turn of the ticket.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter import db, metrics
from contactcenter.db import Conn


class Offer(Struct, frozen=True, kw_only=True):
    """A row of ``offer``, without its reason."""

    id: int
    ticket_id: int
    agent_id: int
    queue_id: int
    weight: int
    state: str
    offered_at: datetime
    expires_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


class Explained(Struct, frozen=True, kw_only=True):
    """An offer of a ticket with the numbers that led to it."""

    id: int
    agent_id: int
    queue_id: int
    state: str
    offered_at: datetime
    expires_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    why: dict[str, Any]


_SQL = db.Statements(__name__)
_live = _SQL.take("live", Offer)
_pending_of_agent = _SQL.take("pending_of_agent", int)
_latest_to = _SQL.take("latest_to", Offer)
_accept = _SQL.command("accept")
_exclude = _SQL.command("exclude")
_end_exclusion = _SQL.command("end_exclusion")
_of_ticket = _SQL.take("of_ticket", Explained)


async def live(conn: Conn, ticket_id: int) -> Offer | None:
    """The offer that stands for this ticket."""
    return await _live.first(conn, ticket_id)


async def pending_of_agent(conn: Conn, agent_id: int, *, queue_id: int | None = None) -> list[int]:
    """The tickets that ring at this agent (from one queue, if named), the smallest rank first."""
    return await _pending_of_agent.all(conn, agent_id, queue_id)


async def latest_to(conn: Conn, ticket_id: int, agent_id: int) -> Offer | None:
    """The last offer of this ticket to this agent."""
    return await _latest_to.first(conn, ticket_id, agent_id)


async def accept(conn: Conn, now: datetime, offer: Offer) -> None:
    """The agent said yes: what he had missed in a row is forgotten."""
    await _accept.run(conn, offer.id, now)
    metrics.note(metrics.OFFERS_ANSWERED.labels("accepted"))


async def exclude(conn: Conn, ticket_id: int, agent_id: int, until_at: datetime) -> None:
    """Do not ask this agent about this ticket for a while."""
    await _exclude.run(conn, ticket_id, agent_id, until_at)


async def end_exclusion(conn: Conn, ticket_id: int, agent_id: int) -> None:
    """He may be asked again."""
    await _end_exclusion.run(conn, ticket_id, agent_id)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Explained]:
    """Every offer of a ticket with its reason, in order."""
    return await _of_ticket.all(conn, ticket_id)
