"""What is thought of a contact's temperament, as an agent reads it: the label, and why."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import db, temperament_model
from contactcenter.db import Conn
from contactcenter.segments import segments
from contactcenter.segments.segments import Segment, Source
from contactcenter.temperaments import temperament_evidence, temperament_judging
from contactcenter.temperaments.temperament_evidence import Row
from contactcenter.temperaments.temperament_judging import State
from contactcenter.ticket_views import Guidance, guidance_for
from routing.temperament.contact import freshness, habits, share
from routing.temperament.standing import Standing, standing
from routing.temperament.values import LABELS, Label

#: Nobody reads further.
MAX_EVIDENCE: Final = 5
_UNLIKELY: Final = 0.005


class Sign(Struct, frozen=True, kw_only=True):
    """A named cue and where it stands: ``span`` holds character offsets in the interaction's text.

    The span is null where the words were taken out since. ``weight`` tells how much it counts now.
    """

    interaction_id: int
    channel: str
    at: datetime
    span: tuple[int, int] | None
    cue: str
    points_to: str
    weight: float


class Habit(Struct, frozen=True, kw_only=True):
    """What the contact does that adds to a label: it raises one, and never decides."""

    feature: str
    value: float
    points_to: str
    weight: float


class Guess(Struct, frozen=True, kw_only=True):
    """A label and how likely it is, 0 to 1."""

    label: str
    confidence: float


class Override(Struct, frozen=True, kw_only=True):
    """What a person said, or another system: it stands until it is taken back, or ``until``."""

    label: str
    by: str
    at: datetime
    note: str | None
    until: datetime | None


class Computed(Struct, frozen=True, kw_only=True):
    """What the model says, whatever a person says; ``agrees`` where nobody says otherwise."""

    label: str
    confidence: float
    since: datetime | None
    agrees: bool


class Temperament(Struct, frozen=True, kw_only=True):
    """What counts now, and what it rests on.

    ``since`` is null while the label is unknown, ``updated`` while nothing was ever judged.
    ``expires_if_silent`` is when the model's label goes without another message. Evidence and
    behaviour are the model's, the strongest first; those of the label come before the ``second``.
    """

    label: Label
    confidence: float
    source: Source
    second: Guess | None
    distribution: dict[str, float]
    evidence: list[Sign]
    behaviour: list[Habit]
    messages_considered: int
    since: datetime | None
    updated: datetime | None
    expires_if_silent: datetime | None
    override: Override | None
    computed: Computed
    opted_out: bool
    model: str
    guidance: Guidance


class _Place(Struct, frozen=True, kw_only=True):
    interaction_id: int
    channel: str
    at: datetime


_SQL = db.Statements(__name__)
_clock = _SQL.take("clock", datetime)
_places = _SQL.take("places", _Place)


async def current(conn: Conn, contact_id: int) -> Temperament:
    """What counts of a contact now."""
    ids = [contact_id]
    now = await _clock.one(conn)
    state = (await temperament_judging.states(conn, ids)).get(contact_id)
    if state is not None and state.opted_out_at is not None:
        return _view(now, state, standing([], now), [], [])
    rows = (await temperament_evidence.of_contacts(conn, ids)).get(contact_id, [])
    refused = (await temperament_evidence.refused(conn, ids)).get(contact_id, [])
    said = (await segments.current(conn, ids)).get(contact_id, [])
    found = standing((row.shown() for row in rows), now, refusals=refused)
    told = _view(now, state, found, rows, said)
    if told.source != "cues":
        return told
    return msgspec.structs.replace(told, evidence=await _kept_signs(conn, said))


def _view(
    now: datetime,
    state: State | None,
    found: Standing,
    rows: Sequence[Row],
    said: Sequence[Segment],
) -> Temperament:
    word = temperament_judging.by_person(said)
    counted = temperament_judging.said_otherwise(said, found)
    label = msgspec.convert(counted.value, Label) if counted else found.label
    second = _second(found, label)
    return Temperament(
        label=label,
        confidence=counted.confidence if counted else found.confidence,
        source=counted.source if counted else "model",
        second=second,
        distribution=dict(zip(LABELS, found.probabilities, strict=True)),
        evidence=_signs(rows, now, label, second),
        behaviour=_habits(rows, now),
        messages_considered=found.messages,
        since=counted.from_at if counted else found.since,
        updated=_updated(state, rows, said),
        expires_if_silent=found.changes_at if found.label != "unknown" else None,
        override=_override(word),
        computed=Computed(
            label=found.label,
            confidence=found.confidence,
            since=found.since,
            agrees=word is None or word.value == found.label,
        ),
        opted_out=state is not None and state.opted_out_at is not None,
        model=temperament_model.version(),
        guidance=guidance_for(label),
    )


async def _kept_signs(conn: Conn, said: Sequence[Segment]) -> list[Sign]:
    """What the cues rested on, as it was written down when they spoke."""
    cues = [cue for s in said if s.source == "cues" for cue in s.evidence if cue["interaction_id"]]
    places = {p.interaction_id: p for p in await _places.all(conn, _named(cues))}
    return [
        Sign(
            interaction_id=place.interaction_id,
            channel=place.channel,
            at=place.at,
            span=tuple(cue["span"]),
            cue=cue["cue"],
            points_to=cue["points_to"],
            weight=cue["weight"],
        )
        for cue in cues
        if (place := places.get(cue["interaction_id"])) is not None
    ]


def _named(cues: Sequence[dict[str, Any]]) -> list[int]:
    return sorted({cue["interaction_id"] for cue in cues})


def _second(found: Standing, label: Label) -> Guess | None:
    """The likeliest trait beside the label; none where none is any likelier than of anybody."""
    likely = dict(zip(LABELS, found.probabilities, strict=True))
    others = [other for other in LABELS if other not in (label, "unknown")]
    best = max(others, key=lambda other: likely[other])
    if not found.messages or likely[best] < _UNLIKELY:
        return None
    return Guess(label=best, confidence=likely[best])


def _signs(rows: Sequence[Row], now: datetime, label: Label, second: Guess | None) -> list[Sign]:
    sizes = Counter(row.ticket_id for row in rows)
    wanted = {label, second.label if second else label}
    signs = [
        Sign(
            interaction_id=row.interaction_id,
            channel=row.channel,
            at=row.at,
            span=tuple(cue["span"]) if cue["span"] is not None else None,
            cue=cue["cue"],
            points_to=cue["points_to"],
            weight=round(cue["weight"] * share(row.shown(), sizes[row.ticket_id], now), 3),
        )
        for row in rows
        for cue in row.cues
        if cue["points_to"] in wanted
    ]
    signs.sort(key=lambda s: (s.points_to != label, s.span is None, -s.weight, -s.interaction_id))
    return signs[:MAX_EVIDENCE]


def _habits(rows: Sequence[Row], now: datetime) -> list[Habit]:
    latest = next((row for row in reversed(rows) if row.behaviour), None)
    if latest is None:
        return []
    left = freshness(max(0.0, (now - latest.at).total_seconds()))
    return [
        Habit(
            feature=habit.feature,
            value=habit.value,
            points_to=habit.points_to,
            weight=round(habit.weight * left, 3),
        )
        for habit in habits(latest.behaviour)
    ]


def _updated(state: State | None, rows: Sequence[Row], said: Sequence[Segment]) -> datetime | None:
    instants = [row.at for row in rows] + [s.from_at for s in said]
    if state is not None and state.evaluated_at is not None:
        instants.append(state.evaluated_at)
    return max(instants, default=None)


def _override(word: Segment | None) -> Override | None:
    if word is None:
        return None
    return Override(
        label=word.value, by=word.actor, at=word.from_at, note=word.note, until=word.to_at
    )
