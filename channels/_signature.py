"""Tells whether a request really comes from Twilio.

Twilio signs the address it calls, and every parameter of a form: HMAC over the whole URL followed
by each name and value in the order of the names, nothing between them, in base64. It never signs a
time. Everything here works on bytes as received, because a form may hold bytes that are no text
and is authentic all the same.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

#: The header that carries the signature.
SIGNATURE_HEADER = "X-Twilio-Signature"

#: Names the algorithm when a webhook is signed with a key of its own; absent means HMAC_SHA1.
#: Source: twilio.request_validator of the Python SDK 9.13.
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"

FORM = "application/x-www-form-urlencoded"

_DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_DEFAULT_PORTS = {"https": 443, "http": 80}

Pairs = Sequence[tuple[bytes, bytes]]


class Verifier:
    """Checks signatures against the address and the keys from the settings.

    ``public_url`` is the only source of scheme, host and port: what a proxy or a forger claims in
    forwarded headers is never looked at. Several ``keys`` let a key be replaced without a gap.
    ``fallback_url`` is a second address under which Twilio may call this or another of our servers.
    """

    def __init__(
        self, public_url: str, keys: Sequence[str], *, fallback_url: str | None = None
    ) -> None:
        self._origins = _with_and_without_port(public_url)
        if fallback_url:
            self._origins += _with_and_without_port(fallback_url)
        self._keys = tuple(key.encode() for key in keys)

    def is_authentic(
        self,
        *,
        raw_path: str,
        content_type: str,
        body: bytes,
        pairs: Pairs,
        signature: str | None,
        settings: str | None = None,
    ) -> bool:
        """Tell whether the request was signed with one of the keys; a missing signature is forged.

        ``raw_path`` is path and query as received, ``pairs`` the form of ``body``. Whatever is not
        a form is signed by its address alone, which must then carry the body's hash.
        """
        digest = _DIGESTS.get(_algorithm(settings))
        if not signature or digest is None:
            return False
        if content_type == FORM:
            signed = _joined(pairs)
        elif _body_hash_matches(raw_path, body):
            signed = b""
        else:
            return False
        path = raw_path.encode("utf-8", "surrogateescape")
        given = signature.encode("utf-8", "surrogateescape")
        return any(
            hmac.compare_digest(_sign(key, origin + path + signed, digest), given)
            for key in self._keys
            for origin in self._origins
        )


def parse_form(body: bytes) -> list[tuple[bytes, bytes]]:
    """Split a form into its pairs: blank values kept, nothing trimmed, order and repeats kept."""
    pairs = []
    for part in body.replace(b"+", b" ").split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_unquoted(name), _unquoted(value)))
    return pairs


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text) if b"%" in text else text  # most have none


def _joined(pairs: Pairs) -> bytes:
    """Names in byte order; of one name each different value once, in byte order too."""
    return b"".join(name + value for name, value in sorted(set(pairs)))


def _sign(key: bytes, signed: bytes, digest: str) -> bytes:
    return binascii.b2a_base64(hmac.digest(key, signed, digest), newline=False)


def _algorithm(settings: str | None) -> str:
    for part in (settings or "").split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"


def _body_hash_matches(raw_path: str, body: bytes) -> bool:
    given = parse_qs(urlsplit(raw_path).query).get("bodySHA256", [""])[0]
    return hmac.compare_digest(sha256(body).hexdigest().encode(), given.encode())


def _with_and_without_port(public_url: str) -> tuple[bytes, ...]:
    """Both spellings of the address, for Twilio signs sometimes one and sometimes the other."""
    parts = urlsplit(public_url)
    host = parts.netloc.rpartition("@")[2]
    if parts.port:
        host = host.removesuffix(f":{parts.port}")
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
    path = parts.path.rstrip("/")
    return (
        f"{parts.scheme}://{host}{path}".encode(),
        f"{parts.scheme}://{host}:{port}{path}".encode(),
    )
