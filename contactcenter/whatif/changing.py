"""What is changed about a day: who is there, how long work takes, how long people wait."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter.whatif.day import Arrival, OnDuty

#: Nobody asks for more with a straight face, and it would take the memory of the machine.
MOST_ADDED: Final = 10_000


class Impossible(Exception):
    """A change that cannot be made; the message says why."""


class Heads(Struct, frozen=True, kw_only=True):
    """So many agents more in a queue, or fewer."""

    queue: str
    more: int


class Changes(Struct, frozen=True, kw_only=True):
    """What is to be different about people and their work."""

    heads: Sequence[Heads] = ()
    handle: float = 1
    patience: float = 1

    @property
    def are_none(self) -> bool:
        """Whether nothing is."""
        return not self.heads and self.handle == self.patience == 1


def with_heads(staff: Sequence[OnDuty], changes: Sequence[Heads]) -> list[OnDuty]:
    """The staff with some more or fewer; raises ``Impossible``.

    Who is added is like one of those whose own work the queue is (the smallest level), one after
    the other in the order of their names: his capacity and his shifts, but for this queue alone.
    Who is taken away is the last of them by name, from all of his queues.
    """
    changed = list(staff)
    for change in changes:
        own = _own(changed, change.queue)
        if not own:
            raise Impossible(f"nobody serves “{change.queue}”: there is nobody to be like")
        if change.more >= 0:
            if change.more > MOST_ADDED:
                raise Impossible(f"{change.more} are too many for “{change.queue}”")
            changed += _likes(own, change, {agent.agent_id for agent in changed})
        elif -change.more > len(own):
            raise Impossible(f"only {len(own)} can be taken from “{change.queue}”")
        else:
            gone = {agent.agent_id for agent in own[change.more :]}
            changed = [agent for agent in changed if agent.agent_id not in gone]
    return changed


def with_times(arrivals: Sequence[Arrival], *, handle: float, patience: float) -> Sequence[Arrival]:
    """The arrivals with so many times the work and the patience."""
    if handle == patience == 1:
        return arrivals
    return [
        msgspec.structs.replace(
            arrival,
            handle_us=tuple(round(work * handle) for work in arrival.handle_us),
            patience_us=None
            if arrival.patience_us is None
            else round(arrival.patience_us * patience),
        )
        for arrival in arrivals
    ]


def _own(staff: Sequence[OnDuty], queue: str) -> list[OnDuty]:
    """Whose own work a queue is, by name."""
    levels = {a.agent_id: m.level for a in staff for m in a.memberships if m.queue == queue}
    least = min(levels.values(), default=0)
    own = [agent for agent in staff if levels.get(agent.agent_id) == least]
    return sorted(own, key=lambda agent: agent.agent_id)


def _likes(own: Sequence[OnDuty], change: Heads, taken: set[str]) -> list[OnDuty]:
    found: list[OnDuty] = []
    number = 0
    while len(found) < change.more:
        number += 1
        name = f"{change.queue} +{number}"
        if name in taken:
            continue
        like = own[len(found) % len(own)]
        served = tuple(m for m in like.memberships if m.queue == change.queue)
        found.append(msgspec.structs.replace(like, agent_id=name, memberships=served))
    return found
