"""The address customers reply to: it names the ticket, and nobody can guess another's.

``support@example.com`` becomes ``support+<ticket>-<16 letters>@example.com``. The letters are 80
bits of an HMAC under a key of the entry point. They prove that somebody got our mail, not who: the
sender is matched all the same.
Source: https://www.rfc-editor.org/rfc/rfc5233, https://www.rfc-editor.org/rfc/rfc2104
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

_MAC_BYTES: Final = 10
#: Of ASCII alone: without regard to case, ``s`` would also be a long s, which is no letter of ours.
_SUBADDRESS: Final = re.compile(r"\+(\d{1,19})-([a-z2-7]{16})\Z", re.IGNORECASE | re.ASCII)


def reply_address(entry_point: str, ticket_id: int, key: bytes) -> str:
    """Where a reply about this ticket is to go; ``entry_point`` is our own address."""
    local, _, domain = entry_point.rpartition("@")
    return f"{local}+{ticket_id}-{_mac(entry_point, ticket_id, key)}@{domain}"


def ticket_of(address: str, entry_point: str, keys: Sequence[bytes]) -> int | None:
    """The ticket a recipient's address names; None where it was not made by one of the keys."""
    local, _, domain = address.rpartition("@")
    own_local, _, own_domain = entry_point.rpartition("@")
    found = _SUBADDRESS.search(local)
    is_ours = domain.lower() == own_domain.lower()
    if found is None or not is_ours or local[: found.start()].lower() != own_local.lower():
        return None
    ticket_id, given = int(found[1]), found[2].lower()
    if any(hmac.compare_digest(given, _mac(entry_point, ticket_id, key)) for key in keys):
        return ticket_id
    return None


def _mac(entry_point: str, ticket_id: int, key: bytes) -> str:
    said = f"reply:{entry_point.lower()}:{ticket_id}".encode()
    digest = hmac.new(key, said, hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.b32encode(digest).decode().lower()
