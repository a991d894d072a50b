"""What callers hear from the first ring until they wait."""

import asyncio
from collections.abc import AsyncIterator

import factories
import pytest
from phone_menu_desk import SALES_TREE, Desk, words

from channels import Ask, HangUp, Park, Play, Say, TakeMessage
from contactcenter.bell import Bell
from contactcenter.calls.own_menus import OwnMenus
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.intake import Intake
from contactcenter.switchboard.switchboard import Switchboard


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """A switchboard at a number of ours that nobody has set up yet."""
    bell = Bell(database)
    dispatcher = Dispatcher(database, bell)
    board = Switchboard(database, bell, dispatcher, menus=OwnMenus(ttl_s=0))
    board.know(Intake(database, bell, reopen_window_s=3600).enter, lambda _: "AC1")
    task = asyncio.create_task(dispatcher.run())
    yield Desk(database, board)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await dispatcher.close()


async def test_a_number_without_a_menu_greets_and_lets_wait(desk):
    await desk.open()

    script = await desk.call()

    call = await desk.the_call()
    assert words(script)[0].startswith("Welcome.")
    assert script[-1] == Park(call_id=call.id)
    assert (call.state, call.ticket_id is not None, call.language) == ("waiting", True, "en")


async def test_a_persian_number_without_recordings_lets_wait_at_once(desk):
    await desk.open(language="fa")

    script = await desk.call()

    assert words(script) == ["Park"]
    assert (await desk.the_call()).language == "fa"


async def test_a_persian_number_greets_as_soon_as_there_is_a_recording(desk):
    await desk.open(language="fa")
    await desk.prompt("greeting")

    assert words(await desk.call()) == ["https://example.com/fa/greeting.mp3", "Park"]


async def test_the_chosen_language_is_spoken_and_kept(desk):
    await desk.open()
    await desk.menu()

    first = await desk.call()
    second = await desk.enter(first, "2")

    assert words(first)[1:] == ["For English press 1.", "https://example.com/tongue.mp3"]
    assert words(second) == ["https://example.com/main.mp3"]
    assert isinstance(second[-1], Ask)
    assert second[-1].language == "fa"
    call = await desk.the_call()
    assert (call.language, call.choices) == ("fa", ["tongue:2"])


async def test_a_choice_leads_to_its_queue_and_is_kept_once(desk):
    await desk.open()
    await desk.menu()
    asked = await desk.enter(await desk.call(), "1")
    hook = desk.entry(asked, "1")

    first, copy = await desk.board.take(hook), await desk.board.take(hook)

    call = await desk.the_call()
    assert first == copy == (Park(call_id=call.id),)
    assert call.choices == ["tongue:1", "main:1"]
    assert (call.queue_id, call.state) == (desk.queue_id, "waiting")
    async with desk.database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM ticket") == 1


async def test_words_do_as_well_as_keys(desk):
    await desk.open()
    await desk.menu()
    asked = await desk.enter(await desk.call(), "1")
    assert isinstance(asked[-1], Ask)
    assert (asked[-1].speech, asked[-1].hints) == (True, ("sales",))

    unsure = await desk.enter(asked, "sales", by_speech=True, confidence=0.2)
    sure = await desk.enter(unsure, "Sales, please!", by_speech=True, confidence=0.9)

    assert words(unsure) == ["Sorry, I did not understand that.", "1 for sales, 2 for repairs."]
    assert words(sure) == ["Park"]


async def test_who_presses_what_is_not_there_is_asked_three_times_and_then_waits_for_somebody(desk):
    await desk.open()
    await desk.menu()
    script = await desk.enter(await desk.call(), "1")
    heard = []
    while isinstance(script[-1], Ask):
        heard.append(words(script))
        script = await desk.enter(script, "9")

    assert len(heard) == 3
    assert words(script) == ["Park"]


async def test_who_is_silent_waits_for_somebody_as_well(desk):
    await desk.open()
    await desk.menu()
    script = await desk.enter(await desk.call(), "1")
    for _ in range(3):
        script = await desk.enter(script)

    assert words(script) == ["Park"]


async def test_a_menu_may_end_the_call(desk):
    await desk.open()
    await desk.menu()
    script = await desk.enter(await desk.enter(await desk.call(), "1"), "3")

    assert script == (HangUp(),)


