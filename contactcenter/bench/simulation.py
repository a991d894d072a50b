"""How fast the router in memory plays drawn tickets, beside the least that could tell their starts.

With ``full`` rules every agent serves all queues, most of them after a delay and with a handicap,
three tickets at a time; tickets weigh one or two, have credits, patience and overflow, one in ten
rises to another queue, and agents wrap up. The floor is the recursion of Kiefer and Wolfowitz: when
each agent is free next, in a heap.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from heapq import heapreplace

from msgspec import Struct

from contactcenter.bench.consumption import memory_of
from contactcenter.bench.figures import MeasurementInvalid
from routing.engine.playing import ArrivalStep, Played, PresenceStep, Scenario, play
from routing.engine.records import Course, Membership, NewAgent, NewTicket, Overflow, Rules

_US = 1_000_000
_QUEUES = 8
_WORK_S = 300.0
_FULL_WORK_S = 220.0
_LOAD = 0.92


class Plan(Struct, frozen=True, kw_only=True):
    """What to play."""

    tickets: int
    agents: int
    full: bool
    seed: int


class Result(Struct, frozen=True, kw_only=True):
    """The last line. ``cpu_s`` is of the play alone; ``left`` the share that lost patience."""

    tickets: int
    cpu_s: float
    per_s: float
    floor_per_s: float
    ratio: float
    left: float
    rss_mb: float | None


def measure(plan: Plan, say: Callable[[str], None]) -> Result:
    """Play once; raises ``MeasurementInvalid`` where tickets are missing at the end."""
    chance = random.Random(plan.seed)  # noqa: S311  it is to come out alike each time
    agents = list(_agents(plan))
    drawn = list(_drawn(plan, chance))
    say(f"{plan.tickets} tickets are drawn")
    begun_s = time.process_time()
    played = play(
        Scenario(
            rules=Rules(auto_accept=True, wrap_up_us=10 * _US if plan.full else 0),
            agents=tuple(agents),
            steps=[PresenceStep(at_us=0, agent_id=a.agent_id, to="available") for a in agents],
            drawn=drawn,
        ),
        explains=False,
    )
    cpu_s = time.process_time() - begun_s
    say(f"played in {cpu_s:.1f} s")
    floor_s = _floor_s(drawn, plan.agents)
    _check(plan, played)
    return Result(
        tickets=plan.tickets,
        cpu_s=round(cpu_s, 2),
        per_s=round(plan.tickets / cpu_s, 1),
        floor_per_s=round(plan.tickets / floor_s, 1),
        ratio=round(floor_s / cpu_s, 4),
        left=round(sum(state == "left" for state, _ in played.tickets.values()) / plan.tickets, 4),
        rss_mb=memory_of(os.getpid()).rss_mb,
    )


def _agents(plan: Plan) -> Iterator[NewAgent]:
    for n in range(plan.agents):
        yield NewAgent(
            agent_id=f"a{n}",
            capacity=3 if plan.full else 1,
            memberships=tuple(_memberships(n)) if plan.full else (Membership(queue="q0"),),
        )


def _memberships(n: int) -> Iterator[Membership]:
    for queue in range(_QUEUES):
        own = queue == n % _QUEUES
        yield Membership(
            queue=f"q{queue}",
            level=1 if own else 2,
            delay_us=0 if own else 30 * _US,
            handicap_us=0 if own else 60 * _US,
            band=n % 3,
        )


def _drawn(plan: Plan, chance: random.Random) -> Iterator[ArrivalStep]:
    rate = _LOAD * plan.agents / _WORK_S
    at_s = 0.0
    for n in range(plan.tickets):
        at_s += chance.expovariate(rate)
        make = _full if plan.full else _plain
        yield ArrivalStep(at_us=round(at_s * _US), ticket=make(n, chance))


def _plain(number: int, chance: random.Random) -> NewTicket:
    work_us = round(chance.expovariate(1 / _WORK_S) * _US)
    return NewTicket(ticket_id=number, queue="q0", course=Course(service_us=(work_us,)))


def _full(number: int, chance: random.Random) -> NewTicket:
    escalate = (_queue(chance),) if chance.random() < 0.1 else ()  # noqa: PLR2004  one in ten
    work = (chance.expovariate(1 / _FULL_WORK_S) for _ in range(1 + len(escalate)))
    return NewTicket(
        ticket_id=number,
        queue=_queue(chance),
        credit_us=chance.choice((0, 0, 180 * _US)),
        weight=chance.choice((1, 1, 1, 2)),
        patience_us=round(chance.expovariate(1 / 600) * _US),
        overflow=(Overflow(after_us=120 * _US, queue=_queue(chance)),),
        course=Course(
            service_us=tuple(round(seconds * _US) for seconds in work),
            escalate=escalate,
            escalation_credit_us=300 * _US,
        ),
    )


def _queue(chance: random.Random) -> str:
    return f"q{chance.randrange(_QUEUES)}"


def _floor_s(drawn: Sequence[ArrivalStep], agents: int) -> float:
    begun_s = time.process_time()
    free = [0] * agents
    for step in drawn:
        assert step.ticket.course is not None
        begins_us = max(step.at_us, free[0])
        heapreplace(free, begins_us + step.ticket.course.service_us[0])
    return max(time.process_time() - begun_s, 1e-6)


def _check(plan: Plan, played: Played) -> None:
    states = [state for state, _ in played.tickets.values()]
    over = sum(state in ("done", "left") for state in states)
    if not len(states) == over == plan.tickets:
        raise MeasurementInvalid(f"{plan.tickets - over} of {plan.tickets} tickets are not over")
