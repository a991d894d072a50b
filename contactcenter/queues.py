"""Queues: one team at one tier, with its rules for offers, wrap-up and escalation."""

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput


class Queue(Struct, frozen=True, kw_only=True):
    """A row of ``queue``. ``auto_accept`` names the channels that need no answer to an offer.

    Without a calendar it is always open.
    """

    id: int
    name: str
    team_id: int
    tier: int
    auto_accept: list[str]
    offer_timeout_s: int
    wrap_up_s: int
    escalate_after_s: int | None
    escalate_to_id: int | None
    calendar_id: int | None
    version: int


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Queue)
_list_all = _SQL.take("list_all", Queue)


async def find(conn: Conn, queue_id: int, *, field: str = "queue_id") -> Queue:
    """Read one; raises ``BadInput`` naming ``field`` where there is none."""
    queue = await _find.first(conn, queue_id)
    if queue is None:
        raise BadInput(field, f"there is no queue {queue_id}")
    return queue


async def list_all(conn: Conn) -> list[Queue]:
    """Every queue, tier by tier."""
    return await _list_all.all(conn)
