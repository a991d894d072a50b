"""Hands fetched mails to the inbox, and puts aside what it does not take."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from channels._base import Checkpoint, Inbox, Lease, Mailroom
from channels._email.imap.fetching import Taken
from channels._email.imap.pace import Pace
from channels._email.receiving import NAME
from channels._failures import LeaseLost, NotStored
from channels._messages import Unreadable

_ALONE: Final = 3

log = structlog.get_logger()


class Storing:
    """Hands mails to the inbox, with how far the mailbox is stored then."""

    def __init__(
        self, inbox: Inbox, mailroom: Mailroom, lease: Lease, pace: Pace, *, at: tuple[str, str]
    ) -> None:
        self._inbox = inbox
        self._mailroom = mailroom
        self._lease = lease
        self._pace = pace
        self._entry_point, self._mailbox = at

    async def store(self, taken: Sequence[Taken], uid_validity: int) -> None:
        """Store mails that follow one another; raises ``NotStored`` and ``LeaseLost``."""
        try:
            await self._receive(taken, uid_validity)
        except NotStored:
            for one in taken:
                await self._alone(one, uid_validity)

    async def _alone(self, one: Taken, uid_validity: int) -> None:
        """One that is not taken while the database is well is what is wrong: it is put aside."""
        for _ in range(_ALONE):
            try:
                return await self._receive([one], uid_validity)
            except NotStored:
                await asyncio.sleep(self._pace.retry_s)
                if not await self._mailroom.renew(self._lease, lease_s=self._pace.lease_s):
                    raise LeaseLost from None
        log.error("mail_not_stored", mailbox=self._mailbox, uid=one.uid)
        aside = Unreadable(
            channel=NAME,
            reason="not_stored",
            detail="The database does not take it, while it takes others.",
            raw=one.item.raw,
        )
        return await self._receive([Taken(uid=one.uid, item=aside, is_whole=True)], uid_validity)

    async def _receive(self, taken: Sequence[Taken], uid_validity: int) -> None:
        checkpoint = Checkpoint(
            entry_point=self._entry_point,
            mailbox=self._mailbox,
            uid_validity=uid_validity,
            last_uid=taken[-1].uid,
            lease=self._lease,
        )
        try:
            async with asyncio.timeout(self._pace.store_s):
                await self._inbox.receive([one.item for one in taken], checkpoint=checkpoint)
        except TimeoutError as error:
            raise NotStored("it took too long") from error
