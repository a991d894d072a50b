"""Who can sign for one account of the provider tells nothing of another's calls.

Ours is ``AC1``, and one number has an account of its own, ``AC2``.
"""

from collections.abc import AsyncIterator

import call_board
import factories
import pytest
from call_board import Board, call_of
from call_told import ANN, OURS, at, over, told, voice

from channels import CallHook, ForeignHook
from contactcenter.calls import call_legs, matching
from contactcenter.db import Database

THEIRS = "+15005550099"
_TABLES = ("call", "call_leg", "call_hook", "call_recording", "delivery", "interaction", "ticket")


@pytest.fixture
async def board(database: Database) -> AsyncIterator[Board]:
    async with call_board.board(database, accounts={THEIRS: "AC2"}) as built:
        await built.take(voice())
        await built.take(told("conference", "joined", 9, conference="CF1", room="call-1"))
        yield built


async def _rows(database: Database) -> list[int]:
    async with database.read() as conn:
        return [await conn.fetchval(f"SELECT count(*) FROM {table}") for table in _TABLES]


async def _offered(database: Database, external_id: str | None) -> int:
    """A telephone of an agent in our call; returns our id of it."""
    call = await call_of(database)
    async with database.transaction() as conn:
        leg = await call_legs.add(
            conn,
            at(1),
            call_id=call.id,
            party="agent",
            purpose="offer",
            address="+15005550100",
            user_id=await factories.agent(conn, at(0)),
            external_id=external_id,
        )
    return leg.id


@pytest.mark.parametrize(
    "hook",
    [
        lambda call, _leg: over(account="AC2"),
        lambda call, _leg: told("wait", leg="CA7", query={"call": str(call)}, account="AC2"),
        lambda call, leg: told("offer", leg="CA7", query={"leg": str(leg)}, account="AC2"),
        lambda call, _leg: told("conference", leg=None, conference="CF1", account="AC2"),
        lambda call, _leg: told(
            "conference", leg="CA7", conference="CF7", room=f"call-{call}", account="AC2"
        ),
        lambda call, _leg: told(
            "recording",
            "recording_ended",
            leg=None,
            conference="CF1",
            recording="RE7",
            account="AC2",
        ),
        lambda call, _leg: voice("CA7", account="AC2"),
        lambda call, _leg: voice("CA7", account=""),
    ],
    ids=["telephone", "call", "leg", "room", "name_of_room", "recording", "number", "nobody"],
)
async def test_another_accounts_hook_is_refused_and_leaves_no_row(board, database, hook):
    leg_id = await _offered(database, None)
    call, before = await call_of(database), await _rows(database)

    with pytest.raises(ForeignHook):
        await board.take(hook(call.id, leg_id))

    assert await _rows(database) == before
    assert await call_of(database) == call


@pytest.mark.parametrize(
    "hook",
    [
        lambda leg, other: told("offer", "pressed", leg="CA1", query={"leg": str(leg)}, input="1"),
        lambda leg, other: told("offer", "pressed", leg="CA9", query={"leg": str(leg)}, input="1"),
        lambda leg, other: told("offer", "pressed", leg="CA3", query={"call": str(other)}),
        lambda leg, other: told("call_status", "ended", leg=None, query={"leg": "1", "call": "2"}),
    ],
    ids=["another_leg", "an_unknown_one", "another_call", "leg_of_another_call"],
)
async def test_hook_that_names_one_telephone_and_comes_from_another_is_refused(
    board, database, hook
):
    leg_id = await _offered(database, "CA3")
    await board.take(voice("CA2", caller="+15005550002"))
    before = await _rows(database)

    with pytest.raises(ForeignHook):
        await board.take(hook(leg_id, (await call_of(database, "CA2")).id))

    assert await _rows(database) == before


async def test_music_is_for_who_waits_and_nobody_else(board, database):
    def turn(**more):
        return told("wait", "parked", 20, parked_in="QU1", answers=True, **more)

    await board.take(turn())
    await board.take(voice("CA2", caller="+15005550002"))
    before, other = await _rows(database), await call_of(database, "CA2")

    for foreign in (turn(account="AC2"), turn(query={"call": str(other.id)})):
        with pytest.raises(ForeignHook):
            await board.take(foreign)

    assert await _rows(database) == before


async def test_telephone_that_was_not_dialled_yet_is_not_the_customers(board, database):
    leg_id = await _offered(database, None)

    with pytest.raises(ForeignHook):
        await board.take(told("offer", leg="CA1", query={"leg": str(leg_id)}))


async def test_what_is_told_of_a_room_is_believed_whoever_opened_it(board, database):
    leg_id = await _offered(database, "CA3")
    call = await call_of(database)
    query = {"call": str(call.id), "leg": str(leg_id)}

    await board.take(told("conference", "joined", 10, conference="CF1", query=query))
    await board.take(
        told("recording", "recording_ended", 20, conference="CF1", query=query, recording="RE1")
    )

    assert (await _rows(database))[2:4] == [4, 1]


async def test_what_was_told_before_a_call_becomes_the_calls_of_its_own_account(board, database):
    early: list[CallHook] = [
        over("CA5", 30, key="CA5:completed:3", account="AC2"),
        over("CA5", 42, key="CA5:completed:3"),
        told("recording", "recording_ended", leg="CA5", recording="RE5", account="AC2"),
        told("conference", "joined", leg="CA6", conference="CF5", account="AC2"),
    ]
    for hook in early:
        await board.take(hook)
    async with database.read() as conn:
        assert await matching.unknown(conn) == len(early)

    await board.take(voice("CA5", caller=ANN))
    call = await call_of(database, "CA5")
    room = {"conference": "CF5", "room": f"call-{call.id}"}
    await board.take(told("conference", "joined", 9, leg="CA5", **room))

    assert (await call_of(database, "CA5")).ended_at == at(42)
    async with database.read() as conn:
        assert await matching.unknown(conn) == len(early) - 1
        assert await conn.fetchval("SELECT call_id FROM call_recording") is None


async def test_message_at_a_number_of_another_account_is_nobodys(board, database):
    """What was recorded tells whom it was for; here, without a trace of the call itself."""
    query = {"called": OURS, "caller": ANN, "kind": "voicemail"}
    for account in ("AC2", "AC1"):
        hook = told(
            "recording",
            "recording_ended",
            leg="CA8",
            query=query,
            recording="RE8",
            elapsed_s=9,
            account=account,
        )
        await board.take(hook)

    async with database.read() as conn:
        rows = await conn.fetch("SELECT account, called FROM call_recording ORDER BY id")
    assert [tuple(row) for row in rows] == [("AC2", None), ("AC1", OURS)]
