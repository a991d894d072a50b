"""Erlang C and Erlang A: what callers meet when so many agents share one queue.

Both have Poisson arrivals, exponential handle times and agents who are all alike. In Erlang C
everybody waits for ever; in Erlang A callers leave after an exponential time. Erlang C says more
agents than are needed, and says nothing where there are fewer than there is work for.

Sources: https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_C_formula; Mandelbaum and Zeltyn, "The
Palm/Erlang-A queue, with applications to call centers" (2005); Zeltyn and Mandelbaum, "Call centers
with impatient customers: many-server asymptotics of the M/M/n+G queue", Queueing Systems 51 (2005).
"""

from dataclasses import dataclass
from math import exp, expm1, inf, isfinite, log
from typing import Final

#: No group of agents that shares one queue is larger.
MOST_AGENTS: Final = 10_000
#: The most patient callers that are told from those who wait for ever.
LONGEST_PATIENCE_S: Final = 7 * 86_400

#: A line so long is not counted caller by caller.
_FLOOD: Final = 50_000
#: A term that adds less than this share ends a series.
_SMALL: Final = 1e-17
#: Above it, the sums of a series are scaled down.
_LARGE: Final = 1e200


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What comes in, in a period over which it is steady, such as half an hour.

    Args:
        offered: contacts that arrive in the period; 0 or more.
        period_s: its length; above 0.
        handle_s: mean time an agent works on one: talk, hold and wrap-up; above 0.
        patience_s: mean time after which a caller would leave; ``None``: never (Erlang C). From 1 s
            to a week.

    Raises:
        ValueError: an argument is outside its range.
    """

    offered: float
    period_s: float
    handle_s: float
    patience_s: float | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.offered) and self.offered >= 0):
            raise ValueError(f"offered must be finite and not below 0, not {self.offered}")
        for name, value in (("period_s", self.period_s), ("handle_s", self.handle_s)):
            if not (isfinite(value) and value > 0):
                raise ValueError(f"{name} must be finite and above 0, not {value}")
        if self.patience_s is not None and not 1 <= self.patience_s <= LONGEST_PATIENCE_S:
            raise ValueError(
                f"patience_s must be between 1 and {LONGEST_PATIENCE_S}, not {self.patience_s}"
            )

    @property
    def load(self) -> float:
        """How many agents are busy on average if nobody leaves, in erlangs."""
        return self.offered * self.handle_s / self.period_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What callers meet; shares are of all who arrive, between 0 and 1.

    Args:
        agents: how many there are.
        waits: who does not reach an agent at once.
        in_time: who is answered within the threshold.
        service_level: answered in time of those who did not leave within the threshold, the usual
            service level of reports (`rates.Variant.ABANDONED_IN_TIME_IGNORED`).
        abandons: who leaves before he is answered.
        answer_s: mean wait of those who are answered, zeros included (ASA). ``None`` where the line
            grows without end.
        queue: how many wait on average; ``None`` likewise.
        occupancy: the share of agents' time that is handling.
    """

    agents: int
    waits: float
    in_time: float
    service_level: float
    abandons: float
    answer_s: float | None
    queue: float | None
    occupancy: float


def service(demand: Demand, agents: int, *, threshold_s: float) -> Service:
    """What callers meet with so many agents.

    Args:
        demand: what comes in. Without patience it is Erlang C, with it Erlang A.
        agents: from 1 to 10,000.
        threshold_s: in how many seconds an answer is in time; 0 or more.

    Raises:
        ValueError: an argument is outside its range.
    """
    if not 1 <= agents <= MOST_AGENTS:
        raise ValueError(f"agents must be between 1 and {MOST_AGENTS}, not {agents}")
    if not (isfinite(threshold_s) and threshold_s >= 0):
        raise ValueError(f"threshold_s must be finite and not below 0, not {threshold_s}")
    if not demand.offered:
        return _at_once(agents)
    if demand.patience_s is None:
        return _erlang_c(demand, agents, threshold_s)
    return _erlang_a(demand, demand.patience_s, agents, threshold_s)


def erlang_b(agents: int, load: float) -> float:
    """The share that finds all agents busy where nobody may wait.

    ``B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1))`` for a load of ``a`` erlangs.

    Raises:
        ValueError: ``agents`` or ``load`` is below 0.
    """
    if agents < 0:
        raise ValueError(f"agents must not be below 0, not {agents}")
    if not load >= 0:
        raise ValueError(f"load must not be below 0, not {load}")
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def _at_once(agents: int) -> Service:
    return Service(
        agents=agents,
        waits=0.0,
        in_time=1.0,
        service_level=1.0,
        abandons=0.0,
        answer_s=0.0,
        queue=0.0,
        occupancy=0.0,
    )


def _erlang_c(demand: Demand, agents: int, threshold_s: float) -> Service:
    """``P(wait) = B / (1 - ρ (1 - B))``; a wait is exponential with mean ``handle / (n - a)``."""
    load = demand.load
    if load >= agents:
        return Service(
            agents=agents,
            waits=1.0,
            in_time=0.0,
            service_level=0.0,
            abandons=0.0,
            answer_s=None,
            queue=None,
            occupancy=1.0,
        )
    blocked = erlang_b(agents, load)
    waits = blocked / (1 - load / agents * (1 - blocked))
    mean_s = demand.handle_s / (agents - load)
    in_time = 1 - waits * exp(-threshold_s / mean_s)
    return Service(
        agents=agents,
        waits=waits,
        in_time=in_time,
        service_level=in_time,
        abandons=0.0,
        answer_s=waits * mean_s,
        queue=waits * mean_s * demand.offered / demand.period_s,
        occupancy=load / agents,
    )


