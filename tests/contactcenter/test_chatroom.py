"""A visitor has every line once and in order, whichever process serves him and whatever fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from chat_world import KEY, PATIENCE_S, Process, RecordingSeat, process, said, widget, written
from msgspec.structs import replace
from prometheus_client import REGISTRY

from channels import ChatRefused, Details, Guest, NotStored, Standing, Typing, Undeliverable
from contactcenter import timers, upkeep
from contactcenter.chats import chat_endings, chat_receipts, chat_visitors
from contactcenter.chats.chat_connection import ChatConnection
from contactcenter.db import Database


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[Process]:
    await widget(database)
    async with process(database, tmp_path) as one:
        yield one


async def deliver(here: Process, guest: Guest, text: str, correlation_id: str) -> None:
    async with here.database.transaction() as conn:
        outbound = await written(conn, guest, text, correlation_id)
    await here.room.deliver(outbound)


async def count(database: Database, table: str) -> int:
    async with database.read() as conn:
        return await conn.fetchval(f"SELECT count(*) FROM {table}")


async def test_nothing_is_stored_of_who_has_not_written(here: Process) -> None:
    first = await here.room.greet(KEY, None)
    again = await here.room.greet(KEY, first.token)

    assert (first.is_known, again) == (False, first)
    assert await count(here.database, "chat_visitor") == 0


async def test_a_visitor_is_known_by_his_token_once_he_is_kept(here: Process) -> None:
    guest = await here.visitor()
    await here.room.keep(guest, language="fa")  # once more is nothing new

    again = await here.room.greet(KEY, guest.token)

    assert (again.is_known, again.address) == (True, guest.address)
    assert await count(here.database, "chat_visitor") == 1


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 43, "é" * 43, "\ud800", "A" * 100_000, "A" * 42 + "="]
)
async def test_a_token_that_is_not_ours_makes_a_stranger_with_another(
    here: Process, token: str
) -> None:
    guest = await here.room.greet(KEY, token)

    assert guest.token != token
    assert not guest.is_known


async def test_a_token_is_good_at_its_own_widget_alone(here: Process) -> None:
    await widget(here.database, key="widget-2")
    guest = await here.visitor()
    stranger = await here.room.greet(KEY, None)

    elsewhere = await here.room.greet("widget-2", guest.token)
    stranger_elsewhere = await here.room.greet("widget-2", stranger.token)

    assert not elsewhere.is_known
    assert elsewhere.address != guest.address
    assert stranger_elsewhere.address != stranger.address


async def test_a_key_that_nobody_set_up_is_refused_and_makes_no_entry_point(here: Process) -> None:
    with pytest.raises(ChatRefused) as refused:
        await here.room.greet("nobody's", None)

    assert refused.value.code == "unknown_entry_point"
    assert await count(here.database, "entry_point") == 1


async def test_what_a_visitor_says_comes_to_all_his_tabs_in_order(here: Process) -> None:
    guest = await here.visitor()
    one, other = RecordingSeat(), RecordingSeat()
    await here.room.attend(guest, one, after=0)
    await here.room.attend(guest, other, after=0)

    for n in range(3):
        assert await here.say(guest, f"سلام {n}", f"m{n}") == "stored"

    for seat in (one, other):
        lines = await seat.until(3)
        assert [(line.sequence, line.text, line.client_id) for line in lines] == [
            (1, "سلام 0", "m0"),
            (2, "سلام 1", "m1"),
            (3, "سلام 2", "m2"),
        ]


async def test_a_resend_is_the_same_message(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m1")

    assert await here.say(guest, "Hello", "m1") == "duplicate"

    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)
    await here.say(guest, "and then", "m2")
    assert [line.text for line in await seat.until(2)] == ["Hello", "and then"]


async def test_two_equal_messages_at_once_are_one_line(here: Process) -> None:
    guest = await here.visitor()

    outcomes = await asyncio.gather(*(here.say(guest, "Hello", "m1") for _ in range(20)))

    assert sorted(outcomes) == ["duplicate"] * 19 + ["stored"]
    assert await count(here.database, "chat_line") == 1


async def test_messages_of_one_batch_are_numbered_in_the_order_they_came(here: Process) -> None:
    guest = await here.visitor()

    await here.intake.receive([said(guest, str(n), f"m{n}") for n in range(30)])

    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)
    assert [line.text for line in await seat.until(30)] == [str(n) for n in range(30)]


async def test_who_comes_back_goes_on_after_the_last_line_he_has(here: Process) -> None:
    guest = await here.visitor()
    for n in range(1, 5):
        await here.say(guest, str(n), f"m{n}")
    seat = RecordingSeat()

    await here.room.attend(guest, seat, after=2)

    assert [line.sequence for line in await seat.until(2)] == [3, 4]


async def test_long_conversations_come_in_pages_without_a_gap(here: Process) -> None:
    guest = await here.visitor()
    await here.intake.receive([said(guest, str(n), f"m{n}") for n in range(1, 121)])
    await here.intake.receive([said(guest, str(n), f"m{n}") for n in range(121, 241)])
    seat = RecordingSeat()

    await here.room.attend(guest, seat, after=0)

    assert [line.sequence for line in await seat.until(240)] == list(range(1, 241))


async def test_a_browser_that_has_more_than_there_is_begins_anew(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m1")
    seat = RecordingSeat()

    await here.room.attend(guest, seat, after=7)  # of a history that a restore has undone

    assert [line.sequence for line in await seat.until(1)] == [1]


async def test_an_agents_words_come_to_the_visitor_once_however_often_they_are_delivered(
    here: Process,
) -> None:
    guest = await here.visitor()
    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)
    await here.say(guest, "Hello", "m1")
    async with here.database.transaction() as conn:
        outbound = await written(conn, guest, "Good morning", "c1")

    receipts = await asyncio.gather(*(here.room.deliver(outbound) for _ in range(5)))
    await here.say(guest, "Thanks", "m2")

    assert {(one.external_id, one.status) for one in receipts} == {("c1", "sent")}
    lines = await seat.until(3)
    assert [(line.by, line.name, line.text) for line in lines] == [
        ("visitor", None, "Hello"),
        ("agent", "Bahar", "Good morning"),
        ("visitor", None, "Thanks"),
    ]


async def test_what_is_for_nobody_is_undeliverable(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m1")
    async with here.database.transaction() as conn:
        outbound = await written(conn, guest, "Good morning", "c1")
        await conn.execute("DELETE FROM chat_line")
        await conn.execute("DELETE FROM chat_visitor")

    with pytest.raises(Undeliverable):
        await here.room.deliver(outbound)


async def test_a_stranger_has_no_seat(here: Process) -> None:
    stranger = await here.room.greet(KEY, None)

    with pytest.raises(ChatRefused):
        await here.room.attend(stranger, RecordingSeat(), after=0)


async def test_whoever_sits_down_is_told_how_it_stands(here: Process) -> None:
    guest = await here.visitor()
    seat = RecordingSeat()

    await here.room.attend(guest, seat, after=0)

    await seat.until_told(Standing)
    assert (await here.room.standing(guest)).state == "new"


async def test_an_agent_who_types_is_seen_by_the_visitors_of_his_ticket_alone(
    here: Process,
) -> None:
    seats = []
    for n in range(2):
        guest = await here.visitor()
        await here.say(guest, "Hello", f"m{n}")
        seats.append(RecordingSeat())
        await here.room.attend(guest, seats[-1], after=0)
        await seats[-1].until(1)
    async with here.database.read() as conn:
        ticket_id = await conn.fetchval("SELECT min(id) FROM ticket")

    here.bell.signal("visitors", {"kind": "typing", "ticket_id": ticket_id, "agent": "Bahar"})

    told = [[one for one in seat.news if isinstance(one, Typing)] for seat in seats]
    assert told == [[Typing(agent="Bahar")], []]


async def test_what_is_received_and_seen_is_told_of_our_messages(here: Process) -> None:
    guest = await here.visitor()
    seat = RecordingSeat()
    attendance = await here.room.attend(guest, seat, after=0)
    await here.say(guest, "Hello", "m1")
    for n in (1, 2, 3):
        await deliver(here, guest, str(n), f"c{n}")
        async with here.database.transaction() as conn:  # as the sender does
            await conn.execute(
                """UPDATE interaction SET external_id = $1, state = 'sent'
                   WHERE id = (SELECT interaction_id FROM outbox WHERE correlation_id = $1)""",
                f"c{n}",
            )
    await seat.until(4)

    await attendance.received(3)
    await attendance.seen(2)
    await attendance.seen(99)  # nobody has seen what he was not told: up to the last line

    async def states() -> dict[str, str]:
        async with here.database.read() as conn:
            rows = await conn.fetch(
                "SELECT body, state FROM interaction WHERE direction = 'outbound'"
            )
        return dict(map(tuple, rows))

    async with asyncio.timeout(PATIENCE_S):
        while await states() != {"1": "read", "2": "read", "3": "read"}:
            await asyncio.sleep(0.02)


async def test_files_and_what_was_left_come_with_the_message_that_brings_them(
    here: Process,
) -> None:
    guest = await here.visitor()
    file = await here.room.upload(guest, "نامه.txt", "سلام".encode())
    message = said(guest, "", "m1")
    brought = replace(message.said, files=(file.token, "A" * 43), is_left=True)
    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)

    await here.intake.receive([replace(message, said=brought)])

    [line] = await seat.until(1)
    assert line.files == (file,)
    async with here.database.read() as conn:
        assert await conn.fetchval("SELECT is_left FROM chat_line")


async def test_a_new_contact_is_called_as_the_visitor_says(here: Process) -> None:
    guest = await here.visitor()
    await here.room.tell_details(guest, Details(name="Sara"))

    await here.say(guest, "Hello", "m1")

    async with here.database.read() as conn:
        assert await conn.fetchval("SELECT name FROM contact") == "Sara"


async def test_who_ended_the_chat_goes_on_by_writing(
    here: Process,
) -> None:
    guest = await here.visitor()
    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)
    await here.say(guest, "Hello", "m1")
    async with here.database.transaction() as conn:
        at = await conn.fetchrow("SELECT id, ticket_id, now() AS now FROM chat_visitor")
        await chat_endings.end_one(conn, at["now"], at["id"], at["ticket_id"])
    await here.say(guest, "One more thing", "m2")

    lines = await seat.until(3)
    assert [(line.kind, line.by) for line in lines] == [
        ("message", "visitor"),
        ("ended", "visitor"),
        ("message", "visitor"),
    ]


async def test_a_message_is_the_same_however_late_it_is_sent_again(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m1")
    async with here.database.transaction() as conn:
        await conn.execute("UPDATE inbound_key SET received_at = now() - interval '1 year'")
        await conn.execute(upkeep._SQL.texts["prune_inbound_keys"])

    assert await here.say(guest, "Hello", "m1") == "duplicate"


async def test_another_tab_gets_all_lines_and_the_first_one_none_again(here: Process) -> None:
    guest = await here.visitor()
    first, second = RecordingSeat(), RecordingSeat()
    await here.room.attend(guest, first, after=0)
    for n in range(3):
        await here.say(guest, str(n), f"m{n}")
    await first.until(3)

    await here.room.attend(guest, second, after=0)
    await second.until(3)
    await here.say(guest, "3", "m3")

    assert [line.sequence for line in await first.until(4)] == [1, 2, 3, 4]
    assert [line.sequence for line in await second.until(4)] == [1, 2, 3, 4]
    assert not first.has_ended


async def test_whoever_writes_at_once_from_two_processes_is_numbered_without_a_gap(
    here: Process, tmp_path: Path
) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m0")
    async with here.database.transaction() as conn:
        ours = [await written(conn, guest, f"c{n}", f"c{n}") for n in range(10)]
    seat = RecordingSeat()
    async with process(here.database, tmp_path) as there:
        await there.room.attend(guest, seat, after=0)
        await asyncio.gather(
            *(here.room.deliver(one) for one in ours),
            *(there.room.deliver(one) for one in ours),
            *(here.say(guest, f"m{n}", f"m{n}") for n in range(1, 11)),
            *(there.say(guest, f"m{n}", f"m{n}") for n in range(1, 11)),
        )

        lines = await seat.until(21)

    assert [line.sequence for line in lines] == list(range(1, 22))
    assert len(set(seat.texts)) == 21


async def test_a_lost_database_delays_lines_and_skips_none(here: Process) -> None:
    guest = await here.visitor()
    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)
    await here.say(guest, "0", "m0")

    for n in range(1, 4):
        async with here.database.read() as conn:
            await conn.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()"""
            )
        async with asyncio.timeout(PATIENCE_S):
            while not await stored(here, guest, str(n), f"m{n}"):
                await asyncio.sleep(0.05)

    assert [line.text for line in await seat.until(4)] == ["0", "1", "2", "3"]
    assert not seat.has_ended


