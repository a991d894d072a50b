"""Bands: who solves one kind of problem best and in least time, in a few steps.

Where customers whose problem was not solved come back, what counts is not speed but the product of
p, the chance that a ticket is solved for good, and mu, the tickets handled in an hour: how many are
solved in an hour. Source: de Véricourt and Zhou 2005, Managing Response Time in a Call-Routing
Problem with Service Failure, https://doi.org/10.1287/opre.1050.0230

Whoever has had few tickets is drawn towards the mean of the queue, as if he had had
``min_handled`` tickets with its mean share and time besides: the posterior means of a beta and of a
gamma distribution. Source: https://en.wikipedia.org/wiki/Conjugate_prior
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final, Literal

Arm = Literal["on", "off"]

_MINUTE_US: Final = 60_000_000
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What an agent did with the tickets of one kind in a queue, and how long he worked on them."""

    agent_id: int
    handled: int
    solved: int
    worked_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """An agent's band, the higher the better, by what he did himself, not drawn to any mean.

    ``solved_share`` is p, ``per_hour`` is mu; both are 0 for who has handled nothing.
    """

    agent_id: int
    band: int
    handled: int
    solved_share: float
    per_hour: float


def banded(found: Sequence[Handled], *, levels: int, min_handled: int) -> list[Band]:
    """The agents of a queue in ``levels`` bands from 0, the borders being quantiles of p·mu.

    Only who has handled ``min_handled`` tickets counts for the borders. Who has not is where the
    mean of the queue is. Nobody has a band where fewer than ``levels`` agents count: one agent
    would be the border himself.
    """
    counted = [one for one in found if one.handled >= min_handled and one.worked_s > 0]
    if len(counted) < levels:
        return []
    mean = _together(found)
    products = {one.agent_id: product(one, mean, prior=min_handled) for one in counted}
    borders = quantiles(products.values(), n=levels, method="inclusive") if levels > 1 else []
    average = product(mean, mean, prior=min_handled)
    return [
        Band(
            agent_id=one.agent_id,
            band=bisect_right(borders, products.get(one.agent_id, average)),
            handled=one.handled,
            solved_share=one.solved / one.handled if one.handled else 0.0,
            per_hour=one.handled / one.worked_s * _HOUR_S if one.worked_s > 0 else 0.0,
        )
        for one in found
    ]


def product(one: Handled, mean: Handled, *, prior: int) -> float:
    """p·mu, tickets solved in an hour, drawn towards the mean by ``prior`` tickets like it."""
    share, time_s = mean.solved / mean.handled, mean.worked_s / mean.handled
    solved = (one.solved + prior * share) / (one.handled + prior)
    per_hour = (one.handled + prior) / (one.worked_s + prior * time_s) * _HOUR_S
    return solved * per_hour


def arm(now_us: int, *, on_minutes: int, off_minutes: int) -> Arm:
    """Whether bands count at an instant of the experiment: on for some minutes, then off for some.

    The cycles are counted from 1970 in UTC, so that every process agrees.
    """
    minute = now_us // _MINUTE_US % (on_minutes + off_minutes)
    return "on" if minute < on_minutes else "off"


def _together(found: Sequence[Handled]) -> Handled:
    return Handled(
        agent_id=0,
        handled=sum(one.handled for one in found),
        solved=sum(one.solved for one in found),
        worked_s=sum(one.worked_s for one in found),
    )
