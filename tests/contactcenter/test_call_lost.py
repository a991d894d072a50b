"""Telephones whose last hook never came."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import call_board
import factories
import msgspec
import pytest
from call_board import Board, call_of
from call_told import NOON, at, over, told, voice

from channels import LegLook, Unavailable
from contactcenter import timers
from contactcenter.calls import call_hooks, call_legs
from contactcenter.calls.call_legs import CallLeg
from contactcenter.db import Conn, Database
from contactcenter.switchboard.lost_calls import LostCalls
from contactcenter.timers import Instant


class Clock:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        self.now = NOON

    async def __call__(self, conn: Conn) -> Instant:
        return msgspec.structs.replace(await timers.clock_and_next_due(conn), now=self.now)


class Network:
    """What the provider says of telephones."""

    def __init__(self) -> None:
        self.says: dict[str, LegLook | Exception | None] = {}
        self.asked: list[str] = []
        self.telephony = self
        self.missing = ()

    async def look(self, _entry_point: str, leg: str) -> LegLook | None:
        self.asked.append(leg)
        said = self.says.get(leg, LegLook(status="in_progress"))
        if isinstance(said, Exception):
            raise said
        return said


class House(msgspec.Struct):
    """A switchboard, its clock, its sweeper and its provider."""

    board: Board
    clock: Clock
    network: Network
    lost: LostCalls

    async def after(self, seconds: float) -> int:
        """Put the clock forward to so many seconds after noon, and look."""
        self.clock.now = at(seconds)
        return await self.lost.look()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    clock, network = Clock(), Network()
    async with call_board.board(database, clock=clock) as board:
        channels: Any = {"phone": network}
        lost = LostCalls(
            database, board.bell, board.dispatcher, channels, holder="one", clock=clock
        )
        yield House(board=board, clock=clock, network=network, lost=lost)


async def _offered(house: House, leg: str | None) -> CallLeg:
    """A telephone of an agent in the call of CA1."""
    call = await call_of(house.board.database)
    async with house.board.database.transaction() as conn:
        return await call_legs.add(
            conn, house.clock.now, call_id=call.id, party="agent", purpose="offer",
            address="+15005550100", user_id=await factories.agent(conn, NOON), external_id=leg,
        )  # fmt: skip


async def _live(database: Database) -> int:
    async with database.read() as conn:
        return int(await conn.fetchval("SELECT count(*) FROM call_leg WHERE ended_at IS NULL"))


async def test_a_call_whose_last_hook_was_lost_is_over_once_the_provider_was_asked(
    house: House, database: Database
) -> None:
    await house.board.take(voice())
    house.network.says["CA1"] = LegLook(status="completed", ended_at=at(55), duration_s=55)

    assert await house.after(500) == 0
    assert (await call_of(database)).state == "menu"
    assert await house.after(601) == 1

    call = await call_of(database)
    assert (call.state, call.ended_at, call.unsettled_at) == ("ended", at(55), None)
    assert house.network.asked == ["CA1"]
    assert await house.after(2000) == 0


async def test_who_begins_asks_at_once_after_all_of_whom_nothing_was_told_since(
    house: House, database: Database
) -> None:
    """Who was there before may have died, and missed that they hung up."""
    await house.board.take(voice())
    await _offered(house, "CA2")
    house.clock.now = at(60)
    house.network.says["CA2"] = LegLook(status="completed", ended_at=at(50))
    running = asyncio.create_task(house.lost.run())

    async with asyncio.timeout(10):
        while set(house.network.asked) != {"CA1", "CA2"} or await _live(database) != 1:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await house.after(80) == 0
    assert sorted(house.network.asked) == ["CA1", "CA2"]


async def test_telephone_of_a_call_that_is_over_is_asked_after_soon(
    house: House, database: Database
) -> None:
    await house.board.take(voice())
    leg = await _offered(house, "CA2")
    await house.board.take(told("call_status", "answered", 5, leg="CA2"))
    await house.board.take(over(seconds=40))
    house.network.says["CA2"] = LegLook(status="completed", ended_at=at(40))

    assert await house.after(80) == 0
    assert await house.after(96) == 1

    async with database.read() as conn:
        assert (await call_legs.find(conn, leg.id)).ended_at == at(40)


async def test_the_hook_that_comes_after_all_changes_the_time_alone(
    house: House, database: Database
) -> None:
    await house.board.take(voice())
    house.network.says["CA1"] = None  # the provider knows none by this id any more
    await house.after(700)
    assert (await call_of(database)).ended_at == at(700)

    await house.board.take(over(seconds=61))

    call = await call_of(database)
    assert (call.state, call.ended_at) == ("ended", at(61))
    async with database.read() as conn:
        kinds = await conn.fetch("SELECT kind FROM event WHERE kind LIKE 'call%' ORDER BY id")
        assert len((await call_hooks.known(conn, call.id)).events) == 3
    assert [row["kind"] for row in kinds] == ["call_began", "call_ended", "call_corrected"]


async def test_a_telephone_that_rings_is_asked_after_soon_and_one_that_is_talked_in_late(
    house: House, database: Database
) -> None:
    await house.board.take(voice())
    leg = await _offered(house, "CA2")
    house.network.says["CA2"] = LegLook(status="no_answer", ended_at=at(20))

    assert await house.after(91) == 1

    async with database.read() as conn:
        found = await call_legs.find(conn, leg.id)
    assert (found.state, found.end_reason, found.ended_at) == ("ended", "no_answer", at(20))
    assert house.network.asked == ["CA2"]


async def test_one_that_goes_on_is_asked_after_again_when_it_was_silent_as_long_again(
    house: House,
) -> None:
    await house.board.take(voice())
    for seconds in (601, 700, 1300):
        assert await house.after(seconds) == 0
    assert house.network.asked == ["CA1", "CA1"]


async def test_who_hears_music_is_not_silent(house: House) -> None:
    await house.board.take(voice())
    house.clock.now = at(590)
    await house.board.take(told("wait", "parked", 590, leg="CA1"))
    await house.after(900)
    assert house.network.asked == []


async def test_a_provider_that_does_not_answer_ends_nothing(
    house: House, database: Database
) -> None:
    await house.board.take(voice())
    house.network.says["CA1"] = Unavailable("away")
    assert await house.after(601) == 0
    assert (await call_of(database)).state == "menu"


async def test_a_telephone_that_nobody_dialled_ends_by_itself_unless_it_is_still_to_be_dialled(
    house: House, database: Database
) -> None:
    await house.board.take(voice())
    leg, asked_for = await _offered(house, None), await _offered(house, None)
    async with database.transaction() as conn:
        await conn.execute(
            "INSERT INTO call_command (call_id, leg_id, verb, due_at, created_at)"
            " VALUES ($1, $2, 'offer', $3, $3)",
            asked_for.call_id,
            asked_for.id,
            NOON + timedelta(minutes=5),
        )

    assert await house.after(91) == 1

    async with database.read() as conn:
        found = {one.id: one.end_reason for one in await call_legs.of_call(conn, leg.call_id)}
    assert found[leg.id] == "lost"
    assert found[asked_for.id] is None


async def test_one_process_looks_at_a_time(house: House) -> None:
    await house.board.take(voice())
    async with house.board.database.transaction() as conn:
        await conn.execute(
            "INSERT INTO lease (name, holder, until_at) VALUES ('lost_calls', 'another', $1)",
            datetime.now(tz=NOON.tzinfo) + timedelta(minutes=5),
        )
    await house.after(700)
    assert house.network.asked == []
