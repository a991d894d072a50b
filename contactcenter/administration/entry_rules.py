"""The entry table: which queue a new problem enters; the first rule that fits decides."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Stale
from contactcenter.segments import conditions
from routing import entry, manner
from routing.manner import Lane, Line


class EntryRule(Struct, frozen=True, kw_only=True):
    """One line: an object of attribute to wanted value or list of values, and a queue."""

    id: int
    condition: dict[str, Any]
    queue_id: int


class WantedRule(Struct, frozen=True, kw_only=True):
    """A line as it shall be; with the ``id`` of one that is there, it is that one."""

    id: int | None
    condition: dict[str, Any]
    queue_id: int


class _Asked(Struct, frozen=True, kw_only=True):
    rule_id: int
    condition: dict[str, Any]
    queue_id: int


class EntryTable(Struct, frozen=True, kw_only=True):
    """All lines in order. ``version`` is another one for another table."""

    rules: list[EntryRule]
    version: int


class _Lane(Struct, frozen=True, kw_only=True):
    id: int
    tier: int
    calendar_id: int | None
    is_served_at_once: bool


class _Default(Struct, frozen=True, kw_only=True):
    id: int
    queue_id: int


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", EntryRule)
_in_force = _SQL.take("in_force", _Asked)
_lock = _SQL.command("lock")
_remove_others = _SQL.command("remove_others")
_put = _SQL.command("put")
_add = _SQL.command("add")
_lanes = _SQL.take("lanes", _Lane)
_defaults = _SQL.take("defaults", _Default)


async def in_force(conn: Conn) -> list[entry.Rule]:
    """The table as it is asked, in order."""
    return [entry.Rule(**msgspec.structs.asdict(rule)) for rule in await _in_force.all(conn)]


async def read(conn: Conn) -> EntryTable:
    """The whole table."""
    rules = await _list_all.all(conn)
    return EntryTable(rules=rules, version=zlib.crc32(msgspec.json.encode(rules, order="sorted")))


async def replace(
    conn: Conn,
    now: datetime,
    wanted: Sequence[WantedRule],
    *,
    version: int,
    channels: Collection[str],
    actor: str,
) -> EntryTable:
    """Make these, in this order, the whole table.

    ``version`` is of the table it is based on: raises ``Stale`` where it has changed since, or
    ``BadInput`` naming the place. It holds for problems that come from now on.
    """
    await _lock.run(conn)
    before = await read(conn)
    if before.version != version:
        raise Stale
    await _check(conn, before, wanted, channels)
    await _remove_others.run(conn, [rule.id for rule in wanted if rule.id is not None])
    for n, rule in enumerate(wanted, start=1):
        if rule.id is None:
            await _add.run(conn, n, rule.condition, rule.queue_id)
        else:
            await _put.run(conn, rule.id, n, rule.condition, rule.queue_id)
    after = await read(conn)
    changed = configuration.differences(before, after)
    if changed:
        await configuration.record(conn, now, "entry_rules", None, changed, actor=actor)
    return after


async def _check(
    conn: Conn, before: EntryTable, wanted: Sequence[WantedRule], channels: Collection[str]
) -> None:
    there_is = await conditions.known(conn, channels)
    free_ids = {rule.id for rule in before.rules}
    takes_all: int | None = None
    for n, rule in enumerate(wanted):
        place = f"body[{n}]"
        if rule.id is not None and rule.id not in free_ids:
            raise BadInput(f"{place}.id", f"There is no rule {rule.id}, or it is named twice.")
        free_ids.discard(rule.id or 0)
        if rule.queue_id not in there_is.queues:
            raise BadInput(f"{place}.queue_id", f"There is no queue {rule.queue_id}.")
        conditions.check(
            rule.condition,
            f"{place}.condition",
            there_is,
            refused=conditions.NOT_OF_NEW_PROBLEMS,
        )
        if takes_all is not None:
            raise BadInput(
                f"{place}.condition", f"This is never asked: body[{takes_all}] fits every problem."
            )
        if not rule.condition:
            takes_all = n
    await _check_manner(conn, wanted)


async def _check_manner(conn: Conn, wanted: Sequence[WantedRule]) -> None:
    """Temperament leads to specialists only, never to a lower place."""
    if not any(manner.asked(rule.condition) for rule in wanted):
        return
    lanes: Mapping[object, Lane] = {
        lane.id: Lane(
            tier=lane.tier, is_served_at_once=lane.is_served_at_once, calendar=lane.calendar_id
        )
        for lane in await _lanes.all(conn)
    }
    defaults: Mapping[object, object] = {one.id: one.queue_id for one in await _defaults.all(conn)}
    lines = [Line(condition=rule.condition, queue=rule.queue_id) for rule in wanted]
    for fault in manner.faults(lines, lanes, defaults):
        raise BadInput(
            f"body[{fault.n}].condition.{fault.name}",
            f"{fault.text[:1].upper()}{fault.text[1:]}.",
        )
