"""What people liked and did not like: given to somebody, and closed with an outcome.

How it comes in is ``feedback_taking``. It belongs to the contact it was told of; who that is after
merges is looked up when it is read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

Polarity = Literal["like", "dislike", "neutral"]
State = Literal["new", "assigned", "closed"]


class Feedback(Struct, frozen=True, kw_only=True):
    """A row of ``feedback``, with its owner's name and the contact as he is now."""

    id: int
    topic: str
    attribute: str | None
    polarity: Polarity
    score: int | None
    words: str | None
    contact_id: int | None
    ticket_id: int | None
    interaction_id: int | None
    source: str
    external_id: str | None
    given_at: datetime
    received_at: datetime
    owner_id: int | None
    owner_name: str | None
    outcome: str | None
    closed_at: datetime | None
    state: State
    version: int


class Unhandled(Struct, frozen=True, kw_only=True):
    """Feedback that nobody has brought to an end; ``age_s`` is since it was given."""

    id: int
    topic: str
    attribute: str | None
    polarity: Polarity
    score: int | None
    contact_id: int | None
    ticket_id: int | None
    source: str
    given_at: datetime
    owner_id: int | None
    owner_name: str | None
    age_s: int


class Left(Struct, frozen=True, kw_only=True):
    """How much has no outcome, how much of that not even an owner, and since when the oldest."""

    total: int
    without_owner: int
    oldest_s: int | None


class Filter(Struct, frozen=True, kw_only=True):
    """What to list; None is everything."""

    state: State | None = None
    owner_id: int | None = None
    topic: str | None = None
    contact_id: int | None = None


class Ownerless(Conflict):
    """Nobody sees to this yet: say first who does."""

    code = "ownerless"


class AlreadyClosed(Conflict):
    """This has come to an end already."""

    code = "already_closed"


class _Teams(Struct, frozen=True, kw_only=True):
    id: int
    team_ids: list[int]


_SQL = db.Statements(__name__)
_lock = _SQL.take("lock", int)
_find = _SQL.take("find", Feedback)
_page = _SQL.take("page", Feedback)
_of_ticket = _SQL.take("of_ticket", Feedback)
_unhandled = _SQL.take("unhandled", Unhandled)
_count_unhandled = _SQL.take("count_unhandled", Left)
_assign = _SQL.command("assign")
_close = _SQL.command("close")
_is_employed = _SQL.take("is_employed", bool)
_team_ids = _SQL.take("team_ids", _Teams)


async def find(conn: Conn, viewer_id: int, feedback_id: int) -> Feedback:
    """One that this person may read; raises ``NotFound``."""
    found = await _find.first(conn, viewer_id, feedback_id)
    if found is None:
        raise NotFound(f"there is no feedback {feedback_id}")
    return found


async def lock(conn: Conn, viewer_id: int, feedback_id: int) -> Feedback:
    """The same, locked; raises ``NotFound``."""
    await _lock.first(conn, feedback_id)
    return await find(conn, viewer_id, feedback_id)


async def page(
    conn: Conn, viewer_id: int, wanted: Filter, *, before_id: int, limit: int
) -> list[Feedback]:
    """What a supervisor may read, the newest first."""
    return await _page.all(
        conn,
        viewer_id,
        before_id,
        limit,
        wanted.state,
        wanted.owner_id,
        wanted.topic,
        wanted.contact_id,
    )


async def of_ticket(conn: Conn, ticket_id: int) -> list[Feedback]:
    """What was noted of a ticket."""
    return await _of_ticket.all(conn, ticket_id)


async def unhandled(
    conn: Conn, viewer_id: int, now: datetime, *, after: tuple[datetime, int], limit: int
) -> list[Unhandled]:
    """What has no owner or no outcome, the oldest first."""
    return await _unhandled.all(conn, viewer_id, now, *after, limit)


async def count_unhandled(conn: Conn, viewer_id: int, now: datetime) -> Left:
    """The same, counted."""
    return await _count_unhandled.one(conn, viewer_id, now)


async def assign(
    conn: Conn, now: datetime, feedback: Feedback, owner_id: int, *, actor: str
) -> None:
    """Say who sees to a locked one; raises ``BadInput`` or ``AlreadyClosed``."""
    _check_open(feedback)
    await check_owner(conn, "body.owner_id", owner_id)
    if owner_id == feedback.owner_id:
        return
    await _assign.run(conn, feedback.id, owner_id)
    assigned = events.Event(
        kind="feedback_assigned",
        at=now,
        actor=actor,
        contact_id=feedback.contact_id,
        ticket_id=feedback.ticket_id,
        agent_id=owner_id,
        team_ids=await _readers_of(conn, feedback),
        data={"feedback_id": feedback.id, "from": feedback.owner_id, "to": owner_id},
    )
    await events.record(conn, assigned)


async def close(conn: Conn, now: datetime, feedback: Feedback, outcome: str, *, actor: str) -> None:
    """Say what came of a locked one; raises ``Ownerless`` or ``AlreadyClosed``."""
    _check_open(feedback)
    if feedback.owner_id is None:
        raise Ownerless
    await _close.run(conn, feedback.id, outcome, now)
    closed = events.Event(
        kind="feedback_closed",
        at=now,
        actor=actor,
        contact_id=feedback.contact_id,
        ticket_id=feedback.ticket_id,
        agent_id=feedback.owner_id,
        team_ids=await _readers_of(conn, feedback),
        data={"feedback_id": feedback.id, "from": feedback.state, "to": "closed"},
    )
    await events.record(conn, closed)


async def teams_of(conn: Conn, ticket_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Who may know of these tickets."""
    return {t.id: tuple(t.team_ids) for t in await _team_ids.all(conn, list(ticket_ids))}


def _check_open(feedback: Feedback) -> None:
    if feedback.state == "closed":
        raise AlreadyClosed(f"feedback {feedback.id} has an outcome")


async def check_owner(conn: Conn, field: str, owner_id: int) -> None:
    """Refuse who may not be given work; ``BadInput``."""
    if not await _is_employed.one(conn, owner_id):
        raise BadInput(field, f"There is nobody {owner_id} who could see to it.")


async def _readers_of(conn: Conn, feedback: Feedback) -> tuple[int, ...]:
    if feedback.ticket_id is None:
        return ()
    return (await teams_of(conn, [feedback.ticket_id]))[feedback.ticket_id]
