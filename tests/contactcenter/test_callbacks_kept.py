"""Callbacks: who asks for one keeps his place, an agent is asked, then he is dialled."""

import call_world
import factories
import pytest
from noon import NOON, after

from contactcenter import agents
from contactcenter.db import Conn
from contactcenter.dispatch import answering, calling, calling_back, ending, firing, presence
from contactcenter.dispatch.calling_back import AGAIN_AFTER_S, ATTEMPTS, CallbackOver
from contactcenter.tickets import tickets


async def promised(world: Conn, **agent: object) -> tuple[int, int, int, int]:
    """Somebody asked for it at noon + 30 and hung up: queue, agent, callback and ticket."""
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id, presence="away", **agent)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    callback_id = await calling_back.promise(world, after(30), call_id)
    assert callback_id is not None
    await call_world.over(world, after(35), call_id, "callback")
    return queue_id, agent_id, callback_id, ticket.id


async def taken(world: Conn, agent_id: int, seconds: float) -> tuple[int, int]:
    """The agent's telephone rings for it, he presses the key and is in the room: call and leg."""
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    call_id = await world.fetchval("SELECT call_id FROM call_leg WHERE id = $1", leg_id)
    assert await answering.press(world, after(seconds), leg_id, "1") == "join"
    await call_world.joined(world, after(seconds), leg_id)
    await calling.follow(world, after(seconds), call_id)
    return call_id, leg_id


async def no_answer(world: Conn, call_id: int, seconds: float) -> None:
    """The customer does not pick up: nobody is left of the call but the agent."""
    customer = await call_world.customer_of(world, call_id)
    await call_world.dialled(world, customer)
    await world.execute(
        "UPDATE call_leg SET state = 'ended', ended_at = $2, end_reason = 'no_answer' WHERE id = $1",
        customer,
        after(seconds),
    )
    await call_world.over(world, after(seconds), call_id, "failed")


async def callback(world: Conn, callback_id: int) -> tuple[str, int, str | None]:
    row = await world.fetchrow(
        "SELECT state, attempts, ended_because FROM callback WHERE id = $1", callback_id
    )
    return tuple(row)


async def told_of(conn: Conn, callback_id: int) -> list[tuple[str, str | None]]:
    """What the feed was told of it, in order."""
    rows = await conn.fetch(
        "SELECT data ->> 'callback_state' AS state, data ->> 'because' AS because FROM event"
        " WHERE kind = 'callback_changed' AND (data ->> 'callback_id')::bigint = $1 ORDER BY id",
        callback_id,
    )
    return [(row["state"], row["because"]) for row in rows]


async def notes(conn: Conn, ticket_id: int) -> list[str]:
    rows = await conn.fetch(
        "SELECT body FROM interaction WHERE ticket_id = $1 AND kind = 'note' ORDER BY id", ticket_id
    )
    return [row["body"] for row in rows]


async def test_who_is_called_back_keeps_his_place_in_line(world: Conn) -> None:
    queue_id, agent_id, _, ticket_id = await promised(world)
    _, behind = await call_world.waiting_call(world, after(10), queue_id=queue_id)
    ticket = await tickets.find(world, ticket_id)
    assert (ticket.state, ticket.enqueued_at, ticket.needs_phone, ticket.live_call_id) == (
        "waiting",
        NOON,
        True,
        None,
    )

    await presence.change(world, after(60), agent_id, "available", None, actor="system")

    states = [(await tickets.find(world, one)).state for one in (ticket_id, behind.id)]
    assert states == ["offered", "waiting"]
    row = await world.fetchrow(
        "SELECT c.direction, c.state, l.purpose FROM call c JOIN call_leg l ON l.call_id = c.id"
        " WHERE c.callback_id IS NOT NULL"
    )
    assert tuple(row) == ("outbound", "dialling", "callback")


