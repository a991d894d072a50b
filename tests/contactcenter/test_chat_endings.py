"""How chats end: by the visitor, who leaves his queue or lets his agent know, or by the agent."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import factories
import pytest
from chat_world import KEY, PATIENCE_S, Process, RecordingSeat, process, widget, written
from noon import NOON, after

from channels import ChatRefused, Guest, Outbound, Standing
from contactcenter import offers
from contactcenter.chatroom import chat_farewell
from contactcenter.chatroom.chat_farewell import end_now
from contactcenter.chats.chat_standing import standings
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, holding, moving, seek
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


@pytest.fixture
async def queue_id(world: Conn) -> int:
    return await factories.queue(world)


@pytest.fixture
async def door(world: Conn, queue_id: int) -> int:
    return await factories.entry_point(world, queue_id=queue_id, channel="webchat")


@pytest.fixture
async def chat(world: Conn, queue_id: int, door: int) -> Ticket:
    return await factories.queued_ticket(
        world, NOON, queue_id=queue_id, channel="webchat", entry_point_id=door
    )


@pytest.fixture
async def visitor(world: Conn, chat: Ticket) -> int:
    return await factories.chat_visitor(world, after(1), ticket_id=chat.id)


async def talking(conn: Conn, queue_id: int, chat: Ticket) -> int:
    """An agent, who holds the chat."""
    agent_id = await factories.agent(conn, after(1), queues=[queue_id])
    await seek.assign(conn, after(2), chat, agent_id, {"decision": "claimed"}, actor="system")
    return agent_id


async def lines(conn: Conn, visitor_id: int) -> list[tuple[int, str, str | None]]:
    rows = await conn.fetch(
        "SELECT sequence, kind, ended_by FROM chat_line WHERE visitor_id = $1 ORDER BY sequence",
        visitor_id,
    )
    return [(row["sequence"], row["kind"], row["ended_by"]) for row in rows]


async def kinds(conn: Conn, ticket_id: int) -> list[str]:
    rows = await conn.fetch("SELECT kind FROM event WHERE ticket_id = $1 ORDER BY id", ticket_id)
    return [row["kind"] for row in rows]


async def test_who_waits_and_ends_the_chat_leaves_his_queue(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    behind = await factories.queued_ticket(world, after(1), queue_id=queue_id)
    next_one = await factories.chat_visitor(
        world, after(1), ticket_id=behind.id, entry_point_id=chat.entry_point_id
    )
    assert (await standings(world, after(2), [next_one]))[next_one].position == 2

    assert await end_now(world, after(3), visitor) == "done"

    left = await tickets.find(world, chat.id)
    assert (left.state, left.abandoned_at) == ("closed", after(3))
    assert (await standings(world, after(4), [next_one]))[next_one].position == 1
    found = (await standings(world, after(4), [visitor]))[visitor]
    assert (found.state, found.rating) == ("ended", "none")  # there is nobody to rate
    assert await lines(world, visitor) == [(1, "message", None), (2, "ended", "visitor")]
    assert (await kinds(world, chat.id))[-2:] == ["chat_ended", "ticket_abandoned"]


async def test_an_agent_it_rings_at_is_free_again(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    agent_id = await factories.agent(world, after(1), queues=[queue_id], capacity=1)
    assert (await seek.agent_for(world, after(2), chat)).state == "offered"
    behind = await factories.queued_ticket(world, after(3), queue_id=queue_id)

    assert await end_now(world, after(4), visitor) == "done"

    assert await offers.live(world, chat.id) is None
    rings = await offers.live(world, behind.id)
    assert rings is not None
    assert rings.agent_id == agent_id


async def test_who_talks_lets_his_agent_know_and_keeps_him(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    agent_id = await talking(world, queue_id, chat)

    assert await end_now(world, after(5), visitor) == "done"

    held = await tickets.find(world, chat.id)
    assert (held.state, held.agent_id) == ("assigned", agent_id)
    told = await world.fetchrow("SELECT * FROM event WHERE kind = 'chat_ended'")
    assert told is not None
    assert (told["actor"], told["agent_id"], told["ticket_id"]) == ("customer", agent_id, chat.id)
    assert told["data"]["visitor_id"] == visitor
    found = (await standings(world, after(6), [visitor]))[visitor]
    assert (found.state, found.agent, found.rating) == ("ended", None, "asked")


async def test_who_is_left_waiting_again_may_rate_whom_he_talked_with(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    agent_id = await talking(world, queue_id, chat)
    await world.execute("UPDATE agent SET presence = 'away' WHERE id = $1", agent_id)
    await holding.release(world, after(4), chat.id, actor=f"user:{agent_id}", reason="shift_over")

    assert await end_now(world, after(5), visitor) == "done"

    assert (await tickets.find(world, chat.id)).state == "closed"
    found = (await standings(world, after(6), [visitor]))[visitor]
    assert (found.state, found.rating) == ("ended", "asked")


async def test_a_chat_ends_once(world: Conn, queue_id: int, chat: Ticket, visitor: int) -> None:
    await talking(world, queue_id, chat)

    for second in (5, 6):
        assert await end_now(world, after(second), visitor) == "done"
    await solve(world, chat)

    assert await lines(world, visitor) == [(1, "message", None), (2, "ended", "visitor")]
    assert (await kinds(world, chat.id)).count("chat_ended") == 1


async def test_what_an_agent_solves_has_ended_for_everybody_who_chats(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    other_browser = await factories.chat_visitor(world, after(1), ticket_id=chat.id)
    await talking(world, queue_id, chat)

    await solve(world, chat)

    for one in (visitor, other_browser):
        assert await lines(world, one) == [(1, "message", None), (2, "ended", "agent")]
        found = (await standings(world, after(11), [one]))[one]
        assert (found.state, found.rating) == ("ended", "asked")


async def test_an_agents_last_words_come_before_the_end_and_are_not_told_twice(
    here: Process,
) -> None:
    guest = await here.visitor()
    await here.say(guest, "Thanks!", "m1")
    chat = await queued(here, guest)

    async def answered_and_solved(conn: Conn, now: datetime) -> list[Outbound]:
        ticket = await tickets.lock(conn, chat.id)
        agent_id = await factories.agent(conn, now)
        await seek.assign(conn, now, ticket, agent_id, {"decision": "claimed"}, actor="system")
        last = [await written(conn, guest, text, text) for text in ("You are welcome.", "Bye!")]
        await solve(conn, chat, now)
        return last

    for outbound in await here.room._dispatcher.submit(answered_and_solved):
        await here.room.deliver(outbound)  # as the sender does, a moment later

    seat = RecordingSeat()
    await here.room.attend(guest, seat, after=0)
    shown = [(line.sequence, line.by, line.text) for line in await seat.until(4)]
    assert shown == [
        (1, "visitor", "Thanks!"),
        (2, "agent", "You are welcome."),
        (3, "agent", "Bye!"),
        (4, "agent", ""),
    ]
    assert seat.lines[3].kind == "ended"


async def test_what_is_spam_has_ended_and_is_not_to_be_rated(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    await talking(world, queue_id, chat)

    await ending.mark_spam(world, after(5), chat.id, actor="system")

    found = (await standings(world, after(6), [visitor]))[visitor]
    assert (found.state, found.rating) == ("ended", "none")
    assert (await lines(world, visitor))[-1] == (2, "ended", "centre")


async def test_what_is_reopened_goes_on(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    await talking(world, queue_id, chat)
    solved = await solve(world, chat)

    await ending.reopen(world, after(20), solved, actor="user:1", because="agent")

    found = (await standings(world, after(21), [visitor]))[visitor]
    assert (found.state, found.rating) == ("waiting", "none")


async def test_who_writes_again_waits_before_his_ticket_is_reopened(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    await talking(world, queue_id, chat)
    await solve(world, chat)

    await world.execute("UPDATE chat_visitor SET ended_at = NULL")  # as intake does

    found = (await standings(world, after(21), [visitor]))[visitor]
    assert (found.state, found.position) == ("waiting", None)


async def test_nobody_is_left_alone_by_another_who_ends(
    world: Conn, chat: Ticket, visitor: int
) -> None:
    other_browser = await factories.chat_visitor(world, after(1), ticket_id=chat.id)

    assert await end_now(world, after(3), visitor) == "done"
    assert (await tickets.find(world, chat.id)).state == "waiting"

    assert await end_now(world, after(4), other_browser) == "done"
    assert (await tickets.find(world, chat.id)).state == "closed"


@pytest.mark.parametrize("way", ["another channel", "left for later"])
async def test_what_is_to_be_answered_elsewhere_is_not_abandoned(
    world: Conn, chat: Ticket, visitor: int, way: str
) -> None:
    if way == "another channel":
        await world.execute("UPDATE interaction SET channel = 'sms'")
    else:
        await world.execute("UPDATE chat_line SET is_left = true")

    assert await end_now(world, after(3), visitor) == "done"

    assert (await tickets.find(world, chat.id)).state == "waiting"
    assert (await standings(world, after(4), [visitor]))[visitor].state == "ended"


async def test_last_words_are_looked_at_before_a_ticket_is_abandoned(
    world: Conn, chat: Ticket, visitor: int
) -> None:
    await world.execute("UPDATE interaction SET triaged_at = NULL")

    assert await end_now(world, after(3), visitor) == "unheard"
    assert (await tickets.find(world, chat.id)).state == "waiting"
    assert (await standings(world, after(4), [visitor]))[visitor].state == "ended"
    await world.execute("UPDATE interaction SET triaged_at = $1", after(4))

    assert await end_now(world, after(5), visitor) == "done"
    assert (await tickets.find(world, chat.id)).state == "closed"
    assert len(await lines(world, visitor)) == 2


async def test_a_new_problem_is_given_its_queue_before_it_is_abandoned(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        door = await factories.entry_point(conn, queue_id=queue_id, channel="webchat")
        ticket_id = await factories.ticket(
            conn, now, intake_queue_id=queue_id, channel="webchat", entry_point_id=door
        )
        visitor_id = await factories.chat_visitor(conn, now, ticket_id=ticket_id)

    async def looked_at(conn: Conn, now: datetime) -> None:
        await conn.execute("UPDATE interaction SET triaged_at = $1", now)
        ticket = await tickets.lock(conn, ticket_id)
        await moving.enqueue(conn, now, ticket, queue_id, rule_id=None)

    async with dispatching(database) as dispatcher:
        farewell = asyncio.create_task(chat_farewell.end(dispatcher, visitor_id))
        await asyncio.sleep(0)
        await dispatcher.submit(looked_at)
        await farewell
        with pytest.raises(ChatRefused, match="no conversation"):
            await chat_farewell.end(dispatcher, visitor_id + 1)

    async with database.read() as conn:
        assert (await tickets.find(conn, ticket_id)).state == "closed"


async def test_two_tabs_that_end_at_once_while_the_agent_solves_make_one_ending(
    database: Database, dsn: str
) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        door = await factories.entry_point(conn, queue_id=queue_id, channel="webchat")
        chat = await factories.queued_ticket(
            conn, now, queue_id=queue_id, channel="webchat", entry_point_id=door
        )
        visitor_id = await factories.chat_visitor(conn, now, ticket_id=chat.id)
        agent_id = await factories.agent(conn, now, queues=[queue_id])
        await seek.assign(conn, now, chat, agent_id, {"decision": "claimed"}, actor="system")

    async with dispatching(database) as one, dispatching(database) as other:
        await asyncio.gather(
            chat_farewell.end(one, visitor_id),
            other.submit(lambda conn, at: solve(conn, chat, at)),
            chat_farewell.end(other, visitor_id),
        )

    conn = await asyncpg.connect(dsn)
    ended = [line for line in await lines(conn, visitor_id) if line[1] == "ended"]
    last = await conn.fetchval("SELECT last_sequence FROM chat_visitor")
    await conn.close()
    assert [line[0] for line in ended] == [2]
    assert last == 2


async def solve(conn: Conn, chat: Ticket, at: datetime | None = None) -> Ticket:
    return await ending.solve(
        conn, at or after(10), chat.id, actor="user:1", disposition="solved", reopen_window_s=60
    )


# Over the room ------------------------------------------------------------------------------


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[Process]:
    await widget(database)
    async with process(database, tmp_path) as one:
        yield one


async def queued(here: Process, guest: Guest) -> Ticket:
    """What triage makes of what this visitor wrote."""

    async def looked_at(conn: Conn, now: datetime) -> Ticket:
        await conn.execute("UPDATE interaction SET triaged_at = $1", now)
        ticket_id, queue_id = await conn.fetchrow(
            """SELECT t.id, t.intake_queue_id FROM ticket t JOIN chat_visitor v
               ON v.ticket_id = t.id WHERE v.address = $1""",
            guest.address,
        )
        ticket = await tickets.lock(conn, ticket_id)
        return await moving.enqueue(conn, now, ticket, queue_id, rule_id=None)

    return await here.room._dispatcher.submit(looked_at)


async def told_as(seat: RecordingSeat, state: str, rating: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            stand = [one for one in seat.news if isinstance(one, Standing)]
            if stand and (stand[-1].state, stand[-1].rating) == (state, rating):
                return
            await asyncio.sleep(0.01)


async def test_every_tab_is_told_that_its_visitor_ended_and_rated_the_chat(here: Process) -> None:
    guest = await here.visitor()
    await here.say(guest, "سلام", "m1")
    chat = await queued(here, guest)
    seats = [RecordingSeat(), RecordingSeat()]
    for seat in seats:
        await here.room.attend(guest, seat, after=0)
    with pytest.raises(ChatRefused, match="when it has ended"):
        await here.room.rate(guest, 5, "")

    async def claimed(conn: Conn, now: datetime) -> None:
        ticket = await tickets.lock(conn, chat.id)
        agent_id = await factories.agent(conn, now, name="Ann")
        await seek.assign(conn, now, ticket, agent_id, {"decision": "claimed"}, actor="system")

    await here.room._dispatcher.submit(claimed)
    for seat in seats:
        await told_as(seat, "talking", "none")
    await here.room.end(guest)
    for seat in seats:
        assert [(line.kind, line.by) for line in await seat.until(2)] == [
            ("message", "visitor"),
            ("ended", "visitor"),
        ]
        await told_as(seat, "ended", "asked")
    await here.room.rate(guest, 4, "")
    for seat in seats:
        await told_as(seat, "ended", "given")

    await here.say(guest, "یک چیز دیگر", "m2")
    for seat in seats:
        await told_as(seat, "talking", "none")


async def test_a_stranger_has_nothing_to_end_or_to_rate(here: Process) -> None:
    stranger = await here.room.greet(KEY, None)
    kept = await here.visitor()

    for guest, code in ((stranger, "unknown_visitor"), (kept, "no_chat")):
        with pytest.raises(ChatRefused) as refused:
            await here.room.end(guest)
        assert refused.value.code == code
    with pytest.raises(ChatRefused) as refused:
        await here.room.rate(kept, 5, "")
    assert refused.value.code == "not_ended"
