"""Judges what is known of a contact all at once: one thread, and counts from the timeline."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.temperament.contact import EQUAL_PRIOR, habits
from routing.temperament.trained import TrainedReader
from routing.temperament.values import LABELS, Evidence, Label, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The likeliest label, how likely each is (in the order of `LABELS`), and what shows it."""

    label: Label
    probabilities: tuple[float, ...]
    evidence: tuple[Evidence, ...]

    @property
    def confidence(self) -> float:
        """How likely the label is."""
        return max(self.probabilities)


def judge(
    reader: TrainedReader,
    messages: Sequence[Message],
    behaviour: Mapping[str, float],
    prior: Sequence[float] = EQUAL_PRIOR,
) -> Judgement:
    """Judge a contact by the messages in time order, with a prior in the order of `LABELS`.

    What the contact does adds to a label only beside words of his own. Without own words the label
    is `unknown`, however rare the prior takes that to be.
    """
    reading = reader.read_thread(messages)
    if not reading.has_own_words:
        certain = tuple(float(label == "unknown") for label in LABELS)
        return Judgement(label="unknown", probabilities=certain, evidence=())
    added = dict.fromkeys(LABELS, 0.0)
    for habit in habits(behaviour):
        added[habit.points_to] += habit.weight
    weighed = [
        likely * frequent * math.exp(more)
        for likely, frequent, more in zip(reading.probabilities, prior, added.values(), strict=True)
    ]
    probabilities = tuple(one / sum(weighed) for one in weighed)
    label = LABELS[probabilities.index(max(probabilities))]
    return Judgement(
        label=label,
        probabilities=probabilities,
        evidence=reader.evidence_for(messages, label),
    )
