"""One conversation with a mail server, by SMTP or LMTP.

``aiosmtpd`` reads commands and answers them; what is here is what a mail server of a company needs
beside: the bytes of a mail unchanged, deadlines for everything, and an answer after the commit.
A mail ends with CR LF, dot, CR LF and with nothing else, so that no mail hides in another.
Source: https://www.rfc-editor.org/rfc/rfc5321, https://www.rfc-editor.org/rfc/rfc2033
"""

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import aiosmtpd.smtp
from aiosmtpd.smtp import SMTP, Session
from msgspec import Struct

from channels._email.listener.certificate import Certificate
from channels._email.listener.data import ArrivingMail
from channels._email.listener.door import Door
from channels._email.listener.rules import NULL, Caller, Letter, Rules, address_and_rest
from channels._email.listener.storing import Storing

# It would write addresses, and what a stranger sends, into our log.
aiosmtpd.smtp.log.disabled = True

#: What a mail is read in, and at most twice of it waits for us in memory.
_PIECE_BYTES: Final = 65_536
_COMMAND_BYTES: Final = 2_048
#: What a code says to whom it was not said more exactly.
#: Source: https://www.rfc-editor.org/rfc/rfc3463
_ENHANCED: Final = {
    "221": "2.0.0",
    "250": "2.0.0",
    "451": "4.3.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "552": "5.3.4",
    "553": "5.1.3",
    "555": "5.5.4",
}
_HAS_ENHANCED: Final = re.compile(r"\d{3}[ -]\d\.\d{1,3}\.\d{1,3} ")
_SENSELESS: Final = frozenset({"500", "501", "502", "503", "555"})
_STORED: Final = "250 2.6.0 Stored"
_NOT_STORED: Final = "451 4.3.0 Cannot be stored now, try again later"


class Terms(Struct, frozen=True, kw_only=True):
    """What all conversations of a listener share; ``name`` is what we call ourselves."""

    name: str
    door: Door
    storing: Storing
    certificate: Certificate | None
    going_on: set["Conversation"]


async def end_all(terms: Terms) -> None:
    """End the conversations of a listener, each where it may be ended."""
    await asyncio.gather(*(one.end() for one in list(terms.going_on)))
    await terms.storing.close()


