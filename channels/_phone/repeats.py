"""What a telephone hears while we cannot say what comes next, and how it asks again.

It asks the same hook, with what it was told the first time in the query: what somebody pressed
comes once only. The provider signs the query, so nobody else can write there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from channels._call_steps import HangUp, Play, Say, Script, TakeMessage
from channels._calls import HookName
from channels._phone.settings import APOLOGY
from channels._twilio_hook import Payload

#: How long it hears nothing before it asks again, each time: 20 s together, as long as a server
#: takes to be started anew, and no longer than somebody waits in silence.
PAUSES_S: Final = (1, 1, 2, 3, 4, 4, 5)

#: English, where the entry point has no recording of its own that says so.
SORRY: Final = (
    "We are sorry: we cannot take your call at the moment. "
    "Please leave a message after the tone, and we will call you back."
)

_COUNT, _FIRST, _WAS = "again", "first", "was."
#: What the provider tells once.
TOLD_ONCE: Final = (
    "Digits",
    "SpeechResult",
    "Confidence",
    "QueueResult",
    "QueueSid",
    "QueueTime",
    "DialCallStatus",
    "RecordingSid",
    "RecordingUrl",
    "RecordingDuration",
)
LONGEST: Final = 200  # characters of what somebody said: an address has to hold them
_OLDEST: Final = timedelta(minutes=5)

#: Who is on these telephones is one of ours: there is no message to take.
_OURS: Final[frozenset[HookName]] = frozenset({"offer", "agent_done"})


def count(payload: Payload) -> int:
    """How often this was asked again already."""
    text = payload.query.get(_COUNT, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else 0  # noqa: PLR2004


def query(payload: Payload, received_at: datetime) -> dict[str, str]:
    """What the address has in its query under which it is asked once more.

    ``payload`` is as it came. When it came first is kept: a wait begins there.
    """
    told = {_WAS + name: payload.form[name][:LONGEST] for name in TOLD_ONCE if name in payload.form}
    first = payload.query.get(_FIRST) or str(int(received_at.timestamp() * 1000))
    return {**told, **payload.query, _FIRST: first, _COUNT: str(count(payload) + 1)}


def restored(payload: Payload) -> Payload:
    """The payload as it came the first time."""
    was = {
        name.removeprefix(_WAS): text
        for name, text in payload.query.items()
        if name.startswith(_WAS)
    }
    ours = {
        name: text
        for name, text in payload.query.items()
        if name not in {_COUNT, _FIRST} and not name.startswith(_WAS)
    }
    return replace(payload, form={**payload.form, **was}, query=ours)


def first_received(payload: Payload, now: datetime) -> datetime:
    """When it came the first time."""
    text = payload.query.get(_FIRST, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 15):  # noqa: PLR2004 -- of this age
        return now
    return min(max(datetime.fromtimestamp(int(text) / 1000, UTC), now - _OLDEST), now)


def sorry(options: Mapping[str, str], call_id: int | None) -> Script:
    """An apology, and a message is taken; works without anybody's help."""
    url = options.get(APOLOGY)
    said: Say | Play = Play(url=url) if url else Say(text=SORRY, language="en")
    return (said, TakeMessage(call_id=call_id), HangUp())


def given_up(name: HookName, query: Mapping[str, str], options: Mapping[str, str]) -> Script:
    """What a telephone does when it has asked often enough."""
    is_ours = name in _OURS or (name == "join" and "leg" in query)
    if is_ours or name == "voicemail":  # what was recorded is told by itself
        return (HangUp(),)
    call = query.get("call", "")
    return sorry(options, int(call) if call.isascii() and call.isdecimal() else None)
