"""How far a channel's messages are known to be stored, and when that was last made sure of."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class Checkpoint(Struct, frozen=True, kw_only=True):
    """A row of ``checkpoint``: everything the provider took before ``stored_until`` is stored."""

    channel: str
    stored_until: datetime
    swept_at: datetime


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Checkpoint)
_has_messages = _SQL.take("has_messages", bool)
_advance = _SQL.command("advance")
_late = _SQL.take("late", str)


async def find(conn: Conn, channel: str) -> Checkpoint | None:
    """A channel's; None where nothing was made sure of yet."""
    return await _find.first(conn, channel)


async def has_messages(conn: Conn, channel: str) -> bool:
    """Whether this channel ever brought a message."""
    return await _has_messages.one(conn, channel)


async def advance(
    conn: Conn, channel: str, stored_until: datetime, *, lease: str, fence: int
) -> bool:
    """Note what is stored now, in the name of a lease; False for whoever has lost it meanwhile."""
    return bool(await _advance.run(conn, channel, stored_until, lease, fence))


async def late(conn: Conn, channels: list[str], *, after_s: int) -> list[str]:
    """Those of these channels that nobody has made sure of for longer than that."""
    return await _late.all(conn, channels, after_s)