async def test_the_customer_is_dialled_when_the_agent_is_there_and_the_promise_is_kept(
    world: Conn,
) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    call_id, leg_id = await taken(world, agent_id, 70)
    assert await call_world.asked_for(world, call_id) == ["offer", "offer"]
    customer = await call_world.customer_of(world, call_id)
    assert await world.fetchval("SELECT address FROM call_leg WHERE id = $1", customer) == (
        "+989120000000"
    )

    await call_world.joined(world, after(80), customer)
    await call_world.over(world, after(200), call_id)

    assert await callback(world, callback_id) == ("kept", 1, "answered")
    ticket = await tickets.find(world, ticket_id)
    assert (ticket.state, ticket.agent_id, ticket.needs_phone) == ("assigned", agent_id, False)
    assert (await agents.find(world, agent_id)).presence == "wrap_up"
    assert leg_id


async def test_who_is_still_on_the_line_is_not_dialled_yet(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id, presence="away")
    asking, _ = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    await calling_back.promise(world, after(30), asking)
    await presence.change(world, after(31), agent_id, "available", None, actor="system")
    call_id, _ = await taken(world, agent_id, 33)
    assert await call_world.asked_for(world, call_id) == ["offer"]

    await call_world.over(world, after(40), asking, "callback")

    assert await call_world.asked_for(world, call_id) == ["offer", "offer"]


async def test_who_does_not_answer_is_called_again_and_in_the_end_given_up(world: Conn) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    at = 60.0
    for attempt in range(1, ATTEMPTS + 1):
        call_id, _ = await taken(world, agent_id, at + 5)
        await no_answer(world, call_id, at + 40)
        ticket = await tickets.find(world, ticket_id)
        if attempt < ATTEMPTS:
            assert (ticket.state, ticket.agent_id) == ("pending", agent_id)
            assert await callback(world, callback_id) == ("waiting", attempt, None)
            assert (await agents.find(world, agent_id)).load == 0
            await presence.end_wrap_up(world, after(at + 50), agent_id, actor="system")
            at += 40 + AGAIN_AFTER_S
            while await firing.fire_due(world, after(at), at_most=32):
                pass
    assert await callback(world, callback_id) == ("unanswered", ATTEMPTS, "no_answer")
    [note] = await notes(world, ticket_id)
    assert note.startswith(f"Called back {ATTEMPTS} times; the customer did not answer.")
    assert (ticket.state, ticket.needs_phone) == ("assigned", False)


async def test_who_may_not_be_called_is_given_up_at_once_and_it_is_written_down(
    world: Conn,
) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    call_id, _ = await taken(world, agent_id, 65)

    customer = await call_world.customer_of(world, call_id)
    await call_world.ended(world, after(66), call_id, customer, "not_allowed")

    assert (await callback(world, callback_id))[::2] == ("unanswered", "not_allowed")
    [note] = await notes(world, ticket_id)
    assert "not allowed" in note
    assert (await tickets.find(world, ticket_id)).agent_id == agent_id


async def test_an_agent_who_misses_it_leaves_it_in_line(world: Conn) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    call_id = await world.fetchval("SELECT call_id FROM call_leg WHERE id = $1", leg_id)

    await world.execute(
        "UPDATE call_leg SET state = 'ended', ended_at = $2, end_reason = 'no_answer' WHERE id = $1",
        leg_id,
        after(80),
    )
    await call_world.over(world, after(80), call_id, "failed")

    ticket = await tickets.find(world, ticket_id)
    assert (ticket.state, ticket.needs_phone, ticket.live_call_id) == ("waiting", True, None)
    assert (await agents.find(world, agent_id)).misses == 1
    assert await callback(world, callback_id) == ("waiting", 0, None)
    while await firing.fire_due(world, after(140), at_most=32):
        pass
    assert (await tickets.find(world, ticket_id)).state == "offered", "asked again, in a new call"


async def test_who_hangs_up_before_the_customer_was_dialled_is_not_left_with_it(
    world: Conn,
) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    call_id = await world.fetchval("SELECT call_id FROM call_leg WHERE id = $1", leg_id)
    await answering.press(world, after(65), leg_id, "1")

    await call_world.over(world, after(66), call_id, "failed")

    assert (await tickets.find(world, ticket_id)).state == "offered"
    assert await callback(world, callback_id) == ("calling", 0, None)
    assert await call_world.rung(world, agent_id) != leg_id


