"""The floor of the centre as it is now: agents, tickets, lines and timers, kept in step.

A change of a state, a load or a line is made here and nowhere else. Nobody looks for anything here;
that is ``routing.engine.matching``.
"""

from collections.abc import Iterable

from routing.eligibility import Clause, first_false, is_kept
from routing.engine.alarm_clock import AlarmClock
from routing.engine.lines import Line, Lines
from routing.engine.records import Agent, NewAgent, Rules, Ticket
from routing.engine.watching import Watcher
from routing.explanation import Explanation
from routing.timing import next_delay_us


class Floor:
    """Everything that is remembered, and the steps by which it changes."""

    def __init__(
        self,
        rules: Rules,
        agents: Iterable[NewAgent],
        *,
        explains: bool,
        watcher: Watcher | None = None,
        forgets: bool = False,
    ) -> None:
        self.rules = rules
        self.explains = explains
        self.watcher = watcher
        self.forgets = forgets
        self.now_us = 0
        self.agents: dict[str, Agent] = {}
        self.tickets: dict[int, Ticket] = {}
        self.lines = Lines()
        self.clock = AlarmClock()
        #: Instant, ticket and agent of each offer, in order, and why it was made.
        self.offers: list[tuple[int, int, str]] = []
        self.why: list[Explanation] = []
        for new in agents:
            self._join(new)
        for line in self.lines.values():
            line.arrange()

    def _join(self, new: NewAgent) -> None:
        if new.agent_id in self.agents:
            raise ValueError(f"there are two agents {new.agent_id!r}")
        memberships = {m.queue: m for m in new.memberships}
        agent = Agent(agent_id=new.agent_id, capacity=new.capacity, memberships=memberships)
        self.agents[new.agent_id] = agent
        for membership in new.memberships:
            self.lines[membership.queue].join(agent, membership)

    def keeper(self, ticket: Ticket) -> str | None:
        """The agent for whom alone the ticket is kept now."""
        name = ticket.sticky_agent
        if name is None or self.now_us >= ticket.sticky_until_us:
            return None
        presence = self.agents[name].presence
        kept = is_kept(until_us=ticket.sticky_until_us, presence=presence, now_us=self.now_us)
        return name if kept else None

    def why_not(self, ticket: Ticket, agent: Agent) -> Clause | None:
        """The first false clause between the two; None where the agent may have the ticket."""
        return self.clause(ticket, agent, self.lines[ticket.queue], self.keeper(ticket))

    def clause(self, ticket: Ticket, agent: Agent, line: Line, keeper: str | None) -> Clause | None:
        """``why_not``, where the ticket's line and its keeper are known already."""
        return first_false(
            ticket,
            agent,
            agent.memberships.get(ticket.queue),
            queue_is_open=line.is_open,
            excluded_until_us=ticket.exclusions.get(agent.agent_id),
            is_kept_for_another=keeper is not None and keeper != agent.agent_id,
            now_us=self.now_us,
        )

    def put(self, ticket: Ticket) -> None:
        """The ticket waits from now on, as old as it is."""
        ticket.state = "waiting"
        ticket.agent_id = None
        self.lines.add(ticket)
        self.set_delay_step(ticket)
        if self.watcher is not None:
            self.watcher.waits(self.now_us, ticket)

    def set_delay_step(self, ticket: Ticket) -> None:
        """Wake the waiting ticket when the next agent may be asked who may not be asked yet."""
        delays = self.lines[ticket.queue].delays_us
        if not delays:
            return
        due_us = next_delay_us(delays, enqueued_us=ticket.enqueued_us, now_us=self.now_us)
        if due_us is not None:
            self.clock.set("delay_step", (ticket.ticket_id,), due_us)

    def take_out(self, ticket: Ticket) -> None:
        """The ticket waits no longer."""
        self.lines.remove(ticket)
        self.clock.drop("delay_step", (ticket.ticket_id,))

    def ring(self, ticket: Ticket, agent: Agent) -> None:
        """Offer the ticket: its capacity is taken from now on."""
        self._reserve(ticket, agent)
        if not self.forgets:
            self.offers.append((self.now_us, ticket.ticket_id, agent.agent_id))
        if self.watcher is not None:
            self.watcher.rings(self.now_us, ticket, agent)
        if self.rules.accepts(ticket.queue, ticket.channel):
            self.hold(ticket)
        else:
            self._let_ring(ticket)

    def give(self, ticket: Ticket, agent: Agent) -> None:
        """The agent has the waiting ticket at once, and nobody was asked."""
        self._reserve(ticket, agent)
        self.hold(ticket)

    def _reserve(self, ticket: Ticket, agent: Agent) -> None:
        self.take_out(ticket)
        ticket.state = "offered"
        ticket.agent_id = agent.agent_id
        agent.load += ticket.weight
        agent.ringing.add(ticket.ticket_id)
        self.lines.note_room(agent)

    def _let_ring(self, ticket: Ticket) -> None:
        due_us = self.now_us + self.rules.rings_for_us(ticket.queue, ticket.channel)
        self.clock.set("offer_expiry", (ticket.ticket_id,), due_us)
        leg = len(ticket.legs)
        if ticket.course is not None and leg < len(ticket.course.answer_us):
            due_us = self.now_us + ticket.course.answer_us[leg]
            self.clock.set("answer", (ticket.ticket_id,), due_us)

    def hold(self, ticket: Ticket) -> None:
        """The agent has accepted: a leg begins."""
        assert ticket.agent_id is not None
        agent = self.agents[ticket.agent_id]
        ticket.state = "assigned"
        agent.misses = 0
        agent.ringing.discard(ticket.ticket_id)
        agent.holding.add(ticket.ticket_id)
        self._stop_ringing(ticket)
        leg = len(ticket.legs)
        ticket.legs.append((self.now_us, agent.agent_id))
        if ticket.course is not None and leg < len(ticket.course.service_us):
            ticket.left_us = ticket.course.service_us[leg]
            if is_at_work(agent) or not ticket.course.stands_still:
                self.go_on(ticket)
        if self.watcher is not None:
            self.watcher.begins(self.now_us, ticket, agent)

    def go_on(self, ticket: Ticket) -> None:
        """What is left of its leg runs from now on, if its length is known and it stood still."""
        if ticket.left_us is not None:
            self.clock.set("leg_end", (ticket.ticket_id,), self.now_us + ticket.left_us)
            ticket.left_us = None

    def stand_still(self, ticket: Ticket) -> None:
        """What is left of its leg waits until somebody goes on with it."""
        due_us = self.clock.due_us("leg_end", (ticket.ticket_id,))
        if due_us is not None:
            ticket.left_us = due_us - self.now_us
            self.clock.drop("leg_end", (ticket.ticket_id,))

    def let_go(self, ticket: Ticket, *, refused: bool = False) -> Agent:
        """Take the ticket from its agent and return him; it is nowhere until it is put somewhere.

        Who refused it, by a word or by silence, is not idle since now: he would come last.
        """
        assert ticket.agent_id is not None
        agent = self.agents[ticket.agent_id]
        agent.load -= ticket.weight
        agent.ringing.discard(ticket.ticket_id)
        agent.holding.discard(ticket.ticket_id)
        if agent.load == 0 and not refused:
            agent.idle_since_us = self.now_us
        if ticket.state == "assigned":
            self.clock.drop("leg_end", (ticket.ticket_id,))
            ticket.left_us = None
            if self.watcher is not None:
                self.watcher.ends(self.now_us, ticket, agent)
        else:
            self._stop_ringing(ticket)
        self.lines.note_room(agent)
        return agent

    def _stop_ringing(self, ticket: Ticket) -> None:
        self.clock.drop("offer_expiry", (ticket.ticket_id,))
        if ticket.course is not None and ticket.course.answer_us:
            self.clock.drop("answer", (ticket.ticket_id,))

    def exclude(self, ticket: Ticket, agent: Agent) -> None:
        """Do not ask the agent about this ticket again for a while."""
        until_us = self.now_us + self.rules.exclude_for_us
        if until_us > self.now_us:
            ticket.exclusions[agent.agent_id] = until_us
            self.clock.set("exclusion_end", (ticket.ticket_id, agent.agent_id), until_us)

    def forget_exclusions(self, ticket: Ticket) -> None:
        """Whoever was excluded may be asked again."""
        for agent_id in ticket.exclusions:
            self.clock.drop("exclusion_end", (ticket.ticket_id, agent_id))
        ticket.exclusions.clear()

    def unstick(self, ticket: Ticket) -> None:
        """The ticket, which must not stand in a line now, has no agent of its own any more."""
        ticket.sticky_agent = None
        self.clock.drop("sticky_end", (ticket.ticket_id,))

    def end(self, ticket: Ticket) -> None:
        """Nothing will happen to the ticket any more."""
        ticket.agent_id = None
        self.unstick(ticket)
        self.forget_exclusions(ticket)
        self.clock.drop("overflow", (ticket.ticket_id,))
        self.clock.drop("tier_end", (ticket.ticket_id,))
        self.clock.drop("patience_end", (ticket.ticket_id,))
        if self.forgets:
            del self.tickets[ticket.ticket_id]

    def set_tier_end(self, ticket: Ticket) -> None:
        """The ticket came into a queue: how long may it wait there before it goes higher?"""
        own = self.rules.queues.get(ticket.queue)
        if own is None or own.escalate_after_us is None:
            self.clock.drop("tier_end", (ticket.ticket_id,))
        else:
            due_us = self.now_us + own.escalate_after_us
            self.clock.set("tier_end", (ticket.ticket_id,), due_us)


def is_at_work(agent: Agent) -> bool:
    """Whether an agent goes on with what he holds."""
    return agent.presence not in ("away", "offline")
