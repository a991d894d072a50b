"""Sets queues up; under the routing lock, so that no decision sees half a change."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import asyncpg
from msgspec import Struct

from contactcenter import calendars, configuration, db, events, queues, timers
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.dispatch import returning
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.queues import Queue
from contactcenter.tickets import ticket_changes
from contactcenter.tickets.ticket_changes import ChangedTicket


class QueueInUse(Conflict):
    """There are unsolved tickets in the queue: they carry its tier."""

    code = "queue_in_use"


class NewQueue(Struct, frozen=True, kw_only=True):
    """A queue as it is wished for; fields as in ``Queue``."""

    name: str
    team_id: int
    tier: int
    auto_accept: list[str]
    offer_timeout_s: int
    offer_timeouts: dict[str, int]
    wrap_up_s: int
    return_after_s: int | None
    escalate_after_s: int | None
    escalate_to_id: int | None
    calendar_id: int | None
    requirements: dict[str, dict[str, int]]


_SQL = db.Statements(__name__)
_lock = _SQL.take("lock", int)
_create = _SQL.take("create", int)
_change = _SQL.command("change")
_team_exists = _SQL.take("team_exists", bool)
_tier_of = _SQL.take("tier_of", int)
_highest_below = _SQL.take("highest_below", int)
_is_in_use = _SQL.take("is_in_use", bool)
_show_to_team = _SQL.take("show_to_team", ChangedTicket)
_join_team = _SQL.take("join_team", int)


async def find(conn: Conn, queue_id: int) -> Queue:
    """Read the queue that a path names; raises ``NotFound``."""
    try:
        return await queues.find(conn, queue_id)
    except BadInput as unknown:
        raise NotFound(str(unknown), queue_id=queue_id) from unknown


async def lock(conn: Conn, queue_id: int) -> Queue:
    """Read one and lock it; raises ``NotFound``."""
    await _lock.first(conn, queue_id)
    return await find(conn, queue_id)


async def create(
    conn: Conn, now: datetime, new: NewQueue, *, channels: Collection[str], actor: str
) -> Queue:
    """Make a queue; raises ``BadInput`` or ``NameTaken``."""
    await _check(conn, new, channels)
    await calendars.check_usable(conn, new.calendar_id)
    return await add(conn, now, new, actor=actor)


async def change(
    conn: Conn,
    now: datetime,
    before: Queue,
    after: Queue,
    *,
    channels: Collection[str],
    actor: str,
) -> Queue:
    """Save an edit of a locked queue; under the routing lock.

    A new team may read what waits or was solved here, and the queue's agents become its members. A
    new time to escalate or to answer holds for all tickets there. Raises ``BadInput``,
    ``NameTaken``, ``QueueArchived`` or, for another tier, ``QueueInUse``.
    """
    queues.check_standing(before)
    if before == after:
        return before
    # What stands there already may stay: a channel of a new installation may come later.
    await _check(conn, after, {*channels, *before.auto_accept, *before.offer_timeouts})
    if after.calendar_id != before.calendar_id:
        await calendars.check_usable(conn, after.calendar_id)
    if after.tier != before.tier:
        await _check_tier(conn, after)
    return await save(conn, now, before, after, actor=actor)


async def add(conn: Conn, now: datetime, new: NewQueue, *, actor: str) -> Queue:
    """Make a queue of which all was checked; raises ``NameTaken``."""
    try:
        queue_id = await _create.one(conn, *_columns(new))
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is a queue named {new.name} already") from error
    if new.calendar_id is not None:
        await calendars.note_use(conn, now, new.calendar_id, queue_id=queue_id)
        await timers.set_for_queue(conn, "queue_hours", queue_id, now)
    queue = await queues.find(conn, queue_id)
    changed = configuration.differences(None, queue)
    await configuration.record(conn, now, "queue", queue_id, changed, actor=actor)
    return queue


async def save(conn: Conn, now: datetime, before: Queue, after: Queue, *, actor: str) -> Queue:
    """Save an edit of which all was checked; archiving and taking in use again among them.

    Under the routing lock. Raises ``NameTaken``.
    """
    if before == after:
        return before
    try:
        await _change.run(conn, after.id, *_columns(after), after.archived_at)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is a queue named {after.name} already") from error
    changed = configuration.differences(before, after)
    await configuration.record(conn, now, "queue", after.id, changed, actor=actor)
    if after.calendar_id != before.calendar_id:
        await calendars.note_use(conn, now, after.calendar_id, queue_id=after.id)
        await timers.set_for_queue(conn, "queue_hours", after.id, now)
    if after.return_after_s != before.return_after_s or after.calendar_id != before.calendar_id:
        await returning.time_changed(conn, now, after.id)
    if after.team_id != before.team_id:
        await _change_team(conn, now, after, actor=actor)
    return await queues.find(conn, after.id)


def _columns(queue: NewQueue | Queue) -> tuple[Any, ...]:
    """What is written of it, in the order of the statements."""
    return (
        queue.name,
        queue.team_id,
        queue.tier,
        queue.auto_accept,
        queue.offer_timeout_s,
        queue.offer_timeouts,
        queue.wrap_up_s,
        queue.return_after_s,
        queue.escalate_after_s,
        queue.escalate_to_id,
        queue.calendar_id,
        queue.requirements,
    )


async def _change_team(conn: Conn, now: datetime, queue: Queue, *, actor: str) -> None:
    shown = await _show_to_team.all(conn, queue.id, queue.team_id)
    await events.record(
        conn, *(ticket_changes.fact(t, now, actor, team_ids={"to": t.team_ids}) for t in shown)
    )
    joined = await _join_team.all(conn, queue.id, queue.team_id)
    if joined:
        await configuration.record(
            conn,
            now,
            "team",
            queue.team_id,
            {"joined_ids": {"from": [], "to": joined}},
            actor=actor,
        )


async def _check(conn: Conn, queue: NewQueue | Queue, channels: Collection[str]) -> None:
    if not await _team_exists.one(conn, queue.team_id):
        raise BadInput("body.team_id", f"There is no team {queue.team_id}.")
    named = [(f"auto_accept[{n}]", channel) for n, channel in enumerate(queue.auto_accept)]
    named += [(f"offer_timeouts.{channel}", channel) for channel in queue.offer_timeouts]
    for place, channel in named:
        if channel not in channels:
            known = ", ".join(sorted(channels))
            raise BadInput(f"body.{place}", f"There is no channel {channel}; there are {known}.")
    if queue.escalate_to_id is None:
        return
    tier = await _tier_of.first(conn, queue.escalate_to_id)
    if tier is None:
        raise BadInput("body.escalate_to_id", f"There is no queue {queue.escalate_to_id}.")
    if tier <= queue.tier:
        raise BadInput(
            "body.escalate_to_id",
            f"Queue {queue.escalate_to_id} is of tier {tier}; tickets escalate from tier "
            f"{queue.tier} to a higher one.",
        )


async def _check_tier(conn: Conn, queue: Queue) -> None:
    if await _is_in_use.one(conn, queue.id):
        raise QueueInUse(f"there are unsolved tickets in queue {queue.id}")
    below = await _highest_below.first(conn, queue.id)
    if below is not None and below >= queue.tier:
        raise BadInput(
            "body.tier", f"A queue of tier {below} escalates here: the tier must be above that."
        )
