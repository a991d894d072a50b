"""Stands before the intake: one digit that answers an open survey is no message like others."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

from channels import Checkpoint, Inbound, Inbox, NotStored, Outcome, StatusUpdate, Unreadable
from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.outbound.own_addresses import OwnAddresses
from contactcenter.surveys import replies

#: As long as the intake takes at most: a provider is told 503 then, and redelivers.
DEADLINE_S: Final = 4.5


class SurveyInbox:
    """A ``channels.Inbox``; all that is no answer goes on to ``behind``."""

    def __init__(self, behind: Inbox, database: Database, bell: Bell) -> None:
        self._behind = behind
        self._database = database
        self._bell = bell
        self._own_addresses = OwnAddresses()

    async def receive(
        self, items: Sequence[Inbound | Unreadable], *, checkpoint: Checkpoint | None = None
    ) -> Sequence[Outcome]:
        """Store durably or raise ``NotStored``; see ``channels.Inbox``."""
        taken: dict[int, Outcome] = {}
        for n, item in enumerate(items):
            score = replies.score_of(item) if isinstance(item, Inbound) else None
            if score is not None and isinstance(item, Inbound):
                outcome = await self._taken(item, score)
                if outcome is not None:
                    taken[n] = outcome
        if not taken:
            return await self._behind.receive(items, checkpoint=checkpoint)
        others = [item for n, item in enumerate(items) if n not in taken]
        told = iter(await self._behind.receive(others, checkpoint=checkpoint) if others else ())
        return [taken[n] if n in taken else next(told) for n in range(len(items))]

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        """Store what became of a sent message; see ``channels.Inbox``."""
        await self._behind.status(update)

    async def _taken(self, item: Inbound, score: int) -> Outcome | None:
        try:
            async with asyncio.timeout(DEADLINE_S), self._database.transaction() as conn:
                entry = await self._own_addresses.find(conn, item.channel, item.entry_point)
                now = await timers.clock(conn)
                outcome = await replies.take(conn, now, entry.id, item, score)
        except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
            raise NotStored("the database did not take it in time") from error
        if outcome is not None:
            self._bell.ring("events")
        return outcome
