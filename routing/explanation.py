"""Why a ticket was offered to this agent and no other: numbers that a sentence can be made of.

Instants and durations are microseconds.
"""

from dataclasses import dataclass
from typing import Final, Literal

from routing.credits import CreditRow
from routing.eligibility import Clause

Decision = Literal["ticket_looked_for_agent", "agent_looked_for_ticket"]

#: An explanation is read by people: it names and counts no more than this.
AGENTS_NAMED: Final = 5
TICKETS_COUNTED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """An agent of the queue who was not eligible: the first false clause, and until when it is.

    ``until_us`` is None where nobody can know.
    """

    agent_id: str
    clause: Clause
    until_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One offer, explained.

    ``rank`` is the ticket's place among the ``tickets`` the agent could have taken, of which
    ``TICKETS_COUNTED`` are counted at most; ``next_score_us`` is the score of the one behind it.
    ``agents`` is how many could have had the ticket, ``next_agent`` the one behind the chosen one,
    for the reason ``behind_because`` (a name of ``routing.ordering.AGENT_KEY``).
    """

    at_us: int
    decision: Decision
    ticket_id: int
    agent_id: str
    queue: str
    waited_us: int
    credits: tuple[CreditRow, ...]
    handicap_us: int
    score_us: int
    is_sticky: bool
    level: int
    band: int
    load: int
    capacity: int
    idle_us: int
    rank: int
    tickets: int
    next_ticket: int | None
    next_score_us: int | None
    agents: int
    next_agent: str | None
    behind_because: str | None
    passed_over: tuple[PassedOver, ...]
