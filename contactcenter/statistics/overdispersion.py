"""How much more figures differ than chance alone would make them.

Source: Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in
Medicine 24 (2005), 1185-1202, section 3.3, https://doi.org/10.1002/sim.1970
"""

from collections.abc import Sequence
from math import fsum
from typing import Final

from contactcenter.statistics.percentiles import continuous

#: What is drawn in at each end, so that the few who stand out do not hide themselves.
WINSORISED: Final = 0.1


def winsorised(values: Sequence[float], *, share: float = WINSORISED) -> list[float]:
    """The values, in their order, with the lowest and highest ``share`` drawn in.

    What is beyond a percentile (`percentiles.continuous`) becomes that percentile.

    Raises:
        ValueError: ``share`` is not between 0 and 0.5.
    """
    if not 0 <= share <= 1 / 2:
        raise ValueError(f"share must be between 0 and 0.5, not {share}")
    ordered = sorted(values)
    low, high = continuous(ordered, share), continuous(ordered, 1 - share)
    if low is None or high is None:
        return []
    return [min(max(value, low), high) for value in values]


def factor(scores: Sequence[float]) -> float:
    """φ, the mean of the squares of winsorised ``scores``; variances are to be widened by it.

    Args:
        scores: for each agent, how many standard errors he is from where he should be.

    Returns:
        1 or more: figures that differ less than chance would make them narrow nothing.
    """
    drawn_in = winsorised(scores)
    if not drawn_in:
        return 1.0
    return max(1.0, fsum(z * z for z in drawn_in) / len(drawn_in))
