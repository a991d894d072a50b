"""Brings in calls and recordings that Twilio holds and could not tell us of.

A hook that is told while nobody can take it is told a few times more, and then never again. What
Twilio lists keeps who called and what was recorded, but nothing of what he pressed or how long he
waited.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import structlog

from channels._calls import CallEvent, CallHook, ForeignHook, Switchboard
from channels._messages import Raw, Unreadable
from channels._phone import forms
from channels._signature import FORM
from channels._twilio_hook import Payload

if TYPE_CHECKING:
    from channels._phone.rest import Rest

_ENDED: Final[Mapping[str, str]] = {
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no_answer",
    "canceled": "canceled",
}
log = structlog.get_logger()

#: What became of a recording, where that is settled.
_KEPT: Final = frozenset({"completed", "absent"})
#: What the verb for messages recorded, and not a conversation.
#: Source: https://www.twilio.com/docs/voice/api/recording (Source)
_MESSAGE: Final = "RecordVerb"


async def backfill(
    rest: "Rest", switchboard: Switchboard, since: datetime, *, is_ours: Callable[[str], bool]
) -> None:
    """Hand over what is there since, the oldest first, as if its hook had been called.

    ``is_ours`` tells our numbers: the account may serve others, too. Raises ``Unavailable`` and
    ``NotStored``; what was handed over stays.
    """
    calls = {str(one.sid): one for one in await rest.calls_since(since)}
    for call in reversed(calls.values()):
        hook = _over(call) if is_ours(str(call.to)) else None
        if hook is not None:
            await _taken(switchboard, hook)
    for recording in reversed(await rest.recordings_since(since)):
        call = calls.get(str(recording.call_sid)) or await rest.look(str(recording.call_sid))
        if call is None or not (is_ours(str(call.to)) or is_ours(str(_caller(call)))):
            continue
        hook = _recorded(recording, call)
        if hook is not None:
            await _taken(switchboard, hook)


async def _taken(switchboard: Switchboard, hook: CallHook) -> None:
    """Hand one over; one that is no longer to be believed holds the others up for nothing."""
    try:
        await switchboard.take(hook)
    except ForeignHook:
        log.warning("listed_call_refused", call_sid=hook.leg)


def _over(call: Any) -> CallHook | None:
    """A call to us that is over: that it began, and that it ended."""
    status = _ENDED.get(str(call.status))
    if call.direction != "inbound" or status is None or call.date_created is None:
        return None
    form = {
        "CallSid": call.sid,
        "AccountSid": call.account_sid,
        "From": _caller(call),
        "To": call.to,
        "Direction": call.direction,
        "CallStatus": call.status,
        "CallDuration": call.duration,
        "Timestamp": _written(call.end_time),
    }
    payload = _payload(f"/{call.sid}", form, {"listed": "1"})
    ended = forms.hook("call_status", payload, call.end_time or call.date_created)
    began = forms.hook("voice", payload, call.date_created)
    if isinstance(ended, Unreadable) or isinstance(began, Unreadable):
        return None
    events: list[CallEvent] = [event for event in began.events if event.kind == "began"]
    return CallHook(
        name="call_status",
        key=f"{call.sid}:listed",
        account=ended.account,
        leg=ended.leg,
        conference=None,
        room=None,
        query=dict(payload.query),
        events=(*events, *(event for event in ended.events if event.kind == "ended")),
        received_at=ended.received_at,
        raw=payload.raw,
    )


def _recorded(recording: Any, call: Any) -> CallHook | None:
    """What the hook of a recording would have told."""
    if str(recording.status) not in _KEPT:
        return None
    is_message = str(recording.source) == _MESSAGE
    begun = recording.start_time or recording.date_created
    form = {
        "CallSid": recording.call_sid,
        "ConferenceSid": recording.conference_sid,
        "AccountSid": recording.account_sid,
        "RecordingSid": recording.sid,
        "RecordingStatus": recording.status,
        "RecordingDuration": recording.duration,
        "RecordingSource": recording.source,
        "RecordingUrl": recording.media_url,
        "RecordingStartTime": _written(begun),
    }
    query = {"caller": str(_caller(call)), "called": str(call.to), "kind": "voicemail"}
    payload = _payload(f"/{recording.sid}", form, query if is_message else {})
    hook = forms.hook("recording", payload, recording.date_updated or recording.date_created)
    return hook if isinstance(hook, CallHook) else None


def _caller(call: Any) -> Any:
    """The SDK's name for ``from``, which is a word of Python's own."""
    return getattr(call, "_from", None) or getattr(call, "from_", None)


def _written(at: datetime | None) -> str | None:
    return None if at is None else format_datetime(at)


def _payload(path: str, form: Mapping[str, Any], query: Mapping[str, str]) -> Payload:
    given = {name: str(value) for name, value in form.items() if value not in (None, "")}
    raw = Raw(body=urlencode(given).encode(), content_type=FORM, headers={":path": path})
    return Payload(channel=forms.NAME, form=given, query=query, raw=raw)
