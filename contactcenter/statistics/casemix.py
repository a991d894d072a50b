"""The fair view: who does better than expected with the customers he had, and how sure that is.

From the difference between what an agent did and what colleagues do with the same customers
(`standardised`), chance is taken out: a difference is drawn towards the mean of all the more, the
fewer tickets it rests on. A word is said only where it would hold again, and never a rank.

Source: DerSimonian and Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7
(1986), 177-188 (the variance between agents); Spiegelhalter 2005 (alarms; see `funnel`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from contactcenter.statistics.intervals import USUAL_LEVEL, Interval, two_sided
from contactcenter.statistics.overdispersion import factor
from contactcenter.statistics.standardised import Difference

#: Nothing is said of who had fewer tickets in a period.
FEWEST: Final = 30
#: An alarm is what happens by chance to 2 of 1,000 agents in a period.
ALARM_LEVEL: Final = 0.998


class Verdict(StrEnum):
    """What is said of an agent. ``ABOVE`` is better than expected, also where less is better."""

    ABOVE = "above_expectation"
    BELOW = "below_expectation"
    AS_EXPECTED = "as_expected"
    TOO_FEW = "too_few_tickets"


#: The words for it, by language.
WORDS: Final[Mapping[str, Mapping[Verdict, str]]] = {
    "en": {
        Verdict.ABOVE: "above expectation",
        Verdict.BELOW: "below expectation",
        Verdict.AS_EXPECTED: "as expected",
        Verdict.TOO_FEW: "too few tickets",
    },
    "fa": {
        Verdict.ABOVE: "بهتر از انتظار",
        Verdict.BELOW: "پایین‌تر از انتظار",
        Verdict.AS_EXPECTED: "در حد انتظار",
        Verdict.TOO_FEW: "تعداد درخواست‌ها کافی نیست",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One agent in one period; all in the unit of the figure.

    Args:
        difference: what he did, what was expected, and the difference.
        estimate: the difference without chance, as far as it can be told.
        half: how far the interval reaches to each side of ``estimate``.
        kept: how much of the difference is kept, from 0 to 1 (B).
        apart: the interval leaves out 0 and the mean of all.
        alarm: the difference itself is beyond the limits of 99.8 %.
    """

    difference: Difference
    estimate: float
    half: float
    kept: float
    apart: bool
    alarm: bool

    @property
    def likely(self) -> Interval:
        """Where his figure lies without chance, 95 % sure: expected + estimate ± half.

        Of few tickets it may reach beyond what a share can be.
        """
        middle = self.difference.expected + self.estimate
        return Interval(middle - self.half, middle + self.half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """All agents of one period, by name, and what was found of them together.

    ``mean`` is the mean difference (μ), ``between`` the variance between agents (τ²), ``phi`` how
    much wider than chance differences are spread (see `overdispersion`).
    """

    mean: float
    between: float
    phi: float
    agents: Mapping[str, Standing]


def period(differences: Sequence[Difference]) -> Period:
    """The agents of one period, each drawn towards the mean as far as chance may explain him.

    ``B = τ² / (τ² + v)``, estimate ``μ + B (d - μ)``, interval ``± 1.96 √(B v)``. Limits of alarms
    are ``± 3.09 √(φ v)`` around 0.

    Where agents do not differ at all (τ² = 0), all are at the mean, nobody is apart.

    Args:
        differences: one an agent, with ``n >= 1`` and a variance of 0 or more.

    Raises:
        ValueError: an agent twice, no ticket, or a variance below 0.
    """
    _check(differences)
    # By name, so that sums of floats come out the same in whatever order they came.
    differences = sorted(differences, key=lambda one: one.agent)
    # A variance of 0 is that of strata in which all had the same: nothing is to be learned there.
    telling = [one for one in differences if one.variance > 0]
    mean, between = _between([one.d for one in telling], [one.variance for one in telling])
    phi = factor([one.d / sqrt(one.variance) for one in telling])
    return Period(
        mean=mean,
        between=between,
        phi=phi,
        agents={one.agent: _standing(one, mean, between, phi) for one in differences},
    )


def verdict(
    current: Standing, previous: Standing | None, *, higher_is_better: bool = True
) -> Verdict:
    """What may be said of an agent after two consecutive periods.

    Better or worse only where both periods have `FEWEST` tickets or more, and both set him apart in
    the same direction.

    Args:
        current: the period that is asked about.
        previous: the one before it, of the same length; ``None`` if he was not there.
        higher_is_better: False for times.
    """
    if current.difference.n < FEWEST:
        return Verdict.TOO_FEW
    if previous is None or previous.difference.n < FEWEST:
        return Verdict.AS_EXPECTED
    same = (current.estimate > 0) == (previous.estimate > 0)
    if not (current.apart and previous.apart and same):
        return Verdict.AS_EXPECTED
    return Verdict.ABOVE if (current.estimate > 0) == higher_is_better else Verdict.BELOW


def by_need(standings: Sequence[Standing], *, higher_is_better: bool = True) -> list[Standing]:
    """Who could use support first: the lowest estimate; among equals by name.

    Those with fewer than `FEWEST` tickets come last, by name: nothing is known of them.
    """

    def need(one: Standing) -> tuple[bool, float, str]:
        few = one.difference.n < FEWEST
        towards = one.estimate if higher_is_better else -one.estimate
        return few, 0.0 if few else towards, one.difference.agent

    return sorted(standings, key=need)


def _between(d: Sequence[float], variances: Sequence[float]) -> tuple[float, float]:
    """The mean difference μ and the variance between agents τ².

    ``τ² = max(0, (Q - (k - 1)) / C)`` with ``w = 1/v``, ``Q = Σ w (d - d̄)²`` around the mean
    weighted by ``w``, and ``C = Σ w - Σ w² / Σ w``; μ is the mean weighted by ``1 / (v + τ²)``.
    """
    if not d:
        return 0.0, 0.0
    weights = [1 / v for v in variances]
    fixed = _mean(d, weights)
    q = sum(w * (one - fixed) ** 2 for one, w in zip(d, weights, strict=True))
    c = sum(weights) - sum(w * w for w in weights) / sum(weights)
    between = max(0.0, (q - (len(d) - 1)) / c) if len(d) > 1 else 0.0
    return _mean(d, [1 / (v + between) for v in variances]), between


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def _standing(one: Difference, mean: float, between: float, phi: float) -> Standing:
    v = one.variance
    kept = between / (between + v) if v > 0 else 1.0
    estimate = mean + kept * (one.d - mean)
    half = two_sided(USUAL_LEVEL) * sqrt(kept * v)
    # Where all are much alike the interval is narrow around a mean that is not quite 0: that alone
    # sets nobody apart.
    apart = v > 0 and abs(estimate) > half and abs(estimate - mean) > half
    alarm = v > 0 and abs(one.d) > two_sided(ALARM_LEVEL) * sqrt(phi * v)
    return Standing(
        difference=one, estimate=estimate, half=half, kept=kept, apart=apart, alarm=alarm
    )


def _check(differences: Sequence[Difference]) -> None:
    if len({one.agent for one in differences}) < len(differences):
        raise ValueError("differences must have each agent once")
    for one in differences:
        if one.n < 1:
            raise ValueError(f"n of {one.agent} must be 1 or more, not {one.n}")
        if not one.variance >= 0:
            raise ValueError(f"variance of {one.agent} must not be below 0, not {one.variance}")
