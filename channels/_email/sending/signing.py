"""DKIM signatures under what we send, for who has no mail server that signs.

The extra ``dkim`` brings the library. Signed is also what must not be added: a second From or To,
or another way to leave a list.
Source: https://www.rfc-editor.org/rfc/rfc6376, https://www.rfc-editor.org/rfc/rfc8058#section-4
"""

import importlib
from typing import Any, Final

from channels._email.sending.accounts import DkimKey
from channels._failures import Unavailable

_FIELDS: Final = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
)


def signed(raw: bytes, key: DkimKey) -> bytes:
    """The mail with a signature before it; raises ``Unavailable`` where it cannot be signed."""
    try:
        dkim: Any = importlib.import_module("dkim")
    except ImportError as error:
        raise Unavailable("To sign with DKIM, install contactcenter[dkim].") from error
    try:
        field: bytes = dkim.sign(
            raw,
            key.selector.encode(),
            key.domain.encode(),
            key.pem.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode() for name in _FIELDS],
        )
    except Exception as error:  # whatever the library makes of a broken key
        raise Unavailable(
            f"The DKIM key {key.selector}._domainkey.{key.domain} cannot be used:"
            f" {type(error).__name__}."
        ) from error
    return field + raw
