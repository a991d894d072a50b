"""Keeps track of whose console is still there, and signs off whoever has gone silent.

An agent is heard of through an open feed socket or ``POST /presence/heartbeat``. What was heard is
written once in ten seconds and process, in one statement. After a start everybody has a minute to
come back before anybody is signed off; the same after the database, or this process, was away.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Final, Protocol, TypeVar

import structlog

from contactcenter import agents
from contactcenter.db import Conn, Database
from contactcenter.dispatch import presence

T = TypeVar("T")

FLUSH_EVERY_S: Final = 10.0
CHECK_EVERY_S: Final = 5.0
#: Nobody is signed off within this time of a start.
GRACE_S: Final = 60.0
#: A step this late means that we were away, not the agents.
AWAY_S: Final = 15.0
#: Signed off under one hold of the routing lock.
_AT_ONCE: Final = 32
_STEP_S: Final = 1.0

log = structlog.get_logger()

#: Who was heard of by a request since the last flush, by the address of the database the agent is
#: in: a request has only a part of the pool, another object than the keeper's.
_heard: Final[dict[str, set[int]]] = {}


class Dispatcher(Protocol):
    """Whoever applies changes under the routing lock."""

    async def submit(self, change: Callable[[Conn, datetime], Awaitable[T]]) -> T:
        """Apply the change and return its result after the commit."""
        ...


def heard(database: Database, agent_id: int) -> None:
    """Note that an agent's console gave a sign of life; the keeper writes it down."""
    _heard.setdefault(database.url, set()).add(agent_id)


class PresenceKeeper:
    """One in every process that serves consoles.

    ``present`` tells whose sockets are open, ``clock`` counts seconds and never goes back.
    """

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        *,
        present: Callable[[], Collection[int]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._present = present
        self._clock = clock
        self._flush_at_s = self._check_at_s = self._last_step_s = clock()
        self._grace_until_s = clock() + GRACE_S

    async def run(self) -> None:
        """Keep until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(_STEP_S)

    async def step(self) -> None:
        """Do what the clock says is due."""
        now_s = self._clock()
        if now_s - self._last_step_s > AWAY_S:
            self._grace_until_s = now_s + GRACE_S
        self._last_step_s = now_s
        try:
            if now_s >= self._flush_at_s:
                self._flush_at_s = now_s + FLUSH_EVERY_S
                await self._flush()
            if now_s >= self._check_at_s:
                self._check_at_s = now_s + CHECK_EVERY_S
                if now_s >= self._grace_until_s:
                    await self._sign_off()
        except Exception as error:  # noqa: BLE001  the keeper outlives a lost database
            log.warning("presence_not_kept", error=type(error).__name__)
            self._grace_until_s = self._clock() + GRACE_S

    async def _flush(self) -> None:
        """Write down who was heard of, even if nobody was: so we know when the database is away."""
        agent_ids = _heard.pop(self._database.url, set()).union(self._present())
        async with self._database.read() as conn:
            await agents.seen(conn, agent_ids)

    async def _sign_off(self) -> None:
        async with self._database.read() as conn:
            silent = await agents.lost(conn, presence.LOST_AFTER_S)
        for start in range(0, len(silent), _AT_ONCE):
            batch = silent[start : start + _AT_ONCE]
            await asyncio.gather(*(self._lose(agent_id) for agent_id in batch))
        if silent:
            log.info("silent_agents_signed_off", count=len(silent))

    async def _lose(self, agent_id: int) -> None:
        await self._dispatcher.submit(lambda conn, now: presence.lose(conn, now, agent_id))