class Conversation(SMTP):
    """By SMTP: one answer for a mail, yes only if all its recipients have it."""

    ident = "ESMTP"
    line_length_limit = _PIECE_BYTES
    command_size_limit = _COMMAND_BYTES

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._limits = terms.door.limits
        self._errors = 0
        self._peer: str | None = None
        self._is_secure = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        # Of this conversation alone: the library counts in one table for all.
        self.command_size_limits = defaultdict(lambda: _COMMAND_BYTES)
        super().__init__(
            Rules(terms.storing, recipients=self._limits.recipients),
            data_size_limit=self._limits.message_bytes,
            enable_SMTPUTF8=True,
            hostname=terms.name,
            ident=self.ident,
            timeout=self._limits.command_s,
            loop=asyncio.get_running_loop(),
        )
        for command in ("AUTH", "EXPN", "HELP", "VRFY"):
            del self._smtp_methods[command]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        name = transport.get_extra_info("peername")
        peer = name[0] if isinstance(name, tuple) else ""
        if (refusal := self._terms.door.enter(peer)) is not None:
            transport.write(f"{refusal}\r\n".encode())
            transport.close()
            return
        self._peer = peer
        self._terms.going_on.add(self)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._peer is not None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._peer is None else super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        if self._peer is None:
            return
        self._terms.door.leave(self._peer)
        self._terms.going_on.discard(self)
        self._peer = None
        super().connection_lost(error)

    async def end(self) -> None:
        """Say that we go, but not in the middle of a mail."""
        assert self._handler_coroutine is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.stop_s):
                await self._at_rest.wait()
        self._hang_up("421 4.3.2 Closing, try again later")
        await asyncio.wait([self._handler_coroutine], timeout=self._limits.stop_s)

    def _timeout_cb(self) -> None:
        self._hang_up("421 4.4.2 Too slow")

    def _hang_up(self, last: str) -> None:
        """Say a last word and close; who does not even read that is cut off."""
        transport = self.transport
        assert self._handler_coroutine is not None
        self._handler_coroutine.cancel()
        if not isinstance(transport, asyncio.Transport) or transport.is_closing():
            return
        if transport.get_write_buffer_size():
            transport.abort()
            return
        transport.write(f"{last}\r\n".encode())
        transport.close()

    def _create_session(self) -> Session:
        return Caller(asyncio.get_running_loop())

    def _set_rset_state(self) -> None:
        self.envelope = Letter()

    def _set_post_data_state(self) -> None:
        self.envelope = Letter()

    async def push(self, status: Any) -> None:
        """Answer, with an enhanced code; who makes too many mistakes is told to go."""
        said: str = status
        if not _HAS_ENHANCED.match(said) and (more := _ENHANCED.get(said[:3])):
            said = f"{said[:4]}{more} {said[4:]}"
        await super().push(said)
        self._errors += said[:3] in _SENSELESS
        assert isinstance(self.session, Caller)
        if self._errors > self._limits.errors or self.session.strangers > self._limits.strangers:
            self._hang_up("421 4.7.0 Too many errors")
            await asyncio.sleep(0)  # here it ends

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802
        """Greet, and say what we can."""
        if not self._greeted(hostname, extended=True):
            await self.push("501 Syntax: EHLO hostname")
            return
        offers = [
            self.hostname,
            f"SIZE {self._limits.message_bytes}",
            "8BITMIME",
            "SMTPUTF8",
            "PIPELINING",
            *(["STARTTLS"] if self._terms.certificate and not self._is_secure else []),
            "ENHANCEDSTATUSCODES",
        ]
        said = [f"250-{one}" for one in offers[:-1]]
        await super().push("\r\n".join([*said, f"250 {offers[-1]}"]))

    async def smtp_HELO(self, hostname: str | None) -> None:  # noqa: N802
        """Greet somebody who knows no more."""
        if not self._greeted(hostname, extended=False):
            await self.push("501 Syntax: HELO hostname")
            return
        await super().push(f"250 {self.hostname}")

    def _greeted(self, hostname: str | None, *, extended: bool) -> bool:
        """Begin anew with who says hello; whether a name was said."""
        self._set_rset_state()
        assert self.session is not None
        self.session.extended_smtp = extended
        self.session.host_name = hostname
        return bool(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """Encrypt from here on; what was said before counts no more."""
        if arg or self._terms.certificate is None or self._is_secure:
            await self.push("503 5.5.1 Not now")
            return
        if self._reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001
            # Whoever sent this did so in clear, and wants it read as if it had been encrypted.
            self._hang_up("503 5.5.1 Too early")
            await asyncio.sleep(0)
        # Nothing may be read between here and the change: so nothing waits in between.
        self._writer.write(b"220 2.0.0 Go ahead\r\n")
        try:
            await self._writer.start_tls(
                self._terms.certificate.context(), ssl_handshake_timeout=self._limits.handshake_s
            )
        except (OSError, TimeoutError):
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()
            return
        self.transport = self._writer.transport
        self._is_secure = True
        self._greeted(None, extended=False)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take a mail, store it, and only then answer."""
        if await self.check_helo_needed():
            return
        letter = self.envelope
        assert isinstance(letter, Letter)
        if not letter.recipients:
            await self.push("554 5.5.1 No recipient was taken")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        limits = self._limits
        # From here on, this has deadlines of its own.
        self._reset_timeout(limits.data_s + limits.store_s * 2)
        self._at_rest.clear()
        try:
            await self._take(letter)
        finally:
            self._at_rest.set()
        self._set_post_data_state()
        self._reset_timeout()

    async def _take(self, letter: Letter) -> None:
        await super().push("354 Go ahead")
        mail = ArrivingMail(self._terms.door)
        try:
            async with asyncio.timeout(self._limits.data_s):
                await mail.read(self._reader)
            if mail.refusal is not None:
                await self._answer([mail.refusal] * len(letter.recipients))
                return
            sender = letter.mail_from or ""
            stored = await self._terms.storing.store(
                mail.raw,
                sender="" if sender == NULL else sender,
                recipients=letter.recipients,
                within_s=self._limits.store_s,
            )
            await self._answer(
                [_STORED if stored[one.entry_point] else _NOT_STORED for one in letter.recipients]
            )
        except TimeoutError:
            self._hang_up("421 4.4.2 Too slow")
            await asyncio.sleep(0)
        finally:
            mail.let_go()

    async def _answer(self, answers: Sequence[str]) -> None:
        """Give the worst as the one answer for all: then all are tried again."""
        await self.push(next((one for one in answers if one != _STORED), _STORED))

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Take an address and its parameters apart; the library changes what it reads."""
        return address_and_rest(arg)


class LmtpConversation(Conversation):
    """By LMTP: an answer for each recipient of a mail."""

    ident = "LMTP"

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        for command in ("EHLO", "HELO"):
            del self._smtp_methods[command]
        self._smtp_methods["LHLO"] = self.smtp_EHLO

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """As a mail server that speaks LMTP knows it."""
        return await super().check_helo_needed(helo)

    async def _answer(self, answers: Sequence[str]) -> None:
        for one in answers:
            await self.push(one)
