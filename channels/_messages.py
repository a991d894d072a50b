"""What channels and the app tell one another: messages in and out, and what became of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from channels._failures import FailureKind
from channels._mail.values import Authentication, Enclosure, Mail

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


class Thread(Struct, frozen=True, kw_only=True):
    """By what a message shows which conversation it belongs to.

    ``ticket_id`` is proven by a reply address of ours it was sent to. ``answers`` are the ids of
    messages it answers, the nearest first. ``named_ticket_id`` is a number in its subject, which
    anybody may write. ``accepted`` is what a person decided of a message that was held: its
    author may write here.
    """

    ticket_id: int | None = None
    answers: tuple[str, ...] = ()
    named_ticket_id: int | None = None
    accepted: bool = False


class MailReceived(Struct, frozen=True, kw_only=True):
    """A mail as it was received: what it says, and what our own border says of its origin.

    ``recipient`` is the address it was sent to, which may be a reply address of the entry point's.
    ``envelope_sender`` is where failures are to be reported, empty for the null reverse path,
    None where the way in does not tell.
    """

    mail: Mail
    authentication: Authentication
    recipient: str
    envelope_sender: str | None = None


class Said(Struct, frozen=True, kw_only=True):
    """What an ``Inbound`` of a web chat has beside its text.

    ``client_id`` is what the browser calls it, the same at each resend. ``files`` are the tokens of
    what the visitor uploaded before. ``is_left``: nobody was there, and he wants an answer at an
    address he told.
    """

    client_id: str
    files: tuple[str, ...] = ()
    is_left: bool = False


class CallArrived(Struct, frozen=True, kw_only=True):
    """What an ``Inbound`` of a telephone has beside its text: the app makes it of a call's hooks.

    A ``call`` waits for somebody; of a ``voicemail`` there is a recording.
    """

    call_id: int | None
    kind: Literal["call", "voicemail"] = "call"


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
    thread: Thread | None = None
    received: MailReceived | None = None
    said: Said | None = None
    call: CallArrived | None = None


class Unreadable(Struct, frozen=True, kw_only=True):
    """An authentic payload that cannot be understood; it is kept byte for byte in quarantine.

    ``reason`` is a stable word (``missing_field``, ``invalid_utf8``, ``nul_character``,
    ``bad_address``, ``not_a_form``, ``unknown_status``, ``too_long``); ``detail`` is one sentence
    for a person, naming the place.
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
    consent: Consent | None = None
    raw: Raw


class OutboundMail(Struct, frozen=True, kw_only=True):
    """What a mail to a customer needs beside its text; the same at each attempt to send it.

    Message ids stand without brackets. ``automatic`` is for what no person wrote, ``bulk`` for
    what is written to many. What is about no ticket is answered at our address itself.
    """

    message_id: str
    ticket_id: int | None
    subject: str
    written_at: datetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    files: tuple[Enclosure, ...] = ()
    automatic: bool = False
    bulk: bool = False


class Outbound(Struct, frozen=True, kw_only=True):
    """One message to a customer. ``correlation_id`` is ours, unique to this attempt to send it.

    An answer later than ``valid_s`` is worse than none: the provider is asked to drop it then.
    ``mail`` is there exactly for mails.
    """

    correlation_id: str
    entry_point: str
    recipient: Address
    text: str
    media_urls: tuple[str, ...] = ()
    valid_s: int | None = None
    mail: OutboundMail | None = None


class RefusedCopy(Struct, frozen=True, kw_only=True):
    """Somebody who was to get a copy of a message and does not; ``code`` is the provider's."""

    address: str
    code: str
    detail: str


class Receipt(Struct, frozen=True, kw_only=True):
    """The provider took the message. ``status`` is a key of STATUS_RANK.

    The message went to its recipient, and to all who get a copy but ``refused_copies``.
    """

    external_id: str
    status: str
    segments: int | None = None
    refused_copies: tuple[RefusedCopy, ...] = ()


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
