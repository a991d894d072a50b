"""Calls on the timelines of those who called."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

import call_board
import factories
import pytest
from call_board import Board, call_of
from call_told import ANN, at, over, told, voice

from channels import Script
from contactcenter import merge_undoing, merges, timeline
from contactcenter.api.interactions import InteractionView, entry_views
from contactcenter.calls import calls
from contactcenter.db import Conn, Database
from contactcenter.switchboard import arriving, switchboard
from contactcenter.switchboard.asked import Asked

BOB = "+15005550002"


@pytest.fixture
async def board(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Board]:
    """A switchboard whose menu has one choice: to wait."""

    async def park(asked: Asked) -> Script:
        await arriving.begin_waiting(asked, queue_id=None)
        return ()

    monkeypatch.setattr(switchboard, "STEPS", {"gather": park})
    async with call_board.board(database) as built:
        yield built


async def _seen(database: Database, contact_id: int | None) -> list[InteractionView]:
    """A person's timeline as an administrator reads it."""
    assert contact_id is not None
    async with database.transaction() as conn:
        viewer = await factories.user(conn, role="admin")
        page = await timeline.of_contact(conn, viewer, contact_id, before_id=1 << 60, limit=50)
        return await entry_views(conn, page or [])


async def _waits(board: Board, leg: str, caller: str = ANN) -> None:
    await board.take(voice(leg, caller=caller))
    await board.take(told("gather", "chose", 14, leg=leg, input="1", answers=True))


async def test_who_hangs_up_in_the_menu_is_on_the_timeline_without_a_ticket(
    board: Board, database: Database
) -> None:
    await board.take(voice())
    await board.take(over(seconds=9))

    call = await call_of(database)
    (entry,) = await _seen(database, call.contact_id)
    assert (entry.kind, entry.ticket_id, entry.id) == ("call", None, call.interaction_id)
    assert entry.call is not None
    assert (entry.call.id, entry.call.state, entry.call.ended_at) == (call.id, "ended", at(9))
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM ticket") == 0
        assert await conn.fetchval("SELECT triaged_at FROM interaction") is not None


async def test_he_is_one_person_however_often_and_whichever_way_he_calls(
    board: Board, database: Database
) -> None:
    for leg in ("CA1", "CA2"):
        await board.take(voice(leg))
        await board.take(over(leg))
    await _waits(board, "CA3")

    contacts = {(await call_of(database, leg)).contact_id for leg in ("CA1", "CA2", "CA3")}
    assert len(contacts) == 1
    assert len(await _seen(database, contacts.pop())) == 3


async def test_who_waited_has_one_entry_with_his_ticket(board: Board, database: Database) -> None:
    await _waits(board, "CA1")
    await board.take(told("wait", "parked", 14, elapsed_s=0, answers=True))
    await board.take(over(seconds=90))

    call = await call_of(database)
    (entry,) = await _seen(database, call.contact_id)
    assert (entry.kind, entry.body, entry.ticket_id) == ("call", "", call.ticket_id)
    assert entry.call is not None
    assert entry.call.outcome == "abandoned"


async def test_calls_go_with_a_contact_that_is_merged_and_come_back_when_it_is_undone(
    board: Board, database: Database
) -> None:
    await _waits(board, "CA1")
    await _waits(board, "CA2", caller=BOB)
    await board.take(voice("CA3", caller=BOB))
    await board.take(over("CA3"))
    ann = (await call_of(database, "CA1")).contact_id
    bob = (await call_of(database, "CA2")).contact_id
    assert ann is not None
    assert bob is not None

    async def merge(conn: Conn, now: datetime) -> int:
        done = await merges.merge(conn, now, ann, bob, actor="user:1", must_read_as=None)
        return done.id

    merge_id = await board.dispatcher.submit(merge)
    assert {(await call_of(database, leg)).contact_id for leg in ("CA1", "CA2", "CA3")} == {ann}

    undo = partial(merge_undoing.undo, merge_id=merge_id, actor="user:1", must_read_as=None)
    await board.dispatcher.submit(undo)

    owners = [(await call_of(database, leg)).contact_id for leg in ("CA1", "CA2", "CA3")]
    assert owners == [ann, bob, bob]


async def test_a_call_that_is_over_keeps_its_first_end_as_its_state(
    board: Board, database: Database
) -> None:
    await board.take(voice())
    await board.take(over(seconds=30))
    await board.take(told("gather", "chose", 14, input="1", answers=True))  # overtaken

    call = await call_of(database)
    assert (call.state, call.ended_at) == ("ended", at(30))
    async with database.read() as conn:
        found = await calls.of_interaction(conn, call.interaction_id or 0)
        assert found is not None
        assert found.ticket_id is None
