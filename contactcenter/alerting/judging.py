"""When an alert is raised and when it is cleared: pure, and without flapping.

It is raised when the measure has been beyond the threshold for ``for_s`` without a break, and
cleared when it is back at ``clears_at`` or quieter. Between the two nothing changes: hysteresis, as
a thermostat has it. A measure that says nothing (no service level without calls) changes nothing
that is raised, and is not beyond a threshold.
"""

from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import Struct

Direction = Literal["above", "below"]
Move = Literal["raise", "clear"]


class Limits(Protocol):
    """What of a rule decides."""

    @property
    def direction(self) -> Direction: ...
    @property
    def threshold(self) -> float: ...
    @property
    def clears_at(self) -> float: ...
    @property
    def for_s(self) -> int: ...


class Judged(Struct, frozen=True, kw_only=True):
    """What is to be done, and since when the measure has been beyond the threshold without a break.

    ``beyond_since`` is None while it is not, and while the rule is raised.
    """

    move: Move | None
    beyond_since: datetime | None


def judge(
    limits: Limits,
    value: float | None,
    now: datetime,
    *,
    is_raised: bool,
    beyond_since: datetime | None,
) -> Judged:
    """Look at a rule once more."""
    if is_raised:
        move: Move | None = "clear" if is_quiet(limits, value) else None
        return Judged(move=move, beyond_since=None)
    if not is_beyond(limits, value):
        return Judged(move=None, beyond_since=None)
    since = beyond_since or now
    if now - since >= timedelta(seconds=limits.for_s):
        return Judged(move="raise", beyond_since=None)
    return Judged(move=None, beyond_since=since)


def is_beyond(limits: Limits, value: float | None) -> bool:
    """Whether the value is on the loud side of the threshold; not where it is equal."""
    if value is None:
        return False
    return value > limits.threshold if limits.direction == "above" else value < limits.threshold


def is_quiet(limits: Limits, value: float | None) -> bool:
    """Whether the value is at ``clears_at`` or quieter."""
    if value is None:
        return False
    return value <= limits.clears_at if limits.direction == "above" else value >= limits.clears_at
