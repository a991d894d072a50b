"""Counts like ``measuring``, and keeps of each ticket its first queue, offer and answer."""

from typing import Any, NamedTuple

from contactcenter.whatif.measuring import Measure
from routing.engine.records import Agent, Ticket


class Offered(NamedTuple):
    """When a ticket rang first, at whom and in which queue."""

    at_us: int
    agent_id: str
    queue: str


class Answered(NamedTuple):
    """When a ticket was answered first, and by whom."""

    at_us: int
    agent_id: str


class Firsts(Measure):
    """A measure that remembers tickets, which takes memory for each."""

    def __init__(self, **others: Any) -> None:
        super().__init__(**others)
        self.offers: dict[int, Offered] = {}
        self.answers: dict[int, Answered] = {}

    def rings(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """It was offered."""
        if ticket.ticket_id not in self.offers:
            self.offers[ticket.ticket_id] = Offered(at_us, agent.agent_id, ticket.queue)

    def begins(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """It was answered."""
        super().begins(at_us, ticket, agent)
        if ticket.ticket_id not in self.answers:
            self.answers[ticket.ticket_id] = Answered(at_us, agent.agent_id)
