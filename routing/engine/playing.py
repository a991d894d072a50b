"""Plays a scenario: what happens, in order, and what was decided, from the first step to the last.

Instants and durations are microseconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Literal

from routing.engine.records import NewAgent, NewTicket, Presence, Rules
from routing.engine.router import Router
from routing.explanation import Explanation

What = Literal["accept", "decline", "finish", "leave", "escalate", "credit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceStep:
    """An agent signs on, goes away or goes home."""

    at_us: int
    agent_id: str
    to: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalStep:
    """A ticket enters its queue."""

    at_us: int
    ticket: NewTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStep:
    """Something happens to a ticket; ``queue`` and ``credit_us`` where it says so."""

    at_us: int
    what: What
    ticket_id: int
    queue: str = ""
    credit_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceStep:
    """Nothing happens but that time passes."""

    at_us: int


Step = PresenceStep | ArrivalStep | TicketStep | AdvanceStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A centre and what happens in it.

    ``steps`` are in order of time. ``drawn`` are tickets whose work is drawn beforehand; where
    there are any, the play goes on after the last step until nothing more can happen.
    """

    rules: Rules
    agents: tuple[NewAgent, ...]
    steps: Sequence[Step] = ()
    drawn: Sequence[ArrivalStep] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What was decided.

    ``offers`` are instant, ticket and agent; ``legs`` the begin of each leg and who had it, with
    None where the customer left; ``tickets`` the last state of each and its agent, if it has one.
    """

    offers: Sequence[tuple[int, int, str]]
    legs: dict[int, Sequence[tuple[int, str | None]]]
    tickets: dict[int, tuple[str, str | None]]
    agents: dict[str, Presence]
    why: Sequence[Explanation]


def play(scenario: Scenario, *, explains: bool = True) -> Played:
    """Play a scenario to its end; raises ``KeyError`` for an agent or ticket that is not there."""
    router = Router(scenario.rules, scenario.agents, explains=explains)
    for step in in_order(scenario):
        take(router, step)
    while scenario.drawn and (due_us := router.next_due_us()) is not None:
        router.advance(due_us)
    return Played(
        offers=router.offers,
        legs={ticket.ticket_id: ticket.legs for ticket in router.tickets.values()},
        tickets={t.ticket_id: (t.state, t.agent_id) for t in router.tickets.values()},
        agents={agent.agent_id: agent.presence for agent in router.agents.values()},
        why=router.why,
    )


def in_order(scenario: Scenario) -> Iterator[Step]:
    """All steps by time; at one instant the scripted ones first, each kind in the order given."""
    drawn = sorted(scenario.drawn, key=_at)
    return merge(scenario.steps, drawn, key=_at)


def take(router: Router, step: Step) -> None:
    """Let one step happen."""
    match step:
        case PresenceStep():
            router.set_presence(step.at_us, step.agent_id, step.to)
        case ArrivalStep():
            router.add(step.at_us, step.ticket)
        case AdvanceStep():
            router.advance(step.at_us)
        case TicketStep(what="accept"):
            router.accept(step.at_us, step.ticket_id)
        case TicketStep(what="decline"):
            router.decline(step.at_us, step.ticket_id)
        case TicketStep(what="finish"):
            router.finish(step.at_us, step.ticket_id)
        case TicketStep(what="leave"):
            router.leave(step.at_us, step.ticket_id)
        case TicketStep(what="escalate"):
            router.escalate(step.at_us, step.ticket_id, step.queue, step.credit_us)
        case TicketStep():
            router.add_credit(step.at_us, step.ticket_id, step.credit_us)


def _at(step: Step) -> int:
    return step.at_us
