"""Explanations of the router in memory: what stood beside the chosen one when he was chosen."""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice

from routing.eligibility import Clause
from routing.engine.floor import Floor
from routing.engine.records import Agent, Ticket
from routing.explanation import (
    AGENTS_NAMED,
    TICKETS_COUNTED,
    Decision,
    Explanation,
    PassedOver,
)
from routing.ordering import AgentKey, first_difference, score_us


def explain_agent(
    floor: Floor, ticket: Ticket, found: Sequence[tuple[AgentKey, Agent]]
) -> Explanation:
    """Why this ticket, looking for an agent, got the first of those found; before it rings."""
    ranked = sorted(found, key=lambda one: one[0])
    (best_key, best), others = ranked[0], ranked[1:]
    return _explanation(
        floor,
        "ticket_looked_for_agent",
        ticket,
        best,
        others=[],
        agents=len(ranked),
        next_agent=others[0][1].agent_id if others else None,
        behind_because=first_difference(best_key, others[0][0]) if others else None,
    )


def explain_ticket(floor: Floor, agent: Agent, ticket: Ticket) -> Explanation:
    """Why this agent, looking for tickets, got this one; before it rings."""
    return _explanation(
        floor,
        "agent_looked_for_ticket",
        ticket,
        agent,
        others=list(islice(_other_tickets(floor, agent, ticket), TICKETS_COUNTED - 1)),
        agents=1,
        next_agent=None,
        behind_because=None,
    )


def _explanation(
    floor: Floor,
    decision: Decision,
    ticket: Ticket,
    agent: Agent,
    *,
    others: Sequence[Ticket],
    agents: int,
    next_agent: str | None,
    behind_because: str | None,
) -> Explanation:
    membership = agent.memberships[ticket.queue]
    score = _score(floor, agent, ticket)
    scores = [_score(floor, agent, other) for other in others]
    return Explanation(
        at_us=floor.now_us,
        decision=decision,
        ticket_id=ticket.ticket_id,
        agent_id=agent.agent_id,
        queue=ticket.queue,
        waited_us=floor.now_us - ticket.enqueued_us,
        credits=ticket.credits,
        handicap_us=membership.handicap_us,
        score_us=score,
        is_sticky=ticket.sticky_agent == agent.agent_id,
        level=membership.level,
        band=membership.band,
        load=agent.load,
        capacity=agent.capacity,
        idle_us=floor.now_us - agent.idle_since_us,
        rank=1 + sum(other > score for other in scores),
        tickets=1 + len(scores),
        next_ticket=others[0].ticket_id if others else None,
        next_score_us=scores[0] if others else None,
        agents=agents,
        next_agent=next_agent,
        behind_because=behind_because,
        passed_over=tuple(_passed_over(floor, ticket)),
    )


def _score(floor: Floor, agent: Agent, ticket: Ticket) -> int:
    handicap_us = agent.memberships[ticket.queue].handicap_us
    return score_us(rank_us=ticket.rank_us, handicap_us=handicap_us, now_us=floor.now_us)


def _other_tickets(floor: Floor, agent: Agent, chosen: Ticket) -> Iterator[Ticket]:
    """What else he could have taken, the largest score first."""
    lines = [_eligible(floor, agent, queue) for queue in agent.memberships]
    for _, ticket_id in merge(*lines):
        if ticket_id != chosen.ticket_id:
            yield floor.tickets[ticket_id]


def _eligible(floor: Floor, agent: Agent, queue: str) -> Iterator[tuple[int, int]]:
    handicap_us = agent.memberships[queue].handicap_us
    for rank_us, ticket_id in floor.lines[queue]:
        if floor.why_not(floor.tickets[ticket_id], agent) is None:
            yield rank_us + handicap_us, ticket_id


def _passed_over(floor: Floor, ticket: Ticket) -> Iterator[PassedOver]:
    """Members of the queue who were not eligible, in the order in which they would have come."""
    named = 0
    line, keeper = floor.lines[ticket.queue], floor.keeper(ticket)
    for agent, _ in line.in_order:
        clause = floor.clause(ticket, agent, line, keeper)
        if clause is not None:
            until_us = _until_us(ticket, agent, clause)
            yield PassedOver(agent_id=agent.agent_id, clause=clause, until_us=until_us)
            named += 1
        if named == AGENTS_NAMED:
            return


def _until_us(ticket: Ticket, agent: Agent, clause: Clause) -> int | None:
    match clause:
        case "too_early":
            return ticket.enqueued_us + agent.memberships[ticket.queue].delay_us
        case "excluded":
            return ticket.exclusions[agent.agent_id]
        case "kept_for_another":
            return ticket.sticky_until_us
        case _:
            return None
