"""What callers hear while they wait, and what else they may do."""

import asyncio
from collections.abc import AsyncIterator

import factories
import pytest
from call_told import over, told
from phone_menu_desk import SALES_TREE, Desk, words

from channels import Again, Ask, HangUp, LeaveQueue, TakeMessage
from contactcenter.bell import Bell
from contactcenter.calls.own_menus import OwnMenus
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.intake import Intake
from contactcenter.switchboard.switchboard import Switchboard

MUSIC = "/media/sounds/waiting.wav"


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


async def turn(desk, step="", leg="CA1", seconds=20):
    query = {"step": step} if step else {}
    return await desk.board.take(
        told("wait", "parked", seconds, leg=leg, query=query, answers=True, parked_in="QU1")
    )


async def unparked(desk, status, leg="CA1"):
    return await desk.board.take(
        told("enqueue_action", "unparked", 50, leg=leg, status=status, answers=True)
    )


async def in_line(desk, *, ahead=0):
    """Let triage have looked: the call's ticket waits in its queue, behind others."""
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        for _ in range(ahead):
            await factories.queued_ticket(conn, now, queue_id=desk.queue_id)
        await conn.execute(
            "UPDATE ticket SET queue_id = $1, team_ids = '{}', state = 'waiting', tier = 1,"
            " enqueued_at = $2::timestamptz + interval '1 minute'"
            " WHERE id = (SELECT ticket_id FROM call)",
            desk.queue_id,
            now,
        )


async def asked_what_else(desk):
    """Wait until one is asked what one would rather do."""
    script = await turn(desk)
    while isinstance(script[-1], Again):
        script = await turn(desk, script[-1].step)
    return script


async def test_who_waits_hears_music_and_we_are_asked_again(desk):
    await desk.open()
    await desk.call()

    script = await turn(desk)

    assert words(script) == [MUSIC, "Again"]
    assert script[-1] == Again(name="wait", step="loop.1.0")
    assert await turn(desk) == script


async def test_who_asks_for_more_music_waits_for_nobody(desk):
    await desk.open()
    await desk.call()
    first = await turn(desk)

    async with desk.database.transaction() as conn:
        await conn.execute("SELECT FROM call FOR NO KEY UPDATE")  # as whoever counts it anew
        again = await turn(desk, first[-1].step, seconds=50)
        much_later = await turn(desk, "loop.40.1", seconds=2000)

    assert again[-1] == Again(name="wait", step="loop.2.0")
    assert much_later[-1] == Again(name="wait", step="loop.41.1")
    assert (await desk.the_call()).state == "waiting"


async def test_who_waits_is_told_his_place_once(desk):
    await desk.open()
    await desk.call()
    await in_line(desk, ahead=2)

    first = await turn(desk)
    second = await turn(desk, first[-1].step)

    assert words(first) == ["You are number 3 in line.", MUSIC, "Again"]
    assert words(second) == [MUSIC, "Again"]

    await desk.run(
        "UPDATE ticket SET enqueued_at = enqueued_at + interval '1 hour'"
        " WHERE id NOT IN (SELECT ticket_id FROM call)"
    )
    assert words(await turn(desk, "loop.3.3"))[0] == "You are the next in line."


async def test_a_persian_caller_is_told_his_place_by_recordings(desk):
    await desk.open(language="fa")
    await desk.call()
    await in_line(desk, ahead=2)
    assert words(await turn(desk)) == [MUSIC, "Again"]

    for name in ("position", "number.3", "position.after"):
        await desk.prompt(name)

    base = "https://example.com/fa/"
    heard = words(await turn(desk))
    assert heard[:3] == [f"{base}position.mp3", f"{base}number.3.mp3", f"{base}position.after.mp3"]


async def test_how_long_it_may_take_is_told_by_how_quickly_others_were_taken(desk):
    await desk.open()
    await desk.call()
    await in_line(desk)
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        for n in range(6):
            ticket = await factories.queued_ticket(conn, now, queue_id=desk.queue_id)
            await conn.execute(
                "UPDATE leg SET from_at = $2::timestamptz - make_interval(mins => 18 - 3 * $3::int + 3),"
                " to_at = $2::timestamptz - make_interval(mins => 18 - 3 * $3::int),"
                " ended_by = 'assigned' WHERE ticket_id = $1",
                ticket.id,
                now,
                n,
            )
            await conn.execute(
                "UPDATE ticket SET enqueued_at = enqueued_at + interval '1 hour' WHERE id = $1",
                ticket.id,
            )

    assert words(await turn(desk))[:2] == [
        "You are the next in line.",
        "It will take about 3 minutes.",
    ]


