"""What each agent did beside what colleagues do with the same customers.

Indirect standardisation: each stratum has a rate or a mean of all agents together, and an agent is
expected to do as they do with the tickets he had. Source: Breslow and Day, Statistical Methods in
Cancer Research II (1987), chapter 2.

Every function takes one count per agent and stratum, in any order, and gives one `Difference` an
agent, by name. Small strata are merged before (`strata`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from contactcenter.statistics.percentiles import continuous
from contactcenter.statistics.strata import LEAST, Key, merged

_HOUR_S: Final = 3600
#: What is left of a variance when equal times are squared and summed is rounding.
_ROUNDING: Final = 1e-9
#: Handle times beyond this percentile of all are taken as that long.
CAPPED_FROM: Final = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """The tickets of one agent in one stratum.

    ``solved`` of ``n`` were solved. Working on all of them took ``handle_s`` seconds, the sum of
    the squares is ``handle_s2``; both of times capped by `cap`, and 0 where only shares are asked
    for.
    """

    agent: str
    stratum: Key
    n: int
    solved: int = 0
    handle_s: float = 0.0
    handle_s2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An agent's figure a ticket, what was expected of him, and how sure the difference is.

    ``observed`` and ``expected`` are shares, seconds or resolutions an hour; ``variance``, the
    square of that, is what chance does to ``observed`` where he does as all do.
    """

    agent: str
    n: int
    observed: float
    expected: float
    variance: float

    @property
    def d(self) -> float:
        """How much more than expected."""
        return self.observed - self.expected


@dataclass(slots=True)
class _Sums:
    n: int = 0
    solved: int = 0
    handle_s: float = 0.0
    handle_s2: float = 0.0

    def add(self, one: "Handled | _Sums") -> None:
        self.n += one.n
        self.solved += one.solved
        self.handle_s += one.handle_s
        self.handle_s2 += one.handle_s2


@dataclass(frozen=True, slots=True)
class _Expected:
    """What one ticket of a stratum brings, on average, and its variance."""

    solved: float
    solved_variance: float
    handle_s: float
    handle_variance: float


def cap(handle_times_s: Iterable[float]) -> float | None:
    """The p99 of all handle times of a period, in seconds; longer ones count as that long.

    One cap for the whole report, so that it does not depend on how strata are merged.
    """
    return continuous(sorted(handle_times_s), CAPPED_FROM)


def solved_shares(handled: Sequence[Handled], *, least: int = LEAST) -> list[Difference]:
    """The share of his tickets that each agent solved: ``(O - E) / n``.

    ``E = Σ n_s p_s``, variance ``Σ n_s p_s (1 - p_s) / n²``, with ``p_s`` the share of all.

    Raises:
        ValueError: a number of ``handled`` is outside its range, or keys differ in length.
    """
    return [
        Difference(
            agent=agent,
            n=own.n,
            observed=own.solved / own.n,
            expected=sum(n * of.solved for n, of in mix) / own.n,
            variance=sum(n * of.solved_variance for n, of in mix) / own.n**2,
        )
        for agent, own, mix in _beside_all(handled, least)
    ]


def handle_times(handled: Sequence[Handled], *, least: int = LEAST) -> list[Difference]:
    """The mean seconds that each agent worked on a ticket; fewer are better.

    ``E = Σ n_s m_s``, variance ``Σ n_s sd_s² / n²``, with mean and variance of all, of capped
    times.

    Raises:
        ValueError: a number of ``handled`` is outside its range, or keys differ in length.
    """
    return [
        Difference(
            agent=agent,
            n=own.n,
            observed=own.handle_s / own.n,
            expected=sum(n * of.handle_s for n, of in mix) / own.n,
            variance=sum(n * of.handle_variance for n, of in mix) / own.n**2,
        )
        for agent, own, mix in _beside_all(handled, least)
    ]


def solved_per_hour(handled: Sequence[Handled], *, least: int = LEAST) -> list[Difference]:
    """Resolutions per hour of handling, "best and in least time" in one number: p·μ.

    Expected is ``E / H`` with ``E = Σ n_s p_s`` tickets and ``H = Σ n_s m_s`` hours; the variance
    of that ratio is ``(Var E + (E/H)² Var H) / H²`` by the delta method, as if solving and handle
    time of a ticket were independent. Agents without any handle time are left out.

    Raises:
        ValueError: a number of ``handled`` is outside its range, or keys differ in length.
    """
    rates = []
    for agent, own, mix in _beside_all(handled, least):
        hours = sum(n * of.handle_s for n, of in mix) / _HOUR_S
        if not (own.handle_s and hours):
            continue
        rate = sum(n * of.solved for n, of in mix) / hours
        hours_variance = sum(n * of.handle_variance for n, of in mix) / _HOUR_S**2
        solved_variance = sum(n * of.solved_variance for n, of in mix)
        rates.append(
            Difference(
                agent=agent,
                n=own.n,
                observed=own.solved / own.handle_s * _HOUR_S,
                expected=rate,
                variance=(solved_variance + rate**2 * hours_variance) / hours**2,
            )
        )
    return rates


def _beside_all(
    handled: Sequence[Handled], least: int
) -> list[tuple[str, _Sums, list[tuple[int, _Expected]]]]:
    """Each agent who had tickets: his sums, and how many of each stratum, with what is expected."""
    counts: dict[Key, int] = defaultdict(int)
    for one in handled:
        _check(one)
        counts[one.stratum] += one.n
    into = merged(counts, least=least)
    # Sorted, so that sums of floats come out the same in whatever order the rows came.
    strata: dict[Key, _Sums] = defaultdict(_Sums)
    agents: dict[str, dict[Key, _Sums]] = defaultdict(lambda: defaultdict(_Sums))
    for one in sorted(handled, key=_order):
        strata[into[one.stratum]].add(one)
        agents[one.agent][into[one.stratum]].add(one)
    expected = {key: _expected(sums) for key, sums in strata.items() if sums.n}
    beside = []
    for agent, by_stratum in sorted(agents.items()):
        own = _Sums()
        for sums in by_stratum.values():
            own.add(sums)
        if own.n:
            mix = [(sums.n, expected[key]) for key, sums in by_stratum.items() if sums.n]
            beside.append((agent, own, mix))
    return beside


def _expected(sums: _Sums) -> _Expected:
    p, mean = sums.solved / sums.n, sums.handle_s / sums.n
    variance = sums.handle_s2 / sums.n - mean * mean
    if variance < _ROUNDING * mean * mean:
        variance = 0.0
    return _Expected(p, p * (1 - p), mean, variance)


def _order(one: Handled) -> tuple[str, Key, int, int, float, float]:
    return one.agent, one.stratum, one.n, one.solved, one.handle_s, one.handle_s2


def _check(one: Handled) -> None:
    if one.n < 0:
        raise ValueError(f"n must not be below 0, not {one.n}")
    if not 0 <= one.solved <= one.n:
        raise ValueError(f"solved must be between 0 and n = {one.n}, not {one.solved}")
    for name, value in (("handle_s", one.handle_s), ("handle_s2", one.handle_s2)):
        if not (isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be finite and not below 0, not {value}")
