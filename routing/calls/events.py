"""What was told of a call, as its account is made of it: each thing once, in no order."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened on a call.

    ``kind``, ``status`` and the other names mean what they mean in ``channels.CallEvent``. ``at``
    is the provider's time. Where it tells none, it happened at ``received_at`` at the latest: what
    is told comes late and never early. In seconds since 1970: ``at_s``, ``heard_s`` and
    ``time_s``, which is the provider's time or the latest at which it can have been.
    """

    kind: str
    received_at: datetime
    at: datetime | None = None
    leg: str | None = None
    conference: str | None = None
    sequence: int | None = None
    label: str | None = None
    status: str | None = None
    elapsed_s: int | None = None
    direction: str | None = None
    called: str | None = None
    input: str | None = None
    is_coach: bool = False
    is_muted: bool = False
    is_message: bool = False

    at_s: int | None = field(init=False, repr=False)
    heard_s: int = field(init=False, repr=False)
    time_s: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Count in whole seconds, once: the provider's times have no fractions either."""
        at_s = None if self.at is None else int(self.at.timestamp() // 1)
        heard_s = int(self.received_at.timestamp() // 1)
        object.__setattr__(self, "at_s", at_s)
        object.__setattr__(self, "heard_s", heard_s)
        object.__setattr__(self, "time_s", heard_s if at_s is None else at_s)


#: What makes two events the same one: everything but when we heard of it.
_SAME: Final = attrgetter(*(f.name for f in fields(Event) if f.init and f.name != "received_at"))
_TEXTS: Final = attrgetter(
    "kind", "leg", "conference", "label", "status", "direction", "called", "input"
)
#: In a room these follow from one another within a second, where no sequence tells their order.
_ORDER: Final = {"room_opened": 0, "joined": 1, "held": 2, "unheld": 3, "left": 4, "room_closed": 5}


def distinct(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once, as early as we heard of it, in the order in which they happened."""
    found: dict[object, Event] = {}
    for event in events:
        same = _SAME(event)
        earlier = found.get(same)
        if earlier is None or event.received_at < earlier.received_at:
            found[same] = event
    return tuple(sorted(_bounded(found.values()), key=_order))


def _order(event: Event) -> tuple[object, ...]:
    rank = _ORDER.get(event.kind, 0)
    sequence = -1 if event.sequence is None else event.sequence
    return event.time_s, sequence, rank, event.received_at, *_rest(event)


def _rest(event: Event) -> tuple[object, ...]:
    """What else tells two events apart, so that their order is never that of their arrival."""
    elapsed_s = -1 if event.elapsed_s is None else event.elapsed_s
    texts = (text or "" for text in _TEXTS(event))
    flags = event.is_coach, event.is_muted, event.is_message, event.at is None
    return elapsed_s, *texts, *flags


def _bounded(events: Collection[Event]) -> list[Event]:
    """In a room, what has no time of its own was not later than what has a higher number."""
    known = [
        (event.conference, event.sequence, event.at)
        for event in events
        if event.at is not None and event.sequence is not None
    ]
    bounded = []
    for event in events:
        found = event
        if event.at is None and event.conference is not None and event.sequence is not None:
            later = [at for room, n, at in known if room == event.conference and n > event.sequence]
            found = replace(event, received_at=min([event.received_at, *later]))
        bounded.append(found)
    return bounded
