"""Readers of mailboxes as the app runs them, over an inbox and a mailroom in memory."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
from dovecot import PASSWORD, Dovecot
from recording_mailroom import FencedInbox, RecordingMailroom

from channels import Env
from channels._email.imap.mailboxes import Mailboxes
from channels._email.imap.pace import Pace
from channels._email.receiving import Receiver
from channels._mail.readers import MailReaders

SUPPORT = "support@example.com"
#: Everything that is waited for is short; what the server does takes as long as it takes.
PACE = Pace(
    connect_s=5, silence_s=5, command_s=20, fetch_s=30, store_s=5, poll_s=60,
    poll_without_idle_s=0.2, lease_s=3, look_s=0.05, retry_s=0.05,
    first_pause_s=0.1, refused_pause_s=0.2, longest_pause_s=0.5,
)  # fmt: skip
WITHIN_S = 20


class Own:
    """What single entry points have of their own; it may change at any time."""

    def __init__(self, values: dict[str, dict[str, str]]) -> None:
        self.values = values

    def of(self, channel, address):
        return self.values.get(address, {})

    def addresses(self, channel):
        return list(self.values)


class Reading:
    """What is read, and where to."""

    def __init__(self, own: Own) -> None:
        self.own = own
        self.mailroom = RecordingMailroom()
        self.inbox = FencedInbox(self.mailroom)

    @property
    def texts(self) -> list[str]:
        return [getattr(one, "text", "").strip() for one in self.inbox.received]

    async def until(self, is_so, within_s: float = WITHIN_S) -> None:
        """Wait until something is so, for a while."""
        try:
            async with asyncio.timeout(within_s):
                while not is_so():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(
                f"{len(self.inbox.received)} mails, {self.mailroom.errors}"
            ) from None

    async def until_received(self, many: int, within_s: float = WITHIN_S) -> None:
        await self.until(lambda: len(self.inbox.received) >= many, within_s)


def account(dovecot: Dovecot, user: str, **others: str) -> dict[str, str]:
    """The settings of a mailbox at a Dovecot."""
    return {
        "imap_host": dovecot.host,
        "imap_port": str(dovecot.port),
        "imap_security": "plain",
        "imap_username": user,
        "imap_password": PASSWORD,
        **others,
    }


@asynccontextmanager
async def reading(
    own: dict[str, dict[str, str]],
    *,
    settings: dict[str, str] | None = None,
    pace: Pace | None = None,
    of: Reading | None = None,
    **changed: float,
) -> AsyncIterator[Reading]:
    """Read as long as the context lasts; ``of`` goes on with what was read before."""
    told = of or Reading(Own(own))
    readers = MailReaders()
    async with aiohttp.ClientSession() as http:
        env = Env(
            settings=settings or {},
            public_url="http://127.0.0.1",
            region="US",
            http=http,
            own=told.own,
            mailroom=told.mailroom,
        )
        mailboxes = Mailboxes(
            env,
            Receiver(env, readers),
            told.inbox,
            told.mailroom,
            chance=random.Random(7),
            pace=msgspec.structs.replace(pace or PACE, **changed),
        )
        task = asyncio.create_task(mailboxes.run())
        try:
            yield told
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await readers.close()


def mail(text: str, *, to: str = SUPPORT, headers: str = "", sender: str = "ann@example.net"):
    """A letter."""
    return (
        f"{headers}From: {sender}\r\nTo: {to}\r\nSubject: {text}\r\n"
        f"Message-ID: <{text.replace(' ', '.')}@example.net>\r\n"
        f"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\n{text}\r\n"
    ).encode()
