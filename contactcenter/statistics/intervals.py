"""How sure a figure is: quantiles of the normal distribution, the Wilson interval of a share."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

#: The level that reports print beside a figure.
USUAL_LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``lower`` to ``upper``, both included, in the unit of the figure."""

    lower: float
    upper: float

    def __contains__(self, value: float) -> bool:
        return self.lower <= value <= self.upper


def two_sided(level: float) -> float:
    """The ``z`` between whose negative and itself ``level`` of a normal distribution lies.

    1.96 for 0.95, 3.09 for 0.998.

    Raises:
        ValueError: ``level`` is not above 0 and below 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be above 0 and below 1, not {level}")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(hits: int, n: int, *, level: float = USUAL_LEVEL) -> Interval | None:
    """The interval of a share, right for few and for extreme shares, too.

    ``(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)`` with ``p = hits / n``.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927); compared with six others by Newcombe, Statistics in Medicine 17 (1998), 857-872.

    Args:
        hits: from 0 to ``n``.
        n: of how many; 0 or more.
        level: above 0 and below 1.

    Returns:
        Shares between 0 and 1; ``None`` where ``n`` is 0.

    Raises:
        ValueError: an argument is outside its range.
    """
    z = two_sided(level)
    if n < 0:
        raise ValueError(f"n must not be below 0, not {n}")
    if not 0 <= hits <= n:
        raise ValueError(f"hits must be between 0 and n = {n}, not {hits}")
    if not n:
        return None
    p, z2 = hits / n, z * z
    whole = 1 + z2 / n
    middle = (p + z2 / (2 * n)) / whole
    half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / whole
    # What rounding would make of the ends that are exact.
    lower = 0.0 if hits == 0 else max(middle - half, 0.0)
    return Interval(lower, 1.0 if hits == n else min(middle + half, 1.0))