def _erlang_a(demand: Demand, patience_s: float, agents: int, threshold_s: float) -> Service:
    """By the wait V that somebody who never leaves would have.

    Its density for ``v > 0`` is ``λ p_(n-1) exp(λ/θ (1 - e^(-θv)) - nμv)``; who has the patience R
    is answered where ``V <= R``, and in time where ``V <= T`` besides.
    """
    arrival, leaving, busy = (
        demand.offered / demand.period_s,
        1 / patience_s,
        agents / demand.handle_s,
    )
    if arrival - busy > _FLOOD * leaving:
        return _flooded(arrival, leaving, busy, agents, threshold_s)
    at_once = erlang_b(agents - 1, demand.load)
    line = _Line.behind(arrival, leaving, busy)
    # The weight of all states with a wait, beside those without one.
    weight = log(at_once) + log(arrival / busy) + line.log_weight if at_once else -inf
    waits = 1 / (1 + exp(-weight)) if weight > 0 else exp(weight) / (1 + exp(weight))
    answered = 1 - waits + waits * line.answered
    abandons = max(1 - answered, 0.0)
    # Of those who wait: for whom V > T, and who are answered after T.
    beyond = exp(_log_tail(arrival, leaving, busy, 0, threshold_s) - line.log_tail)
    late = exp(_log_tail(arrival, leaving, busy, 1, threshold_s) - line.log_tail)
    stay = line.answered - late  # answered within T, of those who wait
    leave = 1 - beyond - stay - beyond * expm1(-leaving * threshold_s)  # left within T, likewise
    in_time = 1 - waits + waits * max(stay, 0.0)
    meant_to_wait = 1 - waits * max(leave, 0.0)
    return Service(
        agents=agents,
        waits=waits,
        in_time=in_time,
        service_level=min(in_time / meant_to_wait, 1.0) if meant_to_wait > 0 else 1.0,
        abandons=abandons,
        answer_s=waits * line.answered_wait_s / answered if answered else None,
        queue=abandons * arrival / leaving,
        occupancy=min(arrival * answered / busy, 1.0),
    )


def _flooded(
    arrival: float, leaving: float, busy: float, agents: int, threshold_s: float
) -> Service:
    """Far more than can be done: everybody waits ``ln(λ / nμ) / θ`` or leaves before.

    What chance adds to a line of `_FLOOD` is less than 1 %.
    Source: Whitt, "Fluid models for multiserver queues with abandonments", Operations Research 54
    (2006).
    """
    answered = busy / arrival
    wait_s = -log(answered) / leaving
    in_time = answered if threshold_s >= wait_s else 0.0
    return Service(
        agents=agents,
        waits=1.0,
        in_time=in_time,
        service_level=1.0 if in_time else 0.0,
        abandons=1 - answered,
        answer_s=wait_s,
        queue=(arrival - busy) / leaving,
        occupancy=1.0,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """Those who find k in line before them, for all k.

    ``log_weight`` is that of their states beside the state with all agents busy and nobody in line;
    ``answered`` their share, ``answered_wait_s`` the mean wait, 0 for those who leave.
    """

    log_weight: float
    log_tail: float
    answered: float
    answered_wait_s: float

    @classmethod
    def behind(cls, arrival: float, leaving: float, busy: float) -> "_Line":
        """The rates: of arrivals, of one caller's leaving, of all agents' being done.

        Who has k before him is answered with chance ``nμ / (nμ + (k+1) θ)``, and then after the sum
        of exponential times with rates ``nμ + iθ``, ``i = 1 … k+1``.
        """
        term = total = 1.0
        stages = 1 / (busy + leaving)
        answered = busy * stages
        wait_s = answered * stages
        scale, k = 0.0, 0
        while term > _SMALL * total or arrival > busy + k * leaving:
            k += 1
            term *= arrival / (busy + k * leaving)
            stages += 1 / (busy + (k + 1) * leaving)
            total += term
            share = term * busy / (busy + (k + 1) * leaving)
            answered += share
            wait_s += share * stages
            if total > _LARGE:
                scale += log(_LARGE)
                term, total = term / _LARGE, total / _LARGE
                answered, wait_s = answered / _LARGE, wait_s / _LARGE
        log_weight = log(total) + scale
        return cls(log_weight, log_weight - log(busy), answered / total, wait_s / total)


def _log_tail(arrival: float, leaving: float, busy: float, leavers: int, from_s: float) -> float:
    """The logarithm of ``∫ exp(λ/θ (1 - e^(-θv)) - (nμ + jθ) v) dv`` from ``from_s`` on.

    With ``x = λ/θ e^(-θT)`` and ``b = nμ + jθ`` it is ``exp(λ/θ - x - bT) (1/b) Σ Π x θ/(b + iθ)``,
    all terms of which are positive (the series of the incomplete gamma function).
    """
    rate = busy + leavers * leaving
    left = exp(-leaving * from_s)
    term = total = 1.0
    scale, k = 0.0, 0
    while term > _SMALL * total or arrival * left > rate + k * leaving:
        k += 1
        term *= arrival * left / (rate + k * leaving)
        total += term
        if total > _LARGE:
            scale += log(_LARGE)
            term, total = term / _LARGE, total / _LARGE
    grown = -arrival / leaving * expm1(-leaving * from_s) - rate * from_s
    return grown - log(rate) + log(total) + scale
