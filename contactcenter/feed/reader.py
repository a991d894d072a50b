"""Reads events in their one order: complete and stable, though not always causal.

Ids are handed out before the commit, so "everything after id 7" can miss a late commit. The order
is (transaction id, event id), and it is read only up to the oldest transaction that is still
running: below that, nothing can appear any more. Source:
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.feed import cursor
from contactcenter.feed.cursor import Cursor, Position


class Entry(Struct, frozen=True, kw_only=True):
    """One event, with what decides who may see it.

    ``team_ids`` are the teams that hold or held the ticket, ``of_contact_id`` is its contact and
    ``holder_id`` who holds it: all as of the reading, not of the event. Of a presence, ``team_ids``
    are the agent's teams.
    """

    xid: int
    id: int
    at: datetime
    kind: str
    ticket_id: int | None
    version: int | None
    contact_id: int | None
    agent_id: int | None
    actor: str
    data: Mapping[str, Any]
    team_ids: list[int]
    of_contact_id: int | None
    holder_id: int | None

    @property
    def position(self) -> Position:
        """Its place in the order."""
        return Position(self.xid, self.id)

    def cursor(self, epoch: int) -> Cursor:
        """The cursor of a reader who has had this event and all before it."""
        return Cursor(epoch=epoch, position=self.position, at_s=cursor.seconds(self.at))


class Look(Struct, frozen=True, kw_only=True):
    """What a look at the table told: ``held_back_s`` is None where nothing waits for a writer."""

    at: datetime
    held_back_s: float | None


class Present(Struct, frozen=True, kw_only=True):
    """Where the order stands: ``xmin`` is the oldest running writer, ``xmax`` the next one."""

    epoch: int
    at: datetime
    xmin: int
    xmax: int

    @property
    def cursor(self) -> Cursor:
        """The cursor of a reader for whom everything up to now is past."""
        return Cursor(
            epoch=self.epoch, position=Position(self.xmin, 0), at_s=cursor.seconds(self.at)
        )


_SQL = db.Statements(__name__)
_page = _SQL.take("page", Entry)
_look = _SQL.take("look", Look)
_look_after = _SQL.take("look_after", Look)
_present = _SQL.take("present", Present)
_is_kept = _SQL.take("is_kept", bool)


async def page(conn: Conn, after: Position, at_most: int) -> list[Entry]:
    """The next events after a position; fewer than ``at_most`` means that there are no more yet."""
    return await _page.all(conn, after.xid, after.id, at_most)


async def look(conn: Conn) -> Look:
    """Tell the time, and whether committed events wait for an older writer to end."""
    return await _look.one(conn)


async def look_after(conn: Conn, after: Position) -> Look:
    """Tell the time, and since when the oldest event after a position waits to be read."""
    return await _look_after.one(conn, after.xid, after.id)


async def present(conn: Conn) -> Present:
    """Tell where the order of events stands now."""
    return await _present.one(conn)


async def can_resume(conn: Conn, kept: Cursor, now: Present, *, resume_for: timedelta) -> bool:
    """Whether every event after a cursor can still be read, and soon enough to be worth it."""
    if kept.epoch != now.epoch or kept.position.xid > now.xmax:
        return False  # of another history of this database
    if kept.at_s < cursor.seconds(now.at - resume_for):
        return False
    if kept.at_s > cursor.seconds(now.at + timedelta(hours=1)):
        return False  # nobody has it from us
    return await _is_kept.one(conn, datetime.fromtimestamp(kept.at_s, tz=now.at.tzinfo))