async def stored(here: Process, guest: Guest, text: str, client_id: str) -> bool:
    """Write as a browser does that is told to try again."""
    try:
        await here.say(guest, text, client_id)
    except NotStored:
        return False
    return True


async def test_visitors_come_and_leave_and_come_back_within_a_moment(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m1")
    here.room._attendance.grace_s = 0.3
    told: list[str] = []
    here.bell.listen("consoles", lambda signal: told.append(signal["kind"]))
    async with here.database.transaction() as conn:
        await conn.execute("UPDATE chat_visitor SET left_at = now()")

    attendance = await here.room.attend(guest, RecordingSeat(), after=0)
    await until(lambda: "visitor_came" in told)
    await attendance.leave()
    await (await here.room.attend(guest, RecordingSeat(), after=0)).leave()
    await until(lambda: "visitor_left" in told)

    assert told == ["visitor_came", "visitor_left"]
    async with here.database.read() as conn:
        now = await timers.clock(conn)
        [visitor] = await chat_visitors.by_address(conn, [guest.address])
    assert not visitor.is_present(now)


async def test_every_tab_is_counted_as_long_as_it_is_connected(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "Hello", "m1")
    before = REGISTRY.get_sample_value("contactcenter_chat_sockets") or 0.0
    tabs = [await here.room.attend(guest, RecordingSeat(), after=0) for _ in range(2)]
    connected = REGISTRY.get_sample_value("contactcenter_chat_sockets")
    for tab in (*tabs, tabs[0]):
        await tab.leave()

    assert connected == before + 2
    assert REGISTRY.get_sample_value("contactcenter_chat_sockets") == before


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_what_rooms_read_by_is_planned_for_the_rows_there_are(database: Database) -> None:
    connection = ChatConnection(database)

    async with connection.connection() as conn:
        assert await conn.fetchval("SHOW plan_cache_mode") == "force_custom_plan"

    connection.close()


async def test_receipts_pass_over_whom_somebody_holds_and_come_back_to_him(here: Process) -> None:
    guests = [await here.visitor() for _ in range(2)]
    for guest in guests:
        await here.say(guest, "Hello", "m1")
    async with here.database.transaction() as conn, here.database.transaction() as holder:
        ids = [row["id"] for row in await conn.fetch("SELECT id FROM chat_visitor ORDER BY id")]
        await holder.execute("SELECT FROM chat_visitor WHERE id = $1 FOR UPDATE", ids[0])
        marks = {visitor_id: chat_receipts.Mark(received=1) for visitor_id in ids}

        assert await chat_receipts.raise_marks(conn, marks) == [ids[1]]
