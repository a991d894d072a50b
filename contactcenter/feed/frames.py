"""What travels over the feed's socket: commands in, results and events out, all JSON objects.

Every command has an ``id`` of the client's choosing, and is answered by one result with that id.
The document at ``/api/asyncapi.json`` is made from these structs.
"""

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.statistics.rates import USUAL_VARIANT
from contactcenter.ticket_views import Guidance

CommandId = Annotated[int, Meta(ge=0, le=2**53 - 1, description="Any number; its result bears it.")]
RowId = Annotated[int, Meta(ge=1, le=2**63 - 1)]
CursorText = Annotated[str, Meta(max_length=200, description="Opaque; keep the last one you got.")]

#: What may be signalled of a visitor.
SignalKind = Literal["visitor_typing", "visitor_came", "visitor_left", "visitor_read"]

ErrorCode = Literal[
    "bad_frame",
    "unknown_command",
    "not_signed_in",
    "already_signed_in",
    "password_change_required",
    "scope_missing",
    "too_many_sockets",
    "bad_cursor",
    "already_subscribed",
    "no_ticket",
    "not_your_ticket",
    "no_chat",
    "not_allowed",
    "bad_input",
    "no_database",
]
#: The closed list of codes in a refusal, and what each means.
ERRORS: Final[Mapping[ErrorCode, str]] = {
    "bad_frame": "the frame is no JSON object with an id and a type, or a field of it is wrong",
    "unknown_command": "there is no such type of command",
    "not_signed_in": "authenticate first; the token is unknown, revoked or expired",
    "already_signed_in": "this socket knows who you are",
    "password_change_required": "set a password of your own first",
    "scope_missing": "the token does not allow this",
    "too_many_sockets": "this person has too many sockets open",
    "bad_cursor": "this is no cursor of the feed",
    "already_subscribed": "one subscription a socket",
    "no_ticket": "there is no such ticket that you may read",
    "not_your_ticket": "only who holds the ticket, or a supervisor, may do this",
    "no_chat": "nobody chats on this ticket",
    "not_allowed": "your role does not allow this",
    "bad_input": "a value is none of those there are; the message names them",
    "no_database": "the database cannot be reached; ask again",
}
assert set(ERRORS) == set(get_args(ErrorCode))


class Authenticate(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="authenticate"
):
    """Sign in with an API token: the first frame of a socket that was opened without a session."""

    id: CommandId
    token: Annotated[str, Meta(max_length=200)]


class Subscribe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="subscribe"):
    """Have every event after the cursor, or from now on without one. Once a socket."""

    id: CommandId
    cursor: CursorText | None = None


class Ping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ping"):
    """Ask for a sign of life; the result's cursor is where this socket is."""

    id: CommandId


class Heartbeat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="heartbeat"):
    """Say that the agent is still there; an open socket says so by itself."""

    id: CommandId


class Typing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="typing"):
    """Let the visitor of a chat know that you are writing; again every 3 seconds while you are."""

    id: CommandId
    ticket_id: RowId


class Read(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="read"):
    """Let the visitor of a chat know that you have read this message, and all before it."""

    id: CommandId
    ticket_id: RowId
    interaction_id: RowId


class WatchBoard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="watch_board"):
    """Have the live board when it changes, every 2 seconds at most: for who leads a team.

    ``zone`` is whose day is today, ``within_s`` and ``variant`` are what service level is meant, as
    in `GET /reports/live`. Another one replaces the former.
    """

    id: CommandId
    zone: Annotated[str, Meta(max_length=60)] = "UTC"
    within_s: Annotated[int, Meta(ge=1, le=86_400)] = 20
    variant: Annotated[str, Meta(max_length=60)] = USUAL_VARIANT.value


class UnwatchBoard(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="unwatch_board"
):
    """Have it no longer."""

    id: CommandId


Command = Authenticate | Subscribe | Ping | Heartbeat | Typing | Read | WatchBoard | UnwatchBoard
COMMANDS: Final[tuple[type[Struct], ...]] = get_args(Command)


