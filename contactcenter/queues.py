"""Queues: one team at one tier, with its rules for offers, wrap-up and escalation."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict


class Queue(Struct, frozen=True, kw_only=True):
    """A row of ``queue``. ``auto_accept`` names the channels that need no answer to an offer.

    ``offer_timeouts`` are seconds by channel where they are not ``offer_timeout_s``. An accepted
    ticket without a reply goes back after ``return_after_s``. ``requirements`` are the least levels
    by kind and name of what a member of a team must know to serve it. Without a calendar it is
    always open. An archived one is empty and nothing leads to it.
    """

    id: int
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
    archived_at: datetime | None
    version: int


class QueueNow(Queue, frozen=True, kw_only=True):
    """A queue and whether it hands out tickets now.

    ``hours_change_at`` is when it closes, or opens again; null: for good. An instant that has come
    means that its calendar is being asked.
    """

    is_open: bool
    hours_change_at: datetime | None


class Terms(Struct, frozen=True, kw_only=True):
    """On what terms an agent serves a queue.

    Lower ``level`` is asked first, then higher ``band``. A ticket must have waited ``delay_s``
    before this agent is asked; ``handicap_s`` makes this queue's tickets younger beside those of
    his other queues.
    """

    level: int
    delay_s: int
    handicap_s: int
    band: int


class QueueArchived(Conflict):
    """This queue is archived: nothing leads to it any more."""

    code = "queue_archived"


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Queue)
_list_all = _SQL.take("list_all", Queue)
_now = _SQL.take("now", QueueNow)
_entered = _SQL.take("entered", Queue)


async def find(conn: Conn, queue_id: int, *, field: str = "queue_id") -> Queue:
    """Read one; raises ``BadInput`` naming ``field`` where there is none."""
    queue = await _find.first(conn, queue_id)
    if queue is None:
        raise BadInput(field, f"there is no queue {queue_id}")
    return queue


async def list_all(conn: Conn, *, archived: bool) -> list[Queue]:
    """Every queue, tier by tier; with ``archived``, also those."""
    return await _list_all.all(conn, archived)


async def list_now(conn: Conn, *, archived: bool) -> list[QueueNow]:
    """The same, each with whether it is open."""
    return await _now.all(conn, None, archived)


async def find_now(conn: Conn, queue_id: int) -> QueueNow:
    """One that is there, with whether it is open."""
    return await _now.one(conn, queue_id, True)


async def entered(conn: Conn, queue_id: int, entry_point_id: int | None) -> Queue:
    """The queue a new problem enters: this one, or where it has been archived meanwhile another.

    That is the one of its entry point, which never is, or the first of the lowest tier.
    """
    return await _entered.one(conn, queue_id, entry_point_id)


def check_standing(queue: Queue) -> None:
    """Raise ``QueueArchived`` for a queue that is."""
    if queue.archived_at is not None:
        raise QueueArchived(f"queue {queue.id} is archived")
