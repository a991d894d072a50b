"""Mailboxes read over IMAP, each by one process at a time, as entry points come, go and change.

How far a mailbox is stored is stored with its mails, by the numbers the server gives them; whether
somebody has read a mail elsewhere does not matter. Nothing is changed in a mailbox but what
``imap_after_reading`` asks for.
"""

import asyncio
import random
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from channels._base import Env, Inbox, Mailroom, Setting, Task
from channels._email.imap import settings
from channels._email.imap.account import Shared, wanted
from channels._email.imap.keeper import WAY, AccountReader
from channels._email.imap.pace import Pace
from channels._email.imap.tokens import Tokens
from channels._email.receiving import Receiver
from channels._failures import NotStored

SETTINGS: tuple[Setting, ...] = settings.SETTINGS

log = structlog.get_logger()


def readers(env: Env, receiver: Receiver, inbox: Inbox) -> Sequence[Task]:
    """One task that reads all mailboxes there are, as they come and go."""
    if env.mailroom is None:
        return ()
    chance = random.Random(secrets.randbits(64))  # noqa: S311  spreads retries
    return [Mailboxes(env, receiver, inbox, env.mailroom, chance=chance).run]


class Mailboxes:
    """All accounts that are to be read, a task each."""

    def __init__(
        self,
        env: Env,
        receiver: Receiver,
        inbox: Inbox,
        mailroom: Mailroom,
        *,
        chance: random.Random,
        pace: Pace | None = None,
    ) -> None:
        self._env = env
        self._receiver = receiver
        self._inbox = inbox
        self._mailroom = mailroom
        self._chance = chance
        self._pace = pace or Pace()
        self._running: dict[Shared, asyncio.Task[None]] = {}
        self._told: dict[str, tuple[str, float]] = {}

    async def run(self) -> None:
        """Read until cancelled."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._pace.look_s)
        finally:
            await self._end(list(self._running))

    async def _look(self) -> None:
        """Begin what is wanted and does not run, end what runs and is not wanted."""
        now_wanted = wanted(self._env)
        await self._end([one for one in self._running if one not in now_wanted.accounts])
        for one in now_wanted.accounts:
            task = self._running.get(one)
            if task is not None and not task.done():
                continue
            if task is not None:
                log.error("account_reader_failed", exc_info=task.exception())
            self._running[one] = asyncio.create_task(self._reader(one).run())
        await self._tell(now_wanted.unusable)

    async def _end(self, ended: Sequence[Shared]) -> None:
        tasks = [self._running.pop(one) for one in ended]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _reader(self, shared: Shared) -> AccountReader:
        return AccountReader(
            shared,
            receiver=self._receiver,
            inbox=self._inbox,
            mailroom=self._mailroom,
            tokens=Tokens(shared.account, self._env.http),
            pace=self._pace,
            chance=self._chance,
        )

    async def _tell(self, unusable: Mapping[str, str]) -> None:
        """Say which settings cannot be used: at once, and now and then."""
        now = asyncio.get_running_loop().time()
        self._told = {at: told for at, told in self._told.items() if at in unusable}
        for entry_point, sentence in unusable.items():
            told, again_at = self._told.get(entry_point, ("", 0.0))
            if told == sentence and now < again_at:
                continue
            with suppress(NotStored):
                await self._mailroom.fails(entry_point, WAY, sentence)
                self._told[entry_point] = (sentence, now + self._pace.poll_s)
