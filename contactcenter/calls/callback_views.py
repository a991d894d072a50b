"""Callbacks as the people who may read their tickets see them."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.calls.callbacks import State
from contactcenter.db import Conn
from contactcenter.errors import NotFound


class CallbackView(Struct, frozen=True, kw_only=True):
    """Somebody is to be called instead of waiting on the line.

    ``position`` is the place of his ticket in its queue, ``waits_since`` when he began to wait:
    both are as if he had stayed. ``attempts`` is how often he was dialled, ``due_at`` not before
    when he is called (again).
    """

    id: int
    ticket_id: int
    contact_id: int
    contact_name: str | None
    address: str
    entry_point: str
    language: str | None
    state: State
    attempts: int
    asked_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    waits_since: datetime
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    position: int | None
    version: int


_SQL = db.Statements(__name__)
_page = _SQL.take("page", CallbackView)


async def page(
    conn: Conn, viewer_id: int, *, after_id: int, limit: int, is_open: bool, queue_id: int | None
) -> list[CallbackView]:
    """List what this person may read, the oldest first; all, or those to be kept yet."""
    return await _read(conn, viewer_id, after_id, limit, is_open, queue_id, None)


async def find(conn: Conn, viewer_id: int, callback_id: int) -> CallbackView:
    """Read one; ``NotFound`` where there is none that this person may read."""
    found = await _read(conn, viewer_id, 0, 1, False, None, callback_id)
    if not found:
        raise NotFound(f"there is no callback {callback_id}", callback_id=callback_id)
    return found[0]


async def _read(conn: Conn, *wanted: int | bool | None) -> list[CallbackView]:
    """As ``page`` in the SQL has them; a plan of its own for each set of filters."""
    async with conn.transaction(readonly=True):
        # Promises that are kept are many, those that are to be kept have an index of their own.
        await conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        return await _page.all(conn, *wanted)
