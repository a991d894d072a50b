"""Centres with drawn arrivals, work and patience, played on the real rules, and how long people waited."""

import random
from collections.abc import Iterator
from itertools import pairwise

from routing.engine.playing import ArrivalStep, Played, PresenceStep, Scenario, play
from routing.engine.records import Course, Membership, NewAgent, NewTicket, Rules

#: Microseconds to the unit of time of a model.
UNIT = 1_000_000
RULES = Rules(auto_accept=True)


def us(time: float) -> int:
    return round(time * UNIT)


def agents(names: str, *memberships: Membership, capacity: int = 1) -> list[NewAgent]:
    """One agent for each letter, all alike."""
    return [NewAgent(agent_id=n, capacity=capacity, memberships=memberships) for n in names]


def arrivals(chance: random.Random, rate: float, count: int) -> Iterator[float]:
    at = 0.0
    for _ in range(count):
        at += chance.expovariate(rate)
        yield at


def ticket(ticket_id: int, at: float, queue: str, service: float, **more: object) -> ArrivalStep:
    course = Course(service_us=(us(service),))
    return ArrivalStep(
        at_us=us(at),
        ticket=NewTicket(ticket_id=ticket_id, queue=queue, **{"course": course} | more),  # type: ignore[arg-type]
    )


def run(staff: list[NewAgent], drawn: list[ArrivalStep], rules: Rules = RULES) -> Played:
    steps = [PresenceStep(at_us=0, agent_id=a.agent_id, to="available") for a in staff]
    return play(
        Scenario(rules=rules, agents=tuple(staff), steps=steps, drawn=drawn), explains=False
    )


def waits(played: Played, drawn: list[ArrivalStep]) -> list[float]:
    """From the arrival to the begin of the first leg, or until the customer left."""
    return [(played.legs[d.ticket.ticket_id][0][0] - d.at_us) / UNIT for d in drawn]


def first_agents(played: Played, drawn: list[ArrivalStep]) -> list[str | None]:
    return [played.legs[d.ticket.ticket_id][0][1] for d in drawn]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def error_of_mean(values: list[float], batches: int = 20) -> float:
    """The standard error of a mean of values that depend on their neighbours: by means of batches."""
    size = len(values) // batches
    means = [mean(values[n * size : (n + 1) * size]) for n in range(batches)]
    middle = mean(means)
    return (sum((m - middle) ** 2 for m in means) / (batches - 1) / batches) ** 0.5


def idles_while_somebody_waits(played: Played, drawn: list[ArrivalStep]) -> bool:
    """Whether the starts are out of order in a single line: a sign of idling or overtaking."""
    starts = [played.legs[d.ticket.ticket_id][0][0] for d in drawn]
    return any(later < earlier for earlier, later in pairwise(starts))
