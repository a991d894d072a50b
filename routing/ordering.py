"""Who comes first: the order of agents for a ticket, and of tickets for an agent.

A ticket's score for an agent is ``waited + credit - handicap``. All waits grow alike, so tickets
are kept by ``rank = enqueued - credit``, which only an event can change. The smallest key is
chosen. Instants and durations are microseconds.
"""

from typing import Any, Final

AgentKey = tuple[bool, int, int, float, int, Any]
TicketKey = tuple[bool, int, Any]

#: What the places of an ``AgentKey`` are called where two agents differ in one.
AGENT_KEY: Final = ("sticky", "level", "band", "load", "idle", "agent_id")


def agent_key(
    *,
    is_sticky: bool,
    level: int,
    band: int,
    load: int,
    capacity: int,
    idle_since_us: int,
    agent_id: Any,
) -> AgentKey:
    """His own agent first, then own work, the higher band, the least loaded, the longest idle.

    Equal in all of that, the smaller id: it must be the same on every node and in every replay.
    """
    return (not is_sticky, level, -band, load / capacity, idle_since_us, agent_id)


def ticket_key(*, is_sticky: bool, rank_us: int, handicap_us: int, ticket_id: Any) -> TicketKey:
    """What is sticky to the agent first, then the largest score, then the smaller id."""
    return (not is_sticky, rank_us + handicap_us, ticket_id)


def rank_us(*, enqueued_us: int, credit_us: int) -> int:
    """Where a ticket stands among those of its queue; the smallest is served first."""
    return enqueued_us - credit_us


def score_us(*, rank_us: int, handicap_us: int, now_us: int) -> int:
    """``waited + credit - handicap``: what the order of tickets means, at one instant."""
    return now_us - rank_us - handicap_us


def first_difference(best: AgentKey, other: AgentKey) -> str:
    """What put the second agent behind the first, by its name in ``AGENT_KEY``."""
    pairs = zip(AGENT_KEY, best, other, strict=True)
    return next((name for name, mine, theirs in pairs if mine != theirs), AGENT_KEY[-1])
