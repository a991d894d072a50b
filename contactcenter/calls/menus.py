"""Menus by telephone as they are kept, and what a caller of one of our numbers meets.

``routing.calls.menus`` knows what a menu is and where it leads.
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.calls import prompts, sentences
from contactcenter.calls.voices import Speaks
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from routing.calls import menu_checks, menu_reading, menus
from routing.calls.menu_prompts import Problem
from routing.calls.menus import Tree

_KEY: Final = "phone_menu"
#: So many problems are told at once.
_TOLD: Final = 20


class PhoneMenu(Struct, frozen=True, kw_only=True):
    """A row of ``phone_menu``; ``entry_point_ids`` are the numbers whose callers hear it."""

    id: int
    name: str
    tree: dict[str, Any]
    entry_point_ids: list[int]
    version: int


class Met(Struct, frozen=True, kw_only=True):
    """A number of ours as a caller meets it."""

    entry_point_id: int
    queue_id: int
    language: str | None
    calendar_id: int | None
    tree: dict[str, Any] | None

    @property
    def menu(self) -> Tree:
        """Its menu; where it has none, a greeting and on to who answers."""
        if self.tree is None:
            return menus.default(self.language or "en")
        return menu_reading.read(self.tree).tree


class Room(Struct, frozen=True, kw_only=True):
    """A queue as somebody meets it who would wait there by telephone."""

    queue_id: int
    calendar_id: int | None
    is_open: bool
    waiting: int
    is_staffed: bool


class MenuInUse(Conflict):
    """Callers of our numbers hear this; ``entry_point_ids`` names them."""

    code = "phone_menu_in_use"


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", PhoneMenu)
_find = _SQL.take("find", PhoneMenu)
_lock = _SQL.take("lock", int)
_create = _SQL.take("create", int)
_change = _SQL.command("change")
_remove = _SQL.command("remove")
_missing_queues = _SQL.take("missing_queues", int)
_met = _SQL.take("met", Met)
_room = _SQL.take("room", Room)


async def list_all(conn: Conn) -> list[PhoneMenu]:
    """Every menu, by name."""
    return await _list_all.all(conn)


async def find(conn: Conn, menu_id: int) -> PhoneMenu:
    """Read one; raises ``NotFound``."""
    menu = await _find.first(conn, menu_id)
    if menu is None:
        raise NotFound(f"there is no phone menu {menu_id}")
    return menu


async def lock(conn: Conn, menu_id: int) -> PhoneMenu:
    """Read one and lock it; raises ``NotFound``."""
    await _lock.first(conn, menu_id)
    return await find(conn, menu_id)


async def create(
    conn: Conn, now: datetime, *, name: str, tree: dict[str, Any], speaks: Speaks, actor: str
) -> PhoneMenu:
    """Make one; raises ``BadInput`` that names the place, or ``NameTaken``."""
    await check(conn, tree, speaks=speaks)
    menu_id = await _create.first(conn, name, tree)
    if menu_id is None:
        raise NameTaken(f"there is a phone menu {name} already", name=name)
    made = await find(conn, menu_id)
    await _record(conn, now, menu_id, None, made, actor=actor)
    return made


async def change(
    conn: Conn,
    now: datetime,
    before: PhoneMenu,
    *,
    name: str,
    tree: dict[str, Any],
    speaks: Speaks,
    actor: str,
) -> PhoneMenu:
    """Save an edit of a locked one; callers who are in it go on in the new one."""
    if (name, tree) == (before.name, before.tree):
        return before
    await check(conn, tree, speaks=speaks)
    taken = [one for one in await list_all(conn) if one.name == name and one.id != before.id]
    if taken:
        raise NameTaken(f"there is a phone menu {name} already", name=name)
    await _change.run(conn, before.id, name, tree)
    after = await find(conn, before.id)
    await _record(conn, now, before.id, before, after, actor=actor)
    return after


async def remove(conn: Conn, now: datetime, menu_id: int, *, actor: str) -> None:
    """Throw one away; raises ``NotFound``, or ``MenuInUse`` where a number of ours has it."""
    before = await lock(conn, menu_id)
    if before.entry_point_ids:
        raise MenuInUse(
            f"{before.name} is heard at {len(before.entry_point_ids)} of our numbers",
            entry_point_ids=before.entry_point_ids,
        )
    await _remove.run(conn, menu_id)
    await _record(conn, now, menu_id, before, None, actor=actor)


async def check(conn: Conn, tree: dict[str, Any], *, speaks: Speaks) -> Tree:
    """The menu that this describes; raises ``BadInput`` with all that is wrong with it.

    ``problems`` of the error are the places and what is wrong there, the first is its own.
    """
    read = menu_reading.read(tree)
    problems = list(read.problems)
    if not problems:
        spoken = {language for language in read.tree.languages if speaks(language)}
        recorded = {name: {sentences.OWN_LANGUAGE} for name in sentences.OURS}
        for piece in await prompts.pieces(conn):
            if piece.sound is not None or speaks(piece.language):
                recorded.setdefault(piece.name, set()).add(piece.language)
        problems = menu_checks.problems_of(read.tree, spoken=spoken, recorded=recorded)
        problems += await _queue_problems(conn, read.tree)
    if problems:
        told = [f"{place}: {detail}" for place, detail in problems[:_TOLD]]
        raise BadInput(f"body.{problems[0].place}", problems[0].detail, problems=told)
    return read.tree


async def met(conn: Conn, entry_point_id: int) -> Met:
    """What a caller of one of our numbers meets."""
    return await _met.one(conn, entry_point_id)


async def room(conn: Conn, queue_id: int | None, *, entry_point_id: int) -> Room:
    """A queue as it stands now; of one that is archived, the number's own instead."""
    return await _room.one(conn, queue_id, entry_point_id)


async def _queue_problems(conn: Conn, tree: Tree) -> list[Problem]:
    named = {node.queue_id: node.name for node in tree.nodes.values() if node.queue_id is not None}
    return [
        Problem(f"tree.nodes.{named[queue_id]}.queue_id", f"There is no queue {queue_id}.")
        for queue_id in await _missing_queues.all(conn, list(named))
    ]


async def _record(
    conn: Conn,
    now: datetime,
    menu_id: int,
    before: PhoneMenu | None,
    after: PhoneMenu | None,
    *,
    actor: str,
) -> None:
    changed = configuration.differences(
        before, after, sized=("tree",), untold=("entry_point_ids", "tree")
    )
    was = None if before is None else before.tree
    becomes = None if after is None else after.tree
    if was != becomes:
        changed |= {"tree": {"from": _nodes(was), "to": _nodes(becomes)}}
    await configuration.record(conn, now, _KEY, menu_id, changed, actor=actor)


def _nodes(tree: dict[str, Any] | None) -> list[str] | None:
    """The names of its nodes; what is said stands in the table."""
    return None if tree is None else sorted(tree["nodes"])
