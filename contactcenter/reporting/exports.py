"""Rows for other systems: legs, interactions, ratings and surveys, page by page.

All of them, or what changed. They are told as they are, with ids, states and times, and none of
anybody's words or addresses.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, field

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.events import KINDS

_EVERY_KIND: Final = tuple(KINDS)


class ExportedLeg(Struct, frozen=True, kw_only=True):
    """One stay of a ticket in one queue with one holder or none; ``to`` is None while it lasts."""

    id: int
    ticket_id: int
    contact_id: int
    channel: str
    episode: int
    tier: int
    queue_id: int
    agent_id: int | None
    from_at: datetime = field(name="from")
    to_at: datetime | None = field(name="to")
    ended_by: str | None


class ExportedInteraction(Struct, frozen=True, kw_only=True):
    """One message, note or call of the timeline, without its words.

    ``occurred_at`` is by the provider's clock, ``received_at`` by ours; ``segments`` is how many
    messages of a telephone network it was.
    """

    id: int
    ticket_id: int | None
    contact_id: int
    entry_point_id: int | None
    channel: str
    direction: str
    kind: str
    author_id: int | None
    state: str
    error_code: str | None
    segments: int | None
    occurred_at: datetime
    received_at: datetime


class ExportedRating(Struct, frozen=True, kw_only=True):
    """What a visitor thought of an episode, 1 to 5; his comment is not told.

    ``agent_id`` is who solved it, else who held it last, with the queue and the tier he did so in.
    """

    id: int
    ticket_id: int
    contact_id: int
    channel: str
    episode: int
    score: int
    agent_id: int | None
    queue_id: int | None
    tier: int | None
    given_at: datetime


class ExportedSurvey(Struct, frozen=True, kw_only=True):
    """What a customer was asked about an episode, and his answer, 1 to 5.

    ``agent_id`` is who solved the episode, with the queue and the tier he did so in; ``state`` is
    `planned`, `skipped` (``reason``), `sent`, `answered` or `expired`.
    """

    id: int
    ticket_id: int
    contact_id: int
    channel: str
    episode: int
    state: str
    reason: str | None
    score: int | None
    answered_by: str | None
    agent_id: int | None
    queue_id: int | None
    tier: int | None
    due_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None


class Piece(Struct, frozen=True, kw_only=True):
    """Which rows: those after an id, all or those that came or changed since a time."""

    after_id: int
    updated_since: datetime | None
    limit: int


_SQL = db.Statements(__name__)
_as_of = _SQL.take("as_of", datetime)
_legs = _SQL.take("legs", ExportedLeg)
_interactions = _SQL.take("interactions", ExportedInteraction)
_ratings = _SQL.take("ratings", ExportedRating)
_surveys = _SQL.take("surveys", ExportedSurvey)
_changed_interactions = _SQL.take("changed_interactions", ExportedInteraction)


async def as_of(conn: Conn) -> datetime:
    """Up to when everything that happened is there to be read; what is later may be, too."""
    return await _as_of.one(conn)


async def legs(conn: Conn, viewer_id: int | None, piece: Piece) -> Sequence[ExportedLeg]:
    """Legs in the order of their ids."""
    return await _legs.all(conn, viewer_id, piece.after_id, piece.updated_since, piece.limit)


async def interactions(
    conn: Conn, viewer_id: int | None, piece: Piece
) -> Sequence[ExportedInteraction]:
    """Interactions in the order of their ids; those of no ticket for administrators only."""
    if piece.updated_since is None:
        return await _interactions.all(conn, viewer_id, piece.after_id, piece.limit)
    return await _changed_interactions.all(
        conn, viewer_id, piece.after_id, piece.limit, piece.updated_since, list(_EVERY_KIND)
    )


async def ratings(conn: Conn, viewer_id: int | None, piece: Piece) -> Sequence[ExportedRating]:
    """Ratings in the order of their ids."""
    return await _ratings.all(conn, viewer_id, piece.after_id, piece.updated_since, piece.limit)


async def surveys(conn: Conn, viewer_id: int | None, piece: Piece) -> Sequence[ExportedSurvey]:
    """Surveys in the order of their ids."""
    return await _surveys.all(conn, viewer_id, piece.after_id, piece.updated_since, piece.limit)
