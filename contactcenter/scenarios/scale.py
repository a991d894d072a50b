"""How the times of a scenario stand in the database, and what of a file does not fit there.

Columns such as ``delay_s`` are whole seconds, so all of a scenario is played that much slower that
each of its durations is whole. The rules are linear in time: what was decided is quickened again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from msgspec import Struct

from contactcenter.scenarios.entries import AddedCredit, Arrival, Escalate, File, Work
from contactcenter.scenarios.units import to_us
from routing import instants
from routing.engine.playing import ArrivalStep, Scenario, TicketStep
from routing.instants import SECOND_US

#: What an ``int`` and a ``bigint`` hold.
_INT: Final = 2**31 - 1
_BIGINT: Final = 2**63 - 1
#: Far enough from the last year of a ``datetime`` for everything that comes after.
_LAST_YEAR: Final = 8999
_LATEST_US: Final = instants.to_us(datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC))


class TooLate(Exception):
    """The play goes on for longer than the database has years."""


class Scale(Struct, frozen=True):
    """So many times slower is it played."""

    slower: int

    def at(self, at_us: int) -> datetime:
        """When this instant is played; raises ``TooLate``."""
        if at_us * self.slower > _LATEST_US:
            raise TooLate(f"the play goes on until after the year {_LAST_YEAR}")
        return instants.from_us(at_us * self.slower)

    def instant_us(self, at: datetime) -> int:
        """Which instant was played then."""
        return self.span_us(instants.to_us(at))

    def seconds(self, span_us: int) -> int:
        """A duration that is whole in the database."""
        seconds, rest = divmod(span_us * self.slower, SECOND_US)
        assert rest == 0, f"{span_us} is no whole number of seconds, {self.slower} times slower"
        return seconds

    def span_us(self, played_us: int) -> int:
        """A duration of the database, as it is in the scenario."""
        span_us, rest = divmod(played_us, self.slower)
        assert rest == 0, f"{played_us} was not played {self.slower} times slower"
        return span_us


def scale_of(scenario: Scenario) -> Scale:
    """The least that makes every duration whole that a column of seconds holds."""
    slower = 1
    for span_us in _spans(scenario):
        while span_us * slower % SECOND_US:
            slower *= 10
    return Scale(slower)


def _spans(scenario: Scenario) -> Iterator[int]:
    rules = scenario.rules
    yield from (rules.offer_timeout_us, rules.exclude_for_us, rules.wrap_up_us)
    for agent in scenario.agents:
        for membership in agent.memberships:
            yield from (membership.delay_us, membership.handicap_us)
    for step in chain(scenario.steps, scenario.drawn):
        if isinstance(step, TicketStep):
            yield step.credit_us
        elif isinstance(step, ArrivalStep):
            yield step.ticket.credit_us
            yield from (overflow.after_us for overflow in step.ticket.overflow)
            if step.ticket.course is not None:
                yield step.ticket.course.escalation_credit_us


def problems(file: File, scale: Scale) -> Iterator[str]:
    """What the database has no room for, as ``place: what is wrong``."""
    for place, value in _times(file):
        if to_us(value, file.unit) * scale.slower > _LATEST_US:
            yield f"{place}: {value} is later than the database has years"
    for place, value in chain(_durations(file), _credits(file)):
        if abs(to_us(value, file.unit)) * scale.slower > _INT * SECOND_US:
            yield f"{place}: {value} is more seconds than the database counts"
    for place, work in _work(file):
        if not -_BIGINT <= work.id <= _BIGINT:
            yield f"{place}.id: {work.id} is more than the database counts"


def _work(file: File) -> Iterator[tuple[str, Work]]:
    for n, event in enumerate(file.events):
        if isinstance(event, Arrival):
            yield f"events[{n}]", event
    for n, drawn in enumerate(file.tickets):
        yield f"tickets[{n}]", drawn


def _times(file: File) -> Iterator[tuple[str, float]]:
    """What becomes an instant, or is added to one."""
    yield "config.exclude_for", file.config.exclude_for
    for n, event in enumerate(file.events):
        yield f"events[{n}].at", event.at
    for place, work in _work(file):
        if not isinstance(work, Arrival):
            yield f"{place}.at", work.at
        yield f"{place}.sticky_for", work.sticky_for
        yield f"{place}.patience", work.patience or 0
        yield from ((f"{place}.overflow[{k}]", after) for k, (after, _) in enumerate(work.overflow))
    for n, drawn in enumerate(file.tickets):
        yield from ((f"tickets[{n}].service[{k}]", time) for k, time in enumerate(drawn.service))


def _durations(file: File) -> Iterator[tuple[str, float]]:
    yield "config.offer_timeout", file.config.offer_timeout
    yield "config.exclude_for", file.config.exclude_for
    yield "config.wrap_up", file.config.wrap_up
    for n, agent in enumerate(file.agents):
        for m, member in enumerate(agent.members):
            yield f"agents[{n}].members[{m}].delay", member.delay
            yield f"agents[{n}].members[{m}].handicap", member.handicap


def _credits(file: File) -> Iterator[tuple[str, float]]:
    """The most that each ticket's credit may come to, where its last part is given."""
    most: dict[int, float] = {}
    for place, work in _work(file):
        most[work.id] = abs(work.credit)
        yield f"{place}.credit", most[work.id]
    for n, drawn in enumerate(file.tickets):
        most[drawn.id] += abs(drawn.escalation_credit) * len(drawn.escalate)
        yield f"tickets[{n}].escalation_credit", most[drawn.id]
    for n, event in enumerate(file.events):
        if isinstance(event, Escalate | AddedCredit):
            most[event.ticket] = most.get(event.ticket, 0) + abs(event.credit)
            yield f"events[{n}].credit", most[event.ticket]
