"""The figures of a played or a recorded day: what they are, and how they are counted."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

#: Who leaves sooner did not mean to wait: counted apart.
SHORT_S: Final = 5.0


class Within(Struct, frozen=True, kw_only=True):
    """What is answered within so many seconds is in time, by channel."""

    by_channel: Mapping[str, float] = field(default_factory=lambda: {"phone": 20, "webchat": 20})
    else_s: float = 3600

    def of(self, channel: str) -> float:
        """The seconds of one channel."""
        return self.by_channel.get(channel, self.else_s)


class Waits(Struct, frozen=True, kw_only=True):
    """How long they waited, in seconds; null where ``n`` is 0."""

    n: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    longest_s: float | None


class Figures(Struct, frozen=True, kw_only=True):
    """What came of the tickets of one queue, or of all.

    In a queue a ticket is ``offered`` each time it comes to wait there: it is answered, abandoned,
    overflows, is moved to another queue unanswered, or still waits. ``escalated`` counts whatever
    rose from the queue, answered or not. Of all queues together a ticket counts once, until its
    first answer.
    """

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    overflowed: int
    moved: int
    waiting: int
    escalated: int
    in_time: int
    service_level: float | None
    abandonment: float | None
    occupancy: float | None
    answered_wait: Waits
    wait: Waits


class Outcome(Struct, frozen=True, kw_only=True):
    """The figures of each queue, by name, and of all."""

    queues: Mapping[str, Figures]
    total: Figures


class Tally:
    """Counts the tickets of one queue, or of all."""

    __slots__ = (
        "_all",
        "_answered",
        "_short",
        "abandoned",
        "escalated",
        "in_time",
        "moved",
        "offered",
        "overflowed",
        "waiting",
    )  # fmt: skip

    def __init__(self) -> None:
        self.offered = self.abandoned = self.overflowed = self.moved = 0
        self.waiting = self.escalated = self.in_time = self._short = 0
        self._answered = array("d")
        self._all = array("d")

    def answer(self, wait_s: float, within_s: float) -> None:
        """One was answered."""
        self._answered.append(wait_s)
        self._all.append(wait_s)
        self.in_time += wait_s <= within_s

    def abandon(self, wait_s: float) -> None:
        """One has left."""
        self._all.append(wait_s)
        self.abandoned += 1
        self._short += wait_s < SHORT_S

    def overflow(self, wait_s: float) -> None:
        """One went to another queue, because it waited too long."""
        self._all.append(wait_s)
        self.overflowed += 1

    def move(self, wait_s: float) -> None:
        """One went to another queue before anybody answered, for another reason."""
        self._all.append(wait_s)
        self.moved += 1

    def remain(self, wait_s: float) -> None:
        """One still waits when the counting ends."""
        self._all.append(wait_s)
        self.waiting += 1

    def figures(self, *, occupancy: float | None) -> Figures:
        """What was counted."""
        answered = len(self._answered)
        meant_to_wait = self.offered - self._short
        left_or_answered = answered + self.abandoned
        return Figures(
            offered=self.offered,
            answered=answered,
            abandoned=self.abandoned,
            short_abandoned=self._short,
            overflowed=self.overflowed,
            moved=self.moved,
            waiting=self.waiting,
            escalated=self.escalated,
            in_time=self.in_time,
            service_level=_share(self.in_time, meant_to_wait),
            abandonment=_share(self.abandoned, left_or_answered),
            occupancy=occupancy,
            answered_wait=waits(self._answered),
            wait=waits(self._all),
        )


def waits(values: Sequence[float]) -> Waits:
    """The mean, the median and the p90 of some waits, as reports have them."""
    if not values:
        return Waits(n=0, mean_s=None, median_s=None, p90_s=None, longest_s=None)
    ordered = sorted(values)
    return Waits(
        n=len(ordered),
        mean_s=round(sum(ordered) / len(ordered), 3),
        median_s=round(percentile(ordered, 0.5), 3),
        p90_s=round(percentile(ordered, 0.9), 3),
        longest_s=round(ordered[-1], 3),
    )


def percentile(ordered: list[float], share: float) -> float:
    """The value that this share of them does not exceed, between the two nearest.

    Source: https://www.postgresql.org/docs/current/functions-aggregate.html (percentile_cont)
    """
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _share(part: int, whole: int) -> float | None:
    return None if whole <= 0 else round(part / whole, 6)