async def test_every_third_turn_asks_what_else_one_would_like(desk):
    await desk.open()
    await desk.call()

    script = await asked_what_else(desk)

    assert words(script)[0].startswith("If we should call you back without losing your place")
    assert isinstance(script[-1], Ask)
    assert (script[-1].name, script[-1].step) == ("wait", "offer.3.0")
    silence = await desk.enter(script)
    assert words(silence) == [MUSIC, "Again"]


async def test_who_would_rather_leave_a_message_leaves_the_line_and_is_heard(desk):
    await desk.open()
    await desk.call()
    script = await asked_what_else(desk)

    hook = desk.entry(script, "2")
    left, again = await desk.board.take(hook), await desk.board.take(hook)
    said = await unparked(desk, "left")

    assert left == again == (LeaveQueue(),)
    assert (await desk.the_call()).choices == ["waiting:voicemail"]
    assert words(said)[0].startswith("Please leave a message")
    assert said[-1] == TakeMessage(call_id=(await desk.the_call()).id)


async def test_who_would_rather_be_called_back_is_promised_it_once(desk):
    await desk.open()
    await desk.call()
    await in_line(desk)
    script = await asked_what_else(desk)

    left = await desk.enter(script, "1")
    said = await unparked(desk, "left")
    again = await unparked(desk, "left")

    assert left == (LeaveQueue(),)
    assert said == again
    assert words(said) == ["We will call you back. Thank you, and goodbye.", "HangUp"]
    async with desk.database.read() as conn:
        rows = await conn.fetch("SELECT address, state FROM callback")
    assert [row["address"] for row in rows] == ["+15005550001"]


async def test_a_withheld_number_is_not_offered_to_be_called_back(desk):
    await desk.open()
    await desk.call(caller=None)

    script = await asked_what_else(desk)

    assert words(script) == ["To leave a message, press 2. Or hold the line."]
    assert await desk.enter(script, "1") != (LeaveQueue(),)


async def test_what_a_menu_does_not_offer_is_not_offered(desk):
    await desk.open()
    await desk.menu({
        **SALES_TREE, "start": "sales", "nodes": {"sales": {"kind": "queue"}},
        "waiting": {"offers": [], "position": False, "music": "https://example.com/m.mp3"},
    })  # fmt: skip
    await desk.call()
    await in_line(desk, ahead=1)

    heard = [words(await turn(desk, f"loop.{n}.0")) for n in range(4)]

    assert heard == [["https://example.com/m.mp3", "Again"]] * 4


@pytest.mark.parametrize("status", ["connected", "hung_up"])
async def test_who_was_connected_or_hung_up_hears_nothing_more(desk, status):
    await desk.open()
    await desk.call()

    assert await unparked(desk, status) == ()


async def test_where_the_provider_cannot_hold_him_we_are_sorry_and_take_a_message(desk):
    await desk.open()
    await desk.call()

    assert words(await unparked(desk, "failed"))[0] == "Sorry, something went wrong here."
    assert words(await unparked(desk, "failed"))[-1] == "TakeMessage"


async def test_a_callback_from_the_menu_is_promised_although_we_are_closed(desk):
    await desk.open()
    await desk.run("UPDATE entry_point SET calendar_id = $1", await desk.closed())
    asked = await desk.call()

    hook = desk.entry(asked, "1")
    first, copy = await desk.board.take(hook), await desk.board.take(hook)

    assert first == copy
    assert first[-1] == HangUp()
    call = await desk.the_call()
    assert call.choices == ["closed:1", "callback:callback"]
    async with desk.database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM callback") == 1
    await desk.board.take(over(seconds=9, elapsed_s=9))
    kept = await desk.the_call()
    assert (kept.outcome, kept.account["ivr_s"], kept.account["queue_s"]) == ("callback", 9, 0)


async def test_a_withheld_number_that_asks_for_a_callback_leaves_a_message(desk):
    await desk.open(presence="offline")
    asked = await desk.call(caller=None)

    script = await desk.enter(asked, "1")

    assert words(script)[0] == "We cannot call this number back."
    assert words(script)[-1] == "TakeMessage"


async def test_a_fallback_apologises_and_takes_a_message(desk):
    await desk.open()
    await desk.call()

    script = await desk.board.take(told("fallback", "chose", 3, answers=True))

    assert words(script)[0] == "Sorry, something went wrong here."
    assert words(script)[-1] == "TakeMessage"
