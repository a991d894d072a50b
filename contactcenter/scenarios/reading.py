"""Reads a scenario file: all that is wrong with it at once, or a scenario that can be played.

Bytes are read into the shape of the file in one go. Only where that fails is each part looked at by
itself, so that every place is named and not only the first.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter.scenarios import checking, entries
from contactcenter.scenarios.entries import Drawn, File, Work
from contactcenter.scenarios.units import Unit, to_us
from routing.engine.playing import (
    AdvanceStep,
    ArrivalStep,
    PresenceStep,
    Scenario,
    Step,
    TicketStep,
    What,
)
from routing.engine.records import Course, Membership, NewAgent, NewTicket, Overflow, Rules

_FILE: Final = msgspec.json.Decoder(File)
#: Where msgspec puts the place of what it refuses.
_AT: Final = re.compile(r"^(?P<what>.*) - at `\$(?P<place>.*)`$")
#: The parts of a file that are lists, and what they are lists of.
_LISTS: Final[dict[str, Any]] = {
    "agents": entries.Agent,
    "events": entries.Event,
    "tickets": Drawn,
}
#: What each event does to its ticket.
_WHAT: Final[Mapping[type[entries.OfTicket], What]] = {
    entries.Accept: "accept",
    entries.Decline: "decline",
    entries.Finish: "finish",
    entries.Leave: "leave",
    entries.Escalate: "escalate",
    entries.AddedCredit: "credit",
}


class InvalidScenario(Exception):
    """A file that cannot be played; ``problems`` are all reasons, each with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Reading(Struct, frozen=True, kw_only=True):
    """A scenario, the file as it stands, the unit it is written in, and what may be a slip."""

    scenario: Scenario
    file: File
    unit: Unit
    notes: list[str]


def read(content: bytes) -> Reading:
    """Read a file; raises ``InvalidScenario``."""
    try:
        file = _FILE.decode(content)
    except msgspec.ValidationError as first:
        raise InvalidScenario(list(_misshapen(content, first))) from None
    except msgspec.DecodeError as error:
        raise InvalidScenario([f"the file is not JSON: {error}"]) from None
    problems = [*checking.problems(file), *_parts_of_ticks(file)]
    if problems:
        raise InvalidScenario(problems)
    return Reading(
        scenario=_scenario(file), file=file, unit=file.unit, notes=list(checking.notes(file))
    )


def _misshapen(content: bytes, first: msgspec.ValidationError) -> Iterator[str]:
    """What of the file has not the right shape, part by part; of a monstrous number, the first."""
    try:
        whole = msgspec.json.decode(content)
    except msgspec.ValidationError:
        yield _placed(first, "")
        return
    if not isinstance(whole, dict):
        yield f"the file is {type(whole).__name__}, not an object"
        return
    for name, kind in _LISTS.items():
        if isinstance(whole.get(name), list):
            for n, part in enumerate(whole.pop(name)):
                yield from _refusal(part, kind, f"{name}[{n}]")
    yield from _refusal(whole, File, "")


def _refusal(part: Any, kind: Any, prefix: str) -> Iterator[str]:
    try:
        msgspec.convert(part, kind)
    except msgspec.ValidationError as error:
        yield _placed(error, prefix)


def _placed(error: msgspec.ValidationError, prefix: str) -> str:
    found = _AT.match(str(error))
    what, place = (found["what"], found["place"]) if found else (str(error), "")
    return f"{(prefix + place).lstrip('.') or 'the file'}: {what}"


def _parts_of_ticks(file: File) -> Iterator[str]:
    """Ticks are counted: a part of one is a slip."""
    if file.unit != "ticks":
        return
    for place, value in _numbers(msgspec.to_builtins(file), ""):
        if value != int(value):
            yield f"{place.lstrip('.')}: {value} is no whole number of ticks"


def _numbers(part: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(part, float):
        yield place, part
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _numbers(value, f"{place}.{name}")
    elif isinstance(part, list | tuple):
        for n, value in enumerate(part):
            yield from _numbers(value, f"{place}[{n}]")


def _scenario(file: File) -> Scenario:
    unit, config = file.unit, file.config
    return Scenario(
        rules=Rules(
            offer_timeout_us=to_us(config.offer_timeout, unit),
            exclude_for_us=to_us(config.exclude_for, unit),
            max_misses=config.max_misses,
            auto_accept=config.auto_accept,
            wrap_up_us=to_us(config.wrap_up, unit),
        ),
        agents=tuple(_agent(agent, unit) for agent in file.agents),
        steps=[_step(event, unit) for event in file.events],
        drawn=[_arrival(drawn, unit, _course(drawn, unit)) for drawn in file.tickets],
    )


def _agent(agent: entries.Agent, unit: Unit) -> NewAgent:
    memberships = tuple(
        Membership(
            queue=member.queue,
            level=member.level,
            delay_us=to_us(member.delay, unit),
            handicap_us=to_us(member.handicap, unit),
            band=member.band,
        )
        for member in agent.members
    )
    return NewAgent(agent_id=agent.id, capacity=agent.capacity, memberships=memberships)


def _step(event: entries.Event, unit: Unit) -> Step:
    match event:
        case entries.Arrival():
            return _arrival(event, unit, None)
        case entries.Presence(agent=agent, to=to):
            return PresenceStep(at_us=to_us(event.at, unit), agent_id=agent, to=to)
        case entries.Advance():
            return AdvanceStep(at_us=to_us(event.at, unit))
        case _:
            return _ticket_step(event, unit)


def _ticket_step(event: entries.OfTicket, unit: Unit) -> TicketStep:
    queue = event.queue if isinstance(event, entries.Escalate) else ""
    credit = event.credit if isinstance(event, entries.Escalate | entries.AddedCredit) else 0
    return TicketStep(
        at_us=to_us(event.at, unit),
        what=_WHAT[type(event)],
        ticket_id=event.ticket,
        queue=queue,
        credit_us=to_us(credit, unit),
    )


def _arrival(work: Work, unit: Unit, course: Course | None) -> ArrivalStep:
    ticket = NewTicket(
        ticket_id=work.id,
        queue=work.queue,
        credit_us=to_us(work.credit, unit),
        weight=work.weight,
        sticky_agent=work.sticky_agent,
        sticky_for_us=to_us(work.sticky_for, unit),
        overflow=tuple(Overflow(after_us=to_us(t, unit), queue=q) for t, q in work.overflow),
        patience_us=None if work.patience is None else to_us(work.patience, unit),
        course=course,
    )
    return ArrivalStep(at_us=to_us(work.at, unit), ticket=ticket)


def _course(drawn: Drawn, unit: Unit) -> Course:
    return Course(
        service_us=tuple(to_us(service, unit) for service in drawn.service),
        escalate=drawn.escalate,
        escalation_credit_us=to_us(drawn.escalation_credit, unit),
    )
