"""What the router in memory is told, and what it remembers of agents and tickets.

Instants and durations are microseconds. Agents and queues go by text, tickets by number.
"""

from dataclasses import dataclass, field
from typing import Literal

from routing.credits import CreditRow
from routing.ordering import rank_us

Presence = Literal["offline", "available", "away", "wrap_up"]
TicketState = Literal["waiting", "offered", "assigned", "done", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for the whole centre."""

    offer_timeout_us: int = 20_000_000
    exclude_for_us: int = 60_000_000
    max_misses: int = 2
    auto_accept: bool = False
    wrap_up_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An agent serves a queue."""

    queue: str
    level: int = 1
    delay_us: int = 0
    handicap_us: int = 0
    band: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """An agent of the centre; offline until he signs on."""

    agent_id: str
    memberships: tuple[Membership, ...]
    capacity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Still waiting this long after it came, the ticket goes to another queue."""

    after_us: int
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Work drawn beforehand: how long each leg lasts, and where the ticket goes after it."""

    service_us: tuple[int, ...]
    escalate: tuple[str, ...] = ()
    escalation_credit_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket as it enters its queue; ``sticky_for_us`` is how long it is kept for its agent."""

    ticket_id: int
    queue: str
    credit_us: int = 0
    weight: int = 1
    sticky_agent: str | None = None
    sticky_for_us: int = 0
    overflow: tuple[Overflow, ...] = ()
    patience_us: int | None = None
    course: Course | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Agent:
    """An agent as he is now."""

    agent_id: str
    capacity: int
    memberships: dict[str, Membership]
    presence: Presence = "offline"
    load: int = 0
    idle_since_us: int = 0
    misses: int = 0
    #: Tickets that ring at him, and those he holds.
    ringing: set[int] = field(default_factory=set)
    holding: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """A ticket as it is now."""

    ticket_id: int
    queue: str
    enqueued_us: int
    weight: int
    credits: tuple[CreditRow, ...]
    rank_us: int
    sticky_agent: str | None
    sticky_until_us: int
    overflow: tuple[Overflow, ...]
    course: Course | None
    state: TicketState = "waiting"
    agent_id: str | None = None
    exclusions: dict[str, int] = field(default_factory=dict)
    #: Legs that an agent began, each with its start; the last is None where the customer left.
    legs: list[tuple[int, str | None]] = field(default_factory=list)

    def add_credit(self, name: str, credit_us: int) -> None:
        """Give it another reason to be served earlier; nothing is no reason."""
        if credit_us == 0:
            return
        self.credits = (*self.credits, CreditRow(name=name, credit_us=credit_us))
        self.rank_us = rank_us(enqueued_us=self.rank_us, credit_us=credit_us)


def opened(new: NewTicket, *, now_us: int) -> Ticket:
    """The ticket that enters its queue now."""
    rows = (CreditRow(name="given", credit_us=new.credit_us),) if new.credit_us else ()
    return Ticket(
        ticket_id=new.ticket_id,
        queue=new.queue,
        enqueued_us=now_us,
        weight=new.weight,
        credits=rows,
        rank_us=rank_us(enqueued_us=now_us, credit_us=new.credit_us),
        sticky_agent=new.sticky_agent,
        sticky_until_us=now_us + new.sticky_for_us,
        overflow=new.overflow,
        course=new.course,
    )
