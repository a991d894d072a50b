"""Mails as providers post them to our hooks: forms and signatures, made by hand."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

from contract import Delivery

ENTRY_POINT = "support@desk.example"
CUSTOMER = "sara@customer.example"
MAILGUN_KEY = "key-of-the-webhooks"
MAILGUN_PATH = "/hooks/email/mailgun/mime"
BOUNDARY = "----providers-boundary"


class OwnEntryPoints:
    """The entry points somebody set up, and what they have of their own."""

    def __init__(self, **own: Mapping[str, str]) -> None:
        self.entries: dict[str, Mapping[str, str]] = {ENTRY_POINT: {}}
        self.entries |= {f"{name}@desk.example": values for name, values in own.items()}
        self.lost: Exception | None = None

    def of(self, channel: str, address: str) -> Mapping[str, str]:
        assert channel == "email"
        if self.lost is not None and address not in self.entries:
            raise self.lost
        return self.entries.get(address, {})

    def addresses(self, channel: str) -> Sequence[str]:
        assert channel == "email"
        return list(self.entries)


def mail(message_id: str, text: str, *, to: str = ENTRY_POINT, **headers: str) -> bytes:
    """A mail as a customer writes it."""
    lines = {
        "From": f"Sara <{CUSTOMER}>",
        "To": to,
        "Subject": "The order",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0330",
        "Message-ID": f"<{message_id}@customer.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{text}\r\n".encode()


def multipart(path: str, fields: Sequence[tuple[str, bytes]], **headers: str) -> Delivery:
    """A form of any content, as ``multipart/form-data``."""
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (BOUNDARY.encode(), name.encode(), value)
        for name, value in fields
    ]
    return Delivery(
        path=path,
        body=b"".join(parts) + b"--" + BOUNDARY.encode() + b"--\r\n",
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | headers,
    )


def urlencoded(path: str, fields: Sequence[tuple[str, bytes]], **headers: str) -> Delivery:
    """The same as ``application/x-www-form-urlencoded``."""
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    return Delivery(
        path=path,
        body=body.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"} | headers,
    )


def mailgun_proof(
    *, key: str = MAILGUN_KEY, at_s: int | None = None, token: str | None = None
) -> dict[str, bytes]:
    """Source: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"""
    timestamp = str(int(time.time()) if at_s is None else at_s)
    token = token or secrets.token_hex(25)
    signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    return {
        "timestamp": timestamp.encode(),
        "token": token.encode(),
        "signature": signature.encode(),
    }


def mailgun(
    raw: bytes | None,
    *,
    proof: Mapping[str, bytes] | None = None,
    form=multipart,
    path: str = MAILGUN_PATH,
    **fields: bytes | None,
) -> Delivery:
    """What a route of Mailgun posts; a field that is None is left out."""
    every: dict[str, bytes | None] = {
        "recipient": ENTRY_POINT.encode(),
        "sender": CUSTOMER.encode(),
        "from": f"Sara <{CUSTOMER}>".encode(),
        "subject": b"The order",
        "body-mime": raw,
    }
    every |= (mailgun_proof() if proof is None else proof) | fields
    return form(path, [(name, value) for name, value in every.items() if value is not None])
