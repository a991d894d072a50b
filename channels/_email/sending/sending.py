"""Mails to customers, handed to a mail server over SMTP.

A mail is composed from what is stored, the same at each attempt. The main recipient decides whether
it goes out; a copy that is refused is told, and holds nothing back. Once the last dot was said and
no answer came, nobody knows whether the server has it: only then the outcome is unknown.
Source: https://www.rfc-editor.org/rfc/rfc5321, https://www.rfc-editor.org/rfc/rfc1047
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import aiosmtplib
from aiosmtplib import SMTP
from msgspec import Struct

from channels._base import Env
from channels._email.sending import answers, signing, unsubscribing
from channels._email.sending.accounts import Accounts, MailServer
from channels._email.sending.pool import Connection, Patience, Pool
from channels._failures import Deferred, OutcomeUnknown, SendFailure, Unavailable, Undeliverable
from channels._mail import composing, reply_address
from channels._mail.composing import Letter
from channels._mail.values import MailAddress
from channels._messages import Outbound, OutboundMail, Receipt, RefusedCopy

_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_GO_ON: Final = 354
_TAKEN: Final = 250
_TOO_LARGE: Final = "5.3.4"
_NO_UTF8: Final = "5.6.7"


class _Ready(Struct, frozen=True, kw_only=True):
    """A mail as it goes over the wire, and its envelope: the main recipient stands first."""

    raw: bytes
    reverse_path: str
    recipients: tuple[str, ...]

    @property
    def is_international(self) -> bool:
        """Whether an address in it needs more than ASCII."""
        return not all(one.isascii() for one in self.recipients)


class Sending:
    """Composes and hands over; one a process."""

    def __init__(self, env: Env, *, patience: Patience | None = None) -> None:
        self._env = env
        self._accounts = Accounts(env)
        self._patience = patience or Patience()
        self._pool = Pool(
            self._patience,
            hello=urlsplit(env.public_url).hostname or "localhost",
            ca_file=env.settings.get("smtp_ca_file"),
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs before anything can be sent."""
        return self._accounts.missing

    async def send(self, outbound: Outbound) -> Receipt:
        """Hand one mail to the mail server, once; see ``Channel.send``."""
        mail = outbound.mail
        if mail is None:
            raise Undeliverable("What it takes to make a mail of this message was not kept.")
        server = self._accounts.server(outbound.entry_point)
        ready = await asyncio.to_thread(self._ready, outbound, mail)
        refused = await self._handed_over(server, ready)
        return Receipt(external_id=mail.message_id, status="sent", refused_copies=tuple(refused))

    def account(self, entry_point: str) -> str:
        """The mail server and the name there that an entry point uses."""
        return self._accounts.server(entry_point).name

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    def _ready(self, outbound: Outbound, mail: OutboundMail) -> _Ready:
        look = self._accounts.look(outbound.entry_point)
        reply_to = self._reply_to(outbound.entry_point, mail.ticket_id, has_plus=look.has_plus)
        letter = Letter(
            message_id=mail.message_id,
            author=MailAddress(look.from_name, outbound.entry_point),
            recipient=MailAddress("", outbound.recipient.value),
            cc=[MailAddress("", one) for one in mail.cc],
            sent_at=mail.written_at,
            subject=mail.subject,
            text=outbound.text,
            reply_to=reply_to,
            in_reply_to=mail.in_reply_to,
            references=mail.references,
            enclosures=mail.files,
            signature=look.signature,
            automatic=mail.automatic,
            unsubscribe=self._ways_out(mail),
        )
        raw = composing.compose(letter)
        return _Ready(
            raw=raw if look.dkim is None else signing.signed(raw, look.dkim),
            reverse_path="" if mail.automatic else reply_to,
            recipients=tuple(dict.fromkeys((outbound.recipient.value, *mail.cc))),
        )

    def _reply_to(self, entry_point: str, ticket_id: int | None, *, has_plus: bool) -> str:
        keys = self._env.reply_keys()
        if ticket_id is None or not has_plus or not keys:
            return entry_point
        return reply_address.reply_address(entry_point, ticket_id, keys[0])

    def _ways_out(self, mail: OutboundMail) -> Sequence[str]:
        keys = self._env.reply_keys()
        if not mail.bulk or not keys:
            return ()
        return [unsubscribing.link(self._env.public_url, mail.message_id, keys[0])]

    async def _handed_over(self, server: MailServer, ready: _Ready) -> list[RefusedCopy]:
        async with self._pool.connection(server) as connection:
            try:
                return await self._said(connection, ready)
            except _Idle:
                connection.client.close()
        async with self._pool.connection(server, fresh=True) as connection:
            return await self._said(connection, ready)

    async def _said(self, connection: Connection, ready: _Ready) -> list[RefusedCopy]:
        """One mail over one connection; whatever is raised closes it or leaves it clean."""
        client = connection.client
        try:
            refused = await self._envelope(connection, ready)
            await self._text(client, ready)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            client.close()
            raise Unavailable(
                f"The mail server broke off before it had the mail: {type(error).__name__}."
            ) from error
        except SendFailure as failed:
            if isinstance(failed, (Deferred, Undeliverable)):
                await _start_over(client)
            raise
        return refused

    async def _envelope(self, connection: Connection, ready: _Ready) -> list[RefusedCopy]:
        """Name sender and recipients; returns the copies that were refused."""
        client = connection.client
        options, encoding = _options(client, ready)
        try:
            await client.mail(ready.reverse_path, options=options, encoding=encoding)
        except aiosmtplib.SMTPServerDisconnected as error:
            if connection.is_fresh:
                raise
            raise _Idle from error
        except aiosmtplib.SMTPResponseException as refusal:
            if refusal.code == answers.CLOSING and not connection.is_fresh:
                raise _Idle from refusal
            raise answers.about_sender(refusal) from refusal
        main, *copies = ready.recipients
        try:
            await client.rcpt(main, encoding=encoding)
        except aiosmtplib.SMTPResponseException as refusal:
            raise answers.about_mail(refusal) from refusal
        refused = []
        for copy in copies:
            try:
                await client.rcpt(copy, encoding=encoding)
            except aiosmtplib.SMTPResponseException as refusal:
                if refusal.code == answers.CLOSING:
                    raise answers.about_mail(refusal) from refusal
                refused.append(
                    RefusedCopy(
                        address=copy,
                        code=answers.code_of(refusal),
                        detail=answers.detail_of(refusal),
                    )
                )
        return refused

    async def _text(self, client: SMTP, ready: _Ready) -> None:
        answer = await client.execute_command(b"DATA")
        if answer.code != _GO_ON:
            refusal = aiosmtplib.SMTPDataError(answer.code, answer.message)
            raise answers.about_mail(refusal)
        protocol = client.protocol
        if protocol is None:
            raise Unavailable("The mail server broke off before it had the mail.")
        try:
            protocol.write(_DOT.sub(b"..", ready.raw) + b".\r\n")
            answer = await protocol.read_response(timeout=self._patience.end_s)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise OutcomeUnknown(
                "The mail server had the mail and broke off before it said whether it takes it."
            ) from error
        except BaseException:
            client.close()
            raise
        if answer.code == _TAKEN:
            return
        refusal = aiosmtplib.SMTPDataError(answer.code, answer.message)
        raise answers.after_the_dot(refusal)


class _Idle(Exception):
    """The server closed a connection that was kept: nothing was said on it yet."""


def _options(client: SMTP, ready: _Ready) -> tuple[list[str], str]:
    """What is said with the sender's address; raises where the server cannot do it."""
    options = []
    if client.supports_extension("size"):
        most = client.esmtp_extensions.get("size", "")
        if most.isdecimal() and 0 < int(most) < len(ready.raw):
            raise Undeliverable(
                f"The mail has {len(ready.raw)} bytes; the mail server takes {most}.",
                code=_TOO_LARGE,
                kind="content",
            )
        options.append(f"SIZE={len(ready.raw)}")
    if not ready.is_international:
        return options, "ascii"
    if not client.supports_extension("smtputf8"):
        raise Undeliverable(
            "The mail server takes no addresses with letters beyond ASCII.",
            code=_NO_UTF8,
            kind="number",
        )
    return [*options, "SMTPUTF8", "BODY=8BITMIME"], "utf-8"


async def _start_over(client: SMTP) -> None:
    """Forget this mail, so that the connection is as good as new for the next."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        client.close()
