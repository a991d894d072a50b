"""The two decisions of the router: a ticket looks for an agent, an agent looks for tickets.

Every ticket has a score in seconds, ``waited + credit - handicap``. All waits grow alike, so the
order does not change while they wait, and only an event can change who comes first. Times are
microseconds since 1970, as the database ranks them; durations are seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from routing import ordering
from routing.instants import SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who may take the ticket now. ``level`` 1 is his own work, higher is helping out."""

    agent_id: int
    is_sticky: bool
    level: int
    band: int
    load: int
    capacity: int
    idle_since_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket the agent may take now; ``handicap_s`` is his in its queue."""

    ticket_id: int
    is_sticky: bool
    queue_id: int
    enqueued_us: int
    credit_s: int
    handicap_s: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who or what was chosen, and why, in numbers that a sentence can be made of."""

    chosen_id: int
    why: dict[str, Any]


def choose_agent(candidates: Sequence[Candidate], *, now_us: int) -> Choice | None:
    """Among the eligible: who had it, own work, band, the least loaded, then the longest idle."""
    if not candidates:
        return None
    ranked = sorted(candidates, key=_agent_key)
    best = ranked[0]
    why: dict[str, Any] = {
        "decision": "ticket_looked_for_agent",
        "agent_id": best.agent_id,
        "sticky": best.is_sticky,
        "level": best.level,
        "band": best.band,
        "load": best.load,
        "capacity": best.capacity,
        "idle_s": _seconds(now_us - best.idle_since_us),
        "eligible": len(ranked),
    }
    if len(ranked) > 1:
        second = ranked[1]
        why["next"] = {
            "agent_id": second.agent_id,
            "behind_because": ordering.first_difference(_agent_key(best), _agent_key(second)),
        }
    return Choice(chosen_id=best.agent_id, why=why)


def choose_ticket(
    heads: Sequence[Waiting], behind: Callable[[Waiting], Waiting | None], *, now_us: int
) -> Choice | None:
    """Of what he had before, or the first of each queue: the largest score, then the oldest.

    ``behind`` knows which one he could take after the first of a queue.
    """
    if not heads:
        return None
    ranked = sorted(heads, key=_ticket_key)
    best = ranked[0]
    second = min(filter(None, (behind(best), *ranked[1:2])), key=_ticket_key, default=None)
    why: dict[str, Any] = {
        "decision": "agent_looked_for_ticket",
        "ticket_id": best.ticket_id,
        "queue_id": best.queue_id,
        "sticky": best.is_sticky,
        "waited_s": _seconds(now_us - best.enqueued_us),
        "credit_s": best.credit_s,
        "handicap_s": best.handicap_s,
        "score_s": _seconds(score_us(best, now_us=now_us)),
        "queues_with_work": len({waiting.queue_id for waiting in ranked}),
    }
    if second is not None:
        why["next"] = {
            "ticket_id": second.ticket_id,
            "score_s": _seconds(score_us(second, now_us=now_us)),
        }
    return Choice(chosen_id=best.ticket_id, why=why)


def score_us(waiting: Waiting, *, now_us: int) -> int:
    """``waited + credit - handicap``, in microseconds."""
    return ordering.score_us(
        rank_us=_rank_us(waiting), handicap_us=waiting.handicap_s * SECOND_US, now_us=now_us
    )


def _rank_us(waiting: Waiting) -> int:
    return ordering.rank_us(enqueued_us=waiting.enqueued_us, credit_us=waiting.credit_s * SECOND_US)


def _ticket_key(waiting: Waiting) -> ordering.TicketKey:
    return ordering.ticket_key(
        is_sticky=waiting.is_sticky,
        rank_us=_rank_us(waiting),
        handicap_us=waiting.handicap_s * SECOND_US,
        ticket_id=waiting.ticket_id,
    )


def _agent_key(candidate: Candidate) -> ordering.AgentKey:
    return ordering.agent_key(
        is_sticky=candidate.is_sticky,
        level=candidate.level,
        band=candidate.band,
        load=candidate.load,
        capacity=candidate.capacity,
        idle_since_us=candidate.idle_since_us,
        agent_id=candidate.agent_id,
    )


def _seconds(us: int) -> float:
    return round(us / SECOND_US, 3)
