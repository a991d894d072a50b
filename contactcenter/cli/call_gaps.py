"""What a file of hooks leaves out that can only be one thing, as all of them are of one call.

The provider always posts it; who writes hooks down for support or for a test may not.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, structs

from channels import HookName

#: Hooks of the customer's own telephone.
_CUSTOMERS: Final = ("voice", "gather", "wait", "enqueue_action", "join")
_OF_RECORDINGS: Final = ("recording", "voicemail", "transcription")
_CUSTOMER: Final = "customer"
#: What stands for an id that is nowhere in the file.
_ROOM: Final = "room"
_RECORDING: Final = "recording"


class Written(Struct, frozen=True, kw_only=True):
    """A hook as it is written down."""

    name: HookName
    params: Mapping[str, str]


def filled(hooks: Sequence[Written]) -> list[Written]:
    """The same hooks, with the ids that can be told from one another.

    What happens in a room without an id happens in the call's one room, and who is in it without
    one is known by his label. The action of ``<Record>`` has the recording in its address alone.
    """
    legs = _legs(hooks)
    rooms = (hook.params.get("ConferenceSid") for hook in hooks if hook.name == "conference")
    room = next((one for one in rooms if one), _ROOM)
    return [_filled(hook, legs, room) for hook in hooks]


def _legs(hooks: Sequence[Written]) -> dict[str, str]:
    """The ids of telephones, by their labels."""
    legs: dict[str, str] = {}
    for hook in hooks:
        sid = hook.params.get("CallSid")
        if sid and hook.name == "conference" and (label := hook.params.get("ParticipantLabel")):
            legs.setdefault(label, sid)
        if sid and hook.name in _CUSTOMERS:
            legs.setdefault(_CUSTOMER, sid)
    return legs


def _filled(hook: Written, legs: Mapping[str, str], room: str) -> Written:
    params = dict(hook.params)
    if hook.name == "conference":
        label = params.get("ParticipantLabel")
        params["ConferenceSid"] = params.get("ConferenceSid") or room
        if label and not params.get("CallSid"):
            params["CallSid"] = legs.get(label, label)
    if hook.name in _OF_RECORDINGS and not params.get("RecordingSid"):
        params["RecordingSid"] = _last_step(params.get("RecordingUrl", "")) or _RECORDING
    return structs.replace(hook, params=params)


def _last_step(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2].partition(".")[0]
