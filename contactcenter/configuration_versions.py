"""Every configuration that ever was in force, a document each; none is removed."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import NotFound


class Version(Struct, frozen=True, kw_only=True):
    """Who made which version, when and why; ``reverts_to`` is the one it repeats."""

    version: int
    reverts_to: int | None
    actor: str
    note: str | None
    from_at: datetime


class Kept(Version, frozen=True, kw_only=True):
    """A version with its document."""

    document: dict[str, Any]


_SQL = db.Statements(__name__)
_page = _SQL.take("page", Version)
_find = _SQL.take("find", Kept)
_newest = _SQL.take("newest", Kept)
_begin = _SQL.take("begin", int)
_finish = _SQL.command("finish")
_undo = _SQL.command("undo")


async def page(conn: Conn, *, before: int, limit: int) -> list[Version]:
    """One page, newest first, below the version ``before``."""
    return await _page.all(conn, before, limit)


async def find(conn: Conn, version: int) -> Kept:
    """Read one; raises ``NotFound``."""
    kept = await _find.first(conn, version)
    if kept is None:
        raise NotFound(f"there is no version {version} of the configuration")
    return kept


async def newest(conn: Conn) -> Kept | None:
    """The one in force; None where nobody has configured anything yet."""
    return await _newest.first(conn)


async def begin(
    conn: Conn, now: datetime, *, reverts_to: int | None, actor: str, note: str | None
) -> int:
    """Begin the next version, so that whatever is decided from here on says so.

    Under the routing lock; ``finish`` or ``undo`` follows in the same transaction.
    """
    return await _begin.one(conn, now, reverts_to, actor, note)


async def finish(conn: Conn, version: int, document: dict[str, Any]) -> None:
    """Say what the version is."""
    await _finish.run(conn, version, document)


async def undo(conn: Conn, version: int) -> None:
    """Nothing is otherwise than before: there is no such version."""
    await _undo.run(conn, version)
