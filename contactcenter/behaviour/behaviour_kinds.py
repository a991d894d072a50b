"""Kinds of behaviour: what customers may be told to have done, and what of it is kept.

The manager decides: of a kind that is not captured nothing is stored, and what is older than its
retention is deleted.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import NotFound


class BehaviourKind(Struct, frozen=True, kw_only=True):
    """A kind of behaviour; ``retention_days`` is None where it is kept for good."""

    kind: str
    name_en: str
    name_fa: str
    built_in: bool
    captured: bool
    retention_days: int | None
    version: int

    def keeps(self, occurred_at: datetime, now: datetime) -> bool:
        """Whether what happened then is stored at all."""
        if not self.captured:
            return False
        return self.retention_days is None or occurred_at > now - timedelta(
            days=self.retention_days
        )


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", BehaviourKind)
_lock = _SQL.take("lock", BehaviourKind)
_create = _SQL.take("create", BehaviourKind)
_change = _SQL.take("change", BehaviourKind)


async def list_all(conn: Conn) -> list[BehaviourKind]:
    """Every kind, the built-in ones first."""
    return await _list_all.all(conn)


async def by_word(conn: Conn) -> Mapping[str, BehaviourKind]:
    """Every kind by its word."""
    return {kind.kind: kind for kind in await list_all(conn)}


async def find(conn: Conn, kind: str) -> BehaviourKind:
    """Read one; raises ``NotFound``."""
    found = (await by_word(conn)).get(kind)
    if found is None:
        raise NotFound(f"there is no kind of behaviour {kind}")
    return found


async def lock(conn: Conn, kind: str) -> BehaviourKind:
    """Lock one and read it; raises ``NotFound``."""
    found = await _lock.first(conn, kind)
    if found is None:
        raise NotFound(f"there is no kind of behaviour {kind}")
    return found


async def create(conn: Conn, now: datetime, wanted: BehaviourKind, *, actor: str) -> BehaviourKind:
    """Add one of the house's own; raises ``NameTaken``."""
    made = await _create.first(
        conn,
        wanted.kind,
        wanted.name_en,
        wanted.name_fa,
        wanted.captured,
        wanted.retention_days,
    )
    if made is None:
        raise NameTaken(f"there is a kind of behaviour {wanted.kind} already")
    await _record(conn, now, None, made, actor=actor)
    return made


async def change(
    conn: Conn, now: datetime, before: BehaviourKind, after: BehaviourKind, *, actor: str
) -> BehaviourKind:
    """Save an edit of a locked kind; what is to be kept no more is deleted by the next sweep."""
    if before == after:
        return before
    changed = await _change.one(
        conn, after.kind, after.name_en, after.name_fa, after.captured, after.retention_days
    )
    await _record(conn, now, before, changed, actor=actor)
    return changed


async def _record(
    conn: Conn,
    now: datetime,
    before: BehaviourKind | None,
    after: BehaviourKind,
    *,
    actor: str,
) -> None:
    changed = configuration.differences(before, after)
    await configuration.record(conn, now, "behaviour_kind", after.kind, changed, actor=actor)
