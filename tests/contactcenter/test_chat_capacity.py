"""What a chat takes of an agent is its own unit: neither is a call a chat, nor a chat a call."""

import factories
from noon import NOON, after

from contactcenter import offers
from contactcenter.configuration_vocabulary import RINGS
from contactcenter.db import Conn
from contactcenter.dispatch import ending, pausing, presence, seek
from contactcenter.rules import CAPACITY
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

AT_ONCE = ["webchat", "phone", "sms", "email"]


async def come(conn: Conn, queue_id: int, *channels: str, since: int = 0) -> list[Ticket]:
    """Tickets of these channels, a second after one another; each looks for an agent."""
    return [
        await seek.agent_for(
            conn,
            after(since + n),
            await factories.queued_ticket(conn, after(since + n), queue_id=queue_id, channel=one),
        )
        for n, one in enumerate(channels)
    ]


async def states(conn: Conn, *those: Ticket) -> list[str]:
    return [(await tickets.find(conn, one.id)).state for one in those]


async def load_of(conn: Conn, agent_id: int) -> int:
    return await conn.fetchval("SELECT load FROM agent WHERE id = $1", agent_id)


async def solved(conn: Conn, ticket: Ticket, second: int) -> None:
    await ending.solve(
        conn, after(second), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )


async def test_an_agent_takes_three_chats_and_the_fourth_waits(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=3)

    chats = await come(world, queue_id, *["webchat"] * 4)

    assert [one.weight for one in chats] == [CAPACITY["webchat"]] * 4
    assert await states(world, *chats) == ["assigned"] * 3 + ["waiting"]
    assert await load_of(world, agent_id) == 3


async def test_whoever_talks_is_asked_neither_to_chat_nor_to_take_another_call(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=3)

    call, chat, other = await come(world, queue_id, "phone", "webchat", "phone")

    assert await states(world, call, chat, other) == ["assigned", "waiting", "waiting"]
    assert await load_of(world, agent_id) == 3


async def test_whoever_chats_is_not_called_but_has_room_for_chats_and_mails(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    await factories.agent(world, NOON, queues=[queue_id], capacity=3)

    chat, call, second, mail = await come(world, queue_id, "webchat", "phone", "webchat", "email")

    assert await states(world, chat, call, second, mail) == [
        "assigned", "waiting", "assigned", "assigned",
    ]  # fmt: skip


async def test_a_chat_that_ends_makes_room_for_a_chat_and_not_for_a_call(world: Conn) -> None:
    """Though the call has waited for longer; it has its turn as soon as there is room for it."""
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=3)
    held = await come(world, queue_id, *["webchat"] * 3)
    call, chat = await come(world, queue_id, "phone", "webchat", since=10)

    await solved(world, held[0], 20)
    assert await states(world, call, chat) == ["waiting", "assigned"]
    assert await load_of(world, agent_id) == 3

    for n, one in enumerate((held[1], held[2], chat)):
        await solved(world, one, 30 + n)
    assert await states(world, call) == ["assigned"]
    assert await load_of(world, agent_id) == 3


async def test_a_call_that_ends_makes_room_for_three_chats(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    await factories.agent(world, NOON, queues=[queue_id], capacity=3)
    (call,) = await come(world, queue_id, "phone")
    chats = await come(world, queue_id, *["webchat"] * 4, since=5)

    await solved(world, call, 20)

    assert await states(world, *chats) == ["assigned"] * 3 + ["waiting"]


async def test_what_is_the_visitors_turn_takes_nothing(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=3)
    held = await come(world, queue_id, *["webchat"] * 3)
    (call,) = await come(world, queue_id, "phone", since=5)

    for n, one in enumerate(held):
        await pausing.pend(
            world, after(10 + n), one.id, actor=f"user:{agent_id}", wake_at=after(900)
        )

    assert await states(world, *held, call) == ["pending"] * 3 + ["assigned"]


async def test_a_centre_may_let_agents_chat_beside_one_call(world: Conn) -> None:
    """Five units, three of them a call: with it two chats, without it five, and never two calls."""
    await factories.configured(world, capacity={"phone": 3, "webchat": 1})
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    await factories.agent(world, NOON, queues=[queue_id], capacity=5)

    found = await come(world, queue_id, "phone", "webchat", "phone", "webchat", "webchat")

    assert await states(world, *found) == [
        "assigned", "assigned", "waiting", "assigned", "waiting",
    ]  # fmt: skip


async def test_what_a_chat_takes_is_set_without_touching_calls(world: Conn) -> None:
    await factories.configured(world, capacity={"phone": 3, "webchat": 2})
    queue_id = await factories.queue(world, auto_accept=AT_ONCE)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=5)

    chat, second, third = await come(world, queue_id, *["webchat"] * 3)
    assert await states(world, chat, second, third) == ["assigned", "assigned", "waiting"]
    assert await load_of(world, agent_id) == 4
    await solved(world, chat, 10)  # the third has its room; then that of a call is free
    for n, one in enumerate((second, third)):
        await solved(world, one, 20 + n)
    (call,) = await come(world, queue_id, "phone", since=30)

    assert (call.weight, call.state, await load_of(world, agent_id)) == (3, "assigned", 3)


async def test_a_chat_rings_for_45_seconds_in_a_new_centre(world: Conn) -> None:
    queue_id = await world.fetchval("SELECT id FROM queue WHERE tier = 1 ORDER BY id LIMIT 1")
    agent_id = await factories.agent(world, NOON, queues=[queue_id], presence="offline")
    (chat,) = await come(world, queue_id, "webchat")
    await presence.change(world, after(1), agent_id, "available", None, actor="system")

    ringing = await offers.live(world, chat.id)

    assert ringing is not None
    assert (ringing.agent_id, ringing.expires_at) == (agent_id, after(1 + RINGS["webchat"]))
    assert RINGS["webchat"] == 45
