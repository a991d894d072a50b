"""Control charts: what of the ups and downs from day to day is more than chance.

Source: Wheeler and Chambers, Understanding Statistical Process Control (1992), for XmR; Laney,
"Improved control charts for attributes", Quality Engineering 14 (2002), for p'; the two rules are
the first and the fourth of the Western Electric Statistical Quality Control Handbook (1956).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isclose, isfinite, sqrt
from typing import Final

#: Above so many a day, on average, the limits of a p-chart are too narrow for anything real.
MANY: Final = 2_000
#: So many in a row on one side of the centre are a shift.
RUN: Final = 8

_THREE: Final = 3
#: Between the mean moving range of two and the standard deviation.
_D2: Final = 1.128
#: 3 / 1.128: from the mean moving range to the limits of single values.
_XMR: Final = 2.66
#: The upper limit of moving ranges.
_RANGES: Final = 3.268
#: Equal values lie on their mean, whatever the last digits of a float say.
_ROUNDING: Final = 1e-9


class Kind(StrEnum):
    """Which chart it is."""

    P = "p"
    LANEY = "p'"
    XMR = "XmR"


class Rule(StrEnum):
    """Why a point is more than chance."""

    OUTSIDE = "one point outside the limits"
    RUN = "eight in a row on one side"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A day: ``hits`` of ``n``, 0 <= hits <= n; where ``n`` is 0 there is nothing to draw."""

    label: str
    n: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of a chart; ``value`` is ``None`` where there was nothing.

    Limits are ``None`` where too little is known for any. ``rules`` names those that it breaks; of
    a run each point from the eighth on is marked.
    """

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart with its centre line, ``None`` where there is no value at all.

    ``widened`` is Laney's σ_z, 1 in other charts; ``range_limit`` is the upper limit of the moving
    ranges of an XmR chart.
    """

    kind: Kind
    centre: float | None
    points: tuple[Point, ...]
    widened: float = 1.0
    range_limit: float | None = None


def shares(samples: Sequence[Sample], *, laney: bool | None = None) -> Chart:
    """A chart of shares, such as tickets solved in time of those due.

    p-chart: ``p̄ ± 3 √(p̄ (1 - p̄) / n)`` for each day's ``n``. Laney's p' widens that by ``σ_z``:
    the mean moving range of ``(p - p̄) / √(p̄ (1 - p̄) / n)``, divided by 1.128. Limits are cut off
    at 0 and 1.

    Args:
        samples: the days in order.
        laney: whether p' is asked for; ``None`` where there are more than `MANY` a day on average.

    Raises:
        ValueError: a ``hits`` or ``n`` is outside its range.
    """
    for one in samples:
        if not 0 <= one.hits <= one.n:
            raise ValueError(f"hits of {one.label} must be between 0 and n = {one.n}")
    drawn = [one for one in samples if one.n]
    if not drawn:
        kind = Kind.LANEY if laney else Kind.P
        return Chart(kind=kind, centre=None, points=_empty(samples))
    whole = sum(one.n for one in drawn)
    centre = sum(one.hits for one in drawn) / whole
    if laney is None:
        laney = whole / len(drawn) > MANY
    widened = _sigma_z(drawn, centre) if laney else 1.0
    points = []
    for one in samples:
        half = _THREE * widened * sqrt(centre * (1 - centre) / one.n) if one.n else None
        points.append(
            Point(
                label=one.label,
                value=one.hits / one.n if one.n else None,
                lower=None if half is None else max(centre - half, 0.0),
                upper=None if half is None else min(centre + half, 1.0),
            )
        )
    kind = Kind.LANEY if laney else Kind.P
    return Chart(kind=kind, centre=centre, points=_marked(points, centre), widened=widened)


def values(labels: Sequence[str], daily: Sequence[float | None]) -> Chart:
    """An XmR chart of one value a day, such as a mean time.

    ``x̄ ± 2.66 m̄R`` with ``m̄R`` the mean of the moving ranges ``|x_i - x_(i-1)|``, whose own
    upper limit is ``3.268 m̄R``. A day without a value is passed over. With fewer than two values
    there are no limits.

    Args:
        labels: of the days in order.
        daily: as many values, in any one unit.

    Raises:
        ValueError: ``daily`` and ``labels`` are not of one length, or a value is not finite.
    """
    if len(labels) != len(daily):
        raise ValueError(f"daily must have as many values as labels, {len(labels)}")
    known = [value for value in daily if value is not None]
    if not all(map(isfinite, known)):
        raise ValueError("daily must have finite values only")
    if not known:
        none = [Sample(label=label, n=0, hits=0) for label in labels]
        return Chart(kind=Kind.XMR, centre=None, points=_empty(none))
    centre = sum(known) / len(known)
    moving = _moving_range(known)
    half = None if moving is None else _XMR * moving
    points = [
        Point(
            label=label,
            value=value,
            lower=None if half is None else centre - half,
            upper=None if half is None else centre + half,
        )
        for label, value in zip(labels, daily, strict=True)
    ]
    return Chart(
        kind=Kind.XMR,
        centre=centre,
        points=_marked(points, centre),
        range_limit=None if moving is None else _RANGES * moving,
    )


def _sigma_z(drawn: Sequence[Sample], centre: float) -> float:
    spread = sqrt(centre * (1 - centre))
    if not spread:
        return 1.0
    moving = _moving_range([(one.hits / one.n - centre) * sqrt(one.n) / spread for one in drawn])
    return 1.0 if moving is None else moving / _D2


def _moving_range(known: Sequence[float]) -> float | None:
    ranges = [abs(b - a) for a, b in pairwise(known)]
    return sum(ranges) / len(ranges) if ranges else None


def _marked(points: Sequence[Point], centre: float) -> tuple[Point, ...]:
    """The points with the rules they break; one on the centre line ends a run."""
    marked, side, run = [], 0, 0
    for one in points:
        if one.value is None:
            marked.append(one)
            continue
        now = _side(one.value, centre)
        run = run + 1 if now and now == side else abs(now)
        side = now
        rules = []
        if one.lower is not None and one.upper is not None:
            if _side(one.value, one.lower) < 0 or _side(one.value, one.upper) > 0:
                rules.append(Rule.OUTSIDE)
            if run >= RUN:
                rules.append(Rule.RUN)
        marked.append(
            Point(
                label=one.label,
                value=one.value,
                lower=one.lower,
                upper=one.upper,
                rules=tuple(rules),
            )
        )
    return tuple(marked)


def _side(value: float, line: float) -> int:
    """1 above the line, -1 below it, 0 on it but for rounding."""
    if isclose(value, line, rel_tol=_ROUNDING, abs_tol=_ROUNDING):
        return 0
    return 1 if value > line else -1


def _empty(samples: Sequence[Sample]) -> tuple[Point, ...]:
    return tuple(Point(label=one.label, value=None, lower=None, upper=None) for one in samples)
