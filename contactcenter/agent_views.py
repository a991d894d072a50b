"""Agents as their colleagues see them."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import NotFound


class AgentView(Struct, frozen=True, kw_only=True):
    """A person who handles tickets; load and capacity in units, busy when they are equal."""

    id: int
    name: str
    role: str
    presence: str
    presence_reason: str | None
    presence_since: datetime
    capacity: int
    load: int
    version: int
    queue_ids: list[int]
    team_ids: list[int]


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", AgentView)
_find = _SQL.take("find", AgentView)


async def page(conn: Conn, *, after_id: int, limit: int, queue_id: int | None) -> list[AgentView]:
    """Everybody who is not disabled, by id; those who serve a queue, where one is named."""
    return await _list_all.all(conn, after_id, limit, queue_id)


async def find(conn: Conn, agent_id: int) -> AgentView:
    """Read one; raises ``NotFound``."""
    agent = await _find.first(conn, agent_id)
    if agent is None:
        raise NotFound(f"there is no agent {agent_id}")
    return agent
