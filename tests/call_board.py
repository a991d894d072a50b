"""A switchboard at a number of ours: hooks are handed to it, and what came of them is read."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import factories
from call_told import OURS

from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.calls import call_legs, calls
from contactcenter.calls.calls import Call
from contactcenter.calls.own_menus import OwnMenus
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.routing_lock import Clock
from contactcenter.intake import Intake
from contactcenter.switchboard.switchboard import Switchboard


class Board(Switchboard):
    """A switchboard, and what it was built from."""

    database: Database
    bell: Bell
    dispatcher: Dispatcher


@asynccontextmanager
async def board(
    database: Database,
    *,
    clock: Clock = timers.clock_and_next_due,
    accounts: Mapping[str, str] = {},
    menus: OwnMenus | None = None,
) -> AsyncIterator[Board]:
    """One process of it, with its dispatcher, while the context lasts.

    ``accounts`` are those of numbers with one of their own. What callers hear is read anew for
    each hook, unless there is something that remembers it.
    """
    async with database.transaction() as conn:
        if not await conn.fetchval(
            "SELECT EXISTS (SELECT FROM entry_point WHERE address = $1)", OURS
        ):
            queue_id = await factories.queue(conn)
            await factories.entry_point(conn, queue_id=queue_id, channel="phone", address=OURS)
    bell = Bell(database)
    dispatcher = Dispatcher(database, bell, clock=clock)
    built = Board(database, bell, dispatcher, clock=clock, menus=menus or OwnMenus(ttl_s=0))
    built.database, built.bell, built.dispatcher = database, bell, dispatcher
    built.know(
        Intake(database, bell, reopen_window_s=3600).enter, lambda at: accounts.get(at, "AC1")
    )
    task = asyncio.create_task(dispatcher.run())
    try:
        yield built
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await dispatcher.close()


async def call_of(database: Database, leg: str = "CA1") -> Call:
    """The call of a telephone, by the provider's id of it."""
    async with database.read() as conn:
        found = await call_legs.by_external_id(conn, leg)
        assert found is not None
        return await calls.find(conn, found.call_id)
