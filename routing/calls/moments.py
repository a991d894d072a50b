"""When a call began, when its customer began to wait and stopped, and when it was over.

The provider's own times count: ``Timestamp``, and what it counted back from one. Where it tells
none, the earliest at which it can have been: when we heard of it, less what had passed by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from routing.calls.events import Event
from routing.calls.parties import Parties

#: Shorter than this nobody said anything: he hung up when he heard the tone.
LEAST_MESSAGE_S: Final = 2
#: Progress of a telephone that was reached.
_REACHED: Final = ("began", "answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Seconds since 1970. ``parked_s`` is None for who never waited, ``unparked_s`` likewise.

    ``unparked_as`` is how waiting ended last. ``message_s`` is when a message was begun, None
    where none was left. ``is_over``: somebody said so, of every telephone where the customer never
    had one in the call.
    """

    began_s: int
    parked_s: int | None
    unparked_s: int | None
    unparked_as: str | None
    message_s: int | None
    ended_s: int
    is_over: bool


def moments(events: Sequence[Event], parties: Parties) -> Moments:
    """Find them by the events of a call, at least one."""
    his = _of_customer(events, parties)
    ended_s = _ended_s(events, his)
    began_s = min(_began_s(events, his), ended_s)
    message_s = _within(_message_s(his, events, parties, ended_s), began_s, ended_s)
    before_s = ended_s if message_s is None else message_s
    parked_s = _within(_parked_s(events, his, parties, before_s), began_s, ended_s)
    unparked = max(
        (e for e in his if e.kind == "unparked"),
        key=lambda e: (e.time_s, e.elapsed_s or 0, e.status or ""),
        default=None,
    )
    unparked_s = None
    if unparked is not None:
        unparked_s = unparked.time_s
        if unparked.elapsed_s is not None and parked_s is not None:
            unparked_s = min(parked_s + unparked.elapsed_s, unparked_s)
        unparked_s = _within(unparked_s, parked_s or began_s, before_s)
    return Moments(
        began_s=began_s,
        parked_s=parked_s,
        unparked_s=unparked_s,
        unparked_as=None if unparked is None else unparked.status,
        message_s=message_s,
        ended_s=ended_s,
        is_over=any(_ends(event) for event in his) if his else _all_ended(events),
    )


def _of_customer(events: Sequence[Event], parties: Parties) -> list[Event]:
    """What was told of the customer's telephone: of the one he talked on, where he has two."""
    his = [event for event in events if event.leg in parties.customers]
    talked = {event.leg for event in his if event.kind == "joined"}
    return [event for event in his if event.leg in talked] if talked else his


def _ends(event: Event) -> bool:
    return event.kind == "ended" or (event.kind == "unparked" and event.status == "hung_up")


def _all_ended(events: Sequence[Event]) -> bool:
    """Whether every telephone has hung up of which anything was told."""
    told = {event.leg for event in events if event.leg is not None}
    return bool(told) and told <= {event.leg for event in events if event.kind == "ended"}


def _began_s(events: Sequence[Event], his: Sequence[Event]) -> int:
    """The end less how long it took; else when the telephone was answered, or we heard of it."""
    counted = [
        event.at_s - event.elapsed_s
        for event in his
        if event.kind == "ended" and event.at_s is not None and event.elapsed_s is not None
    ]
    if counted:
        return min(counted)
    reached = [event for event in his if event.kind in _REACHED]
    known = [event.at_s for event in reached if event.at_s is not None]
    if known:
        return min(known)
    over = [event.time_s for event in his if event.kind == "ended"]
    if over and not reached and any(event.kind in ("dialled", "ringing") for event in his):
        return max(over)  # we called, and he never answered: to ring is no call
    return min(_earliest_s(event) for event in his or events)


def _earliest_s(event: Event) -> int:
    is_counted = event.kind in ("parked", "unparked", "ended")
    return event.time_s - ((event.elapsed_s or 0) if is_counted else 0)


