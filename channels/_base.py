"""The contract between a channel and the app.

A channel translates: what a provider posts becomes an ``Inbound``, what an agent wrote becomes a
request to the provider. It knows no database and no ticket. The app implements ``Inbox``; a
channel implements ``Channel`` and its module offers ``NAME``, ``SETTINGS`` and ``create(env)``.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import aiohttp
from aiohttp import web
from msgspec import Struct

from channels._calls import Switchboard, Telephony
from channels._chat import Chatroom
from channels._failures import FailureKind
from channels._messages import (
    Address,
    Fetched,
    Inbound,
    Listed,
    Media,
    Outbound,
    Outcome,
    Purpose,
    Raw,
    Receipt,
    Size,
    StatusUpdate,
    Unreadable,
)
from channels._own_settings import NOTHING_OWN, OwnSettings


class Setting(Struct, frozen=True, kw_only=True):
    """One value a channel reads from the settings.

    ``key`` is the lower-case name, such as ``twilio_account_sid``; in the environment it is
    CONTACTCENTER_TWILIO_ACCOUNT_SID. ``many`` takes a comma-separated list. ``own`` ones an entry
    point may have for itself: as an option, or as a secret if it is ``secret``; ``check`` raises
    ``BadOption`` for what it may not be, wherever it is set: ``_setting_checks`` has some. Without
    one an option is a line, and a secret any text.
    """

    key: str
    help: str
    secret: bool = False
    required: bool = True
    default: str | None = None
    example: str = ""
    many: bool = False
    own: bool = True
    check: Callable[[str], None] | None = None


class Lease(Struct, frozen=True, kw_only=True):
    """The right to read a mailbox alone, until it is over or renewed; see ``Mailroom``."""

    name: str
    fence: int


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far a mailbox of an entry point was read: everything up to ``last_uid`` is stored.

    Source: https://www.rfc-editor.org/rfc/rfc9051#section-2.3.1.1
    """

    entry_point: str
    mailbox: str
    uid_validity: int
    last_uid: int
    lease: Lease


class Mailroom(Protocol):
    """What a channel that fetches by itself needs of the app, which implements it.

    All of it raises ``NotStored`` while the app cannot do it.
    """

    async def take(self, entry_point: str, mailbox: str, *, lease_s: int) -> Lease | None:
        """Become the only reader of a mailbox; None while another process is."""
        ...

    async def renew(self, lease: Lease, *, lease_s: int) -> bool:
        """Go on for longer; False where another has it by now."""
        ...

    async def let_go(self, lease: Lease) -> None:
        """Let another process read it at once."""
        ...

    async def reached(self, entry_point: str, mailbox: str) -> tuple[int, int] | None:
        """UIDVALIDITY and the last UID that is stored; None where it was never read."""
        ...

    async def works(self, entry_point: str, way: str) -> None:
        """Tell that a way in (``imap``, ``mailgun``, …) of an entry point works."""
        ...

    async def fails(self, entry_point: str, way: str, error: str) -> None:
        """Tell that it does not, in one sentence for a person; three in a row are an alarm."""
        ...


class Inbox(Protocol):
    """Where a channel hands what it receives. The app implements it."""

    async def receive(
        self, items: Sequence[Inbound | Unreadable], *, checkpoint: Checkpoint | None = None
    ) -> Sequence[Outcome]:
        """Store durably, or raise ``NotStored``. Returns after the commit, one outcome an item.

        A duplicate is a success: it was stored before. A ``checkpoint`` is stored with the items,
        all or nothing; raises ``LeaseLost`` where another reads that mailbox by now.
        """
        ...

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        """Store what became of a message we sent; raises ``NotStored``.

        An update for a message that is not known (yet) is kept and applied when it is.
        """
        ...


def _peer(request: web.Request) -> str:
    """Where the connection comes from: all there is to know where no proxy is believed."""
    return request.remote or ""


