"""From a mail that was handed over to what is answered: whose of its recipients have it now."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

import structlog
from msgspec import Struct

from channels._base import Env, Inbox
from channels._email import addresses
from channels._email.hooks.alarm import Alarm
from channels._email.receiving import NAME, Receiver
from channels._failures import NotStored, Unavailable
from channels._mail import reply_address

#: How a mail was handed over.
Way = Literal["smtp", "lmtp"]

log = structlog.get_logger()


class Recipient(Struct, frozen=True, kw_only=True):
    """An address as the mail server wrote it, and which of our entry points it is."""

    address: str
    entry_point: str


class Storing:
    """Stores mails; ``way`` is how they came."""

    def __init__(self, env: Env, receiver: Receiver, inbox: Inbox, *, way: Way) -> None:
        self._env = env
        self._receiver = receiver
        self._inbox = inbox
        self.way = way
        self._alarm = Alarm(way, env.mailroom)

    def recipient(self, address: str) -> Recipient | None:
        """Which entry point that is; None for none of ours.

        Raises ``Unavailable`` for one of ours that cannot be used now: its secrets are lost.
        """
        entry_point = self._receiver.entry_point_of(address)
        if entry_point is not None:
            return Recipient(address=address, entry_point=entry_point)
        local, _, domain = (addresses.canonical(address) or "").rpartition("@")
        for one in (f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"):
            self._env.own.of(NAME, one)
        return None

    async def store(
        self, raw: bytes, *, sender: str, recipients: Sequence[Recipient], within_s: float
    ) -> Mapping[str, bool]:
        """Store a mail for each entry point it came to; whether each has it now, by entry point.

        ``sender`` is empty for the null reverse path.
        """
        addresses: dict[str, list[str]] = {}
        for one in recipients:
            addresses.setdefault(one.entry_point, []).append(one.address)
        stored = await asyncio.gather(
            *(
                self._store(raw, sender, entry_point, written, within_s)
                for entry_point, written in addresses.items()
            )
        )
        return dict(zip(addresses, stored, strict=True))

    async def _store(
        self, raw: bytes, sender: str, entry_point: str, addresses: Sequence[str], within_s: float
    ) -> bool:
        try:
            async with asyncio.timeout(within_s):
                item = await self._receiver.understood(
                    raw,
                    entry_point=entry_point,
                    recipient=self._telling(addresses, entry_point),
                    envelope_sender=sender,
                )
                await self._inbox.receive([item])
        except (NotStored, Unavailable, TimeoutError) as error:
            log.warning("mail_not_stored", way=self.way, error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001  each recipient needs an answer, and this one is 451
            log.error("mail_failed", way=self.way, error=type(error).__name__)  # noqa: TRY400
            return False
        self._alarm.authentic(entry_point)
        return True

    async def close(self) -> None:
        """Wait for what is being told of this way in."""
        await self._alarm.close()

    def _telling(self, addresses: Sequence[str], entry_point: str) -> str:
        """The one that names a ticket, where a mail came to several writings of one address."""
        keys = self._env.reply_keys()
        proven = (one for one in addresses if reply_address.ticket_of(one, entry_point, keys))
        return next(proven, addresses[0])