def _ended_s(events: Sequence[Event], his: Sequence[Event]) -> int:
    """When the customer hung up; the last of what is known where nobody told."""
    ends = [event for event in his if event.kind == "ended"]
    known = [event.at_s for event in ends if event.at_s is not None]
    if known:
        return max(known) if len({event.leg for event in ends}) > 1 else min(known)
    left = [e.at_s for e in his if e.kind == "left" and e.at_s is not None]
    closed = [e.at_s for e in events if e.kind == "room_closed" and e.at_s is not None]
    came = [e.at_s for e in his if e.kind == "joined" and e.at_s is not None]
    gone = [at_s for at_s in (*left, *closed) if at_s >= max(came, default=at_s)]
    if came and gone and not any(e.kind == "recording_ended" and e.is_message for e in his):
        return min(gone)
    over = [event for event in his if _ends(event)]
    if over:
        return min(_hung_up_s(event, his) for event in over)
    told = [event.time_s for event in events if event.kind != "wrapped_up"]
    provider = [e.at_s for e in events if e.kind != "wrapped_up" and e.at_s is not None]
    return max(provider or told, default=events[-1].time_s)


def _hung_up_s(over: Event, his: Sequence[Event]) -> int:
    """When he hung up in line: when he began to wait, and how long that was."""
    parked = [e.time_s - e.elapsed_s for e in his if e.kind == "parked" and e.elapsed_s is not None]
    if over.kind == "unparked" and over.elapsed_s is not None and parked:
        return min(over.time_s, min(parked) + over.elapsed_s)
    return over.time_s


def _parked_s(
    events: Sequence[Event], his: Sequence[Event], parties: Parties, before_s: int
) -> int | None:
    """When he was put into the queue: not later than any of these allows.

    Without him in the call nobody waits: an agent's telephone rang first, and was not answered.
    """
    if not his:
        return None
    found = [_earliest_s(event) for event in his if event.kind in ("parked", "unparked")]
    counted = {e.elapsed_s for e in his if e.kind == "unparked" and e.elapsed_s is not None}
    if len(counted) == 1:
        waited_s = counted.pop()
        by_status = {e.status for e in his if e.kind == "unparked"}
        found += [at_s - waited_s for at_s in _moved_s(his, by_status, before_s)]
    if found or any(e.direction == "outbound" for e in his):
        return min(found, default=None)
    dialled = [
        event.time_s
        for event in events
        if event.kind in ("dialled", "ringing") and event.leg in parties.agents
    ]
    return min(dialled, default=None)


def _moved_s(his: Iterable[Event], statuses: set[str | None], before_s: int) -> list[int]:
    """Where the customer's time in line had ended at the latest, by the provider's own times."""
    if "connected" in statuses:
        joined = [e.at_s for e in his if e.kind == "joined" and e.at_s is not None]
        return [min(joined)] if joined else []
    return [before_s]


def _message_s(
    his: Sequence[Event], events: Sequence[Event], parties: Parties, ended_s: int
) -> int | None:
    """When a message that he left was begun; a recording of a conversation is none.

    One that nobody calls a message is one where there was no conversation.
    """
    talked = any(e.kind == "joined" and e.leg in parties.agents for e in events)
    nobodys = [event for event in events if event.leg is None and event.conference is None]
    done = [
        event
        for event in (*his, *nobodys)
        if event.kind == "recording_ended"
        and event.status == "completed"
        and (event.elapsed_s is None or event.elapsed_s >= LEAST_MESSAGE_S)
        and (event.is_message or (event.conference is None and not talked))
    ]
    if not done:
        return None
    began = [e.time_s for e in his if e.kind == "recording_began" and e.at_s is not None]
    return min(began or [min(e.time_s, ended_s) - (e.elapsed_s or 0) for e in done])


def _within(at_s: int | None, begin_s: int, end_s: int) -> int | None:
    return None if at_s is None else min(max(at_s, begin_s), max(begin_s, end_s))