class Result(Struct, frozen=True, kw_only=True, tag="result"):
    """The command was done. ``cursor`` comes with what tells where one is: subscribe and ping."""

    id: int
    success: Literal[True] = True
    cursor: str | UnsetType = UNSET


class Refused(Struct, frozen=True, kw_only=True):
    """Why not: a code for programs, a sentence for people."""

    code: ErrorCode
    message: str


class Refusal(Struct, frozen=True, kw_only=True, tag="result"):
    """The command was not done. ``id`` is null where the frame had none that could be read."""

    id: int | None
    error: Refused
    success: Literal[False] = False


class EventBody(Struct, frozen=True, kw_only=True):
    """One event. ``version`` is the ticket's after it: ignore what is older than what you have.

    ``guidance`` on how to treat the person comes with a ticket that rings, is given to somebody,
    or turns out to need another tone: before the first word, without another question. With a
    ticket that rings or is given to somebody comes ``contact_card``: where all that is known of the
    person is read.
    """

    id: int
    at: Annotated[datetime, Meta(tz=True)]
    kind: str
    ticket_id: int | None
    version: int | None
    contact_id: int | None
    agent_id: int | None
    actor: str
    data: Mapping[str, Any]
    guidance: Guidance | UnsetType = UNSET
    contact_card: str | UnsetType = UNSET


class EventFrame(Struct, frozen=True, kw_only=True, tag="event"):
    """Something happened; ``cursor`` is where one is after it."""

    cursor: str
    event: EventBody


class Gone(Struct, frozen=True, kw_only=True, tag="gone"):
    """A ticket went to a team whose tickets you may not read: take it off the screen."""

    cursor: str
    ticket_id: int


class Resync(Struct, frozen=True, kw_only=True, tag="resync"):
    """The cursor is too old: read everything anew by REST; events follow from ``cursor`` on."""

    cursor: str


class SignalFrame(Struct, frozen=True, kw_only=True, tag="signal"):
    """Something about a chat's visitor that is over in a moment: not stored, and never told again.

    He types (over by itself after 5 s without another), he is there, he is gone, he has seen more
    of what was written to him. Whoever reconnects asks `GET /tickets/{ticket_id}/chat`.
    """

    kind: SignalKind
    ticket_id: int
    contact_id: int


class BoardFrame(Struct, frozen=True, kw_only=True, tag="board"):
    """The live board as a whole, as `GET /reports/live` answers it: the last one counts.

    It has no cursor and is not stored. Of those that wait for who reads slowly the newest is sent.
    """

    board: Annotated[Any, Meta(description="The answer of `GET /reports/live`.")]


SENT: Final[tuple[type[Struct], ...]] = (
    Result,
    Refusal,
    EventFrame,
    Gone,
    Resync,
    SignalFrame,
    BoardFrame,
)

#: Why a socket is closed by us, by code; below 4000 they are the protocol's own.
CLOSINGS: Final[Mapping[int, str]] = {
    1001: "the server stops; come back and resume",
    1009: "a frame was larger than 64 KB",
    1011: "we made a mistake; resume by the last cursor",
    1013: "the database cannot be reached; come back later and resume",
    4001: "signed_out: the session or token is over",
    4008: "slow: too much waited to be read; resume by the last cursor",
    4010: "authentication_timeout: no valid authenticate within 10 s",
    4029: "too_many: frames in a second, or sockets of one person",
}

_ENCODER: Final = msgspec.json.Encoder()
#: A whole text message in one frame, and from which sizes on the length takes two or eight bytes.
_TEXT: Final = 0x81
_SHORT: Final = 126
_MEDIUM: Final = 1 << 16


def encode(frame: Struct) -> bytes:
    """The frame as it travels: one unmasked text frame of the protocol, the same for everybody.

    Source: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
    """
    payload = _ENCODER.encode(frame)
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, size)) + payload
    if size < _MEDIUM:
        return struct.pack(">BBH", _TEXT, _SHORT, size) + payload
    return struct.pack(">BBQ", _TEXT, _SHORT + 1, size) + payload
