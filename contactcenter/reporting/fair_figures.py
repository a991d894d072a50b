"""The figures of the fair view: what was done beside what was to be expected, pure.

Three figures of the same tickets: the share solved, seconds of handling each, and tickets solved an
hour of handling. How expectation, estimate and verdict come about is said in
``contactcenter.statistics`` (`standardised`, `casemix`, `funnel`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from contactcenter.reporting.fair_words import Measure
from contactcenter.statistics import casemix, funnel, standardised
from contactcenter.statistics.standardised import Difference, Handled
from contactcenter.statistics.strata import Key, merged

MEASURES: Final[Mapping[Measure, Callable[[Sequence[Handled]], list[Difference]]]] = {
    "solved_share": standardised.solved_shares,
    "handle_time": standardised.handle_times,
    "solved_per_hour": standardised.solved_per_hour,
}
#: Which of them are better where they are lower.
_LOWER_IS_BETTER: Final[frozenset[Measure]] = frozenset({"handle_time"})


class Tally(Struct, frozen=True, kw_only=True):
    """The tickets of one agent in one stratum; ``handle_s2`` is the sum of squares of seconds.

    No handling counts as longer than ``cap_s``.
    """

    agent_id: int
    temperament: str
    channel: str | None
    category_id: int | None
    n: int
    solved: int
    handle_s: float
    handle_s2: float
    cap_s: float


class Stratum(Struct, frozen=True, kw_only=True):
    """An agent's tickets of one kind, and beside them those of all agents it is compared with.

    ``all_*`` are of all strata that were put together with this one until there were 50 tickets.
    The expected share is the sum of ``n * all_solved / all_n`` over the strata, divided by the
    agent's tickets; that of handle times likewise.
    """

    temperament: str
    channel: str | None
    category_id: int | None
    n: int
    solved: int
    handle_s: float
    all_n: int
    all_solved: int
    all_handle_s: float


class Compared(Struct, frozen=True, kw_only=True):
    """All agents of two consecutive periods by one figure."""

    measure: Measure
    current: casemix.Period
    previous: casemix.Period
    plot: funnel.Funnel

    def verdict(self, agent_id: int) -> casemix.Verdict:
        """What may be said of somebody who has this figure."""
        name = str(agent_id)
        return casemix.verdict(
            self.current.agents[name],
            self.previous.agents.get(name),
            higher_is_better=self.measure not in _LOWER_IS_BETTER,
        )

    def by_need(self) -> list[int]:
        """Who could use support first; those of whom too little is known come last."""
        found = casemix.by_need(
            list(self.current.agents.values()),
            higher_is_better=self.measure not in _LOWER_IS_BETTER,
        )
        return [int(one.difference.agent) for one in found]


def compared(measure: Measure, current: Iterable[Tally], previous: Iterable[Tally]) -> Compared:
    """What all agents did in a period by one figure, and in the one before it."""
    now = MEASURES[measure](_handled(current))
    before = MEASURES[measure](_handled(previous))
    return Compared(
        measure=measure,
        current=casemix.period(now),
        previous=casemix.period(before),
        plot=funnel.adjusted(now),
    )


def strata_of(tallies: Sequence[Tally]) -> dict[int, list[Stratum]]:
    """What stands behind each agent's figures, by agent; the most tickets first."""
    counts: dict[Key, int] = defaultdict(int)
    for one in tallies:
        counts[_key(one)] += one.n
    into = merged(counts)
    pooled: dict[Key, list[Tally]] = defaultdict(list)
    for one in tallies:
        pooled[into[_key(one)]].append(one)
    strata: dict[int, list[Stratum]] = defaultdict(list)
    for one in sorted(tallies, key=lambda one: (-one.n, _key(one))):
        strata[one.agent_id].append(_stratum(one, pooled[into[_key(one)]]))
    return strata


def _stratum(one: Tally, pooled: Iterable[Tally]) -> Stratum:
    together = list(pooled)
    return Stratum(
        temperament=one.temperament,
        channel=one.channel,
        category_id=one.category_id,
        n=one.n,
        solved=one.solved,
        handle_s=one.handle_s,
        all_n=sum(other.n for other in together),
        all_solved=sum(other.solved for other in together),
        all_handle_s=sum(other.handle_s for other in together),
    )


def _handled(tallies: Iterable[Tally]) -> list[Handled]:
    return [
        Handled(
            agent=str(one.agent_id),
            stratum=_key(one),
            n=one.n,
            solved=one.solved,
            handle_s=one.handle_s,
            handle_s2=one.handle_s2,
        )
        for one in tallies
    ]


def _key(one: Tally) -> Key:
    return one.temperament, one.channel or "", str(one.category_id or "")
