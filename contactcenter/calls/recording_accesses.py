"""Who heard which recording, and which part of it: noted before the first byte goes out.

A player asks for a recording in many pieces. What one person asks for in one sitting is one row.
"""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.access.actor import Actor
from contactcenter.db import Conn

#: Who comes back later has sat down anew.
SITTING_S: Final = 1800

Purpose = Literal["listen", "download"]


class Access(Struct, frozen=True, kw_only=True):
    """One sitting. ``actor`` is who asked, ``user:7`` or a token of his.

    ``ranges`` are the first and the last byte of each part that was asked for, together the
    ``whole`` or not. ``bytes_asked`` counts a part as often as it was asked for.
    """

    id: int
    user_id: int
    user_name: str
    actor: str
    purpose: Purpose
    began_at: datetime
    last_at: datetime
    requests: int
    bytes_asked: int
    ranges: list[tuple[int, int]]
    whole: bool


_SQL = db.Statements(__name__)
_go_on = _SQL.take("go_on", int)
_begin = _SQL.command("begin")
_page = _SQL.take("page", Access)


async def note(
    conn: Conn,
    now: datetime,
    recording_id: int,
    actor: Actor,
    *,
    purpose: Purpose,
    first: int,
    last: int,
) -> None:
    """Somebody is about to get the bytes ``first`` to ``last``."""
    who = (recording_id, actor.user_id, actor.reference, purpose)
    if await _go_on.first(conn, *who, now, SITTING_S, first, last) is None:
        await _begin.run(conn, *who, now, first, last)


async def page(conn: Conn, recording_id: int, *, before_id: int, limit: int) -> list[Access]:
    """Who heard it, the latest sitting first, below the id ``before_id``."""
    return await _page.all(conn, recording_id, before_id, limit)
