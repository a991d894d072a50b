"""The stages of a customer: what he is after each purchase, and after how much silence.

Played from the days on which he bought and from what people said of him meanwhile; so purchases may
be told late and in any order, and the outcome is that of their true order. Several purchases of one
day are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Literal, get_args

Stage = Literal["lead", "first_time", "repeat", "loyal", "at_risk", "lost", "returned"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
#: What may follow what; of who says himself that he leaves, people may say ``lost`` at once.
TRANSITIONS: Final[Mapping[Stage, tuple[Stage, ...]]] = {
    "lead": ("first_time", "lost"),
    "first_time": ("repeat", "at_risk", "lost"),
    "repeat": ("loyal", "at_risk", "lost"),
    "loyal": ("at_risk", "lost"),
    "at_risk": ("repeat", "loyal", "lost"),
    "lost": ("returned",),
    "returned": ("repeat", "loyal", "at_risk", "lost"),
}
#: With fewer intervals of his own his habit is not known.
OWN_INTERVALS: Final = 3
#: Late is who has been silent for longer than nine of ten of his intervals were.
LATE_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """After how many purchase days somebody is loyal, and after how much silence he is lost.

    ``at_risk_after`` is for who has no habit yet. Nobody is lost before twice his own limit.
    """

    loyal_purchases: int = 4
    at_risk_after: timedelta = timedelta(days=180)
    lost_after: timedelta = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage, since when, and when silence alone would change it (None: never)."""

    stage: Stage
    since: datetime | None
    next_at: datetime | None = None


def may_follow(before: Stage, after: Stage) -> bool:
    """Whether a customer may go from one stage to the other at once."""
    return after in TRANSITIONS[before]


def way(before: Stage, after: Stage) -> list[Stage]:
    """The shortest legal way to a stage, without its beginning; empty where there is none."""
    ways: list[list[Stage]] = [[before]]
    seen = {before}
    while ways:
        one = ways.pop(0)
        for stage in TRANSITIONS[one[-1]]:
            if stage == after:
                return [*one[1:], stage]
            if stage not in seen:
                seen.add(stage)
                ways.append([*one, stage])
    return []


def late_after(bought: Sequence[datetime], limits: Limits) -> timedelta:
    """How long he may be silent before he is late, by his own intervals if there are enough."""
    intervals = sorted(b - a for a, b in pairwise(bought))
    if len(intervals) < OWN_INTERVALS:
        return limits.at_risk_after
    place = LATE_SHARE * (len(intervals) - 1)
    low = int(place)
    high = min(low + 1, len(intervals) - 1)
    return intervals[low] + (intervals[high] - intervals[low]) * (place - low)


def played(
    bought: Sequence[datetime],
    said: Sequence[tuple[datetime, Stage]],
    now: datetime,
    limits: Limits,
) -> list[Step]:
    """Every stage up to ``now``, in order; ``bought`` has an instant of each purchase day.

    What people said counts from its instant on, where it may follow.
    """
    happened: list[tuple[datetime, Stage | None]] = [
        *((at, None) for at in bought if at <= now),
        *((at, stage) for at, stage in said if at <= now),
    ]
    life = _Life(limits)
    for at, stage in sorted(happened, key=lambda one: (one[0], one[1] is not None)):
        life.be_silent_until(at)
        if stage is None:
            life.buy(at)
        elif may_follow(life.stage, stage):
            life.turn(stage, at)
    life.be_silent_until(now)
    return life.ended()


class _Life:
    """A customer's stages so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bought: list[datetime] = []
        self._steps = [Step(stage="lead", since=None)]

    @property
    def stage(self) -> Stage:
        return self._steps[-1].stage

    def turn(self, stage: Stage, at: datetime) -> None:
        self._steps.append(Step(stage=stage, since=at))

    def buy(self, at: datetime) -> None:
        self._bought.append(at)
        after = self._after_purchase()
        if after != self.stage:
            self.turn(after, at)

    def be_silent_until(self, at: datetime) -> None:
        while (due_at := self._due_at()) is not None and due_at < at:
            self.turn("lost" if self.stage == "at_risk" else "at_risk", due_at)

    def ended(self) -> list[Step]:
        last = self._steps[-1]
        self._steps[-1] = Step(stage=last.stage, since=last.since, next_at=self._due_at())
        return self._steps

    def _after_purchase(self) -> Stage:
        match self.stage:
            case "lead":
                return "first_time"
            case "lost":
                return "returned"
            case "loyal":
                return "loyal"
            case _:
                is_loyal = len(self._bought) >= self._limits.loyal_purchases
                may_be = self.stage != "first_time"
                return "loyal" if is_loyal and may_be else "repeat"

    def _due_at(self) -> datetime | None:
        """When silence changes the stage."""
        if not self._bought or self.stage in {"lead", "lost"}:
            return None
        late = late_after(self._bought, self._limits)
        if self.stage == "at_risk":
            late = max(self._limits.lost_after, 2 * late)
        since = self._steps[-1].since
        due_at = self._bought[-1] + late
        return due_at if since is None else max(due_at, since)
