"""The figures of a recorded day, counted from its legs and presences as those of a played one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from contactcenter.whatif.figures import Outcome, Tally, Within
from contactcenter.whatif.recorded import Leg, Recorded
from contactcenter.whatif.stays import Stay
from contactcenter.whatif.times import IS_HERE, AgentTime, occupancy
from routing.instants import SECOND_US, to_us


class First(NamedTuple):
    """Who answered a ticket first, and how long it had waited."""

    agent_id: int
    wait_s: float


def outcome_of(
    recorded: Recorded,
    found: Sequence[Stay],
    *,
    within: Within,
    serve: Mapping[str, Iterable[int]],
) -> Outcome:
    """The figures; ``serve`` are the agents of each queue."""
    queues: dict[str, Tally] = defaultdict(Tally)
    total = Tally()
    for stay in found:
        _count(stay, recorded, queues, total, within)
    times = _times(recorded)
    return Outcome(
        queues={
            name: tally.figures(
                occupancy=occupancy(times[a] for a in serve.get(name, ()) if a in times)
            )
            for name, tally in sorted(queues.items())
        },
        total=total.figures(occupancy=occupancy(times.values())),
    )


def firsts_of(recorded: Recorded, found: Sequence[Stay]) -> dict[int, First]:
    """The first answer in the span to each stay that somebody waited in, by its number."""
    firsts = {}
    for stay in found:
        answered = _answered(stay, recorded)
        if stay.held_by is None and answered is not None and answered.agent_id is not None:
            wait_s = (to_us(answered.from_at) - to_us(stay.since)) / SECOND_US
            firsts[stay.number] = First(answered.agent_id, wait_s)
    return firsts


def _count(
    stay: Stay, recorded: Recorded, queues: dict[str, Tally], total: Tally, within: Within
) -> None:
    for n, leg in enumerate(stay.legs):
        if leg.from_at >= recorded.until_at:
            break
        tally = queues[recorded.queues[leg.queue_id]]
        is_over = leg.to_at is not None and leg.to_at < recorded.until_at
        if is_over and leg.ended_by == "escalated":
            tally.escalated += 1
            total.escalated += 1
        if leg.agent_id is None:
            since = stay.since if n == 0 else leg.from_at
            _end(tally, leg, to_us(since), to_us(recorded.until_at), within, is_over=is_over)
            total.overflowed += is_over and leg.ended_by == "overflowed"
    if stay.held_by is None:
        _count_once(stay, recorded, total, within)


def _end(
    tally: Tally, leg: Leg, since_us: int, until_us: int, within: Within, *, is_over: bool
) -> None:
    """How one wait in a queue ended."""
    tally.offered += 1
    if not is_over or leg.to_at is None:
        tally.remain((until_us - since_us) / SECOND_US)
        return
    wait_s = (to_us(leg.to_at) - since_us) / SECOND_US
    match leg.ended_by:
        case "assigned":
            tally.answer(wait_s, within.of(leg.channel))
        case "abandoned":
            tally.abandon(wait_s)
        case "overflowed":
            tally.overflow(wait_s)
        case _:
            tally.move(wait_s)


def _count_once(stay: Stay, recorded: Recorded, total: Tally, within: Within) -> None:
    """A ticket among all, until its first answer."""
    total.offered += 1
    since_us, last = to_us(stay.since), stay.legs[-1]
    answered = _answered(stay, recorded)
    if answered is not None:
        total.answer((to_us(answered.from_at) - since_us) / SECOND_US, within.of(last.channel))
    elif last.to_at is None or last.to_at >= recorded.until_at:
        total.remain((to_us(recorded.until_at) - since_us) / SECOND_US)
    elif last.ended_by == "abandoned":
        total.abandon((to_us(last.to_at) - since_us) / SECOND_US)
    else:
        total.move((to_us(last.to_at) - since_us) / SECOND_US)


def _answered(stay: Stay, recorded: Recorded) -> Leg | None:
    held = (leg for leg in stay.legs if leg.agent_id is not None)
    return next((leg for leg in held if leg.from_at < recorded.until_at), None)


def _times(recorded: Recorded) -> dict[int, AgentTime]:
    """How long each agent was there and worked."""
    changes: dict[int, list[_Change]] = defaultdict(list)
    for change in _changes(recorded):
        changes[change.agent_id].append(change)
    until_us = to_us(recorded.until_at)
    times = {}
    for agent_id, own in changes.items():
        time = times[agent_id] = AgentTime()
        time.since_us = to_us(recorded.from_at)
        for change in sorted(own, key=lambda one: (one.at_us, one.place)):
            time.note(min(change.at_us, until_us))
            time.holding += change.holding
            if change.presence:
                time.is_here = IS_HERE[change.presence]
                time.wraps_up = change.presence == "wrap_up"
        time.note(until_us)
    return times


class _Change(NamedTuple):
    """When an agent comes or goes, or has a ticket more or less; at one instant by ``place``."""

    agent_id: int
    at_us: int
    place: int
    holding: int = 0
    presence: str = ""


def _changes(recorded: Recorded) -> Iterator[_Change]:
    from_us = to_us(recorded.from_at)
    for one in recorded.presences:
        yield _Change(one.agent_id, to_us(one.to_at), 0, presence="offline")
        yield _Change(one.agent_id, to_us(one.from_at), 1, presence=one.presence)
    for work in recorded.work:
        if work.ended_at is not None and to_us(work.ended_at) <= from_us:
            continue
        yield _Change(work.agent_id, max(to_us(work.answered_at), from_us), 2, holding=1)
        if work.ended_at is not None:
            yield _Change(work.agent_id, to_us(work.ended_at), 3, holding=-1)
