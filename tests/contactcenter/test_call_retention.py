"""How long hooks are kept, and what is said of those that belong to nobody."""

from collections.abc import AsyncIterator

import asyncpg
import call_board
import pytest
from call_board import Board, call_of
from call_told import over, told, voice

from contactcenter import doctor, storage
from contactcenter.db import Database
from contactcenter.metrics_database import DatabaseGauges
from contactcenter.upkeep import Upkeep


@pytest.fixture
async def database(bare_dsn: str) -> AsyncIterator[Database]:
    opened = await Database(bare_dsn).open()
    await storage.make_partitions(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def board(database: Database) -> AsyncIterator[Board]:
    async with call_board.board(database) as built:
        yield built


async def _hooks(database: Database) -> list[str]:
    async with database.read() as conn:
        return [row["leg_external_id"] for row in await conn.fetch("TABLE call_hook")]


async def _is_long_ago(database: Database, leg: str, days: int) -> None:
    async with database.transaction() as conn:
        since = f"{days} days"
        await conn.execute(
            "UPDATE call_hook SET received_at = received_at - $2::text::interval"
            " WHERE leg_external_id = $1",
            leg,
            since,
        )
        await conn.execute(
            "UPDATE call SET ended_at = call.ended_at - $2::text::interval FROM call_leg l"
            " WHERE l.call_id = call.id AND l.external_id = $1",
            leg,
            since,
        )


async def test_hooks_are_kept_for_a_month_after_the_end_of_their_call(
    board: Board, database: Database
) -> None:
    for leg in ("CA1", "CA2", "CA3"):
        await board.take(voice(leg))
    await board.take(over("CA1", seconds=30))
    await board.take(over("CA2", seconds=30))
    await board.take(over("CA9"))  # of nobody's
    await _is_long_ago(database, "CA1", 31)
    await _is_long_ago(database, "CA2", 29)
    await _is_long_ago(database, "CA3", 31)  # which goes on
    await _is_long_ago(database, "CA9", 31)

    await Upkeep(database, holder="one").round()

    assert sorted(await _hooks(database)) == ["CA2", "CA2", "CA3"]


async def test_what_is_told_after_that_is_kept_and_changes_no_figures(
    board: Board, database: Database
) -> None:
    await board.take(voice())
    await board.take(over(seconds=30))
    await _is_long_ago(database, "CA1", 31)
    await Upkeep(database, holder="one").round()
    before = await call_of(database)

    await board.take(told("conference", "joined", 20, conference="CF1", room=before.room))

    after = await call_of(database)
    assert (after.outcome, after.ended_at, after.answered_at) == (
        before.outcome,
        before.ended_at,
        None,
    )
    assert await _hooks(database) == ["CA1"]


async def test_the_doctor_and_the_metrics_count_what_is_told_of_calls_that_nobody_knows(
    board: Board, database: Database
) -> None:
    await board.take(over("CA9"))
    await board.take(voice("CA1"))
    async with database.transaction() as conn:
        await conn.execute("UPDATE call_hook SET received_at = received_at - interval '1 hour'")
        await conn.execute("UPDATE call SET unsettled_at = now() - interval '1 minute'")
        await conn.execute(
            "INSERT INTO call (direction, entry_point_id, address_kind, address, state, began_at,"
            " parked_at) SELECT 'inbound', entry_point_id, address_kind, '+989121110000', 'waiting',"
            " began_at, now() - interval '11 minutes' FROM call"
        )
        await conn.execute(
            "INSERT INTO call_command (call_id, verb, due_at, created_at)"
            " SELECT min(id), 'hang_up', now() - interval '20 seconds', now() FROM call"
        )
    async with database.read() as conn:
        assert isinstance(conn, asyncpg.pool.PoolConnectionProxy)
        found = [one for one in await doctor._work(conn) if one.about == "calls"]
    assert [one.verdict for one in found] == ["warning", "warning"]
    assert found[0].detail.startswith("1 hooks")

    gauges = DatabaseGauges(database)
    await gauges.refresh()
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in gauges.collect()
        for sample in family.samples
    }
    assert values["contactcenter_call_hooks_unknown",] == 1
    assert values["contactcenter_calls_live", "menu"] == 1
    assert values["contactcenter_calls_oldest_wait_seconds",] >= 660
    assert 20 <= values["contactcenter_call_commands_overdue_seconds",] < 600
    assert values["contactcenter_calls_unsettled_seconds",] >= 60
