"""Fits a multinomial logistic regression to sparse rows, with NumPy alone.

Limited-memory BFGS with backtracking; nothing is drawn by chance, so the same rows give the same
weights. Source: Nocedal & Wright, Numerical Optimization (2006), algorithm 7.4.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

_REMEMBERED: Final = 8
_ENOUGH: Final = 1e-4
"""Less progress in a round, as a share of the loss, ends the fitting."""
_SUFFICIENT: Final = 1e-4
_HALVINGS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A sparse matrix: `columns` and `values` of all rows in order; `starts` where each begins.

    Every row has at least one value.
    """

    columns: Integers
    values: Floats
    starts: Integers
    width: int

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.starts)


def multiply(rows: Rows, weights: Floats) -> Floats:
    """Return the sum of each row's values times the weights of their columns, by label."""
    # Label by label: long even runs are what the machine is fast at.
    return np.stack(
        [
            np.add.reduceat(np.take(of_label, rows.columns) * rows.values, rows.starts)
            for of_label in np.ascontiguousarray(weights.T)
        ],
        axis=1,
    )


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the softmax of each row."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def fit(
    rows: Rows,
    targets: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    decay: float,
    rounds: int,
) -> Floats:
    """Return the weights, columns by labels, with the least loss.

    `targets` are the probabilities wanted, `weights` how much each row counts, `decay` the strength
    of the quadratic penalty.
    """
    used, columns = np.unique(rows.columns, return_inverse=True)
    narrow = Rows(columns=columns, values=rows.values, starts=rows.starts, width=len(used))
    whole = np.zeros((rows.width, targets.shape[1]), dtype=np.float32)
    whole[used] = _descend(_Problem(narrow, targets, weights, decay), rounds)
    return whole


def _descend(problem: "_Problem", rounds: int) -> Floats:
    place = np.zeros(problem.shape, dtype=np.float32)
    loss, slope = problem.at(place)
    steps: deque[tuple[Floats, Floats, float]] = deque(maxlen=_REMEMBERED)
    for _ in range(rounds):
        direction = _direction(slope, steps)
        descent = _dot(slope, direction)
        length = 1.0 if steps else 1.0 / max(1.0, float(np.abs(slope).max()))
        for _ in range(_HALVINGS):
            new_place = place - np.float32(length) * direction
            new_loss, new_slope = problem.at(new_place)
            if new_loss <= loss - _SUFFICIENT * length * descent:
                break
            length /= 2
        moved, turned = new_place - place, new_slope - slope
        curvature = _dot(moved, turned)
        if curvature > 0:
            steps.append((moved, turned, 1 / curvature))
        progress = loss - new_loss
        place, loss, slope = new_place, new_loss, new_slope
        if progress < _ENOUGH * abs(loss):
            break
    return place


class _Problem:
    """The loss and its slope; every column is used.

    The rows are also kept by column, so that both are one pass.
    """

    def __init__(
        self, rows: Rows, targets: NDArray[np.float64], weights: NDArray[np.float64], decay: float
    ) -> None:
        self._rows, self._targets, self._weights, self._decay = rows, targets, weights, decay
        self.shape = (rows.width, targets.shape[1])
        lengths = np.diff(np.append(rows.starts, len(rows.columns)))
        row_of = np.repeat(np.arange(len(rows)), lengths)
        order = np.argsort(rows.columns, kind="stable")
        self._row_of = row_of[order]
        self._values = rows.values[order]
        self._starts = np.unique(rows.columns[order], return_index=True)[1]

    def at(self, place: Floats) -> tuple[float, Floats]:
        expected = probabilities(multiply(self._rows, place))
        likely = np.log(np.maximum(expected, 1e-12))
        loss = -float((self._weights[:, None] * self._targets * likely).sum())
        loss += 0.5 * self._decay * _dot(place, place)
        errors = (self._weights[:, None] * (expected - self._targets)).astype(np.float32)
        slope = np.float32(self._decay) * place
        for label, of_label in enumerate(np.ascontiguousarray(errors.T)):
            products = np.take(of_label, self._row_of) * self._values
            slope[:, label] += np.add.reduceat(products, self._starts)
        return loss, slope


def _direction(slope: Floats, steps: deque[tuple[Floats, Floats, float]]) -> Floats:
    direction = slope.copy()
    shares: list[float] = []
    for moved, turned, inverse in reversed(steps):
        share = inverse * _dot(moved, direction)
        shares.append(share)
        direction -= np.float32(share) * turned
    if steps:
        moved, turned, inverse = steps[-1]
        direction *= np.float32(1 / (inverse * _dot(turned, turned)))
    for (moved, turned, inverse), share in zip(steps, reversed(shares), strict=True):
        direction += np.float32(share - inverse * _dot(turned, direction)) * moved
    return direction


def _dot(one: Floats, other: Floats) -> float:
    return float(np.dot(one.ravel(), other.ravel()))
