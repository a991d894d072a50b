"""From what single messages show to what is likely of the contact who wrote them.

Each label begins with how frequent it is among all contacts; each message speaks for or against
it, less with its age and less beside others of its thread; what the contact does adds a little.
What follows is a distribution at an instant. `routing.temperament.standing` makes a label of it
that does not flutter.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from routing.temperament.reading import Reading
from routing.temperament.values import LABELS, Label

PRIOR: Final = (0.06, 0.06, 0.06, 0.06, 0.06, 0.70)
"""How frequent each label is among contacts of whom nothing is known, in the order of `LABELS`."""
EQUAL_PRIOR: Final = (1 / 6,) * 6
HALF_LIFE_S: Final = 120 * 86_400.0
TEMPERATURE: Final = 1.0
"""Above 1 the distribution is flatter, below it is bolder."""
MAX_RATIO: Final = 3.0
"""No message says more than this for or against a label."""
MAX_BEHAVIOUR: Final = 1.0
"""What a contact does never adds more to a label: too little to decide by itself."""
MAX_MESSAGES: Final = 200
"""Of a contact who wrote more, the latest of these messages are considered."""
_CHANNEL_WEIGHTS: Final = MappingProxyType({"phone": 0.8})
_UNKNOWN: Final = LABELS.index("unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one message of a contact showed.

    `log_ratios` are in the order of `LABELS`: how much more likely the message makes each. `cues`
    are the labels to which signs with a place in the text point. `behaviour` holds the counts of
    what the contact had done by then, none where they were not looked up.
    """

    interaction_id: int
    thread: int
    channel: str
    at: datetime
    log_ratios: tuple[float, ...]
    is_explicit: bool
    cues: frozenset[Label] = frozenset()
    behaviour: Mapping[str, float] = field(default_factory=dict)

    def points_to(self, label: Label) -> bool:
        """Whether it is evidence for the label that somebody can look at."""
        return label in self.cues and self.log_ratios[LABELS.index(label)] > 0

    def is_explicit_for(self, label: Label) -> bool:
        """Whether it is enough by itself, and for this label rather than for another."""
        own = self.log_ratios[LABELS.index(label)]
        return self.is_explicit and self.points_to(label) and own == max(self.log_ratios)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What a count of the timeline adds to a label: at most `MAX_BEHAVIOUR` with all others."""

    feature: str
    value: float
    points_to: Label
    weight: float


class Weighed:
    """The sum of what messages showed, to which more can be added, and its worth at any instant.

    Messages are added in time order. Sums are kept as if all was said at the first instant, so that
    one factor makes them as old as they are.
    """

    def __init__(self, prior: Sequence[float] = PRIOR, temperature: float = TEMPERATURE) -> None:
        self._log_prior = tuple(math.log(p) for p in prior)
        self._temperature = temperature
        self._origin_s: float | None = None
        self._threads: dict[int, tuple[int, tuple[float, ...]]] = {}
        self._said = (0.0,) * 6
        self._done = (0.0,) * 6

    def add(self, shown: Shown) -> None:
        """Take in a message, and what the contact had done by then."""
        at_s = shown.at.timestamp()
        if self._origin_s is None:
            self._origin_s = at_s
        growth = 2.0 ** ((at_s - self._origin_s) / HALF_LIFE_S)
        weight = growth * _CHANNEL_WEIGHTS.get(shown.channel, 1.0)
        size, before = self._threads.get(shown.thread, (0, (0.0,) * 6))
        after = tuple(b + weight * r for b, r in zip(before, shown.log_ratios, strict=True))
        left, right = math.sqrt(max(size, 1)), math.sqrt(size + 1)
        self._threads[shown.thread] = (size + 1, after)
        self._said = tuple(
            s - b / left + a / right for s, b, a in zip(self._said, before, after, strict=True)
        )
        if shown.behaviour:
            self._done = tuple(growth * b for b in _added(habits(shown.behaviour)))

    def leanings(self) -> tuple[float, ...]:
        """For and against each label, beside what is frequent; comparable with one another."""
        return tuple(s + d for s, d in zip(self._said, self._done, strict=True))

    def at(self, at_s: float) -> tuple[float, ...]:
        """How likely each label is at an instant, in seconds of the epoch; adds up to 1."""
        fresh = 0.0 if self._origin_s is None else freshness(at_s - self._origin_s)
        scores = [
            (p + fresh * (s + d)) / self._temperature
            for p, s, d in zip(self._log_prior, self._said, self._done, strict=True)
        ]
        most = max(scores)
        powers = [math.exp(score - most) for score in scores]
        total = sum(powers)
        return tuple(power / total for power in powers)


def distribution(
    shown: Iterable[Shown],
    at: datetime,
    *,
    prior: Sequence[float] = PRIOR,
    temperature: float = TEMPERATURE,
) -> tuple[float, ...]:
    """Return how likely each label is at an instant by all messages before it, and the prior."""
    weighed = Weighed(prior, temperature)
    for one in in_order(shown, at):
        weighed.add(one)
    return weighed.at(at.timestamp())


def in_order(shown: Iterable[Shown], at: datetime) -> list[Shown]:
    """Return the latest `MAX_MESSAGES` up to an instant, in their own order, however they came."""
    before = [one for one in shown if one.at <= at]
    before.sort(key=lambda one: (one.at, one.log_ratios, one.channel, one.interaction_id))
    return before[-MAX_MESSAGES:]


def log_ratios(reading: Reading) -> tuple[float, ...]:
    """Return how much more likely a message makes each label, bounded, in natural logarithms."""
    least = math.exp(-MAX_RATIO) / len(LABELS)
    return tuple(
        max(-MAX_RATIO, min(MAX_RATIO, math.log(max(p, least) * len(LABELS))))
        for p in reading.probabilities
    )


def freshness(age_s: float) -> float:
    """Return what is left of evidence after so many seconds: half after 120 days."""
    return float(2.0 ** (-age_s / HALF_LIFE_S))


def share(shown: Shown, thread_size: int, at: datetime) -> float:
    """Return by how much a message's signs count at an instant beside others of its thread."""
    age_s = max(0.0, (at - shown.at).total_seconds())
    return _CHANNEL_WEIGHTS.get(shown.channel, 1.0) * freshness(age_s) / math.sqrt(thread_size)


