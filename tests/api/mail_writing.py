"""Mails of customers, as their programs write them and as they come in."""

import base64
from collections.abc import Mapping

import msgspec
from asyncpg import Connection

from channels import Authentication, Channel, Inbound, Raw
from contactcenter.intake import Intake

HELP = "help@example.com"
#: A red dot.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO"
    "9TXL0Y4OHwAAAABJRU5ErkJggg=="
)
VERIFIED = Authentication(spf="pass", dkim="pass", dmarc="pass", domain="customer.test")


def html_mail(html: str, *, subject: str = "Screen", sender: str = "sara@customer.test") -> bytes:
    """A mail with HTML, an inline image ``dot@x`` and a PDF."""
    image = base64.b64encode(PNG).decode()
    return (
        f"From: Sara Ahmadi <{sender}>\r\nTo: Help <{HELP}>\r\nCc: Boss <boss@customer.test>\r\n"
        f"Subject: {subject}\r\nDate: Sat, 21 Mar 2026 10:00:00 +0330\r\n"
        "Message-ID: <first@customer.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{html}\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-ID: <dot@x>\r\n"
        'Content-Disposition: inline; filename="dot.png"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{image}\r\n"
        "--b\r\nContent-Type: application/pdf\r\n"
        'Content-Disposition: attachment; filename="bill.pdf"\r\n\r\n%PDF-1.4 bill\r\n'
        "--b--\r\n"
    ).encode()


def text_mail(text: str, *, subject: str = "Screen", sender: str = "sara@customer.test") -> bytes:
    """A mail of nothing but text."""
    return (
        f"From: Sara <{sender}>\r\nTo: {HELP}\r\nSubject: {subject}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{text}\r\n"
    ).encode()


class Letterbox:
    """Takes mails in as the email channel does."""

    def __init__(self, channels: Mapping[str, Channel], inbox: Intake, table: Connection) -> None:
        self._channel = channels["email"]
        self._inbox = inbox
        self._table = table

    async def open(self, *, queue_id: int = 1) -> None:
        """Set our address up."""
        await self._table.execute(
            "INSERT INTO entry_point (channel, address, queue_id) VALUES ('email', $1, $2)",
            HELP,
            queue_id,
        )

    async def take(self, raw: bytes, *, authentication: Authentication | None = None) -> int:
        """Store a mail; returns its interaction."""
        kept = Raw(body=raw, content_type="message/rfc822", headers={"entry_point": HELP})
        item = await self._channel.read("message", kept)
        assert isinstance(item, Inbound), item
        assert item.received is not None
        if authentication is not None:
            received = msgspec.structs.replace(item.received, authentication=authentication)
            item = msgspec.structs.replace(item, received=received)
        outcomes = list(await self._inbox.receive([item]))
        held = await self._table.fetch("SELECT reason, detail FROM quarantine")
        assert outcomes == ["stored"], (outcomes, held)
        return await self._table.fetchval("SELECT max(interaction_id) FROM mail")
