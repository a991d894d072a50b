"""A question to the reports, and the rows of its answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

from msgspec import Struct

Dimension = Literal[
    "agent",
    "team",
    "queue",
    "tier",
    "channel",
    "entry_point",
    "category",
    "temperament",
    "value",
    "outcome",
]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
Clock = Literal["calendar", "business"]
CLOCKS: Final[tuple[Clock, ...]] = get_args(Clock)


class Ask(Struct, frozen=True, kw_only=True):
    """A metric over a period that begins with ``from_at`` and ends before ``to_at``.

    ``only`` leaves out what is none of these values; None is a value, too. ``options`` are those of
    the metric, such as ``within_s`` of a service level.
    """

    metric: str
    from_at: datetime
    to_at: datetime
    by: tuple[Dimension, ...] = ()
    clock: Clock = "calendar"
    only: Mapping[Dimension, frozenset[Any]] = {}
    options: Mapping[str, Any] = {}


class Row(Struct, frozen=True, kw_only=True):
    """One group's answer.

    ``value`` is the count of a count, the mean of durations (seconds) or scores, and the quotient
    of a share. What a metric does not have, and what nothing can be computed from, is None.
    """

    metric: str
    group: Mapping[str, Any]
    n: int
    value: float | None
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    numerator: int | None = None
    denominator: int | None = None
