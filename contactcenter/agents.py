"""Agents as the router sees them: presence, capacity, load. Changed only under the routing lock.

*Busy* is not stored: it is ``load = capacity``, so it cannot disagree with the load.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.errors import BadInput

Presence = Literal["offline", "available", "away", "wrap_up", "draining"]


class Agent(Struct, frozen=True, kw_only=True):
    """A row of ``agent``. ``capacity`` and ``load`` are units; ``misses`` counts in a row."""

    id: int
    name: str
    capacity: int
    load: int
    presence: Presence
    presence_reason: str | None
    presence_since: datetime
    idle_since: datetime
    misses: int
    enabled: bool
    version: int


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Agent)
_lock = _SQL.take("lock", Agent)
_set_misses = _SQL.command("set_misses")
_set_presence = _SQL.command("set_presence")
_end_presence_interval = _SQL.command("end_presence_interval")
_begin_presence_interval = _SQL.command("begin_presence_interval")
_seen = _SQL.command("seen")
_lost = _SQL.take("lost", int)
_works_in = _SQL.take("works_in", bool)


async def find(conn: Conn, agent_id: int, *, field: str = "agent_id") -> Agent:
    """Read one; raises ``BadInput`` naming ``field`` where there is none."""
    agent = await _find.first(conn, agent_id)
    if agent is None:
        raise BadInput(field, f"there is no agent {agent_id}")
    return agent


async def lock(conn: Conn, agent_id: int, *, field: str = "agent_id") -> Agent:
    """Read one and lock its row; raises ``BadInput`` naming ``field`` where there is none."""
    agent = await _lock.first(conn, agent_id)
    if agent is None:
        raise BadInput(field, f"there is no agent {agent_id}")
    return agent


async def set_misses(conn: Conn, agent_id: int, misses: int) -> None:
    """Count offers left unanswered in a row."""
    await _set_misses.run(conn, agent_id, misses)


async def set_presence(
    conn: Conn, now: datetime, agent: Agent, presence: Presence, reason: str | None, *, actor: str
) -> None:
    """Begin a presence interval; the caller sees to the agent's offers and next tickets."""
    await _set_presence.run(conn, agent.id, presence, reason, now)
    await _end_presence_interval.run(conn, agent.id, now)
    if presence != "offline":
        await _begin_presence_interval.run(conn, agent.id, presence, reason, now)
    await events.record(
        conn,
        events.Event(
            kind="presence_changed",
            at=now,
            actor=actor,
            agent_id=agent.id,
            data={"from": agent.presence, "to": presence, "reason": reason},
        ),
    )


async def seen(conn: Conn, agent_ids: Collection[int]) -> None:
    """Note that these agents' consoles were heard of just now."""
    await _seen.run(conn, sorted(agent_ids))


async def lost(conn: Conn, silent_for_s: int) -> list[int]:
    """Who is signed on but has not been heard of for this long."""
    return await _lost.all(conn, silent_for_s)


async def works_in(conn: Conn, agent_id: int, queue_id: int) -> bool:
    """Whether the agent serves this queue."""
    return await _works_in.one(conn, agent_id, queue_id)
