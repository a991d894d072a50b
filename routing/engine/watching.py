"""What may be told, as it happens, to somebody who watches the router in memory."""

from typing import Literal, Protocol

from routing.engine.records import Agent, Ticket

Moved = Literal["overflowed", "escalated"]


class Watcher(Protocol):
    """Is told of each change when it has been made, and changes nothing himself.

    Instants are microseconds. A ticket that is put back into the queue it was in waits again.
    """

    def waits(self, at_us: int, ticket: Ticket) -> None:
        """The ticket waits from now on, in the queue it says."""

    def rings(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """It was offered to the agent."""

    def begins(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """He has accepted it: a leg begins."""

    def ends(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """The leg is over."""

    def moves(self, at_us: int, ticket: Ticket, why: Moved) -> None:
        """It is about to leave the queue it says for another one."""

    def leaves(self, at_us: int, ticket: Ticket) -> None:
        """The customer has left before anybody answered."""

    def is_at(self, at_us: int, agent: Agent) -> None:
        """The agent's presence has changed to the one he says."""