async def test_a_customer_who_calls_again_takes_his_kept_place(world: Conn) -> None:
    queue_id, _, callback_id, ticket_id = await promised(world)

    again, ticket = await call_world.waiting_call(
        world, after(90), queue_id=queue_id, ticket_id=ticket_id
    )

    assert await callback(world, callback_id) == ("cancelled", 0, "called_again")
    assert (ticket.live_call_id, ticket.enqueued_at, ticket.state) == (again, NOON, "waiting")


async def test_what_is_cancelled_waits_like_any_other_ticket(world: Conn) -> None:
    queue_id, agent_id, callback_id, ticket_id = await promised(world)
    desk = await factories.agent(world, NOON, queues=[queue_id])

    await calling_back.cancel(world, after(90), callback_id, actor="user:1")

    ticket = await tickets.find(world, ticket_id)
    assert (ticket.state, ticket.needs_phone) == ("offered", False)
    assert await world.fetchval("SELECT agent_id FROM offer WHERE state = 'pending'") == desk
    with pytest.raises(CallbackOver):
        await calling_back.cancel(world, after(91), callback_id, actor="user:1")
    told = await world.fetch(
        "SELECT data->>'callback_state' FROM event WHERE kind = 'callback_changed'"
    )
    assert [row[0] for row in told] == ["waiting", "cancelled"]
    assert agent_id


async def test_what_is_solved_calls_nobody_back(world: Conn) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    call_id, _ = await taken(world, agent_id, 65)
    await no_answer(world, call_id, 100)

    await ending.solve(
        world, after(110), ticket_id, actor="x", disposition="solved", reopen_window_s=60
    )

    assert await callback(world, callback_id) == ("cancelled", 1, "solved")
    assert await told_of(world, callback_id) == [("waiting", None), ("cancelled", "solved")]
    assert not (await tickets.find(world, ticket_id)).needs_phone


async def test_who_asks_before_his_ticket_has_a_queue_is_lined_up(world: Conn) -> None:
    queue_id = await factories.queue(world)
    await call_world.phone_agent(world, NOON, queue_id)
    call_id, finding = await call_world.begun(world, NOON, queue_id=queue_id)
    await calling_back.promise(world, after(1), call_id)
    await call_world.over(world, after(2), call_id, "callback")

    await call_world.arriving.route(world, after(3), finding)

    ticket = await tickets.find(world, finding.ticket_id)
    assert (ticket.state, ticket.needs_phone, ticket.weight) == ("offered", True, 3)


async def test_who_asks_twice_is_told_the_same(world: Conn) -> None:
    _, agent_id, callback_id, ticket_id = await promised(world)
    asked_in = await world.fetchval("SELECT asked_in_call_id FROM callback")
    await presence.change(world, after(60), agent_id, "available", None, actor="system")
    assert (await tickets.find(world, ticket_id)).live_call_id not in (None, asked_in)

    assert await calling_back.promise(world, after(61), asked_in) == callback_id
    assert await world.fetchval("SELECT count(*) FROM callback") == 1


async def test_who_hides_his_number_cannot_be_called_back(world: Conn) -> None:
    queue_id = await factories.queue(world)
    call_id, _ = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    await world.execute("UPDATE call SET address_kind = 'withheld' WHERE id = $1", call_id)

    assert await calling_back.promise(world, after(5), call_id) is None
    assert not await world.fetch("SELECT FROM callback")


async def test_a_callback_that_rings_stops_when_its_caller_asks_for_it_while_he_is_offered(
    world: Conn,
) -> None:
    """Somebody was just being rung for the caller: he is rung for the callback instead."""
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    former = await call_world.dialled(world, await call_world.rung(world, agent_id))

    await calling_back.promise(world, after(5), call_id)
    assert await call_world.asked_for(world, call_id) == ["offer", "hang_up"]
    assert (await tickets.find(world, ticket.id)).state == "waiting", "his telephone is in use"
    await call_world.over(world, after(8), call_id, "callback")

    assert (await tickets.find(world, ticket.id)).state == "offered"
    assert await call_world.rung(world, agent_id) != former
    assert (await agents.find(world, agent_id)).misses == 0
