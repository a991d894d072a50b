"""What the switchboard makes of hooks: calls, their telephones, and each thing once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import call_board
import factories
import msgspec
import pytest
from call_board import call_of
from call_told import ANN, at, over, told, voice

from channels import HangUp, Script
from contactcenter import timers
from contactcenter.calls import call_hooks, call_legs, calls, matching
from contactcenter.db import Database
from contactcenter.switchboard import arriving, settling, switchboard
from contactcenter.switchboard.asked import Asked
from contactcenter.switchboard.switchboard import Switchboard


@pytest.fixture
async def board(database: Database) -> AsyncIterator[Switchboard]:
    async with call_board.board(database) as built:
        yield built


async def _count(database: Database, table: str) -> int:
    async with database.read() as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))


async def test_a_caller_begins_a_call_with_one_telephone(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    call = await call_of(database)
    assert (call.state, call.direction, call.address, call.address_kind) == (
        "menu",
        "inbound",
        ANN,
        "phone",
    )
    assert call.began_at == at(0)
    assert await _count(database, "delivery") == 1


async def test_a_copy_changes_nothing_and_gets_the_same_answer(
    board: Switchboard, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[bool] = []

    async def say(asked: Asked) -> Script:
        asked_of.append(asked.is_new)
        return (HangUp(),)

    monkeypatch.setattr(switchboard, "STEPS", {"voice": say})
    hook = voice()
    first, second = await asyncio.gather(board.take(hook), board.take(hook))
    assert first == second == (HangUp(),)
    assert sorted(asked_of) == [False, True]
    assert await _count(database, "call") == await _count(database, "call_hook") == 1
    assert await _count(database, "delivery") == 1


async def test_what_is_told_before_a_call_appears_is_kept_and_becomes_the_calls(
    board: Switchboard, database: Database
) -> None:
    await board.take(over(seconds=42))
    async with database.read() as conn:
        assert await matching.unknown(conn) == 1
    await board.take(voice())
    call = await call_of(database)
    assert (call.state, call.ended_at) == ("ended", at(42))
    async with database.read() as conn:
        assert await matching.unknown(conn) == 0


async def test_a_call_and_its_end_that_are_told_at_once_find_one_another(
    board: Switchboard, database: Database
) -> None:
    for n in range(8):
        leg = f"CA{n}"
        await asyncio.gather(
            board.take(voice(leg, caller=f"+1500555{1000 + n}")), board.take(over(leg))
        )
        assert (await call_of(database, leg)).state == "ended"


async def test_a_hook_counts_what_was_told_while_it_waited_for_its_call(
    board: Switchboard, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_WAITS_AT_MOST", "4s")
    await board.take(voice())
    call = await call_of(database)
    parked = told("wait", "parked", 10).events
    async with database.transaction() as conn, database.read() as watching:
        await calls.lock(conn, call.id)
        taking = asyncio.create_task(board.take(over(seconds=60)))
        async with asyncio.timeout(4):
            while not await watching.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.005)
        await call_hooks.note(
            conn, call.id, name="wait", key="parked", events=parked, received_at=at(10)
        )
    await taking
    counted = await call_of(database)
    assert (counted.account["ivr_s"], counted.account["queue_s"]) == (10, 50)


async def test_a_withheld_number_is_somebody_else_each_time(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice("CA1", caller=None))
    await board.take(voice("CA2", caller=None))
    one, other = await call_of(database, "CA1"), await call_of(database, "CA2")
    assert one.address_kind == other.address_kind == "withheld"
    assert one.address != other.address


async def test_who_waits_is_on_the_timeline_with_a_ticket_of_his_own(
    board: Switchboard, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def park(asked: Asked) -> Script:
        await arriving.begin_waiting(asked, queue_id=None)
        return ()

    monkeypatch.setattr(switchboard, "STEPS", {"gather": park})
    for leg in ("CA1", "CA2"):  # two people behind one number
        await board.take(voice(leg))
        await board.take(told("gather", "chose", 14, leg=leg, input="1", answers=True))
    one, other = await call_of(database, "CA1"), await call_of(database, "CA2")
    assert one.state == other.state == "waiting"
    assert one.contact_id == other.contact_id
    assert one.ticket_id != other.ticket_id
    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT kind, direction, delivery_id, ticket_id FROM interaction ORDER BY id"
        )
        bodies = [
            await conn.fetchval("SELECT body FROM delivery WHERE id = $1", row["delivery_id"])
            for row in rows
        ]
    assert [(row["kind"], row["ticket_id"]) for row in rows] == [
        ("call", one.ticket_id),
        ("call", other.ticket_id),
    ]
    assert bodies == [b"gather=chose", b"gather=chose"]


async def test_the_providers_answer_and_its_first_hook_tell_the_same_telephone(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    call = await call_of(database)
    async with database.transaction() as conn:
        agent = await factories.agent(conn, at(0))
        leg = await call_legs.add(
            conn,
            at(1),
            call_id=call.id,
            party="agent",
            purpose="offer",
            address="+15005550100",
            user_id=agent,
        )

    async def answer() -> None:
        async with database.transaction() as conn:
            await call_legs.dialled(conn, leg.id, "CA9", account="AC1")

    await asyncio.gather(
        board.take(told("call_status", "ringing", 3, leg="CA9")),  # which names only itself
        answer(),
        board.take(told("call_status", "answered", 5, leg="CA9", query={"leg": str(leg.id)})),
    )
    async with database.read() as conn:
        assert await matching.unknown(conn) == 0
        found = await call_legs.find(conn, leg.id)
    assert (found.external_id, found.state, found.answered_at) == ("CA9", "answered", at(5))


async def test_the_providers_list_tells_of_calls_that_never_reached_us_and_of_no_others(
    board: Switchboard, database: Database
) -> None:
    listed = told("call_status", "ended", 40, leg="CA1", status="completed", query={"listed": "1"})
    await board.take(voice())
    await board.take(over(seconds=40))
    await board.take(listed)
    assert await _count(database, "call_hook") == 2


async def test_what_was_under_way_for_a_while_was_heard_when_it_came(
    board: Switchboard, database: Database
) -> None:
    async with database.read() as conn:
        now = await timers.clock(conn)
    late = msgspec.structs.replace(voice(), received_at=datetime.now(UTC) - timedelta(seconds=30))
    await board.take(late)
    async with database.read() as conn:
        received_at = await conn.fetchval("SELECT received_at FROM call_hook")
    assert now - timedelta(seconds=31) < received_at < now - timedelta(seconds=20)


async def test_what_a_process_could_not_settle_any_other_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "_SETTLE_WITHIN_S", 0.01)
    monkeypatch.setattr(settling, "EVERY_S", 0.02)
    async with call_board.board(database) as dying:
        await dying.take(voice())
        dying.dispatcher.submit = _hang  # type: ignore[method-assign]
        await dying.take(over())
    assert (await call_of(database)).unsettled_at is not None

    async with call_board.board(database) as other:
        running = asyncio.create_task(other.run())
        async with asyncio.timeout(20):
            while (await call_of(database)).unsettled_at is not None:
                await asyncio.sleep(0.01)
        running.cancel()


async def _hang(*_: object) -> None:
    await asyncio.Event().wait()
