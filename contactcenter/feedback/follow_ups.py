"""What somebody has to do by when: promises to customers, and people who have not decided yet.

One that is not done in time is told of once, by a timer (``come_due``). It belongs to the contact
it was made for; who that is after merges is looked up when it is read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db, events, timers
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

Kind = Literal["promise", "undecided", "task"]
State = Literal["open", "done", "dropped"]


class FollowUp(Struct, frozen=True, kw_only=True):
    """A row of ``follow_up``, with names.

    ``what`` is as somebody wrote it; where nobody did, it is English, and ``what_fa`` says the same
    in Persian. ``overdue_at`` is when it was told of that it is late.
    """

    id: int
    kind: Kind
    what: str
    what_fa: str | None
    due_at: datetime
    contact_id: int
    contact_name: str | None
    ticket_id: int | None
    agent_id: int | None
    agent_name: str | None
    team_id: int | None
    state: State
    outcome: str | None
    created_by: str
    created_at: datetime
    overdue_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    version: int


class New(Struct, frozen=True, kw_only=True):
    """What is to be done, by when, by whom: an agent, a team, or an agent of a team."""

    kind: Kind
    what: str
    due_at: datetime
    contact_id: int
    ticket_id: int | None
    agent_id: int | None
    team_id: int | None


class Filter(Struct, frozen=True, kw_only=True):
    """What to list; None is everything. ``overdue_at`` asks for what is open and due by then."""

    state: State | None = None
    agent_id: int | None = None
    team_id: int | None = None
    ticket_id: int | None = None
    contact_id: int | None = None
    overdue_at: datetime | None = None


class AlreadyClosed(Conflict):
    """This has come to an end already."""

    code = "already_closed"


class _Made(Struct, frozen=True, kw_only=True):
    id: int
    kind: Kind
    due_at: datetime
    contact_id: int
    ticket_id: int | None
    agent_id: int | None
    team_id: int | None


class _Teams(Struct, frozen=True, kw_only=True):
    id: int
    team_ids: list[int]


_SQL = db.Statements(__name__)
_put = _SQL.take("put", _Made)
_put_undecided = _SQL.take("put_undecided", _Made)
_lock = _SQL.take("lock", int)
_find = _SQL.take("find", FollowUp)
_page = _SQL.take("page", FollowUp)
_close = _SQL.command("close")
_come_due = _SQL.take("come_due", _Made)
_teams_of_tickets = _SQL.take("teams_of_tickets", _Teams)
_is_employed = _SQL.take("is_employed", bool)
_is_team = _SQL.take("is_team", bool)


async def make(conn: Conn, now: datetime, new: New, *, actor: str) -> int:
    """Have something done by a time; its id. Raises ``BadInput``."""
    if new.due_at <= now:
        raise BadInput("body.due_at", "It is due in the future.")
    if new.agent_id is None and new.team_id is None:
        raise BadInput("body.agent_id", "Say who does it: an agent or a team.")
    if new.agent_id is not None and not await _is_employed.one(conn, new.agent_id):
        raise BadInput("body.agent_id", f"There is nobody {new.agent_id} who could do it.")
    if new.team_id is not None and not await _is_team.one(conn, new.team_id):
        raise BadInput("body.team_id", f"There is no team {new.team_id}.")
    made = await _put.one(
        conn,
        new.kind,
        new.what,
        new.due_at,
        new.contact_id,
        new.ticket_id,
        new.agent_id,
        new.team_id,
        actor,
        now,
    )
    await _tell_of(conn, now, [made], actor=actor)
    return made.id


async def ask_undecided(conn: Conn, now: datetime, ticket_ids: Sequence[int]) -> None:
    """Follow up, of tickets just solved, those that ended so that a rule asks for it."""
    await _tell_of(conn, now, await _put_undecided.all(conn, list(ticket_ids), now), actor="system")


async def find(conn: Conn, viewer_id: int, follow_up_id: int) -> FollowUp:
    """One that this person may read; raises ``NotFound``."""
    found = await _find.first(conn, viewer_id, follow_up_id)
    if found is None:
        raise NotFound(f"there is no follow-up {follow_up_id}")
    return found


async def lock(conn: Conn, viewer_id: int, follow_up_id: int) -> FollowUp:
    """The same, locked; raises ``NotFound``."""
    await _lock.first(conn, follow_up_id)
    return await find(conn, viewer_id, follow_up_id)


async def page(
    conn: Conn, viewer_id: int, wanted: Filter, *, after: tuple[datetime, int], limit: int
) -> list[FollowUp]:
    """What this person may read, what is due first on top."""
    return await _page.all(
        conn,
        viewer_id,
        *after,
        limit,
        wanted.state,
        wanted.agent_id,
        wanted.team_id,
        wanted.ticket_id,
        wanted.contact_id,
        wanted.overdue_at,
    )


async def close(
    conn: Conn,
    now: datetime,
    follow_up: FollowUp,
    state: Literal["done", "dropped"],
    outcome: str | None,
    *,
    actor: str,
) -> None:
    """Say that a locked one is done, or why it never will be; raises ``AlreadyClosed``."""
    if follow_up.state != "open":
        raise AlreadyClosed(f"follow-up {follow_up.id} is {follow_up.state}")
    await _close.run(conn, follow_up.id, state, outcome, actor, now)
    await timers.clear_for_follow_up(conn, follow_up.id)
    team_ids = await _teams(conn, [follow_up])
    closed = events.Event(
        kind="follow_up_closed",
        at=now,
        actor=actor,
        contact_id=follow_up.contact_id,
        ticket_id=follow_up.ticket_id,
        agent_id=follow_up.agent_id,
        team_ids=team_ids[follow_up.id],
        data={
            "follow_up_id": follow_up.id,
            "follow_up": follow_up.kind,
            "from": follow_up.state,
            "to": state,
            "is_late": follow_up.due_at < now,
        },
    )
    await events.record(conn, closed)


async def come_due(conn: Conn, now: datetime, follow_up_id: int) -> None:
    """Its time has come: tell who is to do it, and those above him, if nothing came of it."""
    late = await _come_due.first(conn, follow_up_id, now)
    if late is None:
        return
    team_ids = await _teams(conn, [late])
    overdue = events.Event(
        kind="follow_up_overdue",
        at=now,
        actor="system",
        contact_id=late.contact_id,
        ticket_id=late.ticket_id,
        agent_id=late.agent_id,
        team_ids=team_ids[late.id],
        data={"follow_up_id": late.id, "follow_up": late.kind, "due_at": late.due_at},
    )
    await events.record(conn, overdue)


async def _tell_of(conn: Conn, now: datetime, made: Sequence[_Made], *, actor: str) -> None:
    if not made:
        return
    team_ids = await _teams(conn, made)
    for one in made:
        await timers.set_for_follow_up(conn, one.id, one.due_at)
    facts = [
        events.Event(
            kind="follow_up_made",
            at=now,
            actor=actor,
            contact_id=one.contact_id,
            ticket_id=one.ticket_id,
            agent_id=one.agent_id,
            team_ids=team_ids[one.id],
            data={"follow_up_id": one.id, "follow_up": one.kind, "due_at": one.due_at},
        )
        for one in made
    ]
    await events.record(conn, *facts)


async def _teams(conn: Conn, ups: Sequence[_Made | FollowUp]) -> dict[int, tuple[int, ...]]:
    """Who may know of each: those who may read its ticket; without one the team that has it."""
    ticket_ids = sorted({one.ticket_id for one in ups if one.ticket_id is not None})
    of_ticket = {}
    if ticket_ids:
        rows = await _teams_of_tickets.all(conn, ticket_ids)
        of_ticket = {row.id: tuple(row.team_ids) for row in rows}
    return {
        one.id: of_ticket[one.ticket_id]
        if one.ticket_id is not None
        else (() if one.team_id is None else (one.team_id,))
        for one in ups
    }
