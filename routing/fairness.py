"""Whether people of one temperament are served worse than all others.

A gap counts where it matters, where both sides are large enough, and where chance does not explain
it. Times are compared by their logarithms, since a few take very long; shares by the usual test for
two of them. Source: https://en.wikipedia.org/wiki/Welch%27s_t-test and
https://en.wikipedia.org/wiki/Two-proportion_Z-test
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

Measure = Literal["waiting_time", "time_to_solve", "satisfaction", "escalation"]

#: Fewer on either side tell nothing.
LEAST: Final = 30
#: Of fewer no figure is shown: a person could be guessed.
SHOWN: Final = 10
#: They take so many times as long as all others.
TIMES: Final = 1.25
#: A share differs by so much.
SHARES: Final = 0.10
#: Of a hundred alarms about nothing at most one.
CERTAIN: Final = 2.58


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long something took: the median in seconds, mean and variance of ``ln(1 + seconds)``."""

    n: int
    median_s: float
    log_mean: float
    log_variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many."""

    n: int
    k: int

    @property
    def value(self) -> float:
        """The share, 0 of none."""
        return self.k / self.n if self.n else 0.0


def takes_longer(theirs: Times, others: Times) -> bool:
    """Whether they wait longer than all others, enough and surely enough to be told of."""
    if min(theirs.n, others.n) < LEAST or theirs.median_s <= TIMES * others.median_s:
        return False
    error = sqrt(theirs.log_variance / theirs.n + others.log_variance / others.n)
    return theirs.log_mean - others.log_mean > CERTAIN * error


def differs(theirs: Share, others: Share) -> bool:
    """Whether a share of theirs is another than that of all others, enough and surely enough."""
    if min(theirs.n, others.n) < LEAST or abs(theirs.value - others.value) < SHARES:
        return False
    together = (theirs.k + others.k) / (theirs.n + others.n)
    error = sqrt(together * (1 - together) * (1 / theirs.n + 1 / others.n))
    return abs(theirs.value - others.value) > CERTAIN * error


def is_lower(theirs: Share, others: Share) -> bool:
    """Whether a share of theirs is lower than that of all others."""
    return theirs.value < others.value and differs(theirs, others)
