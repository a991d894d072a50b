"""What agents who look for tickets at one time see, while each takes from what the others see."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from msgspec import Struct

from routing import assignment
from routing.assignment import Waiting
from routing.instants import SECOND_US

#: How long a telephone rings where the queue says nothing of telephones; never longer than its own.
PHONE_RINGS_S: Final = 20


class Ring(Struct, frozen=True, kw_only=True):
    """How a queue hands out a ticket: given at once, or ringing for a while."""

    queue_id: int
    given_at_once: bool
    offer_timeout_s: int


class Candidate(Ring, frozen=True, kw_only=True):
    """Somebody who may have a ticket that looks for an agent."""

    agent_id: int
    is_sticky: bool
    level: int
    band: int
    load: int
    capacity: int
    idle_since_us: int


class Head(Ring, frozen=True, kw_only=True):
    """A ticket that somebody takes."""

    ticket_id: int
    weight: int


class Sight(Struct, frozen=True, kw_only=True):
    """The first tickets of a queue, as these agents see them, each with ``free`` units left.

    Of each queue one more is read than ``room``, the units of all who look and serve it: if they
    all took from this one, the last would still see which ticket comes behind his. What is sticky
    to an agent is a sight each, and of these one more is read than he has units, of all queues.
    What follows ``ticket_ids`` belongs to these, in their order; ``by_phone`` are those whose
    customer is on the line or to be called.
    """

    agent_ids: list[int]
    free: int
    room: int
    is_sticky: bool
    queue_id: int
    handicap_s: int
    auto_accept: list[str]
    offer_timeout_s: int
    offer_timeouts: dict[str, int]
    ticket_ids: list[int]
    channels: list[str]
    by_phone: list[bool]
    weights: list[int]
    credits_s: list[int]
    ranks_us: list[int]

    def head(self, n: int) -> Head:
        """One of them, as it is handed out."""
        channel, by_phone = self.channels[n], self.by_phone[n]
        rings_s = self.offer_timeout_s
        if by_phone:
            channel, rings_s = "phone", min(PHONE_RINGS_S, rings_s)
        return Head(
            queue_id=self.queue_id,
            given_at_once=channel in self.auto_accept and not by_phone,
            offer_timeout_s=self.offer_timeouts.get(channel, rings_s),
            ticket_id=self.ticket_ids[n],
            weight=self.weights[n],
        )

    def waiting(self, n: int) -> Waiting:
        """One of them, as the rules know it."""
        return Waiting(
            ticket_id=self.ticket_ids[n],
            is_sticky=self.is_sticky,
            queue_id=self.queue_id,
            enqueued_us=self.ranks_us[n] + self.credits_s[n] * SECOND_US,
            credit_s=self.credits_s[n],
            handicap_s=self.handicap_s,
            weight=self.weights[n],
        )


#: A ticket in sight: where, and which of those that are seen there.
Place = tuple[Sight, int]


class Chosen(NamedTuple):
    """A ticket for an agent, and why it is this one."""

    agent_id: int
    head: Head
    why: dict[str, Any]


class Sights:
    """The heads of all queues, in order; what is chosen is seen by nobody any more.

    ``cut_short`` are the agents who have to look again: what is left of what was read is too heavy
    for them, and behind it something lighter may wait.
    """

    def __init__(self, sights: list[Sight]) -> None:
        self.cut_short: list[int] = []
        self._taken: set[int] = set()
        self._on_the_phone: set[int] = set()
        self._free: dict[int, int] = {}
        self._sticky: dict[int, list[Sight]] = {}
        self._queues: dict[int, list[Sight]] = {}
        for sight in sights:
            seen = self._sticky if sight.is_sticky else self._queues
            for agent_id in sight.agent_ids:
                self._free[agent_id] = sight.free
                seen.setdefault(agent_id, []).append(sight)

    def choose(self, agent_id: int, now_us: int) -> Iterator[Chosen]:
        """What this agent takes, one ticket after the other."""
        free = self._free.get(agent_id, 0)
        while free > 0:
            firsts = self._firsts(agent_id, free)
            if firsts is None:
                self.cut_short.append(agent_id)
                return
            choice = assignment.choose_ticket(
                [sight.waiting(n) for sight, n in firsts],
                partial(self._behind, agent_id, free),
                now_us=now_us,
            )
            if choice is None:
                return
            sight, n = next(p for p in firsts if p[0].ticket_ids[p[1]] == choice.chosen_id)
            self._taken.add(choice.chosen_id)
            if sight.by_phone[n]:
                self._on_the_phone.add(agent_id)
            free -= sight.weights[n]
            yield Chosen(agent_id, sight.head(n), choice.why)

    def _firsts(self, agent_id: int, free: int) -> list[Place] | None:
        """What is sticky to him and the first of each queue; None where too few were read."""
        sticky = self._sticky.get(agent_id, [])
        firsts = [(sight, n) for sight in sticky for n in self._left(agent_id, sight, free)]
        own = {sight.ticket_ids[n] for sight, n in firsts}
        is_enough = bool(own) or not sticky or len(sticky) <= sticky[0].room
        for sight in self._queues.get(agent_id, ()):
            left = (n for n in self._left(agent_id, sight, free) if sight.ticket_ids[n] not in own)
            first = next(left, None)
            if first is not None:
                firsts.append((sight, first))
            elif len(sight.ticket_ids) > sight.room:
                is_enough = is_enough and bool(own)
        return firsts if is_enough else None

    def _behind(self, agent_id: int, free: int, first: Waiting) -> Waiting | None:
        """The one after the first of a queue that he may take."""
        if first.is_sticky:  # all of these are among the first
            return None
        sight = next(s for s in self._queues[agent_id] if s.queue_id == first.queue_id)
        others = self._left(agent_id, sight, free)
        left = (n for n in others if sight.ticket_ids[n] != first.ticket_id)
        second = next(left, None)
        return None if second is None else sight.waiting(second)

    def _left(self, agent_id: int, sight: Sight, free: int) -> Iterator[int]:
        """Which of a sight may still be taken with so much room, in order: one call at a time."""
        is_busy = agent_id in self._on_the_phone
        for n, ticket_id in enumerate(sight.ticket_ids):
            if is_busy and sight.by_phone[n]:
                continue
            if sight.weights[n] <= free and ticket_id not in self._taken:
                yield n
