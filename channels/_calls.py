"""What a telephone channel and the app tell one another: what happened on a call, and what to do.

The channel speaks with a provider and knows no database. Its hooks become ``CallHook``s, which the
app's ``Switchboard`` stores and answers with a ``Script``: what the person on that telephone hears
next. What the app wants of the provider beside that is asked of the channel's ``Telephony``. A
provider such as a PBX of one's own needs another module that does these two things.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from channels._call_steps import Script
from channels._messages import Raw

#: What can happen on a call. ``began`` to ``unparked`` are the customer's way to us; ``dialled`` to
#: ``ended`` the progress of one telephone; ``joined`` to ``room_closed`` the room they talk in.
CallEventKind = Literal[
    "began",
    "chose",
    "parked",
    "unparked",
    "dialled",
    "ringing",
    "answered",
    "pressed",
    "ended",
    "joined",
    "left",
    "held",
    "unheld",
    "changed",
    "room_opened",
    "room_closed",
    "recording_began",
    "recording_paused",
    "recording_resumed",
    "recording_ended",
    "transcribed",
    "wrapped_up",
    "callback_asked",
]

#: How a customer stopped waiting: we moved him on, he hung up, he took another way, no place.
Unparked = Literal["connected", "hung_up", "left", "full", "failed"]
#: How a telephone's part in a call ended.
LegEnding = Literal["completed", "busy", "no_answer", "failed", "canceled"]
#: How surely a number is the caller's, by what carriers sign (STIR/SHAKEN): they know both him and
#: his right to it, him alone, or neither, for they passed the call on; ``failed`` where what is
#: signed is not true of it. Source: https://www.rfc-editor.org/rfc/rfc8588#section-4
Attestation = Literal["full", "partial", "gateway", "failed"]
#: Which of our addresses the provider called.
HookName = Literal[
    "voice",
    "gather",
    "wait",
    "enqueue_action",
    "join",
    "offer",
    "agent_done",
    "call_status",
    "conference",
    "recording",
    "voicemail",
    "transcription",
    "fallback",
    "agent_ui",
]


class CallEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened, in our words.

    ``leg`` is the provider's id of the telephone it is about, ``conference`` that of the room;
    ``label`` is what we called who is in it: ``customer``, ``agent:7``, ``supervisor:3``,
    ``number:12``. ``at`` is the provider's own time; None where it tells none: then it was at
    ``received_at`` at the latest. ``elapsed_s`` is what the provider counted: how long he has been
    in the queue (``parked``, ``unparked``, and what he ``chose`` there), how long the call took
    (``ended``), how long a recording is. ``sequence`` counts within a telephone's progress or
    within a room.
    ``is_message`` tells a recording that a caller left for us from one of a conversation.
    ``status`` is an ``Unparked`` or a ``LegEnding``. ``input`` is what was pressed or said.
    ``attestation`` stands beside ``caller`` where he ``began``.
    """

    kind: CallEventKind
    received_at: datetime
    at: datetime | None = None
    leg: str | None = None
    conference: str | None = None
    sequence: int | None = None
    label: str | None = None
    status: str | None = None
    elapsed_s: int | None = None
    direction: Literal["inbound", "outbound"] | None = None
    caller: str | None = None
    called: str | None = None
    attestation: Attestation | None = None
    parked_in: str | None = None
    position: int | None = None
    input: str | None = None
    by_speech: bool = False
    confidence: float | None = None
    is_coach: bool = False
    is_muted: bool = False
    ended_by: str | None = None
    recording: str | None = None
    is_message: bool = False
    url: str | None = None
    text: str | None = None


class CallHook(Struct, frozen=True, kw_only=True):
    """One request of the provider, authenticated and understood.

    ``key`` is the same for each copy of it and another for everything else: by conference and
    sequence, or by call, status and sequence. ``query`` holds what we put into the address we gave
    the provider. ``events`` are none where it tells nothing new. ``answers`` is whether a
    ``Script`` is waited for.
    """

    name: HookName
    key: str
    account: str
    leg: str | None
    conference: str | None
    room: str | None
    query: dict[str, str]
    events: tuple[CallEvent, ...]
    received_at: datetime
    raw: Raw
    answers: bool = False


class ForeignHook(Exception):
    """A hook tells of a call, or a number, of another account than the one that signed it."""


class CallGone(Exception):
    """The telephone is not in the state that was taken for granted: it hung up meanwhile."""


