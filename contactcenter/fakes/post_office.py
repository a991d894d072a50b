"""The customers' mail servers, in one: takes our answers over SMTP and brings what they write.

Real conversations on this machine: our answers come by SMTP; what customers write goes over SMTP
to the product's listener, or as a form that is signed as Mailgun signs.
"""

import asyncio
import hashlib
import hmac
import secrets
import smtplib
import time
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Self

import aiohttp
from msgspec import Struct

from contactcenter.fakes.ledger import Entry, Ledger

_HOST = "127.0.0.1"
_TIMEOUT_S = 30.0


class Letter(Struct, frozen=True, kw_only=True):
    """A mail of ours as a customer reads it; ids with their brackets."""

    to: str
    reply_to: str
    subject: str
    message_id: str
    references: str
    text: str


class PostOffice:
    """Use it as an asynchronous context manager; ``port`` is where our answers are taken.

    ``listener`` (host and port) and ``mailgun_url`` are where customers' mails are brought; set
    them when the product's addresses are known.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.ledger = Ledger()
        self.port = 0
        self.listener = ("", 0)
        self.mailgun_url = ""
        self.mailgun_secret = secrets.token_hex(16)
        self._clock = clock
        self._letters: asyncio.Queue[Letter] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S))
        self._server = await asyncio.start_server(self._converse, _HOST, 0, limit=1 << 20)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._http.close()
        self.ledger.close()

    async def next_letter(self) -> Letter:
        """The next mail of ours that came, in the order in which they do."""
        return await self._letters.get()

    async def bring(self, mail: EmailMessage, our_address: str, *, by: str) -> None:
        """Hand a customer's mail to the product: ``by`` "smtp" or "mailgun"; twice if refused."""
        sender, raw = str(mail["From"].addresses[0].addr_spec), mail.as_bytes(policy=SMTP)
        sid = str(mail["Message-ID"]).strip("<>")
        self._note("written", sid=sid, from_=sender, to=our_address, text=_words(mail))
        for _ in range(3):
            taken = await (self._by_smtp if by == "smtp" else self._by_mailgun)(
                sender, our_address, raw
            )
            self._note("hook_answered", sid=sid, status=200 if taken else 503)
            if taken:
                return
            await asyncio.sleep(1)

    async def _by_smtp(self, sender: str, recipient: str, raw: bytes) -> bool:
        def hand_over() -> bool:
            try:
                with smtplib.SMTP(*self.listener, timeout=_TIMEOUT_S) as peer:
                    peer.sendmail(sender, [recipient], raw)
            except (smtplib.SMTPException, OSError):
                return False
            return True

        return await asyncio.to_thread(hand_over)

    async def _by_mailgun(self, sender: str, recipient: str, raw: bytes) -> bool:
        now, token = str(int(time.time())), secrets.token_hex(25)
        key = self.mailgun_secret.encode()
        form = {
            "recipient": recipient,
            "sender": sender,
            "timestamp": now,
            "token": token,
            "signature": hmac.new(key, (now + token).encode(), hashlib.sha256).hexdigest(),
            "body-mime": raw.decode(),
        }
        try:
            async with self._http.post(self.mailgun_url, data=form) as answer:
                return answer.status == 200  # noqa: PLR2004
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Enough of SMTP for a well-behaved peer."""
        writer.write(b"220 mail.customers.example ESMTP\r\n")
        recipient = ""
        try:
            while line := await reader.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    raw = await reader.readuntil(b"\r\n.\r\n")
                    self._take(recipient, raw[:-3].replace(b"\r\n..", b"\r\n."))
                elif verb == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else _answer(verb))
                await writer.drain()
                if verb == b"QUIT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _take(self, recipient: str, raw: bytes) -> None:
        mail = BytesParser(policy=SMTP).parsebytes(raw)
        letter = Letter(
            to=recipient,
            reply_to=str(mail["Reply-To"].addresses[0].addr_spec),
            subject=str(mail["Subject"]),
            message_id=str(mail["Message-ID"]).strip(),
            references=str(mail["References"] or ""),
            text=_words(mail),
        )
        correlation = letter.message_id.strip("<>").partition("@")[0]
        self._note("accepted", to=recipient, text=letter.text, correlation=correlation)
        self._letters.put_nowait(letter)

    def _note(
        self,
        kind: str,
        *,
        sid: str = "",
        from_: str = "",
        to: str = "",
        text: str = "",
        status: int = 0,
        correlation: str = "",
    ) -> None:
        entry = Entry(
            at=self._clock(),
            kind=kind,
            sid=sid,
            from_=from_,
            to=to,
            text=text,
            status=status,
            correlation=correlation,
        )
        self.ledger.record(entry)


def customer_mail(
    name: str, address: str, our_address: str, text: str, now: datetime, *, answers: Letter | None
) -> EmailMessage:
    """A mail as a customer's program writes it: a reply quotes what it answers."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f'"{name}" <{address}>'
    mail["To"] = answers.reply_to if answers else our_address
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{secrets.token_hex(12)}@{address.rpartition('@')[2]}>"
    if answers is None:
        mail["Subject"] = text.partition(".")[0][:60]
        mail.set_content(text)
        return mail
    mail["Subject"] = f"Re: {answers.subject}"
    mail["In-Reply-To"] = answers.message_id
    mail["References"] = f"{answers.references} {answers.message_id}".strip()
    quoted = "\n".join(f"> {line}" for line in answers.text.splitlines())
    mail.set_content(f"{text}\n\n{_INTRODUCED[name.isascii()]}\n{quoted}\n")
    return mail


_INTRODUCED = {
    True: "On Sun, Nov 22, 2026 at 10:00 AM Support wrote:",
    False: "در تاریخ ۱ آذر ۱۴۰۵، پشتیبانی نوشت:",
}


def _answer(verb: bytes) -> bytes:
    return b"250-mail.customers.example\r\n250 8BITMIME\r\n" if verb == b"EHLO" else b"250 ok\r\n"


def _words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    text = str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
    return text.split("\n\nOn Sun, ")[0].split("\n\nدر تاریخ ")[0].strip()
