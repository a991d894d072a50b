"""What agents who look for tickets at one time see, while each takes from what the others see."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from msgspec import Struct

from routing import assignment
from routing.assignment import Waiting


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
    """One of the first tickets of a queue, as these agents see it, each with ``free`` units left.

    Of each queue one more is read than ``room``, the units of all who look and serve it: if they
    all took from this one, the last would still see which ticket comes behind his. Of what is
    sticky to an agent, whichever queue it is in, one more is read than he has units.
    """

    agent_ids: list[int]
    free: int
    room: int
    is_sticky: bool
    ticket_id: int
    enqueued_us: int
    credit_s: int
    handicap_s: int
    weight: int


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

    def __init__(self, heads: list[Head]) -> None:
        self.cut_short: list[int] = []
        self._taken: set[int] = set()
        self._free: dict[int, int] = {}
        self._sticky: dict[int, list[Head]] = {}
        self._of: dict[int, dict[int, list[Head]]] = {}
        for head in heads:
            for agent_id in head.agent_ids:
                self._free[agent_id] = head.free
                if head.is_sticky:
                    self._sticky.setdefault(agent_id, []).append(head)
                else:
                    self._of.setdefault(agent_id, {}).setdefault(head.queue_id, []).append(head)

    def choose(self, agent_id: int, now_us: int) -> Iterator[Chosen]:
        """What this agent takes, one ticket after the other."""
        free = self._free.get(agent_id, 0)
        while free > 0:
            firsts = self._firsts(agent_id, free)
            if firsts is None:
                self.cut_short.append(agent_id)
                return
            choice = assignment.choose_ticket(
                list(map(_seen, firsts)), partial(self._behind, agent_id, free), now_us=now_us
            )
            if choice is None:
                return
            head = next(one for one in firsts if one.ticket_id == choice.chosen_id)
            self._taken.add(head.ticket_id)
            free -= head.weight
            yield Chosen(agent_id, head, choice.why)

    def _firsts(self, agent_id: int, free: int) -> list[Head] | None:
        """What is sticky to him and the first of each queue; None where too few were read."""
        sticky = self._sticky.get(agent_id, [])
        firsts = [head for head in sticky if self._may_be_taken(head, free)]
        own = {head.ticket_id for head in firsts}
        is_enough = bool(own) or not sticky or len(sticky) <= sticky[0].room
        for heads in self._of.get(agent_id, {}).values():
            for head in heads:
                if head.ticket_id not in own and self._may_be_taken(head, free):
                    firsts.append(head)
                    break
            else:
                is_enough = is_enough and (bool(own) or len(heads) <= heads[0].room)
        return firsts if is_enough else None

    def _behind(self, agent_id: int, free: int, first: Waiting) -> Waiting | None:
        """The one after the first of a queue that he may take."""
        if first.is_sticky:  # all of these are among the first
            return None
        left = (
            head
            for head in self._of[agent_id][first.queue_id]
            if head.ticket_id != first.ticket_id and self._may_be_taken(head, free)
        )
        second = next(left, None)
        return None if second is None else _seen(second)

    def _may_be_taken(self, head: Head, free: int) -> bool:
        return head.weight <= free and head.ticket_id not in self._taken


def _seen(head: Head) -> Waiting:
    """What the rules want to know of a ticket."""
    return Waiting(
        ticket_id=head.ticket_id,
        is_sticky=head.is_sticky,
        queue_id=head.queue_id,
        enqueued_us=head.enqueued_us,
        credit_s=head.credit_s,
        handicap_s=head.handicap_s,
        weight=head.weight,
    )
