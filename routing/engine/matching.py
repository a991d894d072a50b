"""The two decisions in memory: a ticket looks for an agent, an agent looks for tickets."""

from collections.abc import Iterable, Iterator

from routing.engine.explaining import explain_agent, explain_ticket
from routing.engine.floor import Floor
from routing.engine.records import Agent, Membership, Ticket
from routing.ordering import AgentKey, TicketKey, agent_key, ticket_key


def ticket_looks(floor: Floor, ticket: Ticket) -> None:
    """Decision A: offer the ticket to the first of all agents who may take it now."""
    if ticket.state != "waiting":
        return
    found = list(_agents_for(floor, ticket))
    if not found:
        return
    _, agent = min(found, key=_key_of_agent)
    if floor.explains:
        floor.why.append(explain_agent(floor, ticket, found))
    floor.ring(ticket, agent)


def tickets_look(floor: Floor, tickets: Iterable[Ticket]) -> None:
    """Decision A for several at once: the smallest rank looks first."""
    for ticket in sorted(tickets, key=lambda t: (t.rank_us, t.ticket_id)):
        ticket_looks(floor, ticket)


def agent_looks(floor: Floor, agent: Agent) -> None:
    """Decision B: offer the agent the best ticket he may take, as long as his capacity lasts."""
    while agent.presence == "available" and agent.load < agent.capacity:
        found = list(_tickets_for(floor, agent))
        if not found:
            return
        _, ticket = min(found, key=_key_of_ticket)
        if floor.explains:
            floor.why.append(explain_ticket(floor, agent, ticket))
        floor.ring(ticket, agent)


def _agents_for(floor: Floor, ticket: Ticket) -> Iterator[tuple[AgentKey, Agent]]:
    """The eligible agents with their keys; those without room need not be asked.

    Where nobody is told why, those behind the first level and band with an eligible agent need not
    be asked either, unless the ticket has an agent of its own, who comes before any level.
    """
    line = floor.lines[ticket.queue]
    keeper = floor.keeper(ticket)
    asks_all = floor.explains or ticket.sticky_agent is not None
    for alike in line.free:
        found = False
        for agent, membership in alike.values():
            if floor.clause(ticket, agent, line, keeper) is None:
                found = True
                yield _agent_key(ticket, agent, membership), agent
        if found and not asks_all:
            return


def _tickets_for(floor: Floor, agent: Agent) -> Iterator[tuple[TicketKey, Ticket]]:
    """What is sticky to him; if there is nothing, the first he may take of each queue."""
    found = False
    for ticket_id in floor.lines.sticky_to(agent.agent_id):
        ticket = floor.tickets[ticket_id]
        if floor.why_not(ticket, agent) is None:
            found = True
            yield _ticket_key(ticket, agent), ticket
    if found:
        return
    for queue in agent.memberships:
        for _, ticket_id in floor.lines[queue]:
            ticket = floor.tickets[ticket_id]
            if floor.why_not(ticket, agent) is None:
                yield _ticket_key(ticket, agent), ticket
                break


def _agent_key(ticket: Ticket, agent: Agent, membership: Membership) -> AgentKey:
    return agent_key(
        is_sticky=ticket.sticky_agent == agent.agent_id,
        level=membership.level,
        band=membership.band,
        load=agent.load,
        capacity=agent.capacity,
        idle_since_us=agent.idle_since_us,
        agent_id=agent.agent_id,
    )


def _ticket_key(ticket: Ticket, agent: Agent) -> TicketKey:
    return ticket_key(
        is_sticky=ticket.sticky_agent == agent.agent_id,
        rank_us=ticket.rank_us,
        handicap_us=agent.memberships[ticket.queue].handicap_us,
        ticket_id=ticket.ticket_id,
    )


def _key_of_agent(found: tuple[AgentKey, Agent]) -> AgentKey:
    return found[0]


def _key_of_ticket(found: tuple[TicketKey, Ticket]) -> TicketKey:
    return found[0]
