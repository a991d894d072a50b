"""Connections to mail servers: a few to each, one mail at a time on each, kept open for a while."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiosmtplib
import structlog
from aiosmtplib import SMTP
from msgspec import Struct

from channels._email.sending import answers
from channels._email.sending.accounts import MailServer
from channels._failures import AccountRefused, Unavailable

#: Connections of one process to one mail server.
AT_ONCE: Final = 8
#: Servers close idle connections after minutes; we do before.
IDLE_S: Final = 20.0
#: Some servers take only so many mails on one connection.
MAILS: Final = 50
_QUIT_S: Final = 2.0

log = structlog.get_logger()


class Patience(Struct, frozen=True, kw_only=True):
    """How long the mail server is waited for, in seconds.

    Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2
    """

    connect_s: float = 30.0
    command_s: float = 120.0
    #: After the last dot servers look for viruses and the like.
    end_s: float = 600.0
    place_s: float = 60.0


class Connection:
    """One connection, at one mail's disposal."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.mails = 0
        self.closing: asyncio.TimerHandle | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether no mail went over it: then no answer to it can be about being idle."""
        return self.mails == 0


class Pool:
    """All connections of a process.

    ``hello`` is the name we go by; ``ca_file`` names more certificates to trust.
    """

    def __init__(self, patience: Patience, *, hello: str, ca_file: str | None) -> None:
        self._patience = patience
        self._hello = hello
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None
        self._idle: dict[MailServer, list[Connection]] = {}
        self._places: dict[MailServer, asyncio.Semaphore] = {}
        self._quitting: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def connection(
        self, server: MailServer, *, fresh: bool = False
    ) -> AsyncIterator[Connection]:
        """A connection that is signed in, for one mail; ``fresh`` for one nothing went over.

        It is kept for the next mail unless something was raised. Raises ``Unavailable`` or
        ``AccountRefused``.
        """
        places = self._places.setdefault(server, asyncio.Semaphore(AT_ONCE))
        try:
            async with asyncio.timeout(self._patience.place_s):
                await places.acquire()
        except TimeoutError:
            raise Unavailable("All connections to the mail server are busy.") from None
        try:
            one = await self._taken(server, fresh=fresh)
            try:
                yield one
            except BaseException:
                one.client.close()
                raise
            self._put_back(server, one)
        finally:
            places.release()

    async def close(self) -> None:
        """Say good-bye on all connections that are not at work."""
        idle = [one for kept in self._idle.values() for one in kept]
        self._idle.clear()
        for one in idle:
            self._leave(one)
        if self._quitting:
            await asyncio.wait(self._quitting)

    async def _taken(self, server: MailServer, *, fresh: bool) -> Connection:
        kept = self._idle.get(server, [])
        while kept and not fresh:
            one = kept.pop()
            if one.closing is not None:
                one.closing.cancel()
            if one.client.is_connected:
                return one
        return Connection(await self._connected(server))

    def _put_back(self, server: MailServer, one: Connection) -> None:
        one.mails += 1
        if not one.client.is_connected:
            return
        if one.mails >= MAILS:
            self._leave(one)
            return
        kept = self._idle.setdefault(server, [])
        kept.append(one)
        loop = asyncio.get_running_loop()
        one.closing = loop.call_later(IDLE_S, self._retire, server, one)

    def _retire(self, server: MailServer, one: Connection) -> None:
        kept = self._idle.get(server, [])
        if one in kept:
            kept.remove(one)
            self._leave(one)

    def _leave(self, one: Connection) -> None:
        if one.closing is not None:
            one.closing.cancel()
        task = asyncio.get_running_loop().create_task(_quit(one.client))
        self._quitting.add(task)
        task.add_done_callback(self._quitting.discard)

    async def _connected(self, server: MailServer) -> SMTP:
        client = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=self._patience.connect_s,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            local_hostname=self._hello,
        )
        try:
            if server.security != "plain":
                client.tls_context = await self._context()
            await client.connect()
            if server.username:
                await client.login(server.username, server.password)
            await _greet(client)
        except aiosmtplib.SMTPAuthenticationError as error:
            client.close()
            if error.code >= answers.FINAL:
                raise AccountRefused(
                    answers.detail_of(error), code=answers.code_of(error), kind="account"
                ) from error
            raise answers.about_us(error) from error
        except aiosmtplib.SMTPResponseException as error:
            client.close()
            raise answers.about_us(error) from error
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError, ValueError) as error:
            client.close()
            said = _said(error)
            log.warning("mail_server_not_reached", host=server.host, port=server.port, error=said)
            raise Unavailable(
                f"The mail server {server.host}:{server.port} cannot be used: {said}"
            ) from error
        client.timeout = self._patience.command_s
        return client

    async def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = await asyncio.to_thread(_trusting, self._ca_file)
        return self._tls


async def _greet(client: SMTP) -> None:
    """Hear what the server can do, unless that was heard while signing in."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


async def _quit(client: SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=_QUIT_S)
    client.close()


def _said(error: Exception) -> str:
    said = str(error) or type(error).__name__
    return said.splitlines()[0][:200]
