"""Who serves which queue, and how much an agent takes at once; under the routing lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import agents, configuration, db, offers, queues
from contactcenter.agents import Agent
from contactcenter.db import Conn
from contactcenter.dispatch import delays, holding, keeping, seek
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.queues import Queue, Terms
from contactcenter.tickets import tickets

Source = Literal["own", "team"]


class Membership(Terms, frozen=True, kw_only=True):
    """An agent who serves a queue: ``own``, or because a ``team`` of his does."""

    queue_id: int
    agent_id: int
    agent_name: str
    source: Source


class OfTeam(Conflict):
    """He serves the queue because a team of his does: take him or the queue out of that."""

    code = "of_team"


class CapacityBelowLoad(Conflict):
    """The agent holds more than that now."""

    code = "capacity_below_load"


class _Joined(Struct, frozen=True, kw_only=True):
    team_id: int
    agent_id: int


_SQL = db.Statements(__name__)
_of_queue = _SQL.take("of_queue", Membership)
_find = _SQL.take("find", Membership)
_put = _SQL.command("put")
_remove = _SQL.command("remove")
_join_team = _SQL.take("join_team", int)
_find_many = _SQL.take("find_many", Membership)
_put_many = _SQL.command("put_many")
_join_teams = _SQL.take("join_teams", _Joined)
_set_capacity = _SQL.command("set_capacity")


async def of_queue(conn: Conn, queue_id: int) -> list[Membership]:
    """Who serves a queue, in the order they are asked."""
    return await _of_queue.all(conn, queue_id)


async def put(
    conn: Conn, now: datetime, queue: Queue, agent_id: int, terms: Terms, *, actor: str
) -> Membership:
    """Let an agent serve a queue on terms of his own; he looks for tickets at once.

    Whoever serves a queue is a member of its team, and becomes one here. Raises ``QueueArchived``.
    """
    queues.check_standing(queue)
    await lock(conn, agent_id)
    before = await _find.first(conn, queue.id, agent_id)
    await _put.run(
        conn, queue.id, agent_id, terms.level, terms.delay_s, terms.handicap_s, terms.band
    )
    if await _join_team.first(conn, queue.team_id, agent_id) is not None:
        joined = {"joined_ids": {"from": [], "to": [agent_id]}}
        await configuration.record(conn, now, "team", queue.team_id, joined, actor=actor)
    membership = await _find.one(conn, queue.id, agent_id)
    await _record(conn, now, before, membership, actor=actor)
    await seek.tickets_for(conn, now, agent_id)
    if _is_asked_at_another_time(before, membership):
        await delays.changed(conn, now, [queue.id])
    return membership


async def give_many(conn: Conn, now: datetime, given: Sequence[Membership], *, actor: str) -> None:
    """Let many agents serve queues that stand, on these terms, in a few statements.

    They look for tickets at once; whoever serves a queue is a member of its team.
    """
    if not given:
        return
    columns = [
        [getattr(one, name) for one in given]
        for name in ("queue_id", "agent_id", "level", "delay_s", "handicap_s", "band", "source")
    ]
    there = {(m.queue_id, m.agent_id): m for m in await _find_many.all(conn, *columns[:2])}
    await _put_many.run(conn, *columns)
    joined: dict[int, list[int]] = {}
    for row in await _join_teams.all(conn, *columns[:2]):
        joined.setdefault(row.team_id, []).append(row.agent_id)
    for team_id, agent_ids in sorted(joined.items()):
        changed = {"joined_ids": {"from": [], "to": sorted(agent_ids)}}
        await configuration.record(conn, now, "team", team_id, changed, actor=actor)
    before = [there.get((one.queue_id, one.agent_id)) for one in given]
    for former, one in zip(before, given, strict=True):
        await _record(conn, now, former, one, actor=actor)
    for agent_id in sorted({one.agent_id for one in given}):
        await seek.tickets_for(conn, now, agent_id)
    pairs = zip(before, given, strict=True)
    later = {one.queue_id for former, one in pairs if _is_asked_at_another_time(former, one)}
    await delays.changed(conn, now, later)


async def remove(conn: Conn, now: datetime, queue_id: int, agent_id: int, *, actor: str) -> None:
    """Take an agent out of a queue; what rings at him from it goes to another, what he holds stays.

    What was kept for him there looks for another, too.

    Raises ``NotFound`` where he does not serve it, ``OfTeam`` where that follows from a team.
    """
    before = await _find.first(conn, queue_id, agent_id)
    if before is None:
        raise NotFound(f"agent {agent_id} does not serve queue {queue_id}")
    if before.source == "team":
        raise OfTeam(f"agent {agent_id} serves queue {queue_id} with a team of his")
    await take(conn, now, queue_id, agent_id, actor=actor)


async def take(conn: Conn, now: datetime, queue_id: int, agent_id: int, *, actor: str) -> None:
    """The same, also for what follows from a team; the agent serves the queue."""
    before = await _find.one(conn, queue_id, agent_id)
    await _remove.run(conn, queue_id, agent_id)
    await _record(conn, now, before, None, actor=actor)
    kept_ids = await keeping.forget(conn, now, queue_id, agent_id, actor=actor)
    rings = await offers.pending_of_agent(conn, agent_id, queue_id=queue_id)
    await holding.rescind_all(conn, now, rings)
    for ticket_id in kept_ids:
        await seek.agent_for(conn, now, await tickets.lock(conn, ticket_id))
    await seek.tickets_for(conn, now, agent_id)


async def find(conn: Conn, agent_id: int) -> Agent:
    """Read an agent; raises ``NotFound``."""
    try:
        return await agents.find(conn, agent_id)
    except BadInput as unknown:
        raise NotFound(str(unknown)) from unknown


async def lock(conn: Conn, agent_id: int) -> Agent:
    """Read an agent and lock his row; raises ``NotFound``."""
    try:
        return await agents.lock(conn, agent_id)
    except BadInput as unknown:
        raise NotFound(str(unknown)) from unknown


async def set_capacity(
    conn: Conn, now: datetime, before: Agent, capacity: int, *, actor: str
) -> None:
    """Let a locked agent take this many units at once; with more he looks for tickets.

    Raises ``CapacityBelowLoad``: what somebody holds is not taken from him.
    """
    if capacity == before.capacity:
        return
    if capacity < before.load:
        raise CapacityBelowLoad(f"{before.name} holds {before.load} units now", load=before.load)
    await _set_capacity.run(conn, before.id, capacity)
    changed = {"capacity": {"from": before.capacity, "to": capacity}}
    await configuration.record(conn, now, "agent", before.id, changed, actor=actor)
    await seek.tickets_for(conn, now, before.id)
    await seek.catch_up(conn, now)  # the answer tells what he has now


def _is_asked_at_another_time(before: Membership | None, after: Membership) -> bool:
    """Whether a ticket that waits has yet to hear when he may be asked; at once, he looks."""
    return after.delay_s > 0 and (before is None or before.delay_s != after.delay_s)


async def _record(
    conn: Conn, now: datetime, before: Membership | None, after: Membership | None, *, actor: str
) -> None:
    changed = configuration.differences(before, after, untold=("agent_name",))
    which = after or before
    assert which is not None, "there was a membership or there is one now"
    if changed:
        name = f"{which.queue_id}:{which.agent_id}"
        await configuration.record(conn, now, "membership", name, changed, actor=actor)
