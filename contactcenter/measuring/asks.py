"""A question to the reports, and the rows of its answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

from msgspec import UNSET, Struct, UnsetType

#: ``to_tier`` is where an escalation led, ``promise`` what was promised, ``age`` for how many days
#: what is open has been (``AGES``).
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
    "to_tier",
    "promise",
    "age",
]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
Clock = Literal["calendar", "business"]
CLOCKS: Final[tuple[Clock, ...]] = get_args(Clock)
#: The ages of what is open, in days: from the first, up to the next.
AGE_DAYS: Final = (0, 1, 3, 7, 14)
AGES: Final = ("[0,1)", "[1,3)", "[3,7)", "[7,14)", "[14,inf)")


class Ask(Struct, frozen=True, kw_only=True):
    """A metric over a period that begins with ``from_at`` and ends before ``to_at``.

    ``only`` leaves out what is none of these values; None is a value, too. ``options`` are those of
    the metric, such as ``within_s`` of a service level. ``as_of`` is until when it is known what
    happened: whose window is not over by then is not judged; None knows everything.
    """

    metric: str
    from_at: datetime
    to_at: datetime
    by: tuple[Dimension, ...] = ()
    clock: Clock = "calendar"
    only: Mapping[Dimension, frozenset[Any]] = {}
    options: Mapping[str, Any] = {}
    as_of: datetime | None = None

    @property
    def instant(self) -> datetime:
        """The moment of which a question about a moment is."""
        return self.to_at if self.as_of is None else min(self.to_at, self.as_of)


class Row(Struct, frozen=True, kw_only=True):
    """One group's answer.

    ``value`` is the count of a count, the mean of durations (seconds) or scores, and the quotient
    of a share. What a metric does not have, and what nothing can be computed from, is None.
    ``numerator`` and ``denominator`` are counts, or seconds of what is a share of time. ``low`` and
    ``high`` are told where an ``interval`` was asked for, ``max`` where that was.
    """

    metric: str
    group: Mapping[str, Any]
    n: int
    value: float | None
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    low: float | UnsetType | None = UNSET
    high: float | UnsetType | None = UNSET
    max: float | UnsetType | None = UNSET
