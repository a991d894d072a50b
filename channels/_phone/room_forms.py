"""Translates what is told of rooms: who came and went, and who hears music alone."""

from collections.abc import Mapping
from typing import Any, Final

from channels._calls import CallEventKind
from channels._phone import form_values
from channels._phone.form_reading import Form, Told, needed

#: Source: https://www.twilio.com/docs/voice/twiml/conference
_ROOM: Final[Mapping[str, CallEventKind]] = {
    "conference-start": "room_opened",
    "conference-end": "room_closed",
    "participant-join": "joined",
    "participant-leave": "left",
    "participant-hold": "held",
    "participant-unhold": "unheld",
    "participant-mute": "changed",
    "participant-unmute": "changed",
    "participant-modify": "changed",
}


def conference(form: Form) -> Told:
    """Tell who came into a room, left it or hears music alone; nothing for other events."""
    room, word = needed(form, "ConferenceSid"), needed(form, "StatusCallbackEvent").lower()
    sequence = form.get("SequenceNumber")
    mark = sequence or form.get("Timestamp")
    # The sequence alone would do; the rest keeps apart what the provider should never number alike.
    key = f"{room}:{mark}:{word}:{form.get('CallSid')}"
    kind = _ROOM.get(word)
    if kind is None:  # such as who speaks; there may be new ones any day
        return Told(key=key)
    if kind not in ("room_opened", "room_closed"):
        needed(form, "CallSid")
    told: dict[str, Any] = {
        "at": form_values.moment(form.get("Timestamp")),
        "sequence": form_values.count(sequence),
        "label": form.get("ParticipantLabel") or None,
        "is_coach": form_values.is_true(form.get("Coaching")),
        "is_muted": form_values.is_true(form.get("Muted")),
        "ended_by": form.get("CallSidEndingConference") or None,
    }
    events = [form.event(kind, **told)]
    if kind == "joined" and form_values.is_true(form.get("Hold")):
        events.append(form.event("held", **told))
    return Told(key=key, events=tuple(events))