@pytest.mark.parametrize(
    ("typed", "known"), [("7222378", "7ABCEST"), ("7AbC-eST", None), ("1111111", None)]
)
async def test_a_service_tag_is_typed_on_keys(desk, typed, known):
    await desk.open()
    await desk.menu()
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        await factories.asset(conn, now, service_tag="7ABCEST")
    asked = await desk.enter(await desk.enter(await desk.call(), "1"), "2")
    assert isinstance(asked[-1], Ask)
    assert (asked[-1].digits, asked[-1].finish_key) == (None, "#")

    script = await desk.enter(asked, typed)

    assert (await desk.the_call()).service_tag == known
    assert words(script) == (
        ["Park"] if known else ["I do not know this service tag.", "Your tag?"]
    )


async def test_where_keys_mean_two_machines_those_of_the_caller_count(desk):
    await desk.open()
    await desk.menu()
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        contact_id = await factories.contact(conn, phone="+15005550001")
        await factories.asset(conn, now, service_tag="7ABCEST")
        await factories.asset(conn, now, contact_id, service_tag="7BBCEST")
    asked = await desk.enter(await desk.enter(await desk.call(), "1"), "2")

    await desk.enter(asked, "7222378")

    assert (await desk.the_call()).service_tag == "7BBCEST"


async def test_where_keys_mean_two_machines_of_others_none_is_meant(desk):
    await desk.open()
    await desk.menu()
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        await factories.asset(conn, now, service_tag="7ABCEST")
        await factories.asset(conn, now, service_tag="7BBCEST")
    asked = await desk.enter(await desk.enter(await desk.call(), "1"), "2")

    assert words(await desk.enter(asked, "7222378"))[0] == "I do not know this service tag."


async def test_a_service_tag_is_said(desk):
    await desk.open()
    await desk.menu()
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        await factories.asset(conn, now, service_tag="7ABC3ST")
    asked = await desk.enter(await desk.enter(await desk.call(), "1"), "2")

    said = "seven alpha bravo charlie three sierra tango"
    script = await desk.enter(asked, said, by_speech=True)

    assert (words(script), (await desk.the_call()).service_tag) == (["Park"], "7ABC3ST")


async def test_a_closed_number_says_so_and_takes_a_message(desk):
    await desk.open()
    await desk.run("UPDATE entry_point SET calendar_id = $1", await desk.closed())

    asked = await desk.call()
    script = await desk.enter(asked, "2")

    assert words(asked)[0].startswith("We are closed now. If we")
    assert script[-1] == TakeMessage(call_id=(await desk.the_call()).id)
    assert (await desk.the_call()).state == "menu"


async def test_a_closed_queue_says_so(desk):
    await desk.open()
    await desk.close_queue()

    script = await desk.call()

    assert [word[:13] for word in words(script)] == ["Welcome. Plea", "We are closed"]


async def test_a_closed_persian_number_without_recordings_takes_a_message_at_once(desk):
    await desk.open(language="fa")
    await desk.run("UPDATE entry_point SET calendar_id = $1", await desk.closed())

    assert words(await desk.call()) == ["TakeMessage"]


async def test_where_nobody_is_signed_in_callers_leave_a_message(desk):
    await desk.open(presence="offline")

    asked = await desk.call()
    script = await desk.enter(asked, "2")

    assert words(asked)[1].startswith("Nobody can take your call")
    assert words(script)[-1] == "TakeMessage"


async def test_an_agent_without_a_telephone_is_as_good_as_none(desk):
    await desk.open()
    await desk.run("UPDATE agent SET phone_address = NULL")

    assert words(await desk.call())[1].startswith("Nobody can take your call")


async def test_a_full_queue_says_so_and_who_insists_waits(desk):
    await desk.open()
    tree = {**SALES_TREE, "start": "sales", "nodes": {
        "sales": {"kind": "queue", "at_most": 1},
        "full": {"kind": "menu", "prompt": {"en": "Full. 1 to wait."}, "options": {"1": "sales"},
                 "otherwise": "voicemail"},
    }}  # fmt: skip
    await desk.menu(tree)
    assert words(await desk.call("CA1", "+15005550011")) == ["Park"]

    asked = await desk.call("CA2", "+15005550012")

    assert words(asked) == ["Full. 1 to wait."]
    assert words(await desk.enter(asked, "1", leg="CA2")) == ["Park"]


async def test_what_a_caller_controls_is_never_said(desk):
    await desk.open()
    await desk.menu()
    asked = await desk.enter(await desk.call(), "1")

    script = await desk.enter(asked, "<Dial>+900</Dial>", by_speech=True)

    assert all("Dial" not in word for word in words(script))
    assert all(isinstance(part, Say | Play) for part in script[-1].prompts)
