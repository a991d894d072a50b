"""Percentiles of values that are all at hand, as PostgreSQL computes them.

Source: https://www.postgresql.org/docs/current/functions-aggregate.html (ordered-set aggregates).
Where the values are not at hand any more, `sketches` has them within 1 %.
"""

from collections.abc import Sequence
from math import ceil, floor


def continuous(ordered: Sequence[float], share: float) -> float | None:
    """The value at ``share`` of the way through ``ordered``, between the two nearest.

    ``percentile_cont``: with ``r = share * (n - 1)``, the values at places ``floor(r)`` and
    ``ceil(r)``, counted from 0, are interpolated. The median is ``share`` 0.5, the p90 is 0.9.

    Args:
        ordered: values in ascending order, of any unit.
        share: between 0 and 1, both included.

    Returns:
        In the unit of the values; ``None`` where there are none.

    Raises:
        ValueError: ``share`` is outside its range.
    """
    check_share(share)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


def discrete(ordered: Sequence[float], share: float) -> float | None:
    """The first of ``ordered`` that at least ``share`` of the values do not exceed.

    ``percentile_disc``: the value at place ``ceil(share * n)``, counted from 1, and the first for a
    ``share`` of 0. It is always one of the values.

    Args:
        ordered: values in ascending order, of any unit.
        share: between 0 and 1, both included.

    Returns:
        One of the values; ``None`` where there are none.

    Raises:
        ValueError: ``share`` is outside its range.
    """
    check_share(share)
    if not ordered:
        return None
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def check_share(share: float) -> None:
    """Raise ``ValueError`` unless ``share`` is between 0 and 1."""
    if not 0 <= share <= 1:
        raise ValueError(f"share must be between 0 and 1, not {share}")
