"""What the router in memory is told, and what it remembers of agents and tickets.

Instants and durations are microseconds. Agents and queues go by text, tickets by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from routing.credits import CreditRow
from routing.ordering import rank_us

Presence = Literal["offline", "available", "away", "wrap_up", "draining"]
TicketState = Literal["waiting", "offered", "assigned", "done", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """What one queue does in its own way.

    ``auto_accept`` names channels. Who waits or rings ``escalate_after_us`` after he came into the
    queue goes to ``escalate_to``, with ``escalation_credit_us``.
    """

    auto_accept: frozenset[str] = frozenset()
    offer_timeout_us: int = 20_000_000
    offer_timeouts_us: Mapping[str, int] = field(default_factory=dict)
    wrap_up_us: int = 0
    escalate_after_us: int | None = None
    escalate_to: str = ""
    escalation_credit_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for the whole centre, but for the queues that have rules of their own."""

    offer_timeout_us: int = 20_000_000
    exclude_for_us: int = 60_000_000
    max_misses: int = 2
    auto_accept: bool = False
    wrap_up_us: int = 0
    queues: Mapping[str, QueueRules] = field(default_factory=dict)

    def accepts(self, queue: str, channel: str) -> bool:
        """Whether a ticket of this channel needs no answer to its offer."""
        own = self.queues.get(queue)
        return self.auto_accept if own is None else channel in own.auto_accept

    def rings_for_us(self, queue: str, channel: str) -> int:
        """How long an offer stands."""
        own = self.queues.get(queue)
        if own is None:
            return self.offer_timeout_us
        return own.offer_timeouts_us.get(channel, own.offer_timeout_us)

    def wraps_up_for_us(self, queue: str) -> int:
        """How long an agent is left alone after a leg."""
        own = self.queues.get(queue)
        return self.wrap_up_us if own is None else own.wrap_up_us


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
    """Work drawn beforehand: how long each leg lasts, and where the ticket goes after it.

    ``answer_us`` is how long each leg's offer rings until it is accepted; without, somebody must
    accept it. ``credits_us`` are those of each escalation where they differ. Work that
    ``stands_still`` does not go on while its agent is away or offline.
    """

    service_us: tuple[int, ...]
    escalate: tuple[str, ...] = ()
    escalation_credit_us: int = 0
    answer_us: tuple[int, ...] = ()
    credits_us: tuple[int, ...] = ()
    stands_still: bool = False

    def credit_us(self, escalation: int) -> int:
        """What an escalation, counted from 0, is worth."""
        own = self.credits_us
        return own[escalation] if escalation < len(own) else self.escalation_credit_us


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket as it enters its queue; ``sticky_for_us`` is how long it is kept for its agent.

    ``waited_us`` is how long it has waited there already.
    """

    ticket_id: int
    queue: str
    channel: str = ""
    waited_us: int = 0
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
    #: Whether his queues count him among those with room.
    is_asked: bool = False
    #: Tickets that ring at him, and those he holds.
    ringing: set[int] = field(default_factory=set)
    holding: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """A ticket as it is now."""

    ticket_id: int
    queue: str
    channel: str
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
    #: What is left of a leg that stands still.
    left_us: int | None = None
    exclusions: dict[str, int] = field(default_factory=dict)
    #: Legs that an agent began, each with its start; the last is None where the customer left.
    legs: list[tuple[int, str | None]] = field(default_factory=list)

    def add_credit(self, name: str, credit_us: int) -> None:
        """Give it a reason to be served earlier, or more of one; nothing is no reason."""
        if credit_us == 0:
            return
        worth = {row.name: row.credit_us for row in self.credits}
        worth[name] = worth.get(name, 0) + credit_us
        self.credits = tuple(CreditRow(name=n, credit_us=us) for n, us in sorted(worth.items()))
        self.rank_us = rank_us(enqueued_us=self.rank_us, credit_us=credit_us)


def opened(new: NewTicket, *, now_us: int) -> Ticket:
    """The ticket that enters its queue now."""
    rows = (CreditRow(name="given", credit_us=new.credit_us),) if new.credit_us else ()
    enqueued_us = now_us - new.waited_us
    return Ticket(
        ticket_id=new.ticket_id,
        queue=new.queue,
        channel=new.channel,
        enqueued_us=enqueued_us,
        weight=new.weight,
        credits=rows,
        rank_us=rank_us(enqueued_us=enqueued_us, credit_us=new.credit_us),
        sticky_agent=new.sticky_agent,
        sticky_until_us=now_us + new.sticky_for_us,
        overflow=new.overflow,
        course=new.course,
    )
