"""How far visitors have received and read: their own numbers, and the states of our messages."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.outbound import deliveries

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
_hold = _SQL.take("hold", int)
_move = _SQL.take("move", _Told)


async def raise_marks(conn: Conn, marks: Mapping[int, Mark]) -> list[int]:
    """Take over how far these visitors are; a mark never goes back, nor beyond the last line.

    Returns of whom it was done: those whom somebody holds right now are to be asked for again.
    """
    held = await _hold.all(conn, list(marks))
    told = await _move.all(
        conn,
        held,
        [marks[visitor_id].received for visitor_id in held],
        [marks[visitor_id].seen for visitor_id in held],
    )
    states = {one.correlation_id: "read" if one.is_seen else "delivered" for one in told}
    if states:
        await deliveries.note_states(conn, CHANNEL, states)
    return held
