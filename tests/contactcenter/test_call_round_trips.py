"""What a hook costs in round trips to the database; a telephone waits for each of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import call_board
import call_world
import factories
import pytest
from asyncpg.pool import PoolConnectionProxy
from call_told import OURS, over, told, voice

from channels import CallHook, NotStored
from contactcenter import timers
from contactcenter.calls import matching
from contactcenter.calls.own_menus import OwnMenus
from contactcenter.db import Database


class CountingDatabase(Database):
    """Counts what is asked over the pool, what begins and ends a transaction with it."""

    round_trips = 0

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[PoolConnectionProxy]:
        async with super()._acquired() as conn:
            with conn.query_logger(self._count):
                yield conn

    def _count(self, _record: object) -> None:
        self.round_trips += 1


def turn(leg: str = "CA1", seconds: float = 20) -> CallHook:
    return told("wait", "parked", seconds, leg=leg, answers=True, parked_in="QU1")


async def test_a_hook_takes_no_more_round_trips_than_it_needs(database: Database) -> None:
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id, channel="phone", address=OURS)
        await call_world.phone_agent(conn, await timers.clock(conn), queue_id)
    counting = await CountingDatabase(database.url).open()
    hung_up = told("enqueue_action", "unparked", 50, status="hung_up", answers=True)
    hooks = {
        "a first call": voice("CA0", caller="+15005550002"),  # what callers hear is read with it
        "the next one": voice(),
        "a turn of music": turn(),
        "and another": turn(seconds=40),
        "the end of waiting": hung_up,
        "the end of the call": over(seconds=51),
        "a copy of that": hung_up,
    }
    taken = {}
    async with call_board.board(counting, menus=OwnMenus()) as board:
        for name, hook in hooks.items():
            before = counting.round_trips
            await board.take(hook)
            taken[name] = counting.round_trips - before
    await counting.close()

    del taken["a first call"]
    assert taken == {
        "the next one": 19,
        "a turn of music": 3,
        "and another": 3,
        "the end of waiting": 6,
        "the end of the call": 6,
        "a copy of that": 4,
    }


async def test_who_changes_a_call_holds_up_its_hooks_for_a_moment_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_WAITS_AT_MOST", "20ms")
    async with call_board.board(database) as board:
        await board.take(voice())
        await board.take(turn())
        async with database.transaction() as conn:
            await conn.execute("SELECT FROM call FOR NO KEY UPDATE")
            with pytest.raises(NotStored):
                await board.take(over())
            await board.take(turn(seconds=40))  # music waits for nobody
        await board.take(over())
        assert (await call_board.call_of(database)).is_over
