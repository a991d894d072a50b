"""Computes which rule segments contacts belong to, and writes what of it has changed.

The contacts are locked first and everything is read after that: whoever changes one of them later
asks again (``segment_checks``), and of two that compute the same contact the later one sees more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import db, escalation_checks, events
from contactcenter.db import Conn
from contactcenter.segments import segment_facts, segments
from contactcenter.segments.segment_facts import Schema
from routing import segmentation
from routing.segmentation import Answer, Condition, InvalidCondition, Known

GROUP: Final = "group"
_GROUPS: Final = "segment.group"


class Rule(Struct, frozen=True, kw_only=True):
    """A definition as it is stored."""

    key: str
    condition: dict[str, Any]


class Compiled(Struct, frozen=True, kw_only=True):
    """All rules as they are asked, each after those it asks for; ``asked`` are names of facts."""

    rules: tuple[tuple[str, Condition], ...]
    asked: frozenset[str]
    schema: Schema


class _Standing(Struct, frozen=True, kw_only=True):
    contact_id: int
    value: str


class _Change(Struct, frozen=True, kw_only=True):
    contact_id: int
    key: str
    evidence: list[dict[str, Any]]


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_rules = _SQL.take("rules", Rule)
_standing = _SQL.take("standing", _Standing)
_end = _SQL.command("end")
_begin = _SQL.command("begin")
_note_due = _SQL.command("note_due")
_ask_credits = _SQL.command("ask_credits")


async def compute(conn: Conn, now: datetime, contact_ids: Sequence[int]) -> int:
    """Bring these contacts' rule segments up to date; how many began or ended.

    In a transaction. Contacts that were merged into others belong to none.
    """
    ids = sorted(set(contact_ids))
    await _lock.run(conn, ids)
    compiled = await compile_all(conn)
    answers = await answer(conn, now, ids, compiled)
    standing: dict[int, set[str]] = {}
    for row in await _standing.all(conn, ids):
        standing.setdefault(row.contact_id, set()).add(row.value)
    begun = [
        _Change(contact_id=i, key=key, evidence=as_rows(found))
        for i, of_contact in answers.items()
        for key, found in of_contact.items()
        if found.holds and key not in standing.get(i, ())
    ]
    ended = [
        _Change(contact_id=i, key=key, evidence=[])
        for i, keys in sorted(standing.items())
        for key in sorted(keys)
        if i not in answers or key not in answers[i] or not answers[i][key].holds
    ]
    await _write(conn, now, begun, ended)
    due = [(i, at) for i in ids if (at := _due_at(answers.get(i, {}))) is not None]
    await _note_due.run(conn, ids, [i for i, _ in due], [at for _, at in due])
    return len(begun) + len(ended)


async def answer(
    conn: Conn, now: datetime, contact_ids: Sequence[int], compiled: Compiled
) -> dict[int, dict[str, Answer]]:
    """What each rule says of each contact; of those that were merged, nothing."""
    facts = await segment_facts.read(conn, now, contact_ids, compiled.asked, compiled.schema)
    return {i: _answers(known, now, compiled) for i, known in facts.items()}


async def compile_all(conn: Conn) -> Compiled:
    """The rules in force as they are asked."""
    rules = {rule.key: rule for rule in await _rules.all(conn)}
    return await _compiled(conn, rules)


async def compile_one(conn: Conn, tried: Rule) -> Compiled:
    """A rule that is tried, with those it rests on; it stands for the one of its key."""
    rules = {rule.key: rule for rule in await _rules.all(conn)} | {tried.key: tried}
    needed = {tried.key}
    ahead = [tried.key]
    while ahead:
        for other, _ in segmentation.groups_asked(rules[ahead.pop()].condition):
            if other in rules and other not in needed:
                needed.add(other)
                ahead.append(other)
    return await _compiled(conn, {key: rules[key] for key in needed})


async def _compiled(conn: Conn, rules: Mapping[str, Rule]) -> Compiled:
    there_is = await segment_facts.schema(conn)
    read = {key: _read(rule, there_is) for key, rule in rules.items()}
    ordered = in_order({key: rule.condition for key, rule in rules.items()})
    asked = {name for condition in read.values() for name in segmentation.asked(condition)}
    return Compiled(
        rules=tuple((key, read[key]) for key in ordered),
        asked=frozenset(asked - {_GROUPS}),
        schema=there_is,
    )


def in_order(conditions: Mapping[str, Any]) -> list[str]:
    """Each key after those its condition asks for; one in a circle comes where it is met first."""
    ordered: dict[str, None] = {}
    on_the_way: set[str] = set()

    def put(key: str) -> None:
        if key in ordered or key in on_the_way or key not in conditions:
            return
        on_the_way.add(key)
        for other, _ in segmentation.groups_asked(conditions[key]):
            put(other)
        ordered[key] = None

    for key in sorted(conditions):
        put(key)
    return list(ordered)


def as_rows(found: Answer) -> list[dict[str, Any]]:
    """Why somebody belongs, as it is stored: places, attributes, and what was found."""
    return [{"part": r.place, "asks": r.name, "found": r.found} for r in found.because]


def _read(rule: Rule, there_is: Schema) -> Condition:
    try:
        return segmentation.read_leniently(rule.condition, there_is.attributes)
    except InvalidCondition:  # what it asks for has become something else: nobody belongs
        return segmentation.AnyOf(parts=())


def _answers(known: dict[str, Known], now: datetime, compiled: Compiled) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    groups: set[str] = set()
    for key, condition in compiled.rules:
        known[_GROUPS] = Known(value=frozenset(groups))
        found[key] = segmentation.answer(condition, known, now)
        if found[key].holds:
            groups.add(key)
    return found


def _due_at(answers: Mapping[str, Answer]) -> datetime | None:
    instants = [a.changes_at for a in answers.values() if a.changes_at is not None]
    return min(instants, default=None)


async def _write(
    conn: Conn, now: datetime, begun: Sequence[_Change], ended: Sequence[_Change]
) -> None:
    changed = sorted({one.contact_id for one in (*begun, *ended)})
    if not changed:
        return
    await _end.run(conn, [x.contact_id for x in ended], [x.key for x in ended], now)
    await _begin.run(
        conn,
        now,
        [x.contact_id for x in begun],
        [x.key for x in begun],
        [msgspec.json.encode(x.evidence).decode() for x in begun],
    )
    facts = [_fact(now, x, former=x.key, value=None) for x in ended]
    facts += [_fact(now, x, former=None, value=x.key) for x in begun]
    await events.record(conn, *facts)
    await _ask_credits.run(conn, now, changed)
    await escalation_checks.ask_of_contacts(conn, now, changed)


def _fact(now: datetime, one: _Change, *, former: str | None, value: str | None) -> events.Event:
    return segments.fact(
        now, one.contact_id, GROUP, former=former, value=value, source="rule", actor="system"
    )
