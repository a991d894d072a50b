"""Reads single messages by their named cues alone: what is read where no model is."""

import math
from collections.abc import Sequence
from typing import Final

from routing.temperament.reading import Reading
from routing.temperament.turns import turns_of
from routing.temperament.values import LABELS, STRONG, Evidence, Label, Message

VERSION: Final = "cues"
"""What reads, as it is told beside what it says."""
_STEEPNESS: Final = 3.3
"""What a strong cue adds to the logarithm of its label."""
_MOST: Final = 1.5
_NOTHING_SHOWN: Final = 0.7
_EVIDENCE_SHOWN: Final = 5


def read_by_cues(message: Message, before: Sequence[Message] = ()) -> Reading:
    """Read a message by its cues; ``before`` are the turns before it in its thread."""
    turn = turns_of([*before, message])[-1]
    scores: dict[Label, float] = dict.fromkeys(LABELS, 0.0)
    best: dict[str, float] = {}
    for sign in turn.signs:
        if sign.weight > best.get(sign.cue, 0.0):
            scores[sign.label] += sign.weight - best.get(sign.cue, 0.0)
            best[sign.cue] = sign.weight
    most = max(scores.values())
    if most < STRONG:
        scores["unknown"] = _NOTHING_SHOWN * STRONG / _STEEPNESS + most
    powers = [math.exp(_STEEPNESS * min(score, _MOST)) for score in scores.values()]
    evidence = sorted(
        (
            Evidence(
                interaction_id=message.interaction_id,
                cue=sign.cue,
                points_to=sign.label,
                span=sign.span,
                weight=sign.weight,
            )
            for sign in turn.signs
        ),
        key=lambda e: (-scores[e.points_to], -e.weight, e.span),
    )
    return Reading(
        probabilities=tuple(power / sum(powers) for power in powers),
        evidence=tuple(evidence[:_EVIDENCE_SHOWN]),
        is_explicit=most >= STRONG,
        has_own_words=any(key[0].isalpha() for key in turn.own.keys),
    )
