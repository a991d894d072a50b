"""The router in memory: everything that may happen in a centre, and what the rules make of it.

Every command first lets time pass: all timers due up to and including its instant fire. What a
command cannot do to a ticket in its state it does not do, and says nothing: it came too late. After
every command no waiting ticket has an eligible agent.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from routing.eligibility import SIGNED_IN, Clause
from routing.engine import moving, presence
from routing.engine.floor import Floor
from routing.engine.matching import agent_looks, ticket_looks, tickets_look
from routing.engine.records import (
    Agent,
    NewAgent,
    NewTicket,
    Presence,
    Rules,
    Ticket,
    TicketState,
    opened,
)
from routing.engine.watching import Watcher
from routing.explanation import Explanation

#: States in which something may still happen to a ticket.
LIVE: Final[frozenset[TicketState]] = frozenset(("waiting", "offered", "assigned"))


class Router:
    """A centre: its agents, its tickets, and the time that passes between what happens to them."""

    def __init__(
        self,
        rules: Rules,
        agents: Iterable[NewAgent],
        *,
        explains: bool = True,
        watcher: Watcher | None = None,
        forgets: bool = False,
    ) -> None:
        """With ``explains`` every offer is explained, which takes as long as finding it.

        With ``forgets`` neither offers nor tickets that are over are kept: a watcher has been told.
        """
        self._floor = Floor(rules, agents, explains=explains, watcher=watcher, forgets=forgets)

    # What is so --------------------------------------------------------------------------------

    @property
    def now_us(self) -> int:
        """The instant up to which everything has happened."""
        return self._floor.now_us

    @property
    def agents(self) -> Mapping[str, Agent]:
        """All agents, to be read only."""
        return self._floor.agents

    @property
    def tickets(self) -> Mapping[int, Ticket]:
        """All tickets that ever came, to be read only."""
        return self._floor.tickets

    @property
    def offers(self) -> list[tuple[int, int, str]]:
        """Instant, ticket and agent of every offer, in order."""
        return self._floor.offers

    @property
    def why(self) -> list[Explanation]:
        """Why each offer was made, in the same order; empty where it does not explain."""
        return self._floor.why

    def why_not(self, ticket_id: int, agent_id: str) -> Clause | None:
        """The first false clause between the two; None where the agent may have the ticket."""
        return self._floor.why_not(self._floor.tickets[ticket_id], self._floor.agents[agent_id])

    def next_due_us(self) -> int | None:
        """When time alone will do something next."""
        return self._floor.clock.next_due_us()

    # What time does ----------------------------------------------------------------------------

    def advance(self, to_us: int) -> None:
        """Let time pass; raises ``ValueError`` where it would run backwards."""
        floor = self._floor
        if to_us < floor.now_us:
            raise ValueError(f"time runs backwards from {floor.now_us} to {to_us}")
        while (taken := floor.clock.take(to_us)) is not None:
            floor.now_us, (kind, subject) = taken
            if kind == "wrap_up_end":
                presence.set_available(floor, floor.agents[str(subject[0])])
            else:
                self._fire(kind, floor.tickets[int(subject[0])], *subject[1:])
        floor.now_us = to_us

    def _fire(self, kind: str, ticket: Ticket, *rest: int | str) -> None:
        match kind:
            case "offer_expiry":
                self._expire(ticket)
            case "overflow":
                moving.overflow(self._floor, ticket)
            case "tier_end":
                moving.end_tier(self._floor, ticket)
            case "answer":
                self._floor.hold(ticket)
            case "leg_end":
                moving.end_leg(self._floor, ticket)
            case "patience_end":
                moving.leave(self._floor, ticket)
            case "exclusion_end":
                ticket.exclusions.pop(str(rest[0]), None)
                ticket_looks(self._floor, ticket)
            case _:  # a delay has been reached, a sticky window has ended
                if ticket.state == "waiting":
                    self._floor.set_delay_step(ticket)
                ticket_looks(self._floor, ticket)

    # What agents do ----------------------------------------------------------------------------

    def set_presence(self, at_us: int, agent_id: str, to: Presence) -> None:
        """The agent is available, away or offline from now on; being it already changes nothing."""
        self.advance(at_us)
        agent = self._floor.agents[agent_id]
        if agent.presence == to:
            return
        if to == "available":
            if agent.presence not in SIGNED_IN:
                agent.misses = 0
            presence.set_available(self._floor, agent)
        else:
            presence.walk_off(self._floor, agent, to)

    def accept(self, at_us: int, ticket_id: int) -> None:
        """The agent takes the ticket that rings at him."""
        self.advance(at_us)
        ticket = self._floor.tickets[ticket_id]
        if ticket.state == "offered":
            self._floor.hold(ticket)

    def give(self, at_us: int, ticket_id: int, agent_id: str) -> bool:
        """The agent has the waiting ticket at once; False if it waits not, or he has no room."""
        self.advance(at_us)
        ticket, agent = self._floor.tickets[ticket_id], self._floor.agents[agent_id]
        if ticket.state != "waiting" or agent.capacity - agent.load < ticket.weight:
            return False
        self._floor.give(ticket, agent)
        return True

    def decline(self, at_us: int, ticket_id: int) -> None:
        """The agent does not want it: the ticket looks first, then he does."""
        self.advance(at_us)
        ticket = self._floor.tickets[ticket_id]
        if ticket.state == "offered":
            agent = self._give_back(ticket)
            ticket_looks(self._floor, ticket)
            agent_looks(self._floor, agent)

    def _expire(self, ticket: Ticket) -> None:
        """Nobody answered. A second miss in a row, and the agent is taken to be away."""
        floor = self._floor
        agent = self._give_back(ticket)
        agent.misses += 1
        is_away = agent.misses >= floor.rules.max_misses and agent.presence in SIGNED_IN
        if is_away:
            presence.note_gone(floor, agent, "away")
        ticket_looks(floor, ticket)
        if is_away:
            presence.release_sticky(floor, agent)
        else:
            agent_looks(floor, agent)

    def _give_back(self, ticket: Ticket) -> Agent:
        agent = self._floor.let_go(ticket, refused=True)
        self._floor.exclude(ticket, agent)
        self._floor.put(ticket)
        return agent

    def finish(self, at_us: int, ticket_id: int) -> None:
        """The agent has done the work."""
        self.advance(at_us)
        ticket = self._floor.tickets[ticket_id]
        if ticket.state == "assigned":
            moving.finish(self._floor, ticket)

    # What happens to tickets -------------------------------------------------------------------

    def add(self, at_us: int, new: NewTicket) -> None:
        """A ticket enters its queue and looks for an agent; one that came before does not again."""
        self.advance(at_us)
        floor = self._floor
        if new.ticket_id in floor.tickets:
            return
        ticket = floor.tickets[new.ticket_id] = opened(new, now_us=at_us)
        subject = (ticket.ticket_id,)
        if new.sticky_agent is not None and ticket.sticky_until_us > at_us:
            floor.clock.set("sticky_end", subject, ticket.sticky_until_us)
        if new.overflow:
            due_us = ticket.enqueued_us + new.overflow[0].after_us
            floor.clock.set("overflow", subject, max(due_us, at_us))
        if new.patience_us is not None:
            floor.clock.set("patience_end", subject, at_us + new.patience_us)
        floor.set_tier_end(ticket)
        floor.put(ticket)
        ticket_looks(floor, ticket)

    def leave(self, at_us: int, ticket_id: int) -> None:
        """The customer hangs up before anybody has answered."""
        self.advance(at_us)
        moving.leave(self._floor, self._floor.tickets[ticket_id])

    def escalate(self, at_us: int, ticket_id: int, queue: str, credit_us: int) -> None:
        """It goes to another tier as old as it is; it looks first, then who had it."""
        self.advance(at_us)
        ticket = self._floor.tickets[ticket_id]
        if ticket.state in LIVE:
            moving.escalate(self._floor, ticket, queue, credit_us)

    def add_credit(self, at_us: int, ticket_id: int, credit_us: int) -> None:
        """The ticket stands further ahead from now on; that alone moves nobody."""
        self.advance(at_us)
        ticket = self._floor.tickets[ticket_id]
        if ticket.state == "waiting":
            self._floor.lines.remove(ticket)
            ticket.add_credit("raised", credit_us)
            self._floor.lines.add(ticket)
        elif ticket.state in LIVE:
            ticket.add_credit("raised", credit_us)

    def set_open(self, at_us: int, queue: str, *, is_open: bool) -> None:
        """A queue closes, and nothing new is offered from it; or opens, and its tickets look."""
        self.advance(at_us)
        line = self._floor.lines[queue]
        line.is_open = is_open
        if is_open:
            tickets_look(self._floor, [self._floor.tickets[ticket_id] for _, ticket_id in line])
