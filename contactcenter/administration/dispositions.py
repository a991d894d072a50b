"""The ways a problem can end, one of which is named when it is solved."""

from datetime import datetime

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound


class Disposition(Struct, frozen=True, kw_only=True):
    """A row of ``disposition``; one that is archived stays on its tickets and is chosen no more."""

    code: str
    name_en: str
    name_fa: str
    archived_at: datetime | None


class LastDisposition(Conflict):
    """Without this one nothing could be solved: make another first."""

    code = "last_disposition"


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", Disposition)
_create = _SQL.take("create", Disposition)
_archive = _SQL.take("archive", Disposition)


async def list_all(conn: Conn, *, archived: bool) -> list[Disposition]:
    """Every disposition, by code; with ``archived``, also those."""
    return await _list_all.all(conn, archived)


async def create(
    conn: Conn, now: datetime, *, code: str, name_en: str, name_fa: str, actor: str
) -> Disposition:
    """Add one, or bring an archived one back under these names; raises ``NameTaken``."""
    made = await _create.first(conn, code, name_en, name_fa)
    if made is None:
        raise NameTaken(f"there is a disposition {code} already")
    changed = configuration.differences(None, made)
    await configuration.record(conn, now, "disposition", code, changed, actor=actor)
    return made


async def archive(conn: Conn, now: datetime, code: str, *, actor: str) -> Disposition:
    """Let nobody choose it any more. Raises ``NotFound`` or ``LastDisposition``."""
    await _lock.run(conn)
    known = {d.code: d for d in await list_all(conn, archived=True)}
    if code not in known:
        raise NotFound(f"there is no disposition {code}")
    before = known[code]
    if before.archived_at is not None:
        return before
    if sum(d.archived_at is None for d in known.values()) == 1:
        raise LastDisposition
    archived = await _archive.one(conn, code, now)
    changed = configuration.differences(before, archived)
    await configuration.record(conn, now, "disposition", code, changed, actor=actor)
    return archived
