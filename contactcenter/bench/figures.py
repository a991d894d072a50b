"""Percentiles and medians, as every measurement here quotes them."""

from collections.abc import Sequence
from statistics import median as _median


class MeasurementInvalid(Exception):
    """The run cannot be counted; the message says what did not fit."""


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed (nearest rank); 0.0 of nothing."""
    if not sorted_values:
        return 0.0
    rank = max(1, -(-len(sorted_values) * round(share * 1000) // 1000))
    return sorted_values[rank - 1]


def median(values: Sequence[float]) -> float:
    """The middle one; 0.0 of nothing."""
    return _median(values) if values else 0.0
