"""Random values that open something: opaque, 256 bits, kept only as their SHA-256.

A fast hash is right here: nobody guesses 256 random bits, slow or not.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

#: How API tokens begin, so that scanners of leaked secrets know them.
TOKEN_PREFIX: Final = "cc_"  # noqa: S105  no secret, its mark

_BYTES: Final = 32
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{20,100}")
#: Without letters and digits that are taken for one another.
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def new() -> str:
    """Make a secret for a cookie, a link or a header."""
    return secrets.token_urlsafe(_BYTES)


def new_password() -> str:
    """Make a password to be read out and typed once: twenty letters and digits, 99 bits."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def digest(secret: str) -> bytes | None:
    """What is stored of a secret; None for what cannot be one."""
    return sha256(secret.encode()).digest() if _SHAPE.fullmatch(secret) else None


def csrf_of(session: str) -> str:
    """The CSRF token of a session, made anew from it whenever a page of ours asks."""
    mac = hmac.new(session.encode(), b"csrf", sha256).digest()
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
