"""Plays a day on the router in memory and counts what comes of it."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from heapq import merge
from typing import Any

from contactcenter.whatif.day import Arrival, Centre, Day, OnDuty, QueueTerms
from contactcenter.whatif.figures import Outcome, Within
from contactcenter.whatif.measuring import Measure
from routing.engine.records import Course, NewAgent, NewTicket, Presence, Rules
from routing.engine.router import Router
from routing.engine.watching import Watcher

#: An instant, its place among those of one instant, and what is done then.
_Step = tuple[int, int, Callable[[Router], object]]

_WAS_THERE, _OPENS, _COMES, _ARRIVES = range(4)
_NO_TERMS = QueueTerms()

#: The queues that each agent serves.
Serving = Mapping[str, Container[str]]


def outcome_of(day: Day, centre: Centre, staff: Sequence[OnDuty], *, within: Within) -> Outcome:
    """Play the day and return its figures."""
    measure = Measure(**watched(day, centre, staff, within=within))
    return measure.outcome(play(day, centre, staff, measure))


def watched(day: Day, centre: Centre, staff: Sequence[OnDuty], *, within: Within) -> dict[str, Any]:
    """What a measure of this day has to know."""
    serve = defaultdict(list)
    for agent in staff:
        for membership in agent.memberships:
            serve[membership.queue].append(agent.agent_id)
    held = frozenset(a.ticket_id for a in day.arrivals if a.held_by is not None)
    return {"within": within, "serve": serve, "rises": rising(centre), "held": held}


def rising(centre: Centre) -> Callable[[str, str], bool]:
    """Tells whether a move from a queue to another is an escalation.

    Of queues whose tiers are not known every other queue counts as a higher one.
    """

    def rises(source: str, target: str) -> bool:
        if source in centre.queues and target in centre.queues:
            return centre.queues[target].tier > centre.queues[source].tier
        return source != target

    return rises


def play(day: Day, centre: Centre, staff: Sequence[OnDuty], watcher: Watcher) -> int:
    """Play the day to its end, which is returned; the watcher is told of everything."""
    rules = Rules(
        auto_accept=True,
        exclude_for_us=centre.exclude_for_us,
        max_misses=centre.max_misses,
        queues={name: terms.rules for name, terms in centre.queues.items()},
    )
    agents = [
        NewAgent(agent_id=a.agent_id, memberships=a.memberships, capacity=a.capacity) for a in staff
    ]
    router = Router(rules, agents, explains=False, watcher=watcher, forgets=True)
    from_us = day.arrivals[0].at_us if day.arrivals else 0
    steps = merge(
        sorted(_hours(centre), key=_place),
        sorted(_shifts(staff, centre, from_us), key=_place),
        _arrivals(day.arrivals, centre, _serving(staff)),
        key=_place,
    )
    for at_us, _, do in steps:
        if day.until_us is not None and at_us >= day.until_us:
            break
        router.advance(at_us)
        do(router)
    return _finish(router, day.until_us)


def _finish(router: Router, until_us: int | None) -> int:
    """Let time do what is left to do."""
    if until_us is not None:
        router.advance(until_us)
        return until_us
    while (due_us := router.next_due_us()) is not None:
        router.advance(due_us)
    return router.now_us


def _serving(staff: Sequence[OnDuty]) -> Serving:
    return {a.agent_id: frozenset(m.queue for m in a.memberships) for a in staff}


def _place(step: _Step) -> tuple[int, int]:
    return step[:2]


def _hours(centre: Centre) -> Iterator[_Step]:
    for name, terms in centre.queues.items():
        if terms.open_us is None:
            continue
        yield 0, _OPENS, _opening(name, is_open=False)
        for from_us, to_us in terms.open_us:
            yield max(0, from_us), _OPENS, _opening(name, is_open=True)
            yield max(0, to_us), _OPENS, _opening(name, is_open=False)


def _opening(queue: str, *, is_open: bool) -> Callable[[Router], object]:
    return lambda router: router.set_open(router.now_us, queue, is_open=is_open)


def _shifts(staff: Sequence[OnDuty], centre: Centre, from_us: int) -> Iterator[_Step]:
    after: Presence = "offline" if centre.work_stands_still else "draining"
    for agent in staff:
        if agent.shifts is None:
            yield from_us, _COMES, _being(agent.agent_id, "available")
            continue
        ends = {shift.from_us for shift in agent.shifts}
        for shift in agent.shifts:
            yield shift.from_us, _COMES, _being(agent.agent_id, shift.presence)
            if shift.to_us not in ends:
                yield shift.to_us, _COMES, _being(agent.agent_id, after)


def _being(agent_id: str, presence: Presence) -> Callable[[Router], object]:
    return lambda router: router.set_presence(router.now_us, agent_id, presence)


def _arrivals(arrivals: Sequence[Arrival], centre: Centre, serving: Serving) -> Iterator[_Step]:
    for arrival in arrivals:
        was_there = arrival.waited_us > 0 or arrival.held_by is not None
        place = _WAS_THERE if was_there else _ARRIVES
        yield arrival.at_us, place, _arriving(arrival, centre, serving)


def _arriving(arrival: Arrival, centre: Centre, serving: Serving) -> Callable[[Router], object]:
    def arrive(router: Router) -> None:
        router.add(router.now_us, _ticket(arrival, centre, serving))
        if arrival.held_by is not None and arrival.held_by in serving:
            router.give(router.now_us, arrival.ticket_id, arrival.held_by)

    return arrive


def _ticket(arrival: Arrival, centre: Centre, serving: Serving) -> NewTicket:
    terms = centre.queues.get(arrival.queue, _NO_TERMS)
    sticky_us = centre.sticky_us.get(arrival.channel, 0)
    if arrival.queue not in serving.get(arrival.sticky_agent or "", ()):
        sticky_us = 0  # who does not serve the queue keeps nothing of it
    return NewTicket(
        ticket_id=arrival.ticket_id,
        queue=arrival.queue,
        channel=arrival.channel,
        waited_us=arrival.waited_us,
        credit_us=arrival.credit_us,
        weight=arrival.weight or centre.weights.get(arrival.channel, 1),
        sticky_agent=arrival.sticky_agent if sticky_us else None,
        sticky_for_us=sticky_us,
        overflow=tuple(
            step for step, channels in terms.overflow if not channels or arrival.channel in channels
        ),
        patience_us=arrival.patience_us,
        course=Course(
            service_us=arrival.handle_us,
            escalate=arrival.escalate,
            credits_us=tuple(_credits_us(arrival, centre)),
            answer_us=arrival.answer_us or (0,) * len(arrival.handle_us),
            stands_still=centre.work_stands_still,
        ),
    )


def _credits_us(arrival: Arrival, centre: Centre) -> Iterator[int]:
    """What each escalation is worth, by the tiers it rises; nothing where they are not known."""
    tier = centre.queues.get(arrival.queue, _NO_TERMS).tier
    for queue in arrival.escalate:
        target = centre.queues.get(queue, _NO_TERMS).tier
        yield max(0, target - tier) * centre.per_tier_us
        tier = target
