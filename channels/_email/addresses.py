"""Mail addresses: one writing for each, so that one person is one person.

The whole address in lower case: no provider of note tells letters' cases apart. What stands behind
a ``+`` stays, as it may be another mailbox; the domain is in its ASCII form.
Source: https://www.rfc-editor.org/rfc/rfc5321#section-2.4, https://www.rfc-editor.org/rfc/rfc5891
"""

import re
from typing import Final

from channels._failures import BadAddress
from channels._mail import domains
from channels._messages import Address

#: Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
CHARACTERS: Final = 254
_LOCAL: Final = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}\Z")
_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\Z")


def canonical(text: str) -> str | None:
    """The one writing of an address; None where it is none."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.match(local):
        return None
    ascii_domain = domains.in_ascii(domain)
    if ascii_domain is None or not _DOMAIN.match(ascii_domain):
        return None
    lower = local.lower()
    if lower.isascii() != local.isascii():  # the sign for kelvin is no k of anybody's name
        lower = local
    written = f"{lower}@{ascii_domain}"
    return written if len(written) <= CHARACTERS else None


def writings(recipient: str) -> tuple[str, ...]:
    """How one of our addresses may be written in a recipient: whole, and without its ``+`` part.

    Empty where it is no address.
    """
    written = canonical(recipient)
    if written is None:
        return ()
    local, _, domain = written.rpartition("@")
    return written, f"{local.partition('+')[0]}@{domain}"


def typed(text: str) -> Address:
    """Read an address as a person wrote it; raises ``BadAddress``."""
    written = canonical(text)
    if written is None:
        raise BadAddress(f"{text.strip()[:100]!r} is no mail address, such as info@example.com")
    return Address(kind="email", value=written)
