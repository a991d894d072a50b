"""The audit trail: who changed what and when, read from the events, the newest first."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class Entry(Struct, frozen=True, kw_only=True):
    """One event as the audit shows it. ``data`` has what changed, before and after.

    ``agent_id`` is whom it is about.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    ticket_id: int | None
    contact_id: int | None
    agent_id: int | None
    data: dict[str, Any]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which entries; None lets everything pass. ``what`` is a part of the configuration."""

    actor: str | None = None
    kind: str | None = None
    what: str | None = None
    ticket_id: int | None = None
    contact_id: int | None = None
    agent_id: int | None = None
    since: datetime | None = None


_SQL = db.Statements(__name__)
_page = _SQL.take("page", Entry)


async def page(conn: Conn, wanted: Wanted, *, before_id: int, limit: int) -> list[Entry]:
    """One page, below the id ``before_id``."""
    return await _page.all(
        conn,
        before_id,
        limit,
        wanted.actor,
        wanted.kind,
        wanted.what,
        wanted.ticket_id,
        wanted.contact_id,
        wanted.agent_id,
        wanted.since,
    )
