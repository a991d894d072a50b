"""A recorded day as one that can be played: arrivals, work, patience and who was there."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from contactcenter.whatif.day import Arrival, Day, OnDuty, Shift
from contactcenter.whatif.patience import Observations, Patience
from contactcenter.whatif.recorded import Entered, Leg, Presence, Recorded
from contactcenter.whatif.stays import Stay, mean_work_us
from routing.engine.records import Membership
from routing.engine.records import Presence as EnginePresence
from routing.instants import SECOND_US, to_us

#: Where the router itself decides again when somebody wraps up.
_PLAYED: Mapping[str, EnginePresence] = {
    "available": "available",
    "wrap_up": "available",
    "away": "away",
    "draining": "draining",
}


def name_of(agent_id: int) -> str:
    """What an agent is called when he is played: the order of names is that of ids."""
    return f"{agent_id:012}"


def day_of(recorded: Recorded, found: Sequence[Stay], *, seed: int) -> Day:
    """The day with the work and the patience that were seen.

    Who was not answered gets the mean work of his queue, should he be answered. Who did not leave
    gets a patience beyond his wait, drawn from ``seed``, where anybody left from his queue and
    channel; else he never leaves.
    """
    patience = Patience(_observed(recorded, found).seen(), seed)
    mean_us = mean_work_us(found)
    entered = _entered(recorded)
    return Day(
        arrivals=[
            _arrival(stay, entered.get(stay.ticket_id, ()), recorded, patience, mean_us)
            for stay in found
        ],
        until_us=to_us(recorded.until_at),
    )


def staff_of(recorded: Recorded, served: Mapping[str, Sequence[Membership]]) -> list[OnDuty]:
    """Who was there in the span, serving what a configuration says (``compiled.served``)."""
    shifts: dict[int, list[Shift]] = {
        agent_id: list(_shifts(list(own)))
        for agent_id, own in groupby(recorded.presences, key=lambda one: one.agent_id)
    }
    return [
        OnDuty(
            agent_id=name_of(agent.id),
            memberships=tuple(served.get(agent.email, ())),
            capacity=agent.capacity,
            shifts=tuple(shifts.get(agent.id, ())),
        )
        for agent in recorded.agents
    ]


def granted_to(recorded: Recorded, found: Sequence[Stay]) -> dict[int, Mapping[str, int]]:
    """The reasons that each stay was granted when its episode began, by its number."""
    entered = _entered(recorded)
    granted: dict[int, Mapping[str, int]] = {}
    for stay in found:
        one = _entering(stay, entered.get(stay.ticket_id, ()))
        granted[stay.number] = {} if one is None else one.credits
    return granted


def _entered(recorded: Recorded) -> dict[int, list[Entered]]:
    return {t: list(own) for t, own in groupby(recorded.entered, key=lambda one: one.ticket_id)}


def _arrival(
    stay: Stay,
    entered: Sequence[Entered],
    recorded: Recorded,
    patience: Patience,
    mean_us: Mapping[int, int],
) -> Arrival:
    first = stay.legs[0]
    came = _entering(stay, entered)
    handle_us, escalate = _course(stay, mean_us)
    problem = recorded.problems.get(stay.ticket_id)
    if problem is not None and came is not None:
        problem = dataclasses.replace(
            problem,
            temperament=came.temperament or problem.temperament,
            language=came.language or problem.language,
        )
    return Arrival(
        at_us=to_us(stay.at),
        ticket_id=stay.number,
        queue=recorded.queues[first.queue_id],
        channel=first.channel,
        weight=None,
        handle_us=handle_us,
        answer_us=tuple(hand.rang_us for hand in stay.hands)
        + (0,) * (len(handle_us) - len(stay.hands)),
        escalate=tuple(recorded.queues[queue_id] for queue_id in escalate),
        patience_us=_patience_us(stay, recorded, patience),
        credit_us=sum(came.credits.values()) * SECOND_US if came is not None else 0,
        waited_us=to_us(stay.at) - to_us(stay.since),
        held_by=None if stay.held_by is None else name_of(stay.held_by),
        sticky_agent=None if came is None or came.solver_id is None else name_of(came.solver_id),
        problem=problem,
    )


def _entering(stay: Stay, entered: Sequence[Entered]) -> Entered | None:
    """The event by which its episode began: the last one up to the span, or to its own time."""
    return entered[min(stay.episode, len(entered)) - 1] if entered else None


def _course(stay: Stay, mean_us: Mapping[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The work of each leg, and the queue after each but the last.

    Where a ticket was still unanswered at the end, the last leg has the mean work of its queue.
    """
    handle_us: list[int] = []
    escalate: list[int] = []
    hands = iter(stay.hands)
    queue_id: int | None = None
    for leg in stay.legs:
        if handle_us and queue_id is None:
            queue_id = leg.queue_id  # where it went after the hand before
        if leg.agent_id is not None:
            if handle_us:
                escalate.append(leg.queue_id if queue_id is None else queue_id)
            handle_us.append(next(hands).worked_us)
            queue_id = None
    last = stay.legs[-1]
    if last.agent_id is None:
        if handle_us:
            escalate.append(last.queue_id if queue_id is None else queue_id)
        handle_us.append(mean_us.get(last.queue_id, 0))
    return tuple(handle_us), tuple(escalate)


def _patience_us(stay: Stay, recorded: Recorded, patience: Patience) -> int | None:
    """How long after ``stay.at`` he leaves, if he waits."""
    first, last = stay.legs[0], stay.legs[-1]
    if stay.held_by is not None:
        return None
    left_at = last.to_at if last.ended_by == "abandoned" else None
    if left_at is not None and not stay.hands:
        return to_us(left_at) - to_us(stay.at)
    where = (recorded.queues[first.queue_id], first.channel)
    answered = next((leg.from_at for leg in stay.legs if leg.agent_id is not None), None)
    until = min(answered or recorded.until_at, recorded.until_at)
    return patience.beyond(where, max(0, to_us(until) - to_us(stay.at)))


def _observed(recorded: Recorded, found: Sequence[Stay]) -> Observations:
    seen = Observations()
    for stay in found:
        for leg in _waiting(stay, recorded):
            to_at = min(leg.to_at or recorded.until_at, recorded.until_at)
            seen.note(
                (recorded.queues[leg.queue_id], leg.channel),
                to_us(to_at) - to_us(leg.from_at),
                left=leg.ended_by == "abandoned" and leg.to_at == to_at,
            )
    return seen


def _waiting(stay: Stay, recorded: Recorded) -> Iterator[Leg]:
    return (x for x in stay.legs if x.agent_id is None and x.from_at < recorded.until_at)


def _shifts(presences: Sequence[Presence]) -> Iterator[Shift]:
    """The presences of one agent; what touches and is alike is one."""
    begin: Shift | None = None
    for one in presences:
        shift = Shift(
            from_us=to_us(one.from_at), to_us=to_us(one.to_at), presence=_PLAYED[one.presence]
        )
        if begin and begin.to_us == shift.from_us and begin.presence == shift.presence:
            begin = Shift(from_us=begin.from_us, to_us=shift.to_us, presence=begin.presence)
        else:
            if begin is not None:
                yield begin
            begin = shift
    if begin is not None:
        yield begin
