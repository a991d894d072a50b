"""Stages of contacts: kept by what they bought and by what people say, and by silence.

Only those are looked at of whom something was told, who were merged or parted, or whose silence is
long enough by now. What is kept is the present stage; its history is that of the segments.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from msgspec import Struct

from contactcenter import db, events, value_setting
from contactcenter.db import Conn, Database
from contactcenter.segmentation import computed_segments
from contactcenter.segments import segments
from contactcenter.segments.segments import Source
from contactcenter.tickets import stages
from contactcenter.value_classes import Dispatcher
from contactcenter.value_setting import ValueSetting
from routing import life_cycle
from routing.life_cycle import Limits, Stage, Step

#: How many contacts are looked at in one hold of the routing lock.
PIECE: Final = 200
#: What was told in a long transaction is seen later than its time says.
OVERLAP: Final = timedelta(minutes=30)


class _Facts(Struct, frozen=True, kw_only=True):
    contact_id: int
    bought: list[datetime]
    stage: Stage | None


class _Said(Struct, frozen=True, kw_only=True):
    contact_id: int
    segment_id: int
    at: datetime
    stage: Stage
    source: Source
    is_open: bool


_SQL = db.Statements(__name__)
_changed = _SQL.take("changed", int)
_facts = _SQL.take("facts", _Facts)
_said = _SQL.take("said", _Said)
_keep = _SQL.command("keep")
_end = _SQL.command("end")
_note = _SQL.command("note")


async def compute(database: Database, dispatcher: Dispatcher) -> int:
    """Bring stages up to date; returns of how many contacts another is said now."""
    async with database.read() as conn:
        setting = await value_setting.read(conn)
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        since = setting.stages_at - OVERLAP if setting.stages_at else None
        contact_ids = await _changed.all(conn, now, since)
    changed = 0
    for start in range(0, len(contact_ids), PIECE):
        piece = contact_ids[start : start + PIECE]
        changed += await dispatcher.submit(partial(keep, contact_ids=piece, setting=setting))
    async with database.transaction() as conn:
        await _note.run(conn, now, setting.version)
    return changed


async def keep(
    conn: Conn, now: datetime, *, contact_ids: Sequence[int], setting: ValueSetting
) -> int:
    """Say the stages of these contacts, under the routing lock; of how many it is another."""
    limits = _limits(setting)
    there = sorted(await computed_segments.lock(conn, contact_ids))
    words: dict[int, list[_Said]] = {contact_id: [] for contact_id in there}
    for said in await _said.all(conn, there, now):
        words[said.contact_id].append(said)
    facts = await _facts.all(conn, there, now)
    played: dict[int, list[Step]] = {}
    for one in facts:
        heard = [(word.at, word.stage) for word in words[one.contact_id]]
        played[one.contact_id] = life_cycle.played(one.bought, heard, now, limits)
    last = {contact_id: steps[-1] for contact_id, steps in played.items()}
    changed = await _say(conn, now, facts, played)
    changed |= await _end_words(conn, now, words, last)
    await computed_segments.told(conn, now, changed)
    await _keep.run(
        conn,
        list(last),
        [step.stage for step in last.values()],
        [step.since for step in last.values()],
        [step.next_at for step in last.values()],
        now,
    )
    return len(changed)


def _limits(setting: ValueSetting) -> Limits:
    return Limits(
        loyal_purchases=setting.loyal_purchases,
        at_risk_after=timedelta(days=setting.at_risk_days),
        lost_after=timedelta(days=setting.lost_days),
    )


async def _say(
    conn: Conn, now: datetime, facts: Iterable[_Facts], played: Mapping[int, Sequence[Step]]
) -> set[int]:
    """Say the stages, step by step."""
    ways = {
        one.contact_id: _way(one.stage, [step.stage for step in played[one.contact_id]])
        for one in facts
    }
    changed: set[int] = set()
    while step := {contact_id: way.pop(0) for contact_id, way in ways.items() if way}:
        changed |= await computed_segments.say(conn, now, stages.KIND, step)
    return changed


def _way(before: Stage | None, steps: list[Stage]) -> list[Stage]:
    """What is still to be said of these steps.

    If they never were where he was thought to be, a legal way to their end; where there is none, it
    is a correction.
    """
    if before is None:
        return steps
    if before in steps:
        return steps[len(steps) - steps[::-1].index(before) :]
    return life_cycle.way(before, steps[-1]) or [steps[-1]]


async def _end_words(
    conn: Conn, now: datetime, words: Mapping[int, Sequence[_Said]], last: Mapping[int, Step]
) -> set[int]:
    """End what people said before something else came of it."""
    over = [
        word
        for of_contact in words.values()
        for word in of_contact
        if word.is_open and word.at < (last[word.contact_id].since or word.at)
    ]
    if not over:
        return set()
    await _end.run(conn, [word.segment_id for word in over], now)
    facts = [
        segments.fact(
            now,
            word.contact_id,
            stages.KIND,
            former=word.stage,
            value=None,
            source=word.source,
            segment_id=word.segment_id,
            actor=computed_segments.ACTOR,
        )
        for word in over
    ]
    await events.record(conn, *facts)
    return {word.contact_id for word in over}
