"""Postmark's inbound webhook: JSON with the mail as it came, if "include raw email" is on.

Postmark signs nothing. It is believed by the name and password in the address it was given,
``https://name:password@…``, which it sends with each request; so they are looked at before a
body is read. Use https.

Postmark tries again after any answer but 200, ten times in ten and a half hours; 403 ends that at
once, and is never given.
Source: https://postmarkapp.com/developer/webhooks/inbound-webhook,
https://postmarkapp.com/support/article/understanding-inbound-webhook-retries-in-postmark
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct

from channels._email.hooks.payload import Payload, Posted

#: Files of 35 MB come twice, in the mail and beside it, each time a third longer.
#: Source: https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits
MOST_BYTES: Final = 112 * 1024 * 1024

#: Where Postmark receives for those who forward to it. Then the mail itself says to whom it was.
_POSTMARKS_OWN: Final = "@inbound.postmarkapp.com"
_LONGEST: Final = 4096


class _Addressed(Struct, frozen=True):
    address: str = msgspec.field(default="", name="Email")


class _Inbound(Struct, frozen=True):
    """What is wanted of the JSON; the rest, files among it, is passed over."""

    raw: str | None = msgspec.field(default=None, name="RawEmail")
    recipient: str = msgspec.field(default="", name="OriginalRecipient")
    to: tuple[_Addressed, ...] = msgspec.field(default=(), name="ToFull")
    cc: tuple[_Addressed, ...] = msgspec.field(default=(), name="CcFull")


class Postmark:
    """Reads and checks what Postmark posts."""

    name = "postmark"
    key = "postmark_passwords"
    most_bytes = MOST_BYTES
    forged = HTTPStatus.UNAUTHORIZED

    def may_be_authentic(self, headers: Mapping[str, str], keys: Sequence[str]) -> bool:
        return _is_one_of(headers, keys)

    def understood(self, posted: Posted) -> Payload:
        try:
            told = msgspec.json.decode(posted.body, type=_Inbound)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Payload(reason="not_json", detail="What Postmark posted is not its JSON.")
        recipients = [told.recipient.strip()]
        if recipients[0].lower().endswith(_POSTMARKS_OWN):
            recipients += [one.address.strip() for one in (*told.to, *told.cc)]
        if not any(recipients):
            detail = "The JSON does not say to whom the mail was sent (OriginalRecipient)."
            return Payload(reason="missing_field", detail=detail)
        return Payload(
            recipients=tuple(recipients),
            mail=None if told.raw is None else told.raw.encode(),
            detail="Postmark posted parts of the mail, not the mail: "
            "switch on “Include raw email content in JSON payload” of the inbound stream.",
        )

    async def is_authentic(self, posted: Posted, payload: Payload, keys: Sequence[str]) -> bool:  # noqa: ARG002
        return _is_one_of(posted.headers, keys)

    async def answered(self, posted: Posted, payload: Payload) -> web.Response | None:  # noqa: ARG002
        return None

    def note_stored(self, payload: Payload) -> None:
        """Nothing: there is no token that could be used again."""


def is_key(text: str) -> bool:
    """Whether this is a name and a password, as they stand in an address."""
    name, colon, password = text.partition(":")
    return bool(name and colon and password)


def _is_one_of(headers: Mapping[str, str], keys: Sequence[str]) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or len(given) > _LONGEST:
        return False
    offered = given.strip().encode("utf-8", "surrogateescape")
    fits = [
        is_key(key) and hmac.compare_digest(base64.b64encode(key.encode()), offered) for key in keys
    ]
    return any(fits)
