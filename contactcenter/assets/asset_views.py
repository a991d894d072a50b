"""A machine as agents see it: what it is, whose, what he may expect, what was done for it.

Of those who had it before there is nothing here but what was done: no names, no words, no ids.
"""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class OwnersTicket(Struct, frozen=True, kw_only=True):
    """A ticket of the present owner about this machine; an unreadable one has an id alone."""

    id: int
    readable: bool
    subject: str
    state: str
    channel: str
    opened_at: datetime
    solved_at: datetime | None


class Service(Struct, frozen=True, kw_only=True):
    """What was done for the machine while it was somebody else's."""

    opened_at: datetime
    solved_at: datetime | None
    category_en: str | None
    category_fa: str | None
    disposition_en: str | None
    disposition_fa: str | None


_SQL = db.Statements(__name__)
_problems = _SQL.take("problems", OwnersTicket)
_services = _SQL.take("services", Service)


async def problems(
    conn: Conn, viewer_id: int, asset_id: int, owner_id: int | None
) -> list[OwnersTicket]:
    """The owner's tickets about it: those the viewer may read or know of, newest first."""
    return await _problems.all(conn, viewer_id, asset_id, owner_id)


async def services(
    conn: Conn, viewer_id: int, asset_id: int, owner_id: int | None
) -> list[Service]:
    """What was done for the machine before it was his, newest first."""
    return await _services.all(conn, viewer_id, asset_id, owner_id)
