"""Reads one mailbox over one connection: what came after the last stored mail, then what comes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NoReturn

import structlog

from channels._base import Mailroom
from channels._email.imap.account import Account
from channels._email.imap.connection import Connection
from channels._email.imap.failures import NotAnswered
from channels._email.imap.fetching import Fetching, batches
from channels._email.imap.pace import Pace
from channels._email.imap.storing import Storing

_LISTED: Final = 200

#: Told each time all was read: with what is wrong nevertheless, or None.
OnRead = Callable[[str | None], Awaitable[None]]

log = structlog.get_logger()


class MailboxReader:
    """Reads on until something fails; then make a new one, with a new connection."""

    def __init__(
        self,
        account: Account,
        mailbox: str,
        *,
        connection: Connection,
        fetching: Fetching,
        storing: Storing,
        pace: Pace,
    ) -> None:
        self._account = account
        self._mailbox = mailbox
        self._connection = connection
        self._session = connection.session
        self._fetching = fetching
        self._storing = storing
        self._pace = pace
        self._uid_validity = 0
        self._last_uid = 0
        self._exists = 0
        self._can_idle = False
        self._not_marked: str | None = None

    async def read(
        self, mailroom: Mailroom, entry_point: str, access_token: str | None, on_read: OnRead
    ) -> NoReturn:
        """Read what is there and what comes. Raises ``ServerFailed``, ``NotStored``, …."""
        pace = self._pace
        at_most_s = pace.connect_s + pace.command_s
        await self._connection.ask(lambda: self._session.open(access_token), at_most_s)
        mailbox = self._account.named(self._mailbox)
        reached = await mailroom.reached(entry_point, mailbox)
        if reached is not None:
            self._uid_validity, self._last_uid = reached
        while True:
            await self._select(mailbox)
            await self._read_all()
            await on_read(self._not_marked)
            self._not_marked = None
            self._can_idle = await self._connection.ask(
                lambda: self._session.can_idle, pace.command_s
            )
            await self._follow()

    async def _select(self, mailbox: str) -> None:
        pace = self._pace
        found = await self._connection.ask(
            lambda: self._session.select(self._mailbox), pace.command_s
        )
        if found.uid_validity != self._uid_validity:
            if self._uid_validity:
                log.warning("mailbox_numbered_anew", mailbox=mailbox)
            self._uid_validity, self._last_uid = found.uid_validity, 0
        self._exists = found.exists

    async def _read_all(self) -> None:
        """Everything that is not stored yet, in order."""
        ask, command_s = self._connection.ask, self._pace.command_s
        while True:
            found = await ask(lambda: self._session.after(self._last_uid, self._exists), command_s)
            for start in range(0, len(found.uids), _LISTED):
                await self._read_some(found.uids[start : start + _LISTED])
            self._last_uid = max(self._last_uid, found.upto)
            if not found.uids:
                return

    async def _read_some(self, uids: Sequence[int]) -> None:
        sizes = await self._connection.ask(lambda: self._session.sizes(uids), self._pace.command_s)
        for batch in batches(sizes, self._fetching.stumbles):
            taken = await self._fetching.take(batch, sizes, within_s=self._pace.fetch_s)
            if taken:
                await self._storing.store(taken, self._uid_validity)
                await self._mark([one.uid for one in taken if one.is_whole])
            self._last_uid = batch[-1]

    async def _mark(self, uids: Sequence[int]) -> None:
        """What is to become of mails once they are stored. Failing here loses nothing."""
        if self._account.is_left_alone or not uids:
            return
        to = self._account.moves_to
        try:
            if to is None:
                await self._connection.ask(
                    lambda: self._session.mark_seen(uids), self._pace.command_s
                )
            else:
                await self._connection.ask(
                    lambda: self._session.move(uids, to), self._pace.command_s
                )
        except NotAnswered as error:
            what = f"moved to {to}" if to else "marked as seen"
            self._not_marked = (
                f"Mails are read, but cannot be {what} at {self._account.host}. "
                f"It says: {str(error)[:160]}"
            )

    async def _follow(self) -> None:
        """Read what comes, until it is time to look whether the mailbox is the same still."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._pace.poll_s
        while (left_s := until - loop.time()) > 0:
            if await self._news(left_s):
                await self._read_all()

    async def _news(self, within_s: float) -> bool:
        """Wait until there may be something new."""
        ask, command_s = self._connection.ask, self._pace.command_s
        if self._can_idle:
            try:
                is_told = await ask(self._session.start_idling, command_s)
            except NotAnswered:
                self._can_idle = False
            else:
                is_told = is_told or await self._connection.is_told(within_s)
                await ask(self._session.stop_idling, command_s)
                return is_told
        await asyncio.sleep(min(within_s, self._pace.poll_without_idle_s))
        await ask(self._session.noop, command_s)
        return True
