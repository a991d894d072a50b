"""The secrets by which visitors of a web chat come back: made by us, and never kept.

A token is 16 random bytes and 16 that only we can have computed from them, so that a browser can
never bring one that we have not given out, and nothing is stored of a visitor who writes nothing.
The database knows the SHA-256 of a token, and the address, which tells nothing of the token.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

#: For what the keys of ``SecretKeys`` are derived.
PURPOSE: Final = "chat-token"
#: 128 bits nobody can guess, and 128 bits nobody can forge.
#: Source: https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html
_RANDOM_BYTES: Final = 16
_MAC_BYTES: Final = 16
_ADDRESS_BYTES: Final = 16


def issue(keys: Sequence[bytes], entry_point: str) -> str:
    """Make the token of a new visitor at one of our widgets; the first key is used."""
    chance = secrets.token_bytes(_RANDOM_BYTES)
    return base64.urlsafe_b64encode(chance + _mac(keys[0], entry_point, chance)).decode()[:-1]


def is_ours(keys: Sequence[bytes], entry_point: str, token: str) -> bool:
    """Whether we gave this token out, at this widget, by any of the keys."""
    try:
        held = base64.b64decode(token.encode() + b"=", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    chance, mac = held[:_RANDOM_BYTES], held[_RANDOM_BYTES:]
    if len(mac) != _MAC_BYTES or base64.urlsafe_b64encode(held).decode()[:-1] != token:
        return False
    return any(hmac.compare_digest(mac, _mac(key, entry_point, chance)) for key in keys)


def sha256(token: str) -> bytes:
    """What the database knows of a token; of any text, also one that is none."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def address(token: str) -> str:
    """The address of the visitor who has this token: 26 letters and digits, the same each time."""
    hashed = hashlib.sha256(b"address:" + token.encode(errors="surrogatepass")).digest()
    return base64.b32encode(hashed[:_ADDRESS_BYTES]).decode().rstrip("=").lower()


def _mac(key: bytes, entry_point: str, chance: bytes) -> bytes:
    return hmac.digest(key, chance + entry_point.encode(), "sha256")[:_MAC_BYTES]
