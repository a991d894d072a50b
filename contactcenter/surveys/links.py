"""The address of a question: it names a survey, and only we can have written it.

Nothing of it is stored. It is signed with a key derived from those of ``SecretKeys``; after a new
key was added, addresses that were sent before it still hold.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

#: For what the keys of ``SecretKeys`` are derived.
PURPOSE: Final = "survey-link"
#: 128 bits nobody can forge.
#: Source: https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html
_MAC_BYTES: Final = 16
_ID_BYTES: Final = 8


def token(keys: Sequence[bytes], survey_id: int) -> str:
    """32 letters, digits, ``-`` and ``_`` that name this survey; the first key is used."""
    named = survey_id.to_bytes(_ID_BYTES, "big")
    return base64.urlsafe_b64encode(named + _mac(keys[0], named)).decode()


def survey_of(keys: Sequence[bytes], written: str) -> int | None:
    """The survey that a token of ours names; None for every other text."""
    try:
        held = base64.b64decode(written.encode(), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    named, mac = held[:_ID_BYTES], held[_ID_BYTES:]
    if len(mac) != _MAC_BYTES or not any(hmac.compare_digest(mac, _mac(k, named)) for k in keys):
        return None
    return int.from_bytes(named, "big")


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, "sha256")[:_MAC_BYTES]
