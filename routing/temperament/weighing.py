"""Weighs the signs over all of a contact's messages and says which handling note fits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from routing.temperament.signs import Sign
from routing.temperament.turns import Turn, turns_of
from routing.temperament.values import (
    HINT,
    LABELS,
    STRONG,
    WEAK,
    Assessment,
    Evidence,
    Label,
    Message,
)

_HALF_LIFE_DAYS = 120
_EVIDENCE_SHOWN = 5
_CONTENT: tuple[Label, ...] = ("haggler", "fault_finding", "hesitant")
_TONE: tuple[Label, ...] = ("warm", "serious")
_CLEARLY_MORE = 0.6
"""A content label is outweighed by another only by more than this; else the order decides."""
_FILLS_THE_CONTACT = 2.2
_NEARLY = 0.7
_MANY_TOPICS, _MANY_DISCOUNTS, _MANY_CONTACTS, _MANY_QUOTES, _MANY_CARTS = 3, 2, 5, 3, 2
_SHORT_TEXT = 12
"""Words; so little said, and nothing shown, is the surest `unknown`."""


def assess(messages: Sequence[Message], behaviour: Mapping[str, float] | None = None) -> Assessment:
    """Judge the temperament of a contact by named cues in the customer's own words.

    Messages come in time order. `behaviour` holds counts from the timeline (contacts_30d,
    purchases_12m, …; a missing one is not known); it adds to what the words show and never
    decides alone.
    """
    turns = turns_of(messages)
    latest = max((m.at for m in messages if m.at), default=None)
    shown = [
        (sign, turn.message, _freshness(turn.message.at, latest))
        for turn in turns
        for sign in turn.signs
    ]
    scores = {label: _score([s for s in shown if s[0].label == label]) for label in LABELS}
    from_behaviour = _behaviour(scores, behaviour or {}, [sign for sign, _, _ in shown])
    for evidence in from_behaviour:
        scores[evidence.points_to] += evidence.weight
    label = _choose(scores)
    second = _second(scores, label)
    from_words = [_evidence(sign, message, fresh) for sign, message, fresh in shown]
    return Assessment(
        label=label,
        confidence=_confidence(scores, label, turns),
        evidence=_strongest([*from_words, *from_behaviour], label, second),
        second=second,
    )


def _freshness(at: datetime | None, latest: datetime | None) -> float:
    if at is None or latest is None:
        return 1.0
    return float(2.0 ** (-(latest - at).total_seconds() / 86_400 / _HALF_LIFE_DAYS))


def _score(shown: list[tuple[Sign, Message, float]]) -> float:
    """Add the cues up: the first place of each in full, further ones in part, hints but once."""
    best: dict[str, float] = {}
    more: dict[str, float] = {}
    for sign, _, fresh in shown:
        weight = sign.weight * fresh
        if sign.cue in best:
            more[sign.cue] = more.get(sign.cue, 0.0) + weight * sign.repeats
        best[sign.cue] = max(best.get(sign.cue, 0.0), weight)
    hinting = {sign.cue for sign, _, _ in shown if sign.weight <= HINT}
    hints = [best[cue] for cue in hinting]
    full = [
        weight + min(more.get(cue, 0.0), 2 * weight)
        for cue, weight in best.items()
        if cue not in hinting
    ]
    return round(sum(full) + max(hints, default=0.0), 6)


def _behaviour(
    scores: Mapping[Label, float], counts: Mapping[str, float], signs: Sequence[Sign]
) -> list[Evidence]:
    """Return what the counts add to a label that the words already point to."""
    contacts = counts.get("contacts_30d", 0) - counts.get("reopened_30d", 0)  # those are ours
    bought_nothing = counts.get("purchases_12m", 1) == 0
    faults_now = any(sign.cue in {"some_faults", "many_faults"} for sign in signs)
    habits: tuple[tuple[bool, str, Label, float], ...] = (
        (
            faults_now and counts.get("complaint_topics_90d", 0) >= _MANY_TOPICS,
            "many_complaint_topics",
            "fault_finding",
            STRONG,
        ),
        (
            counts.get("discount_requests_90d", 0) >= _MANY_DISCOUNTS,
            "many_discount_requests",
            "haggler",
            WEAK,
        ),
        (
            bought_nothing and contacts >= _MANY_CONTACTS,
            "many_contacts_no_purchase",
            "hesitant",
            WEAK,
        ),
        (
            bought_nothing and counts.get("quotes_requested_90d", 0) >= _MANY_QUOTES,
            "many_quotes_no_purchase",
            "hesitant",
            WEAK,
        ),
        (counts.get("carts_abandoned_30d", 0) >= _MANY_CARTS, "abandoned_carts", "hesitant", WEAK),
    )
    return [
        Evidence(interaction_id=None, cue=cue, points_to=label, span=(0, 0), weight=weight)
        for shows, cue, label, weight in habits
        if shows and scores[label] > 0
    ]


def _choose(scores: Mapping[Label, float]) -> Label:
    content = [label for label in _CONTENT if scores[label] >= STRONG]
    tone = [label for label in _TONE if scores[label] >= STRONG]
    loudest = max(tone, key=lambda label: scores[label], default=None)
    if not content:
        return loudest or "unknown"
    most = max(scores[label] for label in content)
    chosen = next(label for label in content if scores[label] >= most - _CLEARLY_MORE)
    passing = most < STRONG + WEAK
    if loudest and passing and scores[loudest] >= max(_FILLS_THE_CONTACT, 2 * most):
        return loudest
    return chosen


def _second(scores: Mapping[Label, float], label: Label) -> Label | None:
    others = [o for o in LABELS if o not in {label, "unknown"} and scores[o] >= _NEARLY]
    return max(others, key=lambda other: scores[other], default=None)


def _confidence(scores: Mapping[Label, float], label: Label, turns: Sequence[Turn]) -> float:
    """Return how likely the label is right; the steps were set by counting, see decision 0005."""
    rivals = [scores[other] for other in LABELS if other != label]
    strongest = max(rivals, default=0.0)
    if label == "unknown":
        said = sum(len(turn.own.keys) for turn in turns)
        sure = 0.7 if said <= _SHORT_TEXT else 0.6
        return round(max(0.35, sure - 0.25 * strongest), 3)
    score = scores[label]
    sure = 0.62 + 0.16 * min(score - STRONG, 1.0) + 0.05 * min(max(score - 2.0, 0.0), 2.0)
    if strongest > score - WEAK:
        sure -= 0.12
    return round(min(max(sure, 0.4), 0.92), 3)


def _evidence(sign: Sign, message: Message, fresh: float) -> Evidence:
    return Evidence(
        interaction_id=message.interaction_id,
        cue=sign.cue,
        points_to=sign.label,
        span=sign.span,
        weight=round(sign.weight * fresh, 3),
    )


def _strongest(
    evidence: Sequence[Evidence], label: Label, second: Label | None
) -> tuple[Evidence, ...]:
    wanted = [e for e in evidence if e.points_to in {label, second}]
    wanted.sort(key=lambda e: (e.points_to != label, -e.weight))
    return tuple(wanted[:_EVIDENCE_SHOWN])
