"""What the customer did at any second of a call: he waited, talked with somebody, was on hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.calls import rooms, spans
from routing.calls.events import Event
from routing.calls.moments import Moments
from routing.calls.parties import Parties
from routing.calls.spans import Span

#: Ways out of the line that are the customer's own, or nobody's: what comes then is no waiting.
_ELSEWHERE = frozenset({"left", "full", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Spans in seconds since 1970. Of agents only who met the customer, by whom they are.

    ``stays`` are when each agent was in the room; ``talked`` and ``held`` when the customer was
    there as well, to be heard or on hold. ``missed`` is when agents were there who never met him.
    ``outside`` is when he talked with an outside number and no agent, ``outsiders`` when such a
    number was in the room at all.
    """

    waited: Sequence[Span]
    stays: Mapping[str, Sequence[Span]]
    talked: Mapping[str, Sequence[Span]]
    held: Mapping[str, Sequence[Span]]
    missed: Mapping[str, Sequence[Span]]
    outside: Sequence[Span]
    outsiders: Sequence[Span]

    @property
    def talk(self) -> Sequence[Span]:
        """When the customer talked with any agent."""
        return spans.union(one for of_agent in self.talked.values() for one in of_agent)

    @property
    def hold(self) -> Sequence[Span]:
        """When he was on hold and an agent was there."""
        return spans.union(one for of_agent in self.held.values() for one in of_agent)


def conversation(events: Sequence[Event], parties: Parties, when: Moments) -> Conversation:
    """Find out who was with the customer when."""
    his = rooms.presence(events, parties.customers, when.ended_s)
    stays = {
        agent: rooms.presence(events, _legs_of(parties, agent), _last_s(events, when)).here
        for agent in sorted(set(parties.agents.values()))
    }
    met = {agent: there for agent, there in stays.items() if spans.common(his.here, there)}
    heard = spans.without(his.here, his.held)
    talked = {agent: spans.common(heard, there) for agent, there in met.items()}
    held = {agent: spans.common(his.held, there) for agent, there in met.items()}
    with_agents = spans.union(
        one for there in met.values() for one in spans.common(his.here, there)
    )
    outsiders = rooms.presence(events, parties.outsiders, when.ended_s).here
    outside = spans.without(spans.common(heard, outsiders), with_agents)
    return Conversation(
        waited=_waited(when, spans.union([*with_agents, *outside]), his.held),
        stays=met,
        talked=talked,
        held=held,
        missed={agent: there for agent, there in stays.items() if there and agent not in met},
        outside=outside,
        outsiders=outsiders,
    )


def _legs_of(parties: Parties, agent: str) -> list[str]:
    return [leg for leg, whose in parties.agents.items() if whose == agent]


def _last_s(events: Sequence[Event], when: Moments) -> int:
    """When an agent of whom nobody told had left at the latest: as the customer, or told later."""
    later = [event.at_s for event in events if event.kind in ("left", "room_closed") and event.at_s]
    return max([when.ended_s, *later])


def _waited(when: Moments, company: Sequence[Span], held: Sequence[Span]) -> list[Span]:
    """From the queue to the first agent, and again from one who left to the next.

    Who was alone at the end was waiting only if he was on hold: else the call was just ending.
    """
    until_s = when.ended_s
    if when.unparked_as in _ELSEWHERE and when.unparked_s is not None:
        until_s = when.unparked_s
    if when.message_s is not None:
        until_s = min(until_s, when.message_s)
    waited: list[Span] = []
    if when.parked_s is not None:
        waited.append((when.parked_s, company[0][0] if company else until_s))
    waited += [(one[1], other[0]) for one, other in pairwise(company)]
    if company:
        alone = (company[-1][1], when.ended_s)
        waited += spans.common([alone], held)
    return spans.union(waited)
