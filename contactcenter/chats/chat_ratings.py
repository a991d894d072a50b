"""What visitors think of their chats: 1 to 5, once an episode, when it has ended.

A rating belongs to the leg that solved the episode, else to the last one with an agent. That is
looked up when it is read, for a visitor may have ended a chat that another agent solved later.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import ChatRefused
from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.events import Event
from contactcenter.storable_text import storable

WORST: Final = 1
BEST: Final = 5
MAX_COMMENT_CHARACTERS: Final = 2_000


class Rating(Struct, frozen=True, kw_only=True):
    """What was thought of an episode of a ticket; 5 is best.

    ``agent_id`` is who solved it, else who held it last, with the queue and the tier he did so in.
    """

    id: int
    ticket_id: int
    episode: int
    score: int
    comment: str
    given_at: datetime
    agent_id: int | None
    agent_name: str | None
    queue_id: int | None
    tier: int | None


class _Rateable(Struct, frozen=True, kw_only=True):
    ticket_id: int
    episode: int
    contact_id: int
    team_ids: list[int]
    has_ended: bool
    spam: bool
    agent_id: int | None


_SQL = db.Statements(__name__)
_rateable = _SQL.take("rateable", _Rateable)
_put = _SQL.take("put", int)
_of_ticket = _SQL.take("of_ticket", Rating)
_page = _SQL.take("page", Rating)


async def give(conn: Conn, now: datetime, visitor_id: int, score: int, comment: str) -> None:
    """Keep what a visitor thinks; raises ``ChatRefused``.

    Its codes: ``bad_score``, ``comment_too_long``, ``not_ended``, ``nobody_to_rate`` where no agent
    had it, ``already_rated``. One who could only wait has nobody to rate.
    """
    if not WORST <= score <= BEST:
        raise ChatRefused("bad_score", f"The score goes from {WORST} to {BEST}.")
    if len(comment) > MAX_COMMENT_CHARACTERS:
        told = f"A comment has {MAX_COMMENT_CHARACTERS} characters at most."
        raise ChatRefused("comment_too_long", told)
    his = await _rateable.first(conn, visitor_id)
    if his is None or not his.has_ended:
        raise ChatRefused("not_ended", "A conversation is rated when it has ended.")
    if his.agent_id is None or his.spam:
        raise ChatRefused("nobody_to_rate", "Nobody had answered in this conversation.")
    words = storable(comment.strip())
    rating_id = await _put.first(conn, his.ticket_id, his.episode, visitor_id, score, words, now)
    if rating_id is None:
        raise ChatRefused("already_rated", "This conversation was rated already.")
    rated = Event(
        kind="chat_rated",
        at=now,
        actor="customer",
        ticket_id=his.ticket_id,
        contact_id=his.contact_id,
        agent_id=his.agent_id,
        team_ids=tuple(his.team_ids),
        data={"rating_id": rating_id, "score": score, "episode": his.episode},
    )
    await events.record(conn, rated)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Rating]:
    """What was thought of a ticket, episode by episode."""
    return await _of_ticket.all(conn, ticket_id)


async def page(
    conn: Conn,
    viewer_id: int,
    *,
    agent_id: int | None,
    at_most: int | None,
    before_id: int,
    limit: int,
) -> list[Rating]:
    """What was thought of the tickets that this person may read, the newest first.

    ``agent_id`` asks for one agent's, ``at_most`` for scores up to this one.
    """
    return await _page.all(conn, viewer_id, before_id, limit, agent_id, at_most)
