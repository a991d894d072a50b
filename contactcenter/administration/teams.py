"""Teams: who works together, who leads, and whose tickets others may not read."""

from datetime import datetime

import asyncpg
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound


class Team(Struct, frozen=True, kw_only=True):
    """A row of ``team`` with its members.

    The lead is accountable for tickets that nobody holds. Of a ``restricted`` team's tickets others
    are told only that they exist.
    """

    id: int
    name: str
    lead_id: int | None
    restricted: bool
    member_ids: list[int]
    version: int


class LeadsTeam(Conflict):
    """He leads the team: name another lead first."""

    code = "leads_team"


class ServesQueues(Conflict):
    """He serves queues of the team: take him out of those first; ``queue_ids`` names them."""

    code = "serves_queues"


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", Team)
_find = _SQL.take("find", Team)
_lock = _SQL.take("lock", int)
_create = _SQL.take("create", int)
_change = _SQL.command("change")
_touch = _SQL.command("touch")
_user_exists = _SQL.take("user_exists", bool)
_add_member = _SQL.command("add_member")
_remove_member = _SQL.command("remove_member")
_let_go = _SQL.command("let_go")
_queues_served = _SQL.take("queues_served", int)


async def list_all(conn: Conn) -> list[Team]:
    """Every team, by name."""
    return await _list_all.all(conn)


async def find(conn: Conn, team_id: int) -> Team:
    """Read one; raises ``NotFound``."""
    team = await _find.first(conn, team_id)
    if team is None:
        raise NotFound(f"there is no team {team_id}")
    return team


async def lock(conn: Conn, team_id: int) -> Team:
    """Read one and lock it with its members; raises ``NotFound``."""
    await _lock.first(conn, team_id)
    return await find(conn, team_id)


async def create(
    conn: Conn, now: datetime, *, name: str, lead_id: int | None, restricted: bool, actor: str
) -> Team:
    """Make a team; its lead is its first member."""
    await _check_lead(conn, lead_id)
    try:
        team_id = await _create.one(conn, name, lead_id, restricted)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is a team named {name} already") from error
    if lead_id is not None:
        await _add_member.run(conn, team_id, lead_id)
    team = await find(conn, team_id)
    await configuration.record(
        conn, now, "team", team_id, configuration.differences(None, team), actor=actor
    )
    return team


async def change(conn: Conn, now: datetime, before: Team, after: Team, *, actor: str) -> Team:
    """Save an edit of a locked team; a new lead becomes a member."""
    if before == after:
        return before
    await _check_lead(conn, after.lead_id)
    try:
        await _change.run(conn, after.id, after.name, after.lead_id, after.restricted)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is a team named {after.name} already") from error
    if after.lead_id is not None:
        await _add_member.run(conn, after.id, after.lead_id)
    return await _changed(conn, now, before, actor=actor)


async def add_member(conn: Conn, now: datetime, team_id: int, user_id: int, *, actor: str) -> Team:
    """Let a person read what the team holds or held, and serve the queues it serves.

    The caller sees to the latter; it is more than whoever serves a queue of the team has by that.
    """
    before = await lock(conn, team_id)
    if not await _user_exists.one(conn, user_id):
        raise NotFound(f"there is no user {user_id}")
    if not await _add_member.run(conn, team_id, user_id):
        return before
    await _touch.run(conn, team_id)
    return await _changed(conn, now, before, actor=actor)


async def remove_member(
    conn: Conn, now: datetime, team_id: int, user_id: int, *, actor: str
) -> Team:
    """Take a person out of the team; under the routing lock.

    Raises ``NotFound`` where he is no member, ``LeadsTeam`` or ``ServesQueues``.
    """
    before = await lock(conn, team_id)
    if user_id not in before.member_ids:
        raise NotFound(f"user {user_id} is no member of team {team_id}")
    if before.lead_id == user_id:
        raise LeadsTeam(f"user {user_id} leads team {team_id}: name another lead first")
    if queue_ids := await _queues_served.all(conn, team_id, user_id):
        raise ServesQueues(
            f"user {user_id} serves queues of team {team_id}: take him out of those first",
            queue_ids=queue_ids,
        )
    await _remove_member.run(conn, team_id, user_id)
    await _touch.run(conn, team_id)
    return await _changed(conn, now, before, actor=actor)


async def let_go(conn: Conn, now: datetime, team_id: int, user_id: int, *, actor: str) -> Team:
    """Let a member serve nothing with the team any more.

    He leaves it unless he serves a queue of it all the same. Under the routing lock; he leads no
    team.
    """
    before = await lock(conn, team_id)
    await _let_go.run(conn, team_id, user_id)
    await _touch.run(conn, team_id)
    return await _changed(conn, now, before, actor=actor)


async def _check_lead(conn: Conn, lead_id: int | None) -> None:
    if lead_id is not None and not await _user_exists.one(conn, lead_id):
        raise BadInput("body.lead_id", f"There is no user {lead_id}.")


async def _changed(conn: Conn, now: datetime, before: Team, *, actor: str) -> Team:
    team = await find(conn, before.id)
    changed = configuration.differences(before, team)
    await configuration.record(conn, now, "team", team.id, changed, actor=actor)
    return team
