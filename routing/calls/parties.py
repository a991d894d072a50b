"""Who is on which telephone of a call, by what was told of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from routing.calls.events import Event

CUSTOMER: Final = "customer"
AGENT: Final = "agent"
_SUPERVISORS: Final = ("supervisor", "coach")
_NUMBER: Final = "number"
_OURS: Final = (AGENT, *_SUPERVISORS, _NUMBER)
#: What only a customer's telephone does.
_HIS: Final = frozenset({"began", "chose", "parked", "unparked"})
_CLIENT: Final = "client:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The telephones of a call, by the provider's ids of them.

    ``agents`` says whose each is; supervisors, who are no part of the conversation, are in none of
    these. ``outsiders`` are numbers the customer was connected to.
    """

    customers: frozenset[str]
    agents: Mapping[str, str]
    outsiders: frozenset[str]


def parties(events: Sequence[Event], labels: Mapping[str, str]) -> Parties:
    """Find out who is who; ``labels`` are what is known beside the events.

    Without any label the customer is who called, or whom we called once an agent was there, and
    everybody else is an agent who is known by the address that was dialled.
    """
    told = {e.leg: e.label for e in reversed(events) if e.leg is not None and e.label}
    told.update(labels)
    legs = sorted({event.leg for event in events if event.leg is not None})
    ours = {leg for leg, label in told.items() if label.partition(":")[0] in _OURS}
    customers = {leg for leg in legs if told.get(leg) == CUSTOMER}
    customers |= {e.leg for e in events if e.leg and e.leg not in ours and _is_his(e)}
    customers = customers or _called(events, told)
    agents: dict[str, str] = {}
    outsiders: set[str] = set()
    for leg in legs:
        label = told.get(leg, "")
        word = label.partition(":")[0]
        own = [event for event in events if event.leg == leg]
        if leg in customers or word in _SUPERVISORS or _only_listens(own):
            continue
        if word == _NUMBER:
            outsiders.add(leg)
        elif label or _is_dialled(own, has_customer=bool(customers)):
            agents[leg] = agent_of(label) if label else _address(own, leg)
    came = {event.leg for event in events if event.kind == "joined"}
    return Parties(
        customers=frozenset(customers),
        agents=_named(agents, {leg for leg in agents if leg in came and not told.get(leg)}, events),
        outsiders=frozenset(outsiders),
    )


def agent_of(label: str) -> str:
    """Which agent a label is of: what stands behind ``agent:``, or all of it."""
    word, colon, rest = label.partition(":")
    return rest if colon and word == AGENT and rest else label


def _is_his(event: Event) -> bool:
    return event.direction == "inbound" or (event.kind in _HIS and event.direction != "outbound")


def _called(events: Sequence[Event], told: Mapping[str, str]) -> set[str]:
    """Whom we called where nobody called us: an agent is first in the room, then he is dialled."""
    joined = (event for event in events if event.kind == "joined" and event.leg)
    agent = next((event for event in joined if _is_agents(event.leg or "", told)), None)
    if agent is None:
        return set()
    first_s = {event.leg: event.time_s for event in reversed(events) if event.leg}
    pressed = {event.leg for event in events if event.kind == "pressed"}
    later = sorted((at_s, leg) for leg, at_s in first_s.items() if at_s >= agent.time_s)
    found = (
        leg
        for _, leg in later
        if not (leg == agent.leg or told.get(leg) or leg in pressed)
        and not _only_listens([event for event in events if event.leg == leg])
    )
    return set(islice(found, 1))


def _is_agents(leg: str, told: Mapping[str, str]) -> bool:
    return told.get(leg, AGENT).partition(":")[0] == AGENT


def _only_listens(own: Iterable[Event]) -> bool:
    """Whoever coaches is no agent of this call, nor who was muted from when he came."""
    joined = [event for event in own if event.kind == "joined"]
    if any(event.is_coach for event in own):
        return True
    is_heard = any(event.kind == "changed" and not event.is_muted for event in own)
    return bool(joined) and all(event.is_muted for event in joined) and not is_heard


def _is_dialled(own: Sequence[Event], *, has_customer: bool) -> bool:
    """Where the customer is somebody else, a telephone of which no more is told was dialled."""
    if any(event.kind in ("joined", "dialled") or event.direction == "outbound" for event in own):
        return True
    return has_customer and any(event.kind in ("ringing", "answered") for event in own)


def _address(own: Iterable[Event], leg: str) -> str:
    called = next((event.called for event in own if event.called), None)
    return leg if called is None else called.removeprefix(_CLIENT)


def _named(agents: dict[str, str], unnamed: set[str], events: Sequence[Event]) -> dict[str, str]:
    """Where only one agent who came has no name and one is left over, they belong together."""
    said = {agent_of(e.label) for e in events if e.kind == "wrapped_up" and e.label}
    left = sorted(said - set(agents.values()))
    nobody = {agents[leg] for leg in unnamed}
    if len(nobody) == len(left) == 1:
        return {leg: left[0] if leg in unnamed else agent for leg, agent in agents.items()}
    return agents
