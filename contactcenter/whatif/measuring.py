"""Counts what happens on the router in memory, as it happens."""

from collections.abc import Callable, Container, Iterable, Mapping

from contactcenter.whatif.figures import Outcome, Tally, Within
from contactcenter.whatif.times import IS_HERE, AgentTime, occupancy
from routing.engine.records import Agent, Ticket
from routing.engine.watching import Moved
from routing.instants import SECOND_US


class Measure:
    """A watcher of the router that makes figures of what it is told.

    ``serve`` are the agents of each queue. ``rises`` tells from two queues whether a move between
    them is an escalation. Tickets that are ``held`` when the day begins take time, but
    were answered before.
    """

    def __init__(
        self,
        *,
        within: Within,
        serve: Mapping[str, Iterable[str]],
        rises: Callable[[str, str], bool],
        held: Container[int] = (),
    ) -> None:
        self._within = within
        self._serve = serve
        self._rises = rises
        self._held = held
        self._queues: dict[str, Tally] = {}
        self._total = Tally()
        #: Since when each ticket waits in its queue, and since when it waits for its first answer.
        self._waiting: dict[int, tuple[int, str]] = {}
        self._unanswered: dict[int, int] = {}
        self._came_from: dict[int, str] = {}
        self._times: dict[str, AgentTime] = {}

    def waits(self, at_us: int, ticket: Ticket) -> None:
        """It comes to wait, or waits again because an offer came to nothing."""
        number = ticket.ticket_id
        if number in self._waiting:
            return
        came_from = self._came_from.pop(number, None)
        if came_from is None:
            if number in self._held:
                return
            at_us = self._unanswered[number] = ticket.enqueued_us
            self._total.offered += 1
        elif came_from and self._rises(came_from, ticket.queue):
            self._tally(came_from).escalated += 1
            self._total.escalated += 1
        self._waiting[number] = (at_us, ticket.queue)
        self._tally(ticket.queue).offered += 1

    def rings(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """An offer alone changes no figure."""

    def begins(self, at_us: int, ticket: Ticket, agent: Agent) -> None:
        """It is answered."""
        self._time(agent, at_us).holding += 1
        waited = self._waiting.pop(ticket.ticket_id, None)
        if waited is None:
            return
        within_s = self._within.of(ticket.channel)
        self._tally(waited[1]).answer((at_us - waited[0]) / SECOND_US, within_s)
        first_us = self._unanswered.pop(ticket.ticket_id, None)
        if first_us is not None:
            self._total.answer((at_us - first_us) / SECOND_US, within_s)

    def ends(self, at_us: int, ticket: Ticket, agent: Agent) -> None:  # noqa: ARG002  a watcher is told
        """Its agent is done with it."""
        self._time(agent, at_us).holding -= 1

    def moves(self, at_us: int, ticket: Ticket, why: Moved) -> None:
        """It goes to another queue."""
        waited = self._waiting.pop(ticket.ticket_id, None)
        if waited is not None:
            wait_s = (at_us - waited[0]) / SECOND_US
            tally = self._tally(ticket.queue)
            (tally.overflow if why == "overflowed" else tally.move)(wait_s)
        if why == "overflowed":
            self._total.overflowed += 1
        self._came_from[ticket.ticket_id] = ticket.queue if why == "escalated" else ""

    def leaves(self, at_us: int, ticket: Ticket) -> None:
        """The customer has left."""
        since_us, queue = self._waiting.pop(ticket.ticket_id)
        self._tally(queue).abandon((at_us - since_us) / SECOND_US)
        first_us = self._unanswered.pop(ticket.ticket_id, None)
        if first_us is not None:
            self._total.abandon((at_us - first_us) / SECOND_US)

    def is_at(self, at_us: int, agent: Agent) -> None:
        """The agent comes or goes."""
        time = self._time(agent, at_us)
        time.is_here = IS_HERE[agent.presence]
        time.wraps_up = agent.presence == "wrap_up"

    def outcome(self, at_us: int) -> Outcome:
        """What was counted until now; once."""
        for since_us, queue in self._waiting.values():
            self._tally(queue).remain((at_us - since_us) / SECOND_US)
        for since_us in self._unanswered.values():
            self._total.remain((at_us - since_us) / SECOND_US)
        for time in self._times.values():
            time.note(at_us)
        queues = {
            name: tally.figures(occupancy=self._occupancy_of(name))
            for name, tally in sorted(self._queues.items())
        }
        total = self._total.figures(occupancy=occupancy(self._times.values()))
        return Outcome(queues=queues, total=total)

    def _tally(self, queue: str) -> Tally:
        tally = self._queues.get(queue)
        if tally is None:
            tally = self._queues[queue] = Tally()
        return tally

    def _time(self, agent: Agent, at_us: int) -> AgentTime:
        """The agent's time, up to now."""
        time = self._times.get(agent.agent_id)
        if time is None:
            time = self._times[agent.agent_id] = AgentTime()
            time.since_us = at_us
        time.note(at_us)
        return time

    def _occupancy_of(self, queue: str) -> float | None:
        serve = self._serve.get(queue, ())
        return occupancy(self._times[a] for a in serve if a in self._times)
