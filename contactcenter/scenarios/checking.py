"""What may be wrong with a scenario file though its shape is right, each with its place."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from contactcenter.scenarios.entries import Arrival, Escalate, Event, File, Presence, Work


def problems(file: File) -> Iterator[str]:
    """Everything that keeps the file from being played, as ``place: what is wrong``."""
    yield from _agent_problems(file)
    agent_ids = {agent.id for agent in file.agents}
    yield from _event_problems(file, agent_ids)
    yield from _drawn_problems(file, agent_ids)


def notes(file: File) -> Iterator[str]:
    """What may be a slip but can be played: a queue that no agent serves."""
    served = {member.queue for agent in file.agents for member in agent.members}
    for place, queue in _queues_named(file):
        if queue not in served:
            yield f'{place}: nobody serves queue "{queue}"'


def _agent_problems(file: File) -> Iterator[str]:
    seen: set[str] = set()
    ticket_ids = {str(work.id) for work in (*_arrivals(file), *file.tickets)}
    for n, agent in enumerate(file.agents):
        if agent.id in seen:
            yield f'agents[{n}].id: there is another agent "{agent.id}"'
        if agent.id in ticket_ids:
            yield f'agents[{n}].id: a ticket is called "{agent.id}", too'
        seen.add(agent.id)
        queues: set[str] = set()
        for m, member in enumerate(agent.members):
            if member.queue in queues:
                yield f'agents[{n}].members[{m}].queue: "{member.queue}" for the second time'
            queues.add(member.queue)


def _event_problems(file: File, agent_ids: set[str]) -> Iterator[str]:
    comes_at = {drawn.id: drawn.at for drawn in file.tickets}
    came: dict[int, Event] = {}
    before: int | float = 0
    for n, event in enumerate(file.events):
        place = f"events[{n}]"
        if event.at < before:
            yield f"{place}.at: {event.at} comes after {before}; events are in order of time"
        before = max(before, event.at)
        if isinstance(event, Arrival):
            if event.id in comes_at or came.get(event.id, event) != event:
                yield f"{place}.id: there is another ticket {event.id}"
            came[event.id] = event
            yield from _work_problems(place, event, agent_ids)
        elif isinstance(event, Presence):
            if event.agent not in agent_ids:
                yield f'{place}.agent: no agent "{event.agent}"'
        elif (ticket := getattr(event, "ticket", None)) is not None and ticket not in came:
            if ticket not in comes_at:
                yield f"{place}.ticket: no ticket {ticket} has come"
            elif event.at <= comes_at[ticket]:
                yield f"{place}.ticket: {ticket} comes at {comes_at[ticket]}, and after this"


def _drawn_problems(file: File, agent_ids: set[str]) -> Iterator[str]:
    seen: set[int] = set()
    for n, drawn in enumerate(file.tickets):
        place = f"tickets[{n}]"
        if drawn.id in seen:
            yield f"{place}.id: there is another ticket {drawn.id}"
        seen.add(drawn.id)
        if len(drawn.service) <= len(drawn.escalate):
            legs = len(drawn.escalate) + 1
            yield f"{place}.service: {len(drawn.service)} times for {legs} legs"
        yield from _work_problems(place, drawn, agent_ids)


def _work_problems(place: str, work: Work, agent_ids: set[str]) -> Iterator[str]:
    if work.sticky_agent is not None and work.sticky_agent not in agent_ids:
        yield f'{place}.sticky_agent: no agent "{work.sticky_agent}"'
    steps = [after for after, _ in work.overflow]
    for n, (earlier, later) in enumerate(pairwise(steps), start=1):
        if later < earlier:
            yield f"{place}.overflow[{n}]: {later} comes after {earlier}"


def _queues_named(file: File) -> Iterator[tuple[str, str]]:
    for n, event in enumerate(file.events):
        if isinstance(event, Arrival | Escalate):
            yield f"events[{n}].queue", event.queue
        if isinstance(event, Arrival):
            yield from _overflow_queues(f"events[{n}]", event)
    for n, drawn in enumerate(file.tickets):
        yield f"tickets[{n}].queue", drawn.queue
        yield from ((f"tickets[{n}].escalate[{k}]", q) for k, q in enumerate(drawn.escalate))
        yield from _overflow_queues(f"tickets[{n}]", drawn)


def _overflow_queues(place: str, work: Work) -> Iterator[tuple[str, str]]:
    yield from ((f"{place}.overflow[{k}]", queue) for k, (_, queue) in enumerate(work.overflow))


def _arrivals(file: File) -> Sequence[Arrival]:
    return [event for event in file.events if isinstance(event, Arrival)]
