"""What agents do for a call without the customer: their telephones ring, and they wrap up."""

from collections.abc import Sequence

from routing.calls.events import Event
from routing.calls.parties import Parties, agent_of
from routing.calls.spans import Span


def rings(events: Sequence[Event], parties: Parties) -> list[tuple[str, Span]]:
    """How long each agent's telephone rang: from dialling it until it was answered or given up."""
    found = []
    for leg in sorted(parties.agents):
        own = [event for event in events if event.leg == leg]
        began_s = _first_s(own, ("dialled",)) or _first_s(own, ("ringing",))
        over_s = _first_s(own, ("answered",)) or _first_s(own, ("joined", "ended"))
        if began_s is not None and over_s is not None and began_s < over_s:
            found.append((parties.agents[leg], (began_s, over_s)))
    return found


def wraps(events: Sequence[Event], agent: str, stays: Sequence[Span]) -> list[Span]:
    """From each time he left the call until he was done, or came back to it."""
    done = sorted(
        event.time_s
        for event in events
        if event.kind == "wrapped_up" and event.label and agent_of(event.label) == agent
    )
    found = []
    for left_s, next_s in zip(
        (end for _, end in stays), (*(begin for begin, _ in stays[1:]), None), strict=True
    ):
        over_s = next((s for s in done if s >= left_s and (next_s is None or s <= next_s)), None)
        if over_s is not None:
            found.append((left_s, over_s))
    return found


def _first_s(own: Sequence[Event], kinds: Sequence[str]) -> int | None:
    """The provider's time of the first of these; when we heard of one where it tells none."""
    these = [event for event in own if event.kind in kinds]
    known = [event.at_s for event in these if event.at_s is not None]
    return min(known or [event.heard_s for event in these], default=None)
