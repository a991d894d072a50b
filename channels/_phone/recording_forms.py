"""Translates what is told of recordings, of messages that callers leave, and of their text."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from channels._calls import CallEvent, CallEventKind
from channels._phone import form_values
from channels._phone.form_reading import SHOWN, Form, Told, Unknown, needed, parties

#: Source: https://www.twilio.com/docs/voice/api/recording
_RECORDED: Final[Mapping[str, CallEventKind]] = {
    "in-progress": "recording_began",
    "paused": "recording_paused",
    "resumed": "recording_resumed",
    "stopped": "recording_ended",
    "completed": "recording_ended",
    "absent": "recording_ended",
    "failed": "recording_ended",
}


def recording(form: Form) -> Told:
    """Tell what became of a recording, or that it began."""
    sid = needed(form, "RecordingSid")
    word = form.get("RecordingStatus").lower() or "completed"
    kind = _RECORDED.get(word)
    if kind is None:
        raise Unknown(f"RecordingStatus is “{word[:SHOWN]}”, which is not a status we know.")
    is_message = (
        form.get("RecordingSource") == "RecordVerb" or form.query.get("kind") == "voicemail"
    )
    return Told(
        key=f"{sid}:{word}", events=recorded(form, kind, status=word, is_message=is_message)
    )


def transcription(form: Form) -> Told:
    """Tell what the provider understood of a recording."""
    sid = needed(form, "RecordingSid")
    word = form.get("TranscriptionStatus").lower() or "completed"
    text = form.get("TranscriptionText") or None
    status = "completed" if word == "completed" else "failed"
    event = form.event("transcribed", recording=sid, status=status, text=text, **parties(form))
    mark = form.get("TranscriptionSid") or sid
    return Told(key=f"{mark}:transcription:{word}", events=(event,))


def recorded(
    form: Form, kind: CallEventKind, *, status: str, is_message: bool
) -> tuple[CallEvent, ...]:
    """A recording: that it began, where its beginning is told, and what became of it."""
    began_at = form_values.moment(form.get("RecordingStartTime"))
    lasted_s = form_values.count(form.get("RecordingDuration"))
    url = form.get("RecordingUrl")
    told: dict[str, Any] = {
        "recording": form.get("RecordingSid") or None,
        "is_message": is_message,
        **parties(form),
    }
    if kind == "recording_began":
        return (form.event(kind, at=began_at, **told),)
    began = () if began_at is None else (form.event("recording_began", at=began_at, **told),)
    if kind == "recording_ended":
        known = None if began_at is None or lasted_s is None else _after(began_at, lasted_s)
        told |= {"at": known, "status": status, "elapsed_s": lasted_s}
        told |= {"url": _sound(url) if url and status == "completed" else None}
        told |= {"input": form.get("Digits") or None}
    return (*began, form.event(kind, **told))


def _after(began_at: datetime, lasted_s: int) -> datetime | None:
    try:
        return began_at + timedelta(seconds=lasted_s)
    except OverflowError:
        return None


def _sound(url: str) -> str:
    """Where the sound itself is fetched, in the form that is smaller."""
    return url if url.endswith((".mp3", ".wav")) else f"{url}.mp3"
