"""Translates the forms that are posted about calls into what happened, in our words.

Pure, and never raises: what cannot be understood is an ``Unreadable`` that says why. Times are the
provider's own where the form has one. ``Duration`` counts minutes and is never read;
``CallDuration`` counts seconds. Parameters that are not known here are left alone, and may be
missing: ``DialCallDuration`` is, after a room.
Source: https://www.twilio.com/docs/voice/twiml
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from channels._calls import CallEvent, CallEventKind, CallHook, HookName
from channels._messages import Raw, Unreadable
from channels._phone import form_values, recording_forms, room_forms
from channels._phone.form_reading import SHOWN, Form, Missing, Told, Unknown, needed, parties
from channels._twilio_hook import Payload

NAME: Final = "phone"

_PROGRESS: Final[Mapping[str, CallEventKind]] = {
    "queued": "dialled",
    "initiated": "dialled",
    "ringing": "ringing",
    "in-progress": "answered",
    "answered": "answered",
}
#: Hooks of a customer's telephone, in which a call may appear for the first time.
_OF_CUSTOMERS: Final = frozenset({"voice", "gather", "wait", "enqueue_action", "join", "fallback"})
#: The provider's ids have 34 characters.
#: Source: https://www.twilio.com/docs/glossary/what-is-a-sid
_IDS: Final = ("CallSid", "ConferenceSid", "RecordingSid", "TranscriptionSid", "QueueSid")
_LONGEST_ID: Final = 100
_LONGEST_KEY: Final = 400


class _TooLong(Exception):
    """An id that is none; its name."""


def hook(name: HookName, payload: Payload, received_at: datetime) -> CallHook | Unreadable:
    """Translate a form posted to one of our addresses; ``received_at`` is timezone-aware."""
    form = Form(name=name, form=payload.form, query=payload.query, received_at=received_at)
    try:
        _check_ids(form)
        told = _READERS[name](form)
    except Missing as error:
        return _unreadable(payload, "missing_field", f"The form has no {error}.")
    except Unknown as error:
        return _unreadable(payload, "unknown_status", str(error))
    except _TooLong as error:
        return _unreadable(payload, "too_long", f"{error} is too long for what it is.")
    return CallHook(
        name=name,
        key=_short(told.key),
        account=form.get("AccountSid"),
        leg=form.get("CallSid") or None,
        conference=form.get("ConferenceSid") or None,
        room=form.get("FriendlyName") or None,
        query=dict(payload.query),
        events=told.events,
        received_at=received_at,
        raw=payload.raw,
    )


def sample(
    name: HookName, params: Mapping[str, str], received_at: datetime
) -> CallHook | Unreadable:
    """Translate a form that was written down: nothing stands in the address.

    Whoever wrote it may have noted a ``Timestamp`` where the provider tells none.
    """
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")
    payload = Payload(channel=NAME, form=params, query={}, raw=raw)
    read, at = hook(name, payload, received_at), form_values.moment(params.get("Timestamp"))
    if isinstance(read, Unreadable) or at is None:
        return read
    dated = (replace(event, at=at) if event.at is None else event for event in read.events)
    return replace(read, events=tuple(dated))


def _check_ids(form: Form) -> None:
    for name in _IDS:
        if len(form.get(name)) > _LONGEST_ID:
            raise _TooLong(name)


def _short(key: str) -> str:
    """The key, or what stands for a long one: what was said may be a speech."""
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[: _LONGEST_KEY - 64]}{sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _voice(form: Form) -> Told:
    return _of_telephone(form)


def _gather(form: Form) -> Told:
    chosen = _chosen(form)
    return _of_telephone(form, *chosen, mark=_entered(form))


def _wait(form: Form) -> Told:
    parked = form.event(
        "parked",
        elapsed_s=form_values.count(form.get("QueueTime")),
        parked_in=form.get("QueueSid") or None,
        position=form_values.count(form.get("QueuePosition")),
    )
    mark = f"{form.get('QueueSid')}:{form.get('QueueTime')}:{_entered(form)}"
    return _of_telephone(form, parked, *_chosen(form), mark=mark)


def _enqueue_action(form: Form) -> Told:
    result, waited = form.get("QueueResult"), form.get("QueueTime")
    unparked = form.event(
        "unparked",
        status=form_values.unparked(result),
        elapsed_s=form_values.count(waited),
        parked_in=form.get("QueueSid") or None,
    )
    return _of_telephone(form, unparked, mark=f"{form.get('QueueSid')}:{result}:{waited}")


def _offer(form: Form) -> Told:
    pressed = form.get("Digits")
    keys = (form.event("pressed", direction="outbound", input=pressed),) if pressed else ()
    return _of_telephone(form, *keys, mark=pressed)


def _agent_done(form: Form) -> Told:
    return _of_telephone(form, mark=form.get("DialCallStatus"))


def _call_status(form: Form) -> Told:
    word = needed(form, "CallStatus").lower()
    kind = _PROGRESS.get(word) or ("ended" if word in form_values.ENDINGS else None)
    if kind is None:
        raise Unknown(f"CallStatus is “{word[:SHOWN]}”, which is not a status we know.")
    sequence = form.get("SequenceNumber")
    event = form.event(
        kind,
        at=form_values.moment(form.get("Timestamp")),
        sequence=form_values.count(sequence),
        status=form_values.ENDINGS.get(word),
        elapsed_s=form_values.count(form.get("CallDuration")) if kind == "ended" else None,
        **parties(form),
    )
    last = sequence or form.get("Timestamp")
    return Told(key=f"{needed(form, 'CallSid')}:{word}:{last}", events=(event,))


def _voicemail(form: Form) -> Told:
    sid = form.get("RecordingSid")
    events: tuple[CallEvent, ...] = ()
    if sid:
        heard = form_values.count(form.get("RecordingDuration"))
        word = "absent" if heard == 0 else "completed"
        events = recording_forms.recorded(form, "recording_ended", status=word, is_message=True)
    return _of_telephone(form, *events, mark=sid)


def _of_telephone(form: Form, *events: CallEvent, mark: str = "") -> Told:
    """What any hook of a telephone tells: that it is there, or that it has hung up.

    The key goes by what is told, never by the request: the same question gets the same answer.
    """
    sid, ended = needed(form, "CallSid"), form_values.ENDINGS.get(form.get("CallStatus").lower())
    over = (form.event("ended", status=ended),) if ended else ()
    key = ":".join((sid, form.name, form.query.get("step", ""), mark))
    return Told(key=key, events=(*_there(form), *events, *over))


def _there(form: Form) -> tuple[CallEvent, ...]:
    """That the telephone was answered: the customer called, or somebody took what we dialled."""
    way = form_values.direction(form.get("Direction"))
    if way is None:
        is_ours = form.name in ("offer", "agent_done") or "leg" in form.query
        way = "outbound" if is_ours else "inbound"
    if way == "outbound":
        return (form.event("answered", **{**parties(form), "direction": way}),)
    if form.name in _OF_CUSTOMERS or form.name == "voicemail":
        attested = form_values.attestation(form.get("StirVerstat"))
        return (form.event("began", **{**parties(form), "direction": way}, attestation=attested),)
    return ()


def _chosen(form: Form) -> tuple[CallEvent, ...]:
    digits, waited_s = form.get("Digits"), form_values.count(form.get("QueueTime"))
    if digits:
        return (form.event("chose", input=digits, elapsed_s=waited_s),)
    if said := form.get("SpeechResult"):
        sure = form_values.share(form.get("Confidence"))
        return (
            form.event("chose", input=said, by_speech=True, confidence=sure, elapsed_s=waited_s),
        )
    return ()


def _entered(form: Form) -> str:
    return form.get("Digits", "SpeechResult")


def _unreadable(payload: Payload, reason: str, detail: str) -> Unreadable:
    sid = payload.form.get("CallSid") or payload.form.get("ConferenceSid") or ""
    known = sid if 0 < len(sid) <= _LONGEST_ID else None
    return Unreadable(
        channel=NAME, reason=reason, detail=detail, raw=payload.raw, external_id=known
    )


_READERS: Final[Mapping[HookName, Callable[[Form], Told]]] = {
    "voice": _voice,
    "gather": _gather,
    "wait": _wait,
    "enqueue_action": _enqueue_action,
    "join": _voice,
    "offer": _offer,
    "agent_done": _agent_done,
    "call_status": _call_status,
    "conference": room_forms.conference,
    "recording": recording_forms.recording,
    "voicemail": _voicemail,
    "transcription": recording_forms.transcription,
    "fallback": _voice,
}
