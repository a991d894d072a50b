"""What problems are about: a tree that agents choose from, in both languages."""

from datetime import datetime

import asyncpg
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound


class Category(Struct, frozen=True, kw_only=True):
    """A row of ``category``; one that is archived stays on its tickets and is chosen no more."""

    id: int
    parent_id: int | None
    name_en: str
    name_fa: str
    version: int
    archived_at: datetime | None


class HasSubcategories(Conflict):
    """There are categories below it: archive or move those first."""

    code = "has_subcategories"


class Archived(Conflict):
    """This is archived."""

    code = "archived"


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", Category)
_find = _SQL.take("find", Category)
_create = _SQL.take("create", Category)
_change = _SQL.take("change", Category)
_archive = _SQL.take("archive", Category)


async def list_all(conn: Conn, *, archived: bool) -> list[Category]:
    """Every category, by its English name; with ``archived``, also those."""
    return await _list_all.all(conn, archived)


async def find(conn: Conn, category_id: int) -> Category:
    """Read one; raises ``NotFound``."""
    category = await _find.first(conn, category_id)
    if category is None:
        raise NotFound(f"there is no category {category_id}")
    return category


async def lock(conn: Conn, category_id: int) -> Category:
    """Lock the whole tree, so that two moves cannot close a ring, and read one category."""
    await _lock.run(conn)
    return await find(conn, category_id)


async def create(
    conn: Conn, now: datetime, *, parent_id: int | None, name_en: str, name_fa: str, actor: str
) -> Category:
    """Add one below ``parent_id``, or at the top. Raises ``BadInput`` or ``NameTaken``."""
    await _lock.run(conn)
    await _check_parent(conn, None, parent_id)
    try:
        category = await _create.one(conn, parent_id, name_en, name_fa)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is a category named {name_en} there already") from error
    await _record(conn, now, None, category, actor=actor)
    return category


async def change(
    conn: Conn, now: datetime, before: Category, after: Category, *, actor: str
) -> Category:
    """Save an edit of a category of the locked tree.

    Raises ``BadInput`` for a place below itself, ``NameTaken`` or ``Archived``.
    """
    if before.archived_at is not None:
        raise Archived(f"category {before.id} is archived")
    if before == after:
        return before
    if after.parent_id != before.parent_id:
        await _check_parent(conn, after.id, after.parent_id)
    try:
        category = await _change.one(conn, after.id, after.parent_id, after.name_en, after.name_fa)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is a category named {after.name_en} there already") from error
    await _record(conn, now, before, category, actor=actor)
    return category


async def archive(conn: Conn, now: datetime, category_id: int, *, actor: str) -> Category:
    """Let nobody choose it any more. Raises ``NotFound`` or ``HasSubcategories``."""
    before = await lock(conn, category_id)
    if before.archived_at is not None:
        return before
    if any(c.parent_id == category_id for c in await list_all(conn, archived=False)):
        raise HasSubcategories
    category = await _archive.one(conn, category_id, now)
    await _record(conn, now, before, category, actor=actor)
    return category


async def _check_parent(conn: Conn, category_id: int | None, parent_id: int | None) -> None:
    if parent_id is None:
        return
    parents = {c.id: c.parent_id for c in await list_all(conn, archived=False)}
    if parent_id not in parents:
        raise BadInput("body.parent_id", f"There is no category {parent_id}.")
    above: int | None = parent_id
    while above is not None:
        if above == category_id:
            raise BadInput("body.parent_id", f"Category {parent_id} lies below this one.")
        above = parents.get(above)


async def _record(
    conn: Conn, now: datetime, before: Category | None, after: Category, *, actor: str
) -> None:
    changed = configuration.differences(before, after)
    await configuration.record(conn, now, "category", after.id, changed, actor=actor)
