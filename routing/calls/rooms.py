"""Who was in the room of a call, and when the customer heard music alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from routing.calls import spans
from routing.calls.events import Event
from routing.calls.spans import Span


@dataclass(slots=True, kw_only=True)
class _Stay:
    """A telephone in a room, as far as the events were read."""

    in_since_s: int | None = None
    held_since_s: int | None = None
    here: list[Span] = field(default_factory=list)
    held: list[Span] = field(default_factory=list)

    def come(self, at_s: int) -> None:
        if self.in_since_s is None:
            self.in_since_s = at_s

    def hold(self, at_s: int) -> None:
        if self.held_since_s is None and self.in_since_s is not None:
            self.held_since_s = at_s

    def unhold(self, at_s: int) -> None:
        if self.held_since_s is not None:
            self.held.append((self.held_since_s, at_s))
        self.held_since_s = None

    def leave(self, at_s: int) -> None:
        self.unhold(at_s)
        if self.in_since_s is not None:
            self.here.append((self.in_since_s, at_s))
        self.in_since_s = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """When a telephone was in a room, and when it was there and heard music alone."""

    here: tuple[Span, ...]
    held: tuple[Span, ...]


def presence(events: Sequence[Event], legs: Collection[str], end_s: int) -> Presence:
    """Where these telephones of one person were, by ordered events; nobody stays after ``end_s``.

    Whoever was never told to leave did so when his telephone hung up, when the room was closed or
    when the call was over.
    """
    stays = [_stay(events, leg, end_s) for leg in sorted(legs)]
    return Presence(
        here=tuple(spans.union(one for stay in stays for one in stay.here)),
        held=tuple(spans.union(one for stay in stays for one in stay.held)),
    )


def _stay(events: Sequence[Event], leg: str, end_s: int) -> _Stay:
    own = [event for event in events if event.leg == leg]
    stay, hung_up_s = _Stay(), _hung_up_s(own)
    rooms = {event.conference for event in own if event.kind == "joined"}
    for event in events:
        at_s = min(event.time_s, end_s)
        if event.kind == "room_closed" and event.conference in rooms:
            stay.leave(at_s)
        if event.leg != leg:
            continue
        match event.kind:
            case "joined":
                stay.come(at_s)
            case "held":
                stay.hold(at_s)
            case "unheld":
                stay.unhold(at_s)
            case "left":
                if stay.in_since_s is None and not stay.here:
                    stay.come(_came_s(events, own, event))
                stay.leave(at_s)
    stay.leave(end_s if hung_up_s is None else min(end_s, hung_up_s))
    return stay


def _hung_up_s(own: Sequence[Event]) -> int | None:
    ends = [event for event in own if event.kind == "ended"]
    known = [event.at_s for event in ends if event.at_s is not None]
    return min(known or [event.heard_s for event in ends], default=None)


def _came_s(events: Sequence[Event], own: Sequence[Event], left: Event) -> int:
    """When somebody came of whom nobody told that he did: once he answered and the room was there.

    Without either he was there for no time that could be counted.
    """
    answered = [e.at_s for e in own if e.kind == "answered" and e.at_s is not None]
    opened = [
        event.at_s
        for event in events
        if event.kind == "room_opened"
        and event.conference == left.conference
        and event.at_s is not None
    ]
    known = [max(times) for times in (answered, opened) if times]
    return min(max(known), left.time_s) if known else left.time_s
