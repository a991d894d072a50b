"""What became of a call, in one word."""

from collections.abc import Sequence
from typing import Final, Literal

from routing.calls.conversation import Conversation
from routing.calls.events import Event
from routing.calls.moments import Moments
from routing.calls.parties import Parties

Outcome = Literal["answered", "abandoned", "short_abandoned", "voicemail", "callback", "failed"]

#: Who gave up before this had dialled a wrong number, or could not have been answered in time.
SHORT_ABANDON_S: Final = 5
#: The key for a call back, where nobody told that one was promised.
_CALLBACK_KEY: Final = "1"
_UNREACHED: Final = frozenset({"busy", "failed", "no_answer", "canceled"})


def outcome(
    events: Sequence[Event],
    parties: Parties,
    when: Moments,
    talk: Conversation,
    *,
    waited_s: int,
) -> Outcome:
    """Say what became of it; that we moved somebody on in line is no end of anything."""
    his = [event for event in events if event.leg in parties.customers]
    if talk.stays or talk.outside:
        return "answered"
    if any(event.kind == "callback_asked" for event in events):
        return "callback"
    if when.message_s is not None:
        return "voicemail"
    if when.unparked_as == "left" and _wants_callback(his, when):
        return "callback"
    if not his or when.unparked_as in ("full", "failed") or _is_unreached(his):
        return "failed"
    return "short_abandoned" if waited_s < SHORT_ABANDON_S else "abandoned"


def _wants_callback(his: Sequence[Event], when: Moments) -> bool:
    """Who left the line for no message; the last key he pressed in it says it, if one is known.

    Without its place in his time in line it is one of which we heard after he had come there.
    """
    if any(event.kind == "recording_ended" for event in his):
        return False
    chosen = [event for event in his if event.kind == "chose"]
    in_line = [event for event in chosen if event.elapsed_s is not None]
    if in_line:
        last = max(in_line, key=lambda event: (event.elapsed_s or 0, event.input or ""))
        return last.input == _CALLBACK_KEY
    later = [e.input for e in chosen if when.parked_s is not None and e.time_s > when.parked_s]
    return not later or _CALLBACK_KEY in later


def _is_unreached(his: Sequence[Event]) -> bool:
    """Whether the telephone was never talked on at all: we called, and nobody was there."""
    if any(event.direction == "outbound" for event in his):
        return True
    return any(e.kind == "ended" and e.status in _UNREACHED for e in his)
