"""How far visitors have received and read: their own numbers, and the states of our messages."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from contactcenter import db, deliveries
from contactcenter.db import Conn

#: The channel whose messages are received and read.
CHANNEL: Final = "webchat"


class Mark(Struct, frozen=True, kw_only=True):
    """Up to which line a browser has a conversation, and its visitor has seen it."""

    received: int = 0
    seen: int = 0


class _Told(Struct, frozen=True, kw_only=True):
    correlation_id: str
    is_seen: bool


_SQL = db.Statements(__name__)
_move = _SQL.take("move", _Told)


async def raise_marks(conn: Conn, marks: Mapping[int, Mark]) -> int:
    """Take over how far these visitors are; returns how many messages' states rose.

    A mark never goes back and never lies beyond the last line.
    """
    told = await _move.all(
        conn,
        list(marks),
        [mark.received for mark in marks.values()],
        [mark.seen for mark in marks.values()],
    )
    states = {one.correlation_id: "read" if one.is_seen else "delivered" for one in told}
    return await deliveries.note_states(conn, CHANNEL, states) if states else 0
