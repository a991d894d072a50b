"""What a web chat and the app tell one another: who is there, what was said, how it stands.

The channel speaks with browsers and knows no database; the app implements ``Chatroom``.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from channels._messages import Outbound, Receipt

#: The kind of address a visitor has.
KIND = "chat"


class ChatRefused(Exception):
    """What a visitor asked for is not done; ``code`` is a stable word, the text is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Guest(Struct, frozen=True, kw_only=True):
    """A visitor at one of our widgets. ``token`` is his secret; only he and we may know it.

    ``is_known`` once there is anything stored of him, which is with his first message.
    ``is_identified`` when the host site attested who he is. ``last_sequence`` is how many lines his
    conversation has; a browser that has more than that begins anew, without any.
    """

    entry_point: str
    token: str
    address: str
    last_sequence: int = 0
    is_known: bool = False
    is_identified: bool = False


class Attested(Struct, frozen=True, kw_only=True):
    """Who a visitor is by a token the host site signed; its signature and its times were checked.

    ``user_id`` is the host's own; addresses are as the host wrote them.
    """

    user_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Details(Struct, frozen=True, kw_only=True):
    """What a visitor says of himself in a form: nobody has checked it."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    topic: str | None = None


class ChatFile(Struct, frozen=True, kw_only=True):
    """A file of a conversation; ``token`` is the secret by which it is fetched."""

    token: str
    name: str
    content_type: str
    size_bytes: int


class Line(Struct, frozen=True, kw_only=True):
    """One line of a conversation as its visitor sees it.

    ``sequence`` counts from 1 without a gap. ``name`` is the agent's; ``client_id`` that of the
    visitor's own message. ``centre`` is what we say by ourselves.
    """

    sequence: int
    at: datetime
    by: Literal["visitor", "agent", "centre"]
    kind: Literal["message", "ended"] = "message"
    text: str = ""
    name: str | None = None
    client_id: str | None = None
    files: tuple[ChatFile, ...] = ()


class Standing(Struct, frozen=True, kw_only=True):
    """How it stands with a conversation, now.

    ``position`` in the queue counts from 1; ``expected_wait_s`` is None where nothing is known.
    ``agent`` is the name of who answers. ``opens_at`` is when somebody is there again, None where
    that is not known. ``read_sequence`` is how far an agent has read.
    """

    state: Literal["new", "waiting", "talking", "ended"] = "new"
    position: int | None = None
    expected_wait_s: int | None = None
    agent: str | None = None
    is_open: bool = True
    opens_at: datetime | None = None
    read_sequence: int = 0
    rating: Literal["none", "asked", "given"] = "none"


class Typing(Struct, frozen=True, kw_only=True):
    """An agent is writing, or was a moment ago; it is over by itself after some seconds."""

    agent: str


class Seat(Protocol):
    """A socket of a visitor, as the room sees it."""

    def tell(self, news: Sequence[Line | Standing | Typing]) -> None:
        """Hand over what there is to show, in order; never waits."""
        ...

    def end(self) -> None:
        """Send the browser away to come back at once: the room cannot serve it any more."""
        ...


class Attendance(Protocol):
    """A visitor's socket in the room; lines come to its seat until it leaves."""

    async def received(self, sequence: int) -> None:
        """His browser has every line up to here."""
        ...

    async def seen(self, sequence: int) -> None:
        """He has seen every line up to here."""
        ...

    def typing(self) -> None:
        """He is writing."""
        ...

    async def leave(self) -> None:
        """The socket is closed."""
        ...


class Chatroom(Protocol):
    """Where conversations are. All of it raises ``NotStored`` while the app cannot do it."""

    async def greet(self, entry_point: str, token: str | None) -> Guest:
        """Who comes: by his token, or with a new one where he has none that is valid here.

        Nothing is stored.
        """
        ...

    async def keep(self, guest: Guest, *, language: str | None) -> Guest:
        """Store a visitor, before the first thing that he does; once or many times."""
        ...

    async def identify(self, guest: Guest, attested: Attested) -> Guest:
        """Let the visitor be who the host site says; another visitor's token stays another's.

        Raises ``ChatRefused`` where this browser's conversation is somebody else's: greet anew.
        """
        ...

    async def attend(self, guest: Guest, seat: Seat, *, after: int) -> Attendance:
        """Hand the seat every line after that number, once and in order, and how it stands.

        Raises ``ChatRefused`` where there is no such visitor.
        """
        ...

    async def standing(self, guest: Guest) -> Standing:
        """How it stands with him; for a stranger, whether somebody is there."""
        ...

    async def tell_details(self, guest: Guest, details: Details) -> None:
        """Keep what a visitor says of himself; raises ``ChatRefused``."""
        ...

    async def upload(self, guest: Guest, name: str, body: bytes) -> ChatFile:
        """Keep a file until it is sent with a message; raises ``ChatRefused``."""
        ...

    async def file(self, token: str) -> tuple[ChatFile, AsyncIterator[bytes]] | None:
        """A file of a conversation, piece by piece; None where there is none by this secret.

        Nothing is held while a slow reader takes his pieces. Reading raises ``NotStored``, too.
        """
        ...

    async def end(self, guest: Guest) -> None:
        """The visitor ends the chat."""
        ...

    async def rate(self, guest: Guest, score: int, comment: str) -> None:
        """What he thinks of it, 1 to 5, once a conversation; raises ``ChatRefused``."""
        ...

    async def send_transcript(self, guest: Guest, address: str) -> None:
        """Send him the conversation by mail; raises ``ChatRefused``."""
        ...

    async def deliver(self, outbound: Outbound) -> Receipt:
        """Put a message of ours into the visitor's lines, once by its correlation id.

        Raises ``Undeliverable`` or ``Unavailable``.
        """
        ...
