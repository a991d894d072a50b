"""What was asked of customers and what they answered, for whoever may read the ticket."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class Survey(Struct, frozen=True, kw_only=True):
    """A question about one episode, and its answer: ``score`` is 1 to 5.

    ``agent_id`` is who solved the episode, with the queue and the tier he did so in. ``reason``
    says why it was skipped.
    """

    id: int
    ticket_id: int
    episode: int
    state: str
    reason: str | None
    due_at: datetime
    channel: str | None
    language: str | None
    sent_at: datetime | None
    expires_at: datetime | None
    score: int | None
    answered_by: str | None
    answered_at: datetime | None
    agent_id: int | None
    agent_name: str | None
    queue_id: int | None
    tier: int | None


_SQL = db.Statements(__name__)
_of_ticket = _SQL.take("of_ticket", Survey)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Survey]:
    """What was asked about a ticket, episode by episode."""
    return await _of_ticket.all(conn, ticket_id)
