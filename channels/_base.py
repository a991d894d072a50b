"""The contract between a channel and the app.

A channel translates: what a provider posts becomes an ``Inbound``, what an agent wrote becomes a
request to the provider. It knows no database and no ticket. The app implements ``Inbox``; a
channel implements ``Channel`` and its module offers ``NAME``, ``SETTINGS`` and ``create(env)``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import aiohttp
from aiohttp import web
from msgspec import Struct, field

from channels._failures import FailureKind
from channels._secrets import NO_SECRETS, Secrets

Outcome = Literal["stored", "duplicate", "quarantined"]
#: What a payload was sent for: a customer's message, or a report on one of ours.
Purpose = Literal["message", "status"]
#: What a customer says of messages from us: stop them, or start them again.
Consent = Literal["withdrawn", "given"]

#: How far a sent message has come. A rank never falls, in whatever order callbacks arrive;
#: the four at rank 3 exclude one another, and the first that arrives stands.
STATUS_RANK: Mapping[str, int] = {
    "queued": 0,
    "sending": 1,
    "sent": 2,
    "delivered": 3,
    "undelivered": 3,
    "failed": 3,
    "canceled": 3,
    "read": 4,
}


class Setting(Struct, frozen=True, kw_only=True):
    """One value a channel reads from the settings.

    ``key`` is the lower-case name, such as ``twilio_account_sid``; in the environment it is
    CONTACTCENTER_TWILIO_ACCOUNT_SID. ``many`` takes a comma-separated list.
    """

    key: str
    help: str
    secret: bool = False
    required: bool = True
    default: str | None = None
    example: str = ""
    many: bool = False


class Address(Struct, frozen=True, kw_only=True):
    """Where a person can be reached: ``kind`` phone, email, chat, withheld, …; canonical ``value``.

    A phone is E.164. ``withheld`` is a caller who hides the number: the value is unique to the
    message, so that two of them never become one person. ``sender`` is a short code, a service
    line or a name in place of a number: it can be shown and recognised, but not answered.
    """

    kind: str
    value: str


class Media(Struct, frozen=True, kw_only=True):
    """A file the provider keeps for us; it is fetched later."""

    url: str
    content_type: str


class Raw(Struct, frozen=True, kw_only=True):
    """A payload exactly as received. ``headers`` holds only what helps to understand it."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Inbound(Struct, frozen=True, kw_only=True):
    """One message from a customer, authenticated and understood.

    ``entry_point`` is our own address it was sent to, canonical. ``external_id`` is the provider's
    id, the same at each redelivery; None where the provider has none, then the payload itself is
    the key. ``occurred_at`` is the provider's time, None where it tells none. ``details`` holds
    what the channel wants kept beside the message (segments, opt-out kind, …), as short text.
    """

    channel: str
    entry_point: str
    sender: Address
    text: str
    raw: Raw
    external_id: str | None = None
    sender_name: str | None = None
    occurred_at: datetime | None = None
    media: tuple[Media, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    consent: Consent | None = None


class Unreadable(Struct, frozen=True, kw_only=True):
    """An authentic payload that cannot be understood; it is kept byte for byte in quarantine.

    ``reason`` is a stable word (``missing_field``, ``invalid_utf8``, ``nul_character``,
    ``bad_address``, ``not_a_form``, ``unknown_status``); ``detail`` is one sentence for a person,
    naming the place.
    """

    channel: str
    reason: str
    detail: str
    raw: Raw
    external_id: str | None = None


class StatusUpdate(Struct, frozen=True, kw_only=True):
    """What a provider tells of a message we sent; ``status`` is a key of STATUS_RANK.

    ``correlation_id`` is the one of the ``Outbound``, where the provider sends it back: it tells
    whose report this is even if the answer with ``external_id`` was lost.
    """

    channel: str
    external_id: str
    status: str
    correlation_id: str | None = None
    error_code: str | None = None
    failure: FailureKind | None = None
    raw: Raw


class Inbox(Protocol):
    """Where a channel hands what it receives. The app implements it."""

    async def receive(self, items: Sequence[Inbound | Unreadable]) -> Sequence[Outcome]:
        """Store durably, or raise ``NotStored``. Returns after the commit, one outcome an item.

        A duplicate is a success: it was stored before.
        """
        ...

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        """Store what became of a message we sent; raises ``NotStored``.

        An update for a message that is not known (yet) is kept and applied when it is.
        """
        ...


class Outbound(Struct, frozen=True, kw_only=True):
    """One message to a customer. ``correlation_id`` is ours, unique to this attempt to send it.

    An answer later than ``valid_s`` is worse than none: the provider is asked to drop it then.
    """

    correlation_id: str
    entry_point: str
    recipient: Address
    text: str
    media_urls: tuple[str, ...] = ()
    valid_s: int | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """The provider took the message. ``status`` is a key of STATUS_RANK."""

    external_id: str
    status: str
    segments: int | None = None


class Size(Struct, frozen=True, kw_only=True):
    """How a text goes out: its ``encoding`` and how many ``segments`` are paid."""

    encoding: str
    segments: int


class Listed(Struct, frozen=True, kw_only=True):
    """A message of ours as the provider lists it; ``status`` is a key of STATUS_RANK."""

    external_id: str
    status: str
    created_at: datetime
    segments: int | None = None
    error_code: str | None = None


class Fetched(Struct, frozen=True, kw_only=True):
    """A provider's file. ``content_type`` is as served, and says nothing about what is inside."""

    body: bytes
    content_type: str
    name: str = ""


class Env(Struct, frozen=True, kw_only=True):
    """What a channel is built from.

    ``settings`` holds its settings by key; ``public_url`` is the address providers reach us at,
    without a trailing slash; ``region`` (two letters) is where a number without a country code
    belongs; ``http`` is open as long as the channel is used. What ``secrets`` has for an entry
    point comes before the settings.
    """

    settings: Mapping[str, str]
    public_url: str
    region: str
    http: aiohttp.ClientSession
    secrets: Secrets = NO_SECRETS


class Channel(Protocol):
    """One way to talk with customers."""

    #: Settings it still needs before it can send and receive; empty when it is ready.
    missing: tuple[str, ...]

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The hooks it answers, all under ``/hooks/<channel>/``."""
        ...

    def address(self, text: str) -> Address:
        """The canonical form of an address as a person wrote it; raises ``BadAddress``."""
        ...

    def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:
        """Understand a payload that was kept, as its hook would now; its signature was checked.

        None where nothing is to be done about it. Works without settings.
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
