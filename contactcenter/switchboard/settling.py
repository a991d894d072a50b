"""Lets routing see what became of calls: after each hook that tells it, and whatever was left."""

import asyncio
from functools import partial
from typing import Final

import asyncpg
import structlog

from contactcenter import timers
from contactcenter.calls import calls
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.errors import DomainError, NoDatabase
from contactcenter.switchboard import following

#: How often it is looked for what a process that died left behind.
EVERY_S: Final = 1.0
AT_MOST: Final = 32

log = structlog.get_logger()


async def settle(dispatcher: Dispatcher, call_id: int) -> None:
    """Let tickets, offers and agents follow a call; what fails is done by ``keep``."""
    try:
        await dispatcher.submit(partial(following.follow, call_id=call_id))
    except (NoDatabase, DomainError, asyncpg.PostgresError) as error:
        log.warning("call_not_settled", call_id=call_id, error=type(error).__name__)


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
