"""What travels over a visitor's socket: JSON objects with a ``type``, version 1.

The document at ``/hooks/webchat/asyncapi.json`` is made from these structs.
"""

from datetime import datetime
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta, Struct

VERSION: Final = 1
#: Longer messages are refused; a text of this length in JSON's longest writing fits into a frame.
MAX_CHARACTERS: Final = 4_000
MAX_FILES: Final = 10
#: What JavaScript counts exactly.
_LARGEST: Final = 2**53 - 1

FrameId = Annotated[
    str,
    Meta(pattern="^[!-~]{1,64}$", description="Any 1 to 64 visible ASCII characters."),
]
Sequence = Annotated[int, Meta(ge=0, le=_LARGEST)]
_Word = Annotated[str, Meta(max_length=200)]
_Comment = Annotated[str, Meta(max_length=2_000)]
_FileToken = Annotated[str, Meta(min_length=1, max_length=200)]
_Identity = Annotated[str, Meta(max_length=8_192)]


class Hello(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="hello"):
    """The first frame, within 10 s; it is answered by `welcome`.

    `token` is the visitor's secret if he is returning, `identity` what the host site signed for
    him, `after` the last line the browser has.
    """

    version: Annotated[int, Meta(ge=0, le=_LARGEST)]
    entry_point: Annotated[str, Meta(max_length=200)]
    token: Annotated[str, Meta(max_length=500)] | None = None
    identity: _Identity | None = None
    after: Sequence = 0
    language: Annotated[str, Meta(max_length=35)] | None = None


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="message"):
    """Something the visitor writes; `ack` comes after the commit.

    The same `id` again is the same message. `left` says that nobody was there and that he wants an
    answer at an address he told.
    """

    id: FrameId
    text: str = ""
    files: tuple[_FileToken, ...] = ()
    left: bool = False


class Details(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="details"):
    """What the visitor says of himself in the form."""

    id: FrameId
    name: _Word | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    topic: _Word | None = None


class VisitorTyping(Struct, frozen=True, kw_only=True, tag="typing"):
    """The visitor is writing; more often than every 2 s it is ignored."""


class Received(Struct, frozen=True, kw_only=True, tag="received"):
    """The browser has every line up to here."""

    sequence: Sequence


class Seen(Struct, frozen=True, kw_only=True, tag="seen"):
    """The visitor has seen every line up to here."""

    sequence: Sequence


class Identify(Struct, frozen=True, kw_only=True, tag="identify"):
    """The host site has signed the visitor in meanwhile."""

    id: FrameId
    identity: _Identity


class End(Struct, frozen=True, kw_only=True, tag="end"):
    """The visitor ends the chat."""

    id: FrameId


class Rate(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="rate"):
    """What he thinks of it, once a conversation."""

    id: FrameId
    score: Annotated[int, Meta(ge=1, le=5)]
    comment: _Comment = ""


class Transcript(Struct, frozen=True, kw_only=True, tag="transcript"):
    """He wants the conversation by mail."""

    id: FrameId
    email: Annotated[str, Meta(max_length=254)]


class Ping(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="ping"):
    """Asks for a `pong`: scripts cannot see the pings of the socket itself."""

    id: FrameId | None = None


Frame = (
    Hello
    | Message
    | Details
    | VisitorTyping
    | Received
    | Seen
    | Identify
    | End
    | Rate
    | Transcript
    | Ping
)
FRAMES: Final[tuple[type[Struct], ...]] = get_args(Frame)


class FormField(Struct, frozen=True, kw_only=True):
    """A field that is asked before the first message."""

    name: Literal["name", "email", "phone", "topic"]
    required: bool


class WidgetSettings(Struct, frozen=True, kw_only=True):
    """How the widget looks and what it says, in one language."""

    language: Literal["en", "fa"]
    title: str | None
    greeting: str | None
    colour: str | None
    form: tuple[FormField, ...]
    topics: tuple[str, ...]


IdentityProblem = Literal["expired", "invalid", "other_visitor"]


class StandingBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it stands with the conversation.

    `position` in the queue counts from 1; `agent` is the name of who answers; `read_sequence` is
    how far an agent has read.
    """

    state: Literal["new", "waiting", "talking", "ended"]
    is_open: bool
    read_sequence: int
    rating: Literal["none", "asked", "given"]
    position: int | None = None
    expected_wait_s: int | None = None
    agent: str | None = None
    opens_at: datetime | None = None


class Welcome(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="welcome"):
    """The answer to `hello`: who the visitor is to us.

    The browser keeps `token` once he has written. Where `last_sequence` is less than the last line
    it has, or the token is another, its lines are of another conversation: it forgets them.
    """

    version: int
    token: str
    is_known: bool
    is_identified: bool
    last_sequence: int
    settings: WidgetSettings
    standing: StandingBody
    identity_problem: IdentityProblem | None = None


class FileBody(Struct, frozen=True, kw_only=True):
    """A file of the conversation; it is fetched by its token."""

    token: str
    name: str
    content_type: str
    size_bytes: int


class LineBody(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="line"):
    """One line of the conversation, in order and without a gap.

    `name` is the agent's, `id` that of the visitor's own message; `centre` is what we say by
    ourselves.
    """

    sequence: int
    at: datetime
    by: Literal["visitor", "agent", "centre"]
    kind: Literal["message", "ended"]
    text: str
    name: str | None = None
    id: str | None = None
    files: tuple[FileBody, ...] = ()


class StandingFrame(StandingBody, frozen=True, kw_only=True, tag="standing"):
    """How it stands with the conversation now; it replaces what was told before."""


class AgentTyping(Struct, frozen=True, kw_only=True, tag="typing"):
    """An agent is writing; over by itself after 5 s."""

    agent: str


class Ack(Struct, frozen=True, kw_only=True, tag="ack"):
    """Done, and stored."""

    id: str


class Error(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="error"):
    """Not done. Without an `id` it is about a frame that has none that can be read."""

    code: str
    message: str
    id: str | None = None


class Pong(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pong"):
    """The answer to `ping`."""

    id: str | None = None


SENT: Final[tuple[type[Struct], ...]] = (
    Welcome,
    LineBody,
    StandingFrame,
    AgentTyping,
    Ack,
    Error,
    Pong,
)
