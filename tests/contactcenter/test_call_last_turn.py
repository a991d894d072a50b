"""A turn of music that is stored while its call ends: nothing comes after it that would count it."""

import asyncio
from collections.abc import AsyncIterator

import call_board
import pytest
from call_board import Board, call_of
from call_told import over, told, voice

from channels import CallHook
from contactcenter.calls import accounts, calls, matching
from contactcenter.db import Database


def turn(seconds: float = 20, waited_s: int = 5) -> CallHook:
    return told(
        "wait", "parked", seconds, answers=True, parked_in="QU1", elapsed_s=waited_s, late_s=0
    )


@pytest.fixture
async def board(database: Database) -> AsyncIterator[Board]:
    async with call_board.board(database) as built:
        await built.take(voice())
        await built.take(turn())
        yield built
        assert await counts_the_same_again(database)


async def counts_the_same_again(database: Database) -> bool:
    """Whether what is written of the call is what all hooks together say."""
    async with database.transaction() as conn:
        call = await calls.lock(conn, (await call_of(database)).id)
        counted = await accounts.refresh(conn, call.began_at, call)
    return counted.call == call


async def caught_up(board: Board) -> None:
    async with asyncio.timeout(5):
        while board._settling:
            await asyncio.gather(*board._settling)


async def waited_since(database: Database) -> float:
    call = await call_of(database)
    assert call.is_over
    assert call.parked_at is not None
    return (call.parked_at - call.began_at).total_seconds()


async def test_that_a_call_ended_before_its_music_was_stored_is_seen(
    board: Board, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await calls_waiting(database)

    async def as_it_was(*_: object) -> matching.Waiting:
        return found

    await board.take(over(seconds=41))
    monkeypatch.setattr(matching, "waiting", as_it_was)
    await board.take(turn(40, waited_s=30))
    await caught_up(board)

    assert await waited_since(database) == 10


async def test_music_that_is_stored_while_its_call_is_ended_is_counted(
    board: Board, database: Database
) -> None:
    async with database.transaction() as conn:
        await board._store(conn, over(seconds=41))
        await board.take(turn(40, waited_s=30))
    await caught_up(board)

    assert await waited_since(database) == 10


async def test_music_within_a_call_is_not_counted_beside(board: Board, database: Database) -> None:
    await caught_up(board)
    await board.take(turn(40, waited_s=30))
    assert not board._settling

    await board.take(over(seconds=60))
    await caught_up(board)
    assert await waited_since(database) == 10


async def calls_waiting(database: Database) -> matching.Waiting:
    async with database.read() as conn:
        found = await matching.waiting(conn, turn())
    assert found is not None
    return found
