"""Asks the provider what became of telephones whose last hook never came, and frees who held them.

A provider tells of the end of a call once, or a few times; whoever does not hear it would hold an
agent for ever. So a telephone that nothing was told of for long is looked at, by one process at a
time. What the provider says is kept as a hook of its own: the late real one changes nothing then,
or corrects the time.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from channels import (
    CallEvent,
    CallGone,
    Channel,
    LegEnding,
    LegLook,
    OutcomeUnknown,
    Telephony,
    Unavailable,
    Undeliverable,
)
from contactcenter import db, leases, metrics, timers
from contactcenter.bell import Bell
from contactcenter.calls import accounts, call_hooks, call_legs, calls, matching
from contactcenter.calls.calls import CHANNEL
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.routing_lock import Clock
from contactcenter.errors import NoDatabase
from contactcenter.switchboard import settling

#: A telephone rings for a minute at most, and hangs up with its call; after that the provider has
#: said what came of it.
RINGS_S: Final = 90
#: Who waits asks for more music each minute, and a room tells of all that happens in it; but two
#: people may talk for an hour, and nothing is told of that.
SILENT_S: Final = 600
EVERY_S: Final = 15.0

_LEASE: Final = "lost_calls"
_LEASE_S: Final = 60
_AT_MOST: Final = 64
_AT_ONCE: Final = 8
_LOOK_WITHIN_S: Final = 5.0
#: What a look says of a telephone that has hung up.
_ENDINGS: Final[Mapping[str, LegEnding]] = {
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no_answer": "no_answer",
    "canceled": "canceled",
}

log = structlog.get_logger()


class Silent(Struct, frozen=True, kw_only=True):
    """A telephone that nothing was told of for long; ``is_asked_for`` while we are to dial it."""

    id: int
    call_id: int
    external_id: str | None
    entry_point: str
    is_asked_for: bool


_SQL = db.Statements(__name__)
_silent = _SQL.take("silent", Silent)
_looked = _SQL.command("looked")


class LostCalls:
    """One task a process; ``holder`` tells the processes apart."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        dispatcher: Dispatcher,
        channels: Mapping[str, Channel],
        *,
        holder: str,
        clock: Clock = timers.clock_and_next_due,
    ) -> None:
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._channels = channels
        self._holder = holder
        self._clock = clock
        self._began_at: datetime | None = None

    async def run(self) -> None:
        """Look now and then until cancelled.

        First after all of which nothing was told since we began: whoever was there before us may
        have died, and what was told to nobody meanwhile is not told again.
        """
        while True:
            try:
                if self._began_at is None:
                    async with self._database.read() as conn:
                        self._began_at = (await self._clock(conn)).now
                await self.look()
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("lost_calls_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> int:
        """Ask after all that is silent, unless another process does; how many had hung up."""
        channel = self._channels.get(CHANNEL)
        if channel is None or channel.telephony is None or channel.missing:
            return 0
        async with self._database.transaction() as conn:
            fence = await leases.take(conn, _LEASE, self._holder, lease_s=_LEASE_S)
            if fence is None:
                return 0
            now = (await self._clock(conn)).now
            silent = await _silent.all(conn, now, RINGS_S, SILENT_S, _AT_MOST, self._began_at)
        gate = asyncio.Semaphore(_AT_ONCE)
        found = await asyncio.gather(*(self._ask(gate, channel.telephony, one) for one in silent))
        async with self._database.transaction() as conn:
            await leases.let_go(conn, _LEASE, fence)
        metrics.swept(_LEASE)
        return sum(found)

    async def _ask(self, gate: asyncio.Semaphore, telephony: Telephony, one: Silent) -> bool:
        """Ask after one, and write down what is said; whether it had hung up."""
        try:
            async with gate:
                said = await self._say(telephony, one)
            is_over = await self._write(one, said)
        except (NoDatabase, asyncpg.PostgresError) as error:
            log.warning("lost_call_failed", leg_id=one.id, error=type(error).__name__)
            return False
        if is_over:
            log.warning("lost_call_ended", call_id=one.call_id, leg_id=one.id)
            self._bell.ring("events")
            await settling.settle(self._dispatcher, one.call_id)
        return is_over

    async def _say(self, telephony: Telephony, one: Silent) -> LegLook | Literal["unknown"]:
        """What the provider says; unknown while it says nothing."""
        if one.external_id is None:
            # Nobody was told its id, and no hook named it: it was not dialled, or never rang.
            return "unknown" if one.is_asked_for else LegLook(status="failed")
        try:
            async with asyncio.timeout(_LOOK_WITHIN_S):
                said = await telephony.look(one.entry_point, one.external_id)
        except CallGone:
            said = None
        except (TimeoutError, Unavailable, Undeliverable, OutcomeUnknown) as error:
            log.warning("lost_call_not_looked_at", leg_id=one.id, error=type(error).__name__)
            return "unknown"
        return LegLook(status="failed") if said is None else said

    async def _write(self, one: Silent, said: LegLook | Literal["unknown"]) -> bool:
        async with self._database.transaction() as conn:
            await matching.lock(conn, one.external_id, None)
            now = (await self._clock(conn)).now
            ending = None if said == "unknown" else _ENDINGS.get(said.status)
            if said == "unknown" or ending is None:
                await _looked.run(conn, one.id, now)
                return False
            call = await calls.lock(conn, one.call_id)
            leg = await call_legs.find(conn, one.id)
            if leg.is_over:
                return False
            if leg.external_id is None:
                await call_legs.save(conn, call_legs.ended(leg, now, "lost"))
                call = await calls.save(conn, msgspec.structs.replace(call, unsettled_at=now))
                await accounts.refresh(conn, now, call)
            else:
                event = _ended(leg.external_id, ending, said, now)
                await call_hooks.note(
                    conn,
                    call.id,
                    name="call_status",
                    key=f"looked:{leg.external_id}",
                    events=[event],
                    received_at=now,
                )
                await accounts.refresh(conn, now, call, fresh=[event])
            return True


def _ended(external_id: str, ending: LegEnding, said: LegLook, now: datetime) -> CallEvent:
    return CallEvent(
        kind="ended",
        received_at=now,
        at=said.ended_at or now,
        leg=external_id,
        status=ending,
        elapsed_s=said.duration_s,
    )
