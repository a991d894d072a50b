"""Rule segments: definitions of who belongs, in both languages; who does is kept by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.segments import segment_facts
from routing import segmentation
from routing.segmentation import InvalidCondition

#: So many contacts are one part of a sweep: several processes share them.
PART: Final = 10_000
#: Each contact is asked about all of them.
MAX_RULES: Final = 200


class SegmentRule(Struct, frozen=True, kw_only=True):
    """Who meets ``condition`` belongs; one that is archived has no members.

    While there are ``to_look_at`` contacts left to be looked at since rules have changed, some may
    belong already or still.
    """

    key: str
    name_en: str
    name_fa: str
    condition: dict[str, Any]
    members: int
    to_look_at: int
    version: int
    changed_at: datetime
    archived_at: datetime | None


class Wanted(Struct, frozen=True, kw_only=True):
    """A definition as it shall be."""

    key: str
    name_en: str
    name_fa: str
    condition: dict[str, Any]
    archived_at: datetime | None = None


class SegmentRuleInUse(Conflict):
    """Something goes by this segment: ``used_by`` says what."""

    code = "segment_rule_in_use"


class _Named(Struct, frozen=True, kw_only=True):
    key: str
    name_en: str
    name_fa: str
    condition: dict[str, Any]
    archived_at: datetime | None


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", SegmentRule)
_create = _SQL.take("create", str)
_change = _SQL.command("change")
_put_name = _SQL.command("put_name")
_forget_sweeps = _SQL.command("forget_sweeps")
_sweep = _SQL.command("sweep")
_used_by = _SQL.take("used_by", str)


async def list_all(conn: Conn, *, archived: bool) -> list[SegmentRule]:
    """Every definition, by its key; with ``archived``, also those."""
    return await _list_all.all(conn, None, archived)


async def find(conn: Conn, key: str) -> SegmentRule:
    """Read one; raises ``NotFound``."""
    found = await _list_all.first(conn, key, True)
    if found is None:
        raise NotFound(f"there is no rule segment {key}")
    return found


async def lock(conn: Conn) -> None:
    """Wait for whoever is asking for a look at a contact, and let nobody ask meanwhile.

    So what is asked before a rule is there is asked of it when everybody is looked at.
    """
    await _lock.run(conn)


async def create(conn: Conn, now: datetime, wanted: Wanted, *, actor: str) -> SegmentRule:
    """Add one, the definitions being locked; raises ``NameTaken`` or ``BadInput``."""
    known = {rule.key: rule.condition for rule in await list_all(conn, archived=False)}
    if len(known) >= MAX_RULES:
        raise BadInput("body", f"There are {MAX_RULES} rule segments: archive one first.")
    await check(conn, wanted.key, wanted.condition, known)
    await _put_name.run(conn, wanted.key, wanted.name_en, wanted.name_fa, None)
    if await _create.first(conn, wanted.key, wanted.condition, now) is None:
        raise NameTaken(f"there is a rule segment {wanted.key} already")
    await look_at_everybody(conn, now)
    return await _told(conn, now, None, wanted.key, actor=actor)


async def change(
    conn: Conn, now: datetime, before: SegmentRule, wanted: Wanted, *, actor: str
) -> SegmentRule:
    """Save an edit, the definitions being locked.

    Raises ``BadInput``, or ``SegmentRuleInUse`` where something goes by what would be archived.
    """
    if _shown(before) == _shown(wanted):
        return before
    others = {r.key: r.condition for r in await list_all(conn, archived=False)}
    others.pop(before.key, None)
    if wanted.archived_at is not None:
        await _check_unused(conn, before.key, others)
    else:
        await check(conn, before.key, wanted.condition, others)
    await _put_name.run(conn, before.key, wanted.name_en, wanted.name_fa, wanted.archived_at)
    await _change.run(conn, before.key, wanted.condition, wanted.archived_at, now)
    if (before.condition, before.archived_at) != (wanted.condition, wanted.archived_at):
        await look_at_everybody(conn, now)
    return await _told(conn, now, before, before.key, actor=actor)


async def check(
    conn: Conn,
    key: str,
    condition: Mapping[str, Any],
    others: Mapping[str, Mapping[str, Any]],
    *,
    place: str = "body.condition",
) -> None:
    """Raise ``BadInput`` naming the place where a condition could never be asked.

    ``others`` are the conditions of the other rules, by key.
    """
    there_is = await segment_facts.schema(conn)
    manner = {segment_facts.MANNER, f"segment.{segment_facts.MANNER}"}
    try:
        segmentation.read(condition, there_is.attributes, place)
    except InvalidCondition as error:
        why = str(error)
        if error.place.rpartition(".condition.")[2].endswith(tuple(manner)):
            why = "Who belongs may be served otherwise: nobody's manner decides that."
        raise BadInput(error.place, why) from error
    for other, where in segmentation.groups_asked(condition):
        if other == key or key in _reached(other, others):
            raise BadInput(where.replace("condition", place, 1), f"{other} asks for {key} itself.")


async def look_at_everybody(conn: Conn, now: datetime) -> None:
    """Have all contacts looked at again, in parts; whatever is left of an earlier sweep is one."""
    await _forget_sweeps.run(conn)
    await _sweep.run(conn, now, PART)


def _reached(key: str, conditions: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Every group that a group rests on, itself among them."""
    found: set[str] = set()
    ahead = [key]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += [other for other, _ in segmentation.groups_asked(conditions.get(one, {}))]
    return found


async def _check_unused(conn: Conn, key: str, others: Mapping[str, Mapping[str, Any]]) -> None:
    used_by = [
        f"segment rule {other}"
        for other, condition in others.items()
        if key in {group for group, _ in segmentation.groups_asked(condition)}
    ]
    used_by += await _used_by.all(conn, key)
    if used_by:
        raise SegmentRuleInUse(f"{used_by[0]} goes by {key}", used_by=used_by)


def _shown(rule: SegmentRule | Wanted) -> _Named:
    return _Named(
        key=rule.key,
        name_en=rule.name_en,
        name_fa=rule.name_fa,
        condition=rule.condition,
        archived_at=rule.archived_at,
    )


async def _told(
    conn: Conn, now: datetime, before: SegmentRule | None, key: str, *, actor: str
) -> SegmentRule:
    after = await find(conn, key)
    was = None if before is None else _shown(before)
    changed = configuration.differences(was, _shown(after))
    await configuration.record(conn, now, "segment_rule", key, changed, actor=actor)
    return after
