"""Where a caller stands among those who wait for the same people, and how long it may take."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.calls.calls import Call
from contactcenter.chats import chat_standing
from contactcenter.db import Conn


class Standing(Struct, frozen=True, kw_only=True):
    """A place from 1, and the expected wait in seconds; None is not known."""

    position: int | None = None
    expected_wait_s: int | None = None


class _Row(Struct, frozen=True, kw_only=True):
    queue_id: int | None
    position: int | None


_SQL = db.Statements(__name__)
_place = _SQL.take("place", _Row)


async def standing(conn: Conn, now: datetime, call: Call) -> Standing:
    """How it stands with a call that waits; by the rule that chats are told by (decision 0040)."""
    row = None if call.ticket_id is None else await _place.first(conn, call.ticket_id)
    if row is None or row.position is None or row.queue_id is None:
        return Standing()
    paces = await chat_standing.paces(conn, now, {row.queue_id})
    each_s = paces.get(row.queue_id)
    wait_s = None if each_s is None else chat_standing.told_s(row.position * each_s)
    return Standing(position=row.position, expected_wait_s=wait_s)
