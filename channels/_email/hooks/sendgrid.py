"""SendGrid's Inbound Parse: a form with the mail as it came, if "send raw" is on.

With a security policy SendGrid signs the time and the body as they go over the wire; without one
anybody could post, so unsigned requests are not taken. The body is covered, so a request that is
posted again brings the same mail, which is one by its key.

SendGrid tries again after any 5xx, for three days, and then drops the mail without a word; after
4xx it does not.
Source: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks,
https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email
"""

import asyncio
import base64
import binascii
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key
from msgspec import Struct

from channels._email.hooks import forms
from channels._email.hooks.payload import Payload, Posted

#: SendGrid takes mails of 30 MB; the rest is for the other fields.
#: Source: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email
MOST_BYTES: Final = 40 * 1024 * 1024
#: Three days of trying, and one for clocks. Keys of mails are kept longer than that.
WINDOW_S: Final = 4 * 86_400

SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"

_WANTED: Final = frozenset({"email", "envelope"})
_LONGEST: Final = 512


class _Envelope(Struct, frozen=True):
    """What was said over SMTP."""

    to: tuple[str, ...] = ()
    from_: str | None = msgspec.field(default=None, name="from")


class SendGrid:
    """Reads and checks what Inbound Parse posts."""

    name = "sendgrid"
    key = "sendgrid_verification_keys"
    most_bytes = MOST_BYTES
    forged = HTTPStatus.SERVICE_UNAVAILABLE

    def may_be_authentic(self, headers: Mapping[str, str], keys: Sequence[str]) -> bool:  # noqa: ARG002
        return _signature(headers) is not None and _is_recent(headers.get(TIMESTAMP, ""))

    def understood(self, posted: Posted) -> Payload:
        form = forms.fields(posted.body, posted.content_type, _WANTED)
        if form is None:
            return Payload(reason="not_a_form", detail="What SendGrid posted is no form.")
        envelope = _envelope(form.get("envelope", (b"",))[0])
        if envelope is None or not envelope.to:
            detail = "The form does not say to whom the mail was sent (envelope)."
            return Payload(reason="missing_field", detail=detail)
        mails = form.get("email", ())
        return Payload(
            recipients=envelope.to,
            mail=mails[0] if mails else None,
            envelope_sender=envelope.from_,
            detail="SendGrid posted parts of the mail, not the mail: "
            "switch on “POST the raw, full MIME message” of Inbound Parse.",
        )

    async def is_authentic(self, posted: Posted, payload: Payload, keys: Sequence[str]) -> bool:  # noqa: ARG002
        signature = _signature(posted.headers)
        timestamp = posted.headers.get(TIMESTAMP, "")
        if signature is None or not _is_recent(timestamp):
            return False
        digest = await asyncio.to_thread(_digest, timestamp.encode(), posted.body)
        return any(_is_signed(key, signature, digest) for key in keys)

    async def answered(self, posted: Posted, payload: Payload) -> web.Response | None:  # noqa: ARG002
        return None

    def note_stored(self, payload: Payload) -> None:
        """Nothing: what is signed is the mail itself."""


def is_key(text: str) -> bool:
    """Whether this is a public key as SendGrid shows one: base64, elliptic curve."""
    return _key(text) is not None


def _digest(timestamp: bytes, body: bytes) -> bytes:
    hashed = sha256(timestamp)
    hashed.update(body)
    return hashed.digest()


def _is_signed(key: str, signature: bytes, digest: bytes) -> bool:
    public = _key(key)
    if public is None:
        return False
    try:
        public.verify(signature, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _key(text: str) -> ec.EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def _signature(headers: Mapping[str, str]) -> bytes | None:
    given = headers.get(SIGNATURE, "")
    if not given.isascii() or not 0 < len(given) <= _LONGEST:
        return None
    try:
        return base64.b64decode(given, validate=True)
    except binascii.Error:
        return None


def _is_recent(timestamp: str) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > len(str(2**40)):
        return False
    return abs(time.time() - int(timestamp)) <= WINDOW_S


def _envelope(text: bytes) -> _Envelope | None:
    try:
        return msgspec.json.decode(text, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
