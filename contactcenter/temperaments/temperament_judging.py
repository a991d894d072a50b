"""What the model says of contacts, from all that their messages showed; kept, dated and told.

Whoever calls holds the contacts' rows locked, so that two who judge a person at once come one after
the other, and the second sees what the first has kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.segments import segment_checks, segments
from contactcenter.segments.segments import Said, Segment, Source
from contactcenter.temperaments import temperament_evidence
from routing.temperament.standing import Standing, standing
from routing.temperament.values import Label

#: Whose word the model's takes the place of: that of the named cues, which it once was.
_BEFORE: Final[tuple[Source, ...]] = ("cues",)
_COMPUTED: Final = ("model", *_BEFORE)


class State(Struct, frozen=True, kw_only=True):
    """A row of ``contact_temperament``; without another message it changes at ``changes_at``."""

    contact_id: int
    label: Label
    since: datetime | None
    failing_since: datetime | None
    changes_at: datetime | None
    evaluated_at: datetime | None
    opted_out_at: datetime | None


_SQL = db.Statements(__name__)
_states = _SQL.take("states", State)
_save = _SQL.command("save")


async def states(conn: Conn, contact_ids: Collection[int]) -> Mapping[int, State]:
    """What was last kept of these contacts; of whom nothing was ever judged there is none."""
    return {s.contact_id: s for s in await _states.all(conn, sorted(contact_ids))}


async def judge(conn: Conn, now: datetime, contact_ids: Collection[int]) -> dict[int, str]:
    """Judge locked contacts, keep what is said of them, and return the label that counts of each.

    Of who has opted out nothing is computed. Tickets are marked by whoever calls.
    """
    kept = await states(conn, contact_ids)
    judged = [i for i in sorted(contact_ids) if i not in kept or kept[i].opted_out_at is None]
    rows = await temperament_evidence.of_contacts(conn, judged)
    refused = await temperament_evidence.refused(conn, judged)
    known = await segments.current(conn, judged)
    found = {
        i: standing((row.shown() for row in rows.get(i, [])), now, refusals=refused.get(i, []))
        for i in judged
    }
    await _keep(conn, now, found, kept, known)
    said = [_said(i, now, found[i]) for i in judged if _is_news(found[i], known.get(i, []))]
    await segments.assert_many(conn, now, said, source="model", actor="system", replaces=_BEFORE)
    await segment_checks.ask(conn, now, [one.contact_id for one in said])
    labels = dict.fromkeys(contact_ids, segments.UNKNOWN)
    for contact_id in judged:
        word = said_otherwise(known.get(contact_id, []), found[contact_id])
        labels[contact_id] = word.value if word else found[contact_id].label
    return labels


def said_otherwise(known: Sequence[Segment], found: Standing) -> Segment | None:
    """What counts instead of the judgement: a person's word, or what the cues once said.

    That holds until there is something to judge by.
    """
    cues = next((s for s in known if s.source == "cues"), None) if not found.messages else None
    return by_person(known) or cues


def by_person(known: Sequence[Segment]) -> Segment | None:
    """What a person says, or another system: it counts before whatever is computed."""
    return next((s for s in known if s.source not in _COMPUTED), None)


def _is_news(found: Standing, known: Sequence[Segment]) -> bool:
    said = {s.source: s.value for s in known if s.source in _COMPUTED}
    if "cues" in said:
        return found.messages > 0
    return found.label != said.get("model", segments.UNKNOWN)


def _said(contact_id: int, now: datetime, found: Standing) -> Said:
    return Said(
        contact_id=contact_id,
        value=found.label,
        confidence=found.confidence,
        from_at=found.since or now,
    )


async def _keep(
    conn: Conn,
    now: datetime,
    found: Mapping[int, Standing],
    kept: Mapping[int, State],
    known: Mapping[int, Sequence[Segment]],
) -> None:
    new = [
        State(
            contact_id=contact_id,
            label=one.label,
            since=one.since,
            failing_since=one.failing_since,
            changes_at=_earliest(one.changes_at, *(s.to_at for s in known.get(contact_id, []))),
            evaluated_at=now,
            opted_out_at=None,
        )
        for contact_id, one in found.items()
    ]
    new = [state for state in new if _as_kept(state) != _as_kept(kept.get(state.contact_id))]
    if not new:
        return
    await _save.run(
        conn,
        now,
        [s.contact_id for s in new],
        [s.label for s in new],
        [s.since for s in new],
        [s.failing_since for s in new],
        [s.changes_at for s in new],
    )


def _as_kept(state: State | None) -> State | None:
    return None if state is None else msgspec.structs.replace(state, evaluated_at=None)


def _earliest(*instants: datetime | None) -> datetime | None:
    return min(_given(instants), default=None)


def _given(instants: Iterable[datetime | None]) -> list[datetime]:
    return [instant for instant in instants if instant is not None]
