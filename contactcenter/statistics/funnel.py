"""Funnel plots: the rates of many against how many tickets they rest on, with limits.

Limits of 95 % are for reading, those of 99.8 % for alarms: of 24 agents looked at in 50 weeks,
chance alone puts 60 figures beyond the first and two or three beyond the second.

Source: Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in
Medicine 24 (2005), 1185-1202, https://doi.org/10.1002/sim.1970; over-dispersion: section 3.3 there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, lgamma, log, log1p, sqrt
from typing import Final

from contactcenter.statistics.intervals import Interval, two_sided
from contactcenter.statistics.overdispersion import factor
from contactcenter.statistics.standardised import Difference

#: Between these limits 95 of 100 lie by chance alone.
READING: Final = 0.95
#: Between these limits 998 of 1,000 lie by chance alone.
ALARM: Final = 0.998
#: From here on the exact limits and the normal ones are the same to any eye.
_MANY: Final = 2_000


class Position(StrEnum):
    """Where a rate lies in the funnel."""

    INSIDE = "inside"
    ABOVE_READING = "above_95"
    BELOW_READING = "below_95"
    ABOVE_ALARM = "above_99.8"
    BELOW_ALARM = "below_99.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of ``n`` tickets of an agent, 1 or more, ``hits`` are what is counted, from 0 to ``n``."""

    agent: str
    n: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of the plot: ``n`` to the right, ``rate`` upwards, between its limits or beyond."""

    agent: str
    n: int
    rate: float
    reading: Interval
    alarm: Interval
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """All points, the rate of all together, and by what variances were widened (``phi >= 1``).

    The lines between points are drawn by `limits` of the same ``target`` and ``phi``.
    """

    target: float
    phi: float
    points: tuple[Point, ...]


def funnel(counted: Sequence[Counted]) -> Funnel:
    """The plot of some agents, around the rate of all of them together.

    Args:
        counted: one an agent. None at all gives an empty plot with target 0.

    Raises:
        ValueError: a ``hits`` or ``n`` is outside its range.
    """
    for one in counted:
        if not 0 <= one.hits <= one.n or not one.n:
            raise ValueError(f"hits and n of {one.agent} must be 0 <= hits <= n and n >= 1")
    if not counted:
        return Funnel(target=0.0, phi=1.0, points=())
    target = sum(one.hits for one in counted) / sum(one.n for one in counted)
    # Where all or none are hits, nobody can differ.
    spread = sqrt(target * (1 - target)) or 1.0
    phi = factor([(one.hits / one.n - target) * sqrt(one.n) / spread for one in counted])
    return Funnel(target=target, phi=phi, points=tuple(_point(one, target, phi) for one in counted))


def adjusted(differences: Sequence[Difference]) -> Funnel:
    """The plot of some agents as if all had had the same customers.

    Each is at the figure of all together plus what he did more than expected; limits are ``± z √(φ
    v)`` around the former. They follow each one's customers, so they are not quite on a line.

    Args:
        differences: one an agent (`standardised`), of shares or of times, with ``n >= 1``. None at
            all gives an empty plot with target 0.

    Raises:
        ValueError: an ``n`` is below 1, or a variance below 0.
    """
    for one in differences:
        if one.n < 1 or not one.variance >= 0:
            raise ValueError(f"n and variance of {one.agent} must be n >= 1 and variance >= 0")
    if not differences:
        return Funnel(target=0.0, phi=1.0, points=())
    target = fsum(one.n * one.observed for one in differences) / sum(one.n for one in differences)
    phi = factor([one.d / sqrt(one.variance) for one in differences if one.variance])
    points = []
    for one in differences:
        reading, alarm = (
            Interval(target - half, target + half)
            for half in (two_sided(level) * sqrt(phi * one.variance) for level in (READING, ALARM))
        )
        # Without any variance there is no difference, but for rounding.
        rate = target + one.d if one.variance else target
        points.append(_placed(one.agent, one.n, rate, target=target, reading=reading, alarm=alarm))
    return Funnel(target=target, phi=phi, points=tuple(points))


def limits(target: float, n: int, *, level: float, phi: float = 1.0) -> Interval:
    """The limits between which ``level`` of the rates of ``n`` tickets lie by chance alone.

    Exact from the binomial distribution, interpolated between whole numbers (appendix A.1.1 of the
    source), where ``phi`` is 1 and ``n`` below 2,000. The upper limit is the lower one of what is
    not counted: so chance puts a rate beyond either at most as often as ``level`` says, while the
    source's own upper limit lets more through. Else ``target ± z √(phi target (1 - target) / n)``,
    cut off at 0 and 1.

    Args:
        target: the rate expected, between 0 and 1.
        n: how many tickets; 1 or more.
        level: above 0 and below 1: `READING` or `ALARM`.
        phi: by what variances are wider than chance alone would make them; 1 or more.

    Raises:
        ValueError: an argument is outside its range.
    """
    if not 0 <= target <= 1:
        raise ValueError(f"target must be between 0 and 1, not {target}")
    if n < 1:
        raise ValueError(f"n must be 1 or more, not {n}")
    if phi < 1:
        raise ValueError(f"phi must be 1 or more, not {phi}")
    z = two_sided(level)
    if phi == 1 and n < _MANY and 0 < target < 1:
        outside = (1 - level) / 2
        lower, upper = _lower(target, n, outside), 1 - _lower(1 - target, n, outside)
        return Interval(lower, upper)
    half = z * sqrt(phi * target * (1 - target) / n)
    return Interval(max(target - half, 0.0), min(target + half, 1.0))


def _lower(target: float, n: int, chance: float) -> float:
    """The rate of ``n`` below which one lies with ``chance`` at most, between whole numbers.

    With ``r`` the lowest for which ``P(R <= r) > chance``, it is ``(r - a) / n``, where ``a`` is
    ``(P(R <= r) - chance) / P(R = r)``.
    """
    mean, sd = n * target, sqrt(n * target * (1 - target))
    # What is left out below is less likely than 1 in 10^20.
    hits = max(0, int(mean - 10 * sd - 10))
    exactly = so_far = _binomial(hits, n, target)
    while so_far <= chance:
        hits += 1
        exactly = _binomial(hits, n, target)
        so_far += exactly
    return max(hits - (so_far - chance) / exactly, 0.0) / n


def _binomial(hits: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(hits + 1) - lgamma(n - hits + 1)
    return exp(ways + hits * log(p) + (n - hits) * log1p(-p))


def _point(one: Counted, target: float, phi: float) -> Point:
    reading = limits(target, one.n, level=READING, phi=phi)
    alarm = limits(target, one.n, level=ALARM, phi=phi)
    return _placed(one.agent, one.n, one.hits / one.n, target=target, reading=reading, alarm=alarm)


def _placed(
    agent: str, n: int, rate: float, *, target: float, reading: Interval, alarm: Interval
) -> Point:
    position = Position.INSIDE
    if rate not in alarm:
        position = Position.ABOVE_ALARM if rate > target else Position.BELOW_ALARM
    elif rate not in reading:
        position = Position.ABOVE_READING if rate > target else Position.BELOW_READING
    return Point(agent=agent, n=n, rate=rate, reading=reading, alarm=alarm, position=position)
