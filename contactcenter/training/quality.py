"""Measures a model on lines it has not learned from, as if all labels were equally frequent."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.temperament import LABELS

_BINS: Final = 10
_UNKNOWN: Final = LABELS.index("unknown")

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]


def even_weights(labels: Labels) -> NDArray[np.float64]:
    """Return for each line a weight such that every label counts the same, with mean one."""
    counts = np.bincount(labels, minlength=len(LABELS))
    shares = len(labels) / np.maximum(counts, 1) / np.count_nonzero(counts)
    return np.asarray(shares[labels], dtype=np.float64)


def macro_f1(labels: Labels, found: Labels) -> float:
    """Return the mean of the labels' F1, each label counting the same; absent ones left out."""
    table = np.zeros((len(LABELS), len(LABELS)))
    np.add.at(table, (labels, found), even_weights(labels))
    right, given, there = np.diag(table), table.sum(axis=0), table.sum(axis=1)
    present = there > 0
    return float((2 * right / np.maximum(given + there, 1e-9))[present].mean())


def false_tag_rate(labels: Labels, found: Labels) -> float:
    """Return the share of the `unknown` lines that were given a temperament."""
    unknown = labels == _UNKNOWN
    return float((found[unknown] != _UNKNOWN).mean()) if unknown.any() else 0.0


def calibration_error(labels: Labels, likely: Probabilities) -> float:
    """Return the expected calibration error of the best label's probability, in ten bins."""
    weights = even_weights(labels)
    sure, right = likely.max(axis=1), likely.argmax(axis=1) == labels
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=weights * (sure - right), minlength=_BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def figures(
    labels: Labels, likely: Probabilities, groups: Sequence[tuple[str, NDArray[np.bool_]]]
) -> dict[str, float]:
    """Return what is worth telling, the macro-F1 also for each named group of lines."""
    found = likely.argmax(axis=1)
    told = {
        "macro_f1": macro_f1(labels, found),
        **{
            f"macro_f1_{name}": macro_f1(labels[these], found[these])
            for name, these in groups
            if these.any()
        },
        "false_tag_rate": false_tag_rate(labels, found),
        "calibration_error": calibration_error(labels, likely),
    }
    return {name: round(value, 4) for name, value in told.items()}
