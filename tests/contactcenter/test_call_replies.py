"""Who called is answered in writing: by text message, from the nearest number that sends them."""

from collections.abc import AsyncIterator

import aiohttp
import call_board
import factories
import pytest
from call_board import Board, call_of
from call_told import ANN, OURS, told, voice

import channels
from channels import Address, Inbound, Raw, Script
from contactcenter import desk
from contactcenter.addressing import ContactUnreachable, Letter
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.errors import BadInput
from contactcenter.intake import Intake
from contactcenter.switchboard import arriving, switchboard
from contactcenter.switchboard.asked import Asked

LETTER = Letter(text="We called you back.", correlation_id="c1")


@pytest.fixture
async def board(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Board]:
    """Somebody waits on the line, and has a ticket."""

    async def park(asked: Asked) -> Script:
        await arriving.begin_waiting(asked, queue_id=None)
        return ()

    monkeypatch.setattr(switchboard, "STEPS", {"gather": park})
    async with call_board.board(database) as built:
        await built.take(voice())
        await built.take(told("gather", "chose", 4, input="1", answers=True))
        yield built


async def _writes(conn: Conn, ticket_id: int, letter: Letter = LETTER) -> tuple[str, str, str]:
    now = await conn.fetchval("SELECT clock_timestamp()")
    author_id = await factories.user(conn)
    async with aiohttp.ClientSession() as http:
        env = channels.Env(settings={}, public_url="https://c.example", region="US", http=http)
        built = channels.load(env)
        made = await desk.reply(
            conn, now, ticket_id, letter, author_id=author_id, actor="user:1", channels=built
        )
        for channel in built.values():
            await channel.close()
    row = await conn.fetchrow(
        "SELECT i.channel, e.address, d.value FROM interaction i JOIN entry_point e ON e.id ="
        " i.entry_point_id JOIN identity d ON d.id = i.identity_id WHERE i.id = $1",
        made,
    )
    return tuple(row)


async def _ticket_of_call(database: Database) -> int:
    ticket_id = (await call_of(database)).ticket_id
    assert ticket_id is not None
    return ticket_id


async def test_an_answer_goes_by_text_from_the_number_that_was_called(
    board: Board, database: Database
) -> None:
    ticket_id = await _ticket_of_call(database)
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id, address="+15005550001")
        first = await _writes(conn, ticket_id)
        await factories.entry_point(conn, queue_id=queue_id, address=OURS)
        second = await _writes(conn, ticket_id, Letter(text="Again.", correlation_id="c2"))

    assert first == ("sms", "+15005550001", ANN)
    assert second == ("sms", OURS, ANN)


async def test_without_a_number_for_texts_it_is_said_and_nothing_is_queued(
    board: Board, database: Database
) -> None:
    ticket_id = await _ticket_of_call(database)
    async with database.transaction() as conn:
        with pytest.raises(ContactUnreachable, match="sms"):
            await _writes(conn, ticket_id)
        by_phone = await conn.fetchval("SELECT id FROM entry_point WHERE address = $1", OURS)
        named = Letter(text="x", correlation_id="c3", entry_point_id=by_phone)
        with pytest.raises(BadInput, match="nothing can be written"):
            await _writes(conn, ticket_id, named)
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 0


async def test_by_a_mail_address_he_is_answered_where_we_send_no_texts(
    board: Board, database: Database
) -> None:
    call = await call_of(database)
    assert call.contact_id is not None
    assert call.ticket_id is not None
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id, channel="email", address="a@b.example")
        mail = await factories.identity(
            conn, call.contact_id, kind="email", value="sara@example.com"
        )
        named = Letter(text="Hello", correlation_id="c4", identity_id=mail)

        assert await _writes(conn, call.ticket_id, named) == (
            "email", "a@b.example", "sara@example.com",
        )  # fmt: skip


async def test_who_hides_the_number_is_not_answered_there(board: Board, database: Database) -> None:
    call = await call_of(database)
    assert call.contact_id is not None
    assert call.ticket_id is not None
    async with database.transaction() as conn:
        hidden = await factories.identity(conn, call.contact_id, kind="withheld", value="CA7")
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id)
        named = Letter(text="Hello", correlation_id="c5", identity_id=hidden)

        with pytest.raises(ContactUnreachable, match="hides"):
            await _writes(conn, call.ticket_id, named)


async def test_what_he_answers_belongs_to_the_ticket_of_his_call(
    board: Board, database: Database
) -> None:
    ticket_id = await _ticket_of_call(database)
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id, address="+15005550010")
        await _writes(conn, ticket_id)
        now = await conn.fetchval("SELECT clock_timestamp()")
    bell = Bell(database)
    intake = Intake(database, bell, reopen_window_s=3600)
    item = Inbound(
        channel="sms",
        entry_point="+15005550010",
        sender=Address(kind="phone", value=ANN),
        text="Thanks",
        raw=Raw(body=b"x", content_type="text/plain"),
        external_id="SM1",
    )
    async with database.transaction() as conn:
        arrived = await intake.enter(conn, now, item, kept_as=None, apart=False)

    assert arrived is not None
    assert arrived.ticket_id == ticket_id
