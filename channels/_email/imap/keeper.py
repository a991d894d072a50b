"""Reads the mailboxes of one account as long as no other process does, whatever happens."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog

from channels._base import Inbox, Lease, Mailroom
from channels._email.imap.account import Shared
from channels._email.imap.connection import Connection
from channels._email.imap.failures import NotAnswered, ServerFailed, SignInRefused
from channels._email.imap.fetching import Fetching, Place, Stumbles
from channels._email.imap.mailbox import MailboxReader
from channels._email.imap.pace import Pace
from channels._email.imap.storing import Storing
from channels._email.imap.tokens import Tokens
from channels._email.receiving import Receiver
from channels._failures import LeaseLost, NotStored

WAY: Final = "imap"
_LET_GO_S: Final = 2.0

log = structlog.get_logger()


class Health:
    """Tells whether an account works: only if all its mailboxes do."""

    def __init__(self, mailroom: Mailroom, entry_points: Sequence[str], *, every_s: float) -> None:
        self._mailroom = mailroom
        self._entry_points = entry_points
        self._every_s = every_s
        self._failing: set[str] = set()
        self._told_at: float | None = None

    async def works(self, mailbox: str) -> None:
        """One mailbox was read; told when something has changed, else now and then."""
        self._failing.discard(mailbox)
        now = asyncio.get_running_loop().time()
        is_told = self._told_at is not None and now - self._told_at < self._every_s
        if self._failing or is_told:
            return
        with suppress(NotStored):
            for one in self._entry_points:
                await self._mailroom.works(one, WAY)
            self._told_at = now

    async def fails(self, mailbox: str, sentence: str) -> None:
        """One mailbox was not."""
        self._failing.add(mailbox)
        self._told_at = None
        with suppress(NotStored):
            for one in self._entry_points:
                await self._mailroom.fails(one, WAY, sentence)


class AccountReader:
    """Reads one account's mailboxes, each over a connection of its own, until cancelled."""

    def __init__(
        self,
        shared: Shared,
        *,
        receiver: Receiver,
        inbox: Inbox,
        mailroom: Mailroom,
        tokens: Tokens,
        pace: Pace,
        chance: random.Random,
    ) -> None:
        self._account = shared.account
        self._entry_points = shared.entry_points
        self._receiver = receiver
        self._inbox = inbox
        self._mailroom = mailroom
        self._tokens = tokens
        self._pace = pace
        self._chance = chance
        self._health = Health(mailroom, shared.entry_points, every_s=pace.poll_s)

    async def run(self) -> None:
        """Wait for the right to read, read, and begin again."""
        while True:
            with suppress(NotStored):
                lease = await self._mailroom.take(
                    self._entry_points[0], self._account.name, lease_s=self._pace.lease_s
                )
                if lease is not None:
                    await self._hold(lease)
            await asyncio.sleep(self._pace.lease_s / 3 * (0.5 + self._chance.random() / 2))

    async def _hold(self, lease: Lease) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._renewed(lease))
                for mailbox in self._account.mailboxes:
                    group.create_task(self._kept_read(mailbox, lease))
        except* LeaseLost:
            log.warning("mailbox_taken_over", account=self._entry_points[0])
        finally:
            with suppress(NotStored, TimeoutError):
                async with asyncio.timeout(_LET_GO_S):
                    await self._mailroom.let_go(lease)

    async def _renewed(self, lease: Lease) -> None:
        lease_s = self._pace.lease_s
        loop = asyncio.get_running_loop()
        good_until = loop.time() + lease_s
        while True:
            await asyncio.sleep(lease_s / 3)
            with suppress(NotStored):
                asked_at = loop.time()
                if not await self._mailroom.renew(lease, lease_s=lease_s):
                    raise LeaseLost
                good_until = asked_at + lease_s
            if loop.time() > good_until:
                raise LeaseLost

    async def _kept_read(self, mailbox: str, lease: Lease) -> None:
        """Read a mailbox; after a failure once more, later each time.

        A connection that ends after it was of use is no failure: servers end them now and then.
        """
        stumbles = Stumbles()
        failures = 0
        while True:
            was_of_use, error = await self._read(mailbox, lease, stumbles)
            failures = 0 if was_of_use else failures + 1
            if failures and not isinstance(error, NotStored):
                await self._health.fails(mailbox, _sentence(error))
            is_refused = isinstance(error, SignInRefused)
            await asyncio.sleep(
                self._pace.pause_s(max(failures, 1), self._chance, refused=is_refused)
            )

    async def _read(self, mailbox: str, lease: Lease, stumbles: Stumbles) -> tuple[bool, Exception]:
        """Read until something fails; what, and whether all that was there had been read."""
        was_of_use = False

        async def on_read(problem: str | None) -> None:
            nonlocal was_of_use
            was_of_use = True
            if problem is None:
                await self._health.works(mailbox)
            else:
                await self._health.fails(mailbox, problem)

        connection = Connection(self._account, self._pace)
        reader = self._reader(mailbox, lease, stumbles, connection)
        try:
            access_token = await self._tokens.token()
            await reader.read(self._mailroom, self._entry_points[0], access_token, on_read)
        except LeaseLost:
            raise
        except (ServerFailed, NotAnswered) as error:
            stumbles.broke()
            if isinstance(error, SignInRefused):
                self._tokens.forget()
            log.info("mailbox_not_read", entry_point=self._entry_points[0], error=str(error))
            return was_of_use, error
        except NotStored as error:
            return was_of_use, error
        except Exception as error:  # other mailboxes go on, and so does this one later
            log.exception("mailbox_reader_failed", entry_point=self._entry_points[0])
            return was_of_use, error
        finally:
            connection.close()

    def _reader(
        self, mailbox: str, lease: Lease, stumbles: Stumbles, connection: Connection
    ) -> MailboxReader:
        account = self._account
        place = Place(entry_points=self._entry_points, mailbox=mailbox)
        return MailboxReader(
            account,
            mailbox,
            connection=connection,
            fetching=Fetching(place, connection, self._receiver, stumbles),
            storing=Storing(
                self._inbox,
                self._mailroom,
                lease,
                self._pace,
                at=(self._entry_points[0], account.named(mailbox)),
            ),
            pace=self._pace,
        )


def _sentence(error: Exception) -> str:
    if isinstance(error, ServerFailed):
        return str(error)
    return f"Reading the mailbox failed: {type(error).__name__}."