class Dialling(Struct, frozen=True, kw_only=True):
    """A telephone to be called. ``leg_id`` is ours and comes back in each hook about it.

    ``name`` is the hook that tells what it hears once it is answered: ``offer`` asks for a key,
    ``join`` lets it into the room at once.
    """

    call_id: int
    leg_id: int
    entry_point: str
    address: str
    timeout_s: int = 20
    name: Literal["offer", "join"] = "offer"


class Member(Struct, frozen=True, kw_only=True):
    """Somebody in a room: the provider's ids of the room and of his telephone."""

    entry_point: str
    conference: str
    leg: str


class LegLook(Struct, frozen=True, kw_only=True):
    """What the provider says of a telephone when it is asked."""

    status: Literal[
        "queued", "ringing", "in_progress", "completed", "busy", "failed", "no_answer", "canceled"
    ]
    began_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int | None = None


class Destination(Struct, frozen=True, kw_only=True):
    """What a telephone is, by its address alone.

    ``country`` is two letters, such as ``GB``: several may share a calling code; None where the
    address is no number, or one of no country, such as satellites'. ``is_premium`` if whoever is
    called earns by it.
    """

    country: str | None = None
    is_premium: bool = False


class SetUp(Struct, frozen=True, kw_only=True):
    """What a person does for a number of ours, beside telling us of it.

    ``addresses`` are to be entered at the provider, each with what it is called there. ``lacks``
    are sentences on what callers would miss.
    """

    addresses: tuple[tuple[str, str], ...]
    lacks: tuple[str, ...] = ()


class Telephony(Protocol):
    """What the app asks of a provider of telephone calls.

    All raise ``CallGone`` where there is nobody (any more) it could be done to, ``Unavailable``
    where it was certainly not done and may be tried again, ``Undeliverable`` where never, and
    ``OutcomeUnknown``. To do once more what was done changes nothing, except ``offer`` and ``add``.
    """

    async def offer(self, dialling: Dialling) -> str:
        """Call a telephone; returns the provider's id of it."""
        ...

    async def connect(
        self, entry_point: str, leg: str, *, parked_in: str | None, call_id: int
    ) -> None:
        """Take a customer out of where he waits and let him ask ``join`` what comes next."""
        ...

    async def hold(self, member: Member, *, on: bool) -> None:
        """Let somebody in a room hear music alone, or bring him back."""
        ...

    async def add(self, dialling: Dialling, *, conference: str, label: str) -> str:
        """Call a telephone straight into a room; returns the provider's id of it."""
        ...

    async def remove(self, member: Member) -> None:
        """Take somebody out of a room; his telephone hangs up where it has nothing else to do."""
        ...

    async def coach(
        self, member: Member, *, mode: Literal["listen", "whisper", "barge"], agent_leg: str | None
    ) -> None:
        """Let a supervisor in a room hear only, be heard by that agent alone, or by all."""
        ...

    async def record(
        self, entry_point: str, conference: str, action: Literal["start", "pause", "resume", "stop"]
    ) -> None:
        """Record a room, or do not for a while: what is said then is not kept."""
        ...

    async def hang_up(self, entry_point: str, leg: str) -> None:
        """End a telephone's call, whatever it is doing."""
        ...

    async def leave_queue(self, entry_point: str, leg: str, *, step: str) -> None:
        """Let a customer who waits ask ``gather`` for that step."""
        ...

    async def look(self, entry_point: str, leg: str) -> LegLook | None:
        """What became of a telephone; None where the provider knows none by this id."""
        ...

    async def erase_recording(self, entry_point: str, recording: str) -> None:
        """Let the provider forget a recording."""
        ...

    def speaks(self, language: str) -> bool:
        """Whether there is a voice for what is said in it."""
        ...

    def hears(self, language: str) -> bool:
        """Whether it is understood what somebody says in it."""
        ...

    def destination(self, address: str) -> Destination:
        """Where that is, of something canonical."""
        ...

    def set_up(self, *, language: str | None, options: Mapping[str, str]) -> SetUp:
        """What is to be done for a number with this language, which has these options."""
        ...

    def number(self, text: str) -> str:
        """What may be dialled, canonical: E.164, sip: or client:; raises ``BadAddress``."""
        ...


class Switchboard(Protocol):
    """Who knows what a call does next. The app implements it.

    Raises ``NotStored``, and ``ForeignHook`` for what is not to be believed.
    """

    async def take(self, hook: CallHook) -> Script:
        """Store what a hook tells, once, and say what the telephone does next.

        The same hook again gets the same answer. Returns after the commit.
        """
        ...
