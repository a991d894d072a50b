"""Who waits in which queue, and who could be asked there: in order, so that nobody searches."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final

from routing.engine.records import Agent, Membership, Ticket

_NOTHING: Final[frozenset[int]] = frozenset()


class Line:
    """One queue: its waiting tickets by rank, its members, and those of them with room."""

    def __init__(self) -> None:
        self.is_open = True
        self.members: dict[str, tuple[Agent, Membership]] = {}
        #: Members who are available and not full, by level and band: who comes first stands first.
        self.free: list[dict[str, tuple[Agent, Membership]]] = []
        self._place: dict[str, int] = {}
        #: All members, own work first and by band: how they would come if all were idle.
        self.in_order: list[tuple[Agent, Membership]] = []
        self.delays_us: tuple[int, ...] = ()
        self._waiting: list[tuple[int, int]] = []

    def join(self, agent: Agent, membership: Membership) -> None:
        """Take up a member; ``arrange`` is called when all are there."""
        self.members[agent.agent_id] = (agent, membership)

    def arrange(self) -> None:
        """Put the members in order; nobody is free yet."""
        members = self.members.values()
        self.delays_us = tuple(sorted({m.delay_us for _, m in members if m.delay_us}))
        self.in_order = sorted(
            members, key=lambda one: (one[1].level, -one[1].band, one[0].agent_id)
        )
        places = {term: n for n, term in enumerate(sorted({_term(m) for _, m in members}))}
        self._place = {name: places[_term(m)] for name, (_, m) in self.members.items()}
        self.free = [{} for _ in places]

    def set_free(self, agent_id: str, *, is_free: bool) -> None:
        """The member has room from now on, or none."""
        alike = self.free[self._place[agent_id]]
        if is_free:
            alike[agent_id] = self.members[agent_id]
        else:
            del alike[agent_id]

    def add(self, ticket: Ticket) -> None:
        """A ticket waits here."""
        insort(self._waiting, (ticket.rank_us, ticket.ticket_id))

    def remove(self, ticket: Ticket) -> None:
        """A ticket waits here no longer; its rank is still what it was when it was added."""
        entry = (ticket.rank_us, ticket.ticket_id)
        place = bisect_left(self._waiting, entry)
        assert self._waiting[place] == entry
        del self._waiting[place]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Rank and id of each waiting ticket, the first to be served first."""
        return iter(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)


def _term(membership: Membership) -> tuple[int, int]:
    return membership.level, -membership.band


class Lines(dict[str, Line]):
    """All queues, and the tickets that are sticky to each agent while they wait.

    A queue that nobody has spoken of yet is empty and open.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sticky: dict[str, set[int]] = {}

    def __missing__(self, queue: str) -> Line:
        line = self[queue] = Line()
        return line

    def add(self, ticket: Ticket) -> None:
        """A ticket waits."""
        self[ticket.queue].add(ticket)
        if ticket.sticky_agent is not None:
            self._sticky.setdefault(ticket.sticky_agent, set()).add(ticket.ticket_id)

    def remove(self, ticket: Ticket) -> None:
        """A ticket waits no longer."""
        self[ticket.queue].remove(ticket)
        if ticket.sticky_agent is not None:
            self._sticky[ticket.sticky_agent].discard(ticket.ticket_id)

    def sticky_to(self, agent_id: str) -> frozenset[int]:
        """The waiting tickets that are sticky to an agent, kept for him or not."""
        sticky = self._sticky.get(agent_id)
        return frozenset(sticky) if sticky else _NOTHING

    def note_room(self, agent: Agent) -> None:
        """The agent's presence or load has changed: is he to be asked?"""
        has_room = agent.presence == "available" and agent.load < agent.capacity
        if has_room == agent.is_asked:
            return
        agent.is_asked = has_room
        for queue in agent.memberships:
            self[queue].set_free(agent.agent_id, is_free=has_room)
