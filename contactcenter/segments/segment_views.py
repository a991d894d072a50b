"""What is asserted of a contact, as an agent reads it before the first word, in both languages."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.segments.segments import Source


class SegmentView(Struct, frozen=True, kw_only=True):
    """One thing that is or was said; ``until`` is null while no end is known.

    What is over or has yet to begin does not count; what was taken back before it began ends where
    it begins.
    """

    id: int
    kind: str
    kind_name_en: str
    kind_name_fa: str
    value: str
    name_en: str
    name_fa: str
    source: Source
    confidence: float
    note: str | None
    actor: str
    since: datetime
    until: datetime | None


_SQL = db.Statements(__name__)
_effective = _SQL.take("effective", SegmentView)
_said = _SQL.take("said", SegmentView)


async def effective(conn: Conn, contact_id: int, at: datetime) -> list[SegmentView]:
    """What counts at an instant, by kind; the temperament is not among it."""
    return await _effective.all(conn, contact_id, at)


async def said(conn: Conn, contact_id: int) -> list[SegmentView]:
    """Everything that was ever said of a contact, newest first."""
    return await _said.all(conn, contact_id, None)


async def find(conn: Conn, contact_id: int, segment_id: int) -> SegmentView | None:
    """One of what was said of a contact."""
    return await _said.first(conn, contact_id, segment_id)