def habits(counts: Mapping[str, float]) -> tuple[Habit, ...]:
    """Return what counts of the timeline add; a count that is not known adds nothing.

    Contacts that we caused ourselves are subtracted, and who has bought is not undecided.
    """
    contacts = counts.get("contacts_30d", 0) - counts.get("reopened_30d", 0)
    undecided = counts.get("purchases_12m", 1) == 0
    rules: tuple[tuple[bool, str, Label, float], ...] = (
        (counts.get("complaint_topics_90d", 0) >= 3, "complaint_topics_90d", "fault_finding", 0.7),  # noqa: PLR2004
        (counts.get("discount_requests_90d", 0) >= 2, "discount_requests_90d", "haggler", 0.7),  # noqa: PLR2004
        (undecided and contacts >= 5, "contacts_30d", "hesitant", 0.4),  # noqa: PLR2004
        (
            undecided and counts.get("quotes_requested_90d", 0) >= 3,  # noqa: PLR2004
            "quotes_requested_90d",
            "hesitant",
            0.4,
        ),
        (counts.get("carts_abandoned_30d", 0) >= 2, "carts_abandoned_30d", "hesitant", 0.4),  # noqa: PLR2004
    )
    return tuple(
        Habit(feature=feature, value=counts[feature], points_to=label, weight=weight)
        for shows, feature, label, weight in rules
        if shows
    )


def _added(found: Iterable[Habit]) -> tuple[float, ...]:
    added = dict.fromkeys(LABELS, 0.0)
    for habit in found:
        added[habit.points_to] = min(MAX_BEHAVIOUR, added[habit.points_to] + habit.weight)
    return tuple(added.values())
