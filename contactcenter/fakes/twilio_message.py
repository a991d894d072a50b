"""A message as the fake Twilio keeps it, and the forms it posts about it."""

import hashlib
import secrets
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

#: One word alone stops or starts messages from a number.
#: Source: https://help.twilio.com/articles/223134027
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})

_COUNTRIES = {"+98": "IR", "+1": "US", "+44": "GB"}
_SEVEN_BITS = 128

Params = list[tuple[str, str]]


class Message(Struct, frozen=True, kw_only=True):
    """A message in either direction. ``from_`` and ``to`` are numbers.

    ``media`` are pairs of content type and content that a customer sent, ``media_urls`` what the
    product asked to send. It waits ``valid_s`` in the queue at most.
    """

    sid: str
    account_sid: str
    direction: str
    from_: str
    to: str
    text: str
    status: str
    created_at: datetime
    updated_at: datetime
    media: tuple[tuple[str, bytes], ...] = ()
    media_urls: tuple[str, ...] = ()
    error_code: int | None = None
    status_callback: str = ""
    messaging_service_sid: str | None = None
    valid_s: int = 36000

    @property
    def media_sids(self) -> tuple[str, ...]:
        """The ids of ``media``, in order; always the same."""
        return tuple(
            "ME" + hashlib.sha256(f"{self.sid}/{place}".encode()).hexdigest()[:32]
            for place in range(len(self.media))
        )

    @property
    def segments(self) -> int:
        """Roughly what Twilio counts: enough for a bill that nobody pays."""
        plain = all(ord(char) < _SEVEN_BITS for char in self.text)
        single, joined = (160, 153) if plain else (70, 67)
        length = len(self.text)
        return 1 if length <= single else -(-length // joined)

    @property
    def correlation(self) -> str:
        """The parameter ``c`` of the status callback's address."""
        return dict(parse_qsl(urlsplit(self.status_callback).query)).get("c", "")

    @property
    def path(self) -> str:
        """Where the REST API has it, without the ending."""
        return f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"


def new_sid(prefix: str) -> str:
    """Make an id that was never used; no seeded chance, which another run may repeat."""
    return f"{prefix}{secrets.token_hex(16)}"


def message_form(message: Message, api_url: str) -> Params:
    """What is posted when a customer has written.

    Source: https://www.twilio.com/docs/messaging/guides/webhook-request
    """
    country = next((c for p, c in _COUNTRIES.items() if message.from_.startswith(p)), "")
    params = [
        ("ToCountry", ""),
        ("ToState", ""),
        ("SmsMessageSid", message.sid),
        ("NumMedia", str(len(message.media))),
        ("ToCity", ""),
        ("FromZip", ""),
        ("SmsSid", message.sid),
        ("FromState", ""),
        ("SmsStatus", "received"),
        ("FromCity", ""),
        ("Body", message.text),
        ("FromCountry", country),
        ("To", message.to),
        ("ToZip", ""),
        ("NumSegments", str(message.segments)),
        ("MessageSid", message.sid),
        ("AccountSid", message.account_sid),
        ("From", message.from_),
        ("ApiVersion", "2010-04-01"),
    ]
    word = message.text.strip().upper()
    if word in STOP_WORDS | START_WORDS:
        params.append(("OptOutType", "STOP" if word in STOP_WORDS else "START"))
    for index, (content_type, _) in enumerate(message.media):
        params.append((f"MediaContentType{index}", content_type))
        sid = message.media_sids[index]
        params.append((f"MediaUrl{index}", f"{api_url}{message.path}/Media/{sid}"))
    return params


def status_form(message: Message, word: str, code: int | None, at: datetime) -> Params:
    """What is posted when a message of the product has come further.

    Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
    """
    params = [
        ("SmsSid", message.sid),
        ("SmsStatus", word),
        ("MessageStatus", word),
        ("To", message.to),
        ("MessageSid", message.sid),
        ("AccountSid", message.account_sid),
        ("From", message.from_),
        ("ApiVersion", "2010-04-01"),
    ]
    if word in {"delivered", "undelivered"}:
        params.append(("RawDlrDoneDate", f"{at:%y%m%d%H%M}"))
    if code:
        params.append(("ErrorCode", str(code)))
    return params