class Env(Struct, frozen=True, kw_only=True):
    """What a channel is built from.

    ``settings`` holds its settings by key; ``public_url`` is the address providers reach us at,
    without a trailing slash; ``region`` (two letters) is where a number without a country code
    belongs; ``http`` is open as long as the channel is used. What ``own`` has for an entry
    point comes before the settings. ``client_address`` is where a request comes from, to count by:
    the app knows which proxies are believed. ``shares_ports``: other processes of ours listen where
    this one does.
    """

    settings: Mapping[str, str]
    public_url: str
    region: str
    http: aiohttp.ClientSession
    own: OwnSettings = NOTHING_OWN
    mailroom: Mailroom | None = None
    chatroom: Chatroom | None = None
    switchboard: Switchboard | None = None
    client_address: Callable[[web.Request], str] = _peer
    reply_keys: Callable[[], Sequence[bytes]] = tuple
    shares_ports: bool = False


#: Something that runs until it is cancelled; if it fails, it is started again.
Task = Callable[[], Awaitable[None]]


class Channel(Protocol):
    """One way to talk with customers."""

    #: Whether its messages tell which conversation they belong to.
    has_threads: bool
    #: Whether a message that went out twice is one to its reader: then a lost answer is repeated.
    repeats_safely: bool
    #: How long after it was written a message is worth sending; None for the setting.
    valid_s: int | None
    #: How long one attempt to send may take, all its deadlines together; None for 20 s.
    patience_s: float | None
    #: How much the files of one message may have together.
    max_files_bytes: int
    #: How calls are made on it; None where nobody calls.
    telephony: Telephony | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Settings it still needs before it can send and receive; empty when it is ready."""
        ...

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The hooks it answers, all under ``/hooks/<channel>/``."""
        ...

    def listeners(self, inbox: Inbox) -> Sequence[Task]:
        """Sockets of its own that providers talk to, where its hooks are served."""
        ...

    def readers(self, inbox: Inbox) -> Sequence[Task]:
        """What it fetches by itself, beside the requests."""
        ...

    async def hang_up(self) -> None:
        """End the conversations its hooks hold open: this process stops, others serve them."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...

    def address(self, text: str) -> Address:
        """The canonical form of an address as a person wrote it; raises ``BadAddress``."""
        ...

    async def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:
        """Understand a payload that was kept, as its hook would now; its signature was checked.

        None where nothing is to be done about it. Works without settings.
        """
        ...

    async def with_remote_images(self, raw: Raw) -> str | None:
        """The safe HTML of a message that was kept, with images that stand elsewhere.

        None where it has no HTML. Loading them tells its writer who looks, and when.
        """
        ...

    def size(self, text: str) -> Size | None:
        """How the text would go out; None where the channel has no segments."""
        ...

    async def send(self, outbound: Outbound) -> Receipt:
        """Hand one message to the provider, once.

        Raises ``Unavailable`` (certainly not sent, try later), ``Undeliverable`` (certainly not
        sent, trying again is useless) or ``OutcomeUnknown`` (may have been sent).
        """
        ...

    def sender(self, entry_point: str) -> str:
        """Whose refusals hold for this entry point: customers who stopped one stopped the other.

        The entry point itself, or what the provider sends for several of them.
        """
        ...

    def account(self, entry_point: str) -> str:
        """Which account at the provider this entry point uses, by a name that may be shown.

        ``AccountRefused`` speaks for all entry points of that account, and for no others. Raises
        ``Unavailable`` while it cannot be told.
        """
        ...

    def failure(self, code: str) -> FailureKind | None:
        """Whose matter a failure is, by the provider's code; None where that is not known."""
        ...

    def autoresponse(self, entry_point: str, language: str | None) -> str | None:
        """What a first message there is answered by itself; None where nothing is.

        Raises ``Unavailable`` while it cannot be told.
        """
        ...

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:
        """What the provider holds of messages equal to this one, created since, oldest first.

        Equal are recipient, sender and text. Raises ``Unavailable``.
        """
        ...

    async def backfill(self, inbox: Inbox, since: datetime) -> int:
        """Hand the inbox all that the provider took for us since, as if its hook had been called.

        In batches; returns how many messages were new. What the provider then knows of messages
        we sent is reported too. Raises ``Unavailable`` and ``NotStored``; then do it again.
        """
        ...

    async def fetch(self, media: Media) -> Fetched:
        """Fetch a file the provider keeps for us.

        Raises ``Unavailable`` (try later) or ``Undeliverable`` (never: too large, a forbidden
        address, gone).
        """
        ...
