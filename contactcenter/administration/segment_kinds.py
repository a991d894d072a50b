"""Kinds of segments: what may be asserted of a contact, in both languages, and who may say it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

#: Whose word is taken; nobody's where the kind has rules of its own.
SetBy = Literal["agent", "supervisor", "admin", "nobody"]


class Value(Struct, frozen=True, kw_only=True):
    """One thing that may be said, and how it is called."""

    value: str
    name_en: str
    name_fa: str


class SegmentKind(Struct, frozen=True, kw_only=True):
    """What may be asserted; one that is archived stays with its contacts and is said no more.

    Of a kind with ``several`` a contact may have more than one value at once. Of a ``free`` one any
    word will do, and ``values`` is empty. What is ``built_in`` cannot be archived.
    """

    kind: str
    name_en: str
    name_fa: str
    several: bool
    free: bool
    set_by: SetBy
    built_in: bool
    values: list[Value]
    version: int
    archived_at: datetime | None


class KindIsBuiltIn(Conflict):
    """This kind belongs to the product."""

    code = "kind_is_built_in"


class _Row(Struct, frozen=True, kw_only=True):
    kind: str
    name_en: str
    name_fa: str
    several: bool
    free: bool
    set_by: SetBy
    built_in: bool
    words: list[dict[str, Any]]
    version: int
    archived_at: datetime | None


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", _Row)
_create = _SQL.take("create", str)
_change = _SQL.command("change")
_archive_values = _SQL.command("archive_values")
_put_values = _SQL.command("put_values")


async def list_all(conn: Conn, *, archived: bool) -> list[SegmentKind]:
    """Every kind, by its word; with ``archived``, also those."""
    return [_made(row) for row in await _list_all.all(conn, None, archived)]


async def by_word(conn: Conn) -> Mapping[str, SegmentKind]:
    """The kinds that are in use."""
    return {kind.kind: kind for kind in await list_all(conn, archived=False)}


async def find(conn: Conn, kind: str) -> SegmentKind:
    """Read one; raises ``NotFound``."""
    row = await _list_all.first(conn, kind, True)
    if row is None:
        raise NotFound(f"there is no kind of segment {kind}")
    return _made(row)


async def lock(conn: Conn, kind: str) -> SegmentKind:
    """Lock the kinds and read one; raises ``NotFound``."""
    await _lock.run(conn)
    return await find(conn, kind)


async def create(conn: Conn, now: datetime, wanted: SegmentKind, *, actor: str) -> SegmentKind:
    """Add one of the house's own; raises ``NameTaken`` or ``BadInput``."""
    _check(wanted)
    made = await _create.first(
        conn,
        wanted.kind,
        wanted.name_en,
        wanted.name_fa,
        wanted.several,
        wanted.free,
        wanted.set_by,
    )
    if made is None:
        raise NameTaken(f"there is a kind of segment {wanted.kind} already")
    await _write_values(conn, now, wanted)
    return await _told(conn, now, None, wanted.kind, actor=actor)


async def change(
    conn: Conn, now: datetime, before: SegmentKind, after: SegmentKind, *, actor: str
) -> SegmentKind:
    """Save an edit of a locked kind; whether it is free or has several stays as it is.

    Raises ``KindIsBuiltIn`` where the kind has rules of its own or would be archived.
    """
    if before == after:
        return before
    if before.set_by == "nobody" or (before.built_in and after.archived_at is not None):
        raise KindIsBuiltIn(f"{before.kind} is part of the product")
    _check(after)
    await _change.run(
        conn, after.kind, after.name_en, after.name_fa, after.set_by, after.archived_at
    )
    await _write_values(conn, now, after)
    return await _told(conn, now, before, after.kind, actor=actor)


def _check(wanted: SegmentKind) -> None:
    words = [value.value for value in wanted.values]
    if wanted.free and words:
        raise BadInput("body.values", "Of a free kind any word will do: it has no values.")
    if not wanted.free and not words:
        raise BadInput("body.values", "Name at least one value, or make the kind free.")
    for n, word in enumerate(words):
        if word in words[:n]:
            raise BadInput(f"body.values[{n}].value", f"{word} is named twice.")


async def _write_values(conn: Conn, now: datetime, wanted: SegmentKind) -> None:
    values: Sequence[Value] = wanted.values
    words = [value.value for value in values]
    await _archive_values.run(conn, wanted.kind, words, now)
    await _put_values.run(
        conn, wanted.kind, words, [v.name_en for v in values], [v.name_fa for v in values]
    )


async def _told(
    conn: Conn, now: datetime, before: SegmentKind | None, kind: str, *, actor: str
) -> SegmentKind:
    after = await find(conn, kind)
    changed = configuration.differences(before, after)
    await configuration.record(conn, now, "segment_kind", kind, changed, actor=actor)
    return after


def _made(row: _Row) -> SegmentKind:
    columns = msgspec.structs.asdict(row)
    values = msgspec.convert(columns.pop("words"), list[Value])
    return SegmentKind(**columns, values=values)
