"""Lets routing see what became of calls: after each hook that tells it, and whatever was left."""

import asyncio
from functools import partial
from typing import Final

import asyncpg
import structlog

from contactcenter import timers
from contactcenter.calls import accounts, calls
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.routing_lock import Clock
from contactcenter.errors import DomainError, NoDatabase
from contactcenter.switchboard import following

#: How often it is looked for what a process that died left behind.
EVERY_S: Final = 1.0
AT_MOST: Final = 32
#: So long a call may be locked that is counted anew beside.
_CATCHES_UP_WITHIN_S: Final = 5.0

log = structlog.get_logger()


async def settle(dispatcher: Dispatcher, call_id: int) -> None:
    """Let tickets, offers and agents follow a call; what fails is done by ``keep``."""
    try:
        await dispatcher.submit(partial(following.follow, call_id=call_id))
    except (NoDatabase, DomainError, asyncpg.PostgresError) as error:
        log.warning("call_not_settled", call_id=call_id, error=type(error).__name__)


async def catch_up(database: Database, clock: Clock, call_id: int) -> None:
    """Count a call anew that is over, by what was told of it while it ended; of others nothing.

    A process that is killed before it does leaves the figures as they were counted without that.
    """
    try:
        async with asyncio.timeout(_CATCHES_UP_WITHIN_S), database.transaction() as conn:
            call = await calls.lock(conn, call_id)
            if call.is_over:
                await accounts.refresh(conn, (await clock(conn)).now, call)
    except (TimeoutError, NoDatabase, DomainError, asyncpg.PostgresError) as error:
        log.warning("call_not_counted_anew", call_id=call_id, error=type(error).__name__)


async def keep(database: Database, dispatcher: Dispatcher) -> None:
    """Settle what is unsettled until cancelled."""
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            async with database.read() as conn:
                left = await calls.unsettled(conn, await timers.clock(conn), at_most=AT_MOST)
        except (NoDatabase, asyncpg.PostgresError) as error:
            log.warning("unsettled_calls_not_read", error=type(error).__name__)
            continue
        for call_id in left:
            await settle(dispatcher, call_id)
