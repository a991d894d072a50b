"""Who a visitor is by a token that the host site signed: a JWT with HS256 and a key of the host's.

Pure: keys, audience and time are passed in. Everything but the library's check of the signature is
decided here, by what the token's claims are, so that nothing in its header chooses how it is read.

Source: https://www.rfc-editor.org/rfc/rfc7519 and https://www.rfc-editor.org/rfc/rfc8725
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from jwt import PyJWS, PyJWTError
from msgspec import Meta, Struct

from channels import _setting_checks
from channels._chat import Attested
from channels._failures import BadOption
from channels._listed import listed

ALGORITHM: Final = "HS256"
#: Longer tokens are not looked at.
MAX_CHARACTERS: Final = 4096
#: A token is made for one page view: who finds an old one must not be able to use it.
MAX_LIFETIME_S: Final = 3600
#: How far the host's clock may be from ours.
LEEWAY_S: Final = 30
#: A key has at least as many bytes as the hash. Source: RFC 7518, section 3.2.
MIN_KEY_BYTES: Final = 32
#: The one in use, the one before, and one to come.
MAX_KEYS: Final = 3

#: What the visitor's browser is told; ``reason`` is for the host's developers, in our log.
Problem = Literal["expired", "invalid"]

_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPACE: Final = re.compile(r"\s")
_KEY_HEADER: Final = "-----BEGIN"

_Time = Annotated[float, Meta(ge=0, le=2**40)]


class Untrusted(Struct, frozen=True, kw_only=True):
    """Why a token says nothing of who its bearer is; ``reason`` is a stable word."""

    problem: Problem
    reason: str


class _Audience(Struct, frozen=True, kw_only=True):
    """Read first: what a token is for is more telling than what else it lacks."""

    aud: str


class _Claims(Struct, frozen=True, kw_only=True):
    """Names and meanings are those of JWT and of OpenID Connect's standard claims.

    Source: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
    """

    sub: Annotated[str, Meta(min_length=1, max_length=200)]
    iat: _Time
    exp: _Time
    nbf: _Time = 0.0
    name: Annotated[str, Meta(max_length=200)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    email_verified: bool | None = None
    phone_number: Annotated[str, Meta(max_length=40)] | None = None
    phone_number_verified: bool | None = None


_JWS: Final = PyJWS(algorithms=[ALGORITHM])


def check(token: str, keys: Sequence[str], *, audience: str, now: datetime) -> Attested | Untrusted:
    """Say who the bearer is, or why the token does not tell.

    ``audience`` is the widget's key; ``keys`` are those its host may sign with. An address counts
    only where the host says that it has verified it.
    """
    if not keys:
        return Untrusted(problem="invalid", reason="no_keys")
    if len(token) > MAX_CHARACTERS:
        return Untrusted(problem="invalid", reason="too_long")
    payload = _signed_payload(token, keys)
    if payload is None:
        return Untrusted(problem="invalid", reason="not_signed")
    try:
        if msgspec.json.decode(payload, type=_Audience).aud != audience:
            return Untrusted(problem="invalid", reason="other_audience")
        claims = msgspec.json.decode(payload, type=_Claims)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Untrusted(problem="invalid", reason="bad_claims")
    return _misdated(claims, now.timestamp()) or _attested(claims)


def check_keys(value: str) -> None:
    """Whether an entry point may have these keys; raises ``BadOption``."""
    _setting_checks.one_line(value)
    keys = listed(value)
    if not 1 <= len(keys) <= MAX_KEYS or len(set(keys)) < len(keys):
        raise BadOption(f"It must be 1 to {MAX_KEYS} keys, each another, with commas between them.")
    for key in keys:
        if len(key.encode()) < MIN_KEY_BYTES:
            raise BadOption(f"Each key must have at least {MIN_KEY_BYTES} bytes.")
        if _KEY_HEADER in key or _UNPRINTABLE.search(key):
            raise BadOption("A key must be a secret on one line, not a public key or certificate.")


def _signed_payload(token: str, keys: Sequence[str]) -> bytes | None:
    for key in keys:
        try:
            found = _JWS.decode_complete(
                token, key, [ALGORITHM], options={"enforce_minimum_key_length": True}
            )
        except (PyJWTError, UnicodeEncodeError):
            continue
        payload = found["payload"]
        assert isinstance(payload, bytes), "a payload is bytes until it is read"
        return payload
    return None


def _misdated(claims: _Claims, now: float) -> Untrusted | None:
    if claims.exp - claims.iat > MAX_LIFETIME_S:
        return Untrusted(problem="invalid", reason="lives_too_long")
    if max(claims.iat, claims.nbf) > now + LEEWAY_S:
        return Untrusted(problem="invalid", reason="not_yet_valid")
    if claims.exp <= now - LEEWAY_S:
        return Untrusted(problem="expired", reason="expired")
    return None


def _attested(claims: _Claims) -> Attested | Untrusted:
    email = _filled(claims.email) if claims.email_verified else None
    phone = _filled(claims.phone_number) if claims.phone_number_verified else None
    name = _filled(claims.name)
    if any(
        _UNPRINTABLE.search(text) for text in (claims.sub, name or "", email or "", phone or "")
    ):
        return Untrusted(problem="invalid", reason="bad_claims")
    if _SPACE.search(claims.sub) or (email is not None and _SPACE.search(email)):
        return Untrusted(problem="invalid", reason="bad_claims")
    return Attested(user_id=claims.sub, name=name, email=email, phone=phone)


def _filled(text: str | None) -> str | None:
    stripped = (text or "").strip()
    return stripped or None
