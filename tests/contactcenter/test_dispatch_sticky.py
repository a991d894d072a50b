"""A ticket that comes back is kept for who had it, as long as he is signed in and the time lasts."""

from datetime import datetime, timedelta

import asyncpg
import factories
import pytest
from noon import NOON, after

from contactcenter import offers, timers
from contactcenter.db import Conn
from contactcenter.dispatch import (
    arriving,
    ending,
    firing,
    holding,
    moving,
    overflowing,
    pausing,
    presence,
    seek,
    transferring,
)
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


@pytest.fixture
async def world(conn: asyncpg.Connection) -> Conn:
    await factories.prepare(conn)
    await factories.configured(conn, sticky={"window_s": {"sms": 100}, "forget_after_days": 14})
    return conn


async def given(conn: Conn, now: datetime, queue_id: int) -> Ticket:
    """A new ticket, which whoever is there gets at once."""
    ticket = await factories.queued_ticket(conn, now, queue_id=queue_id)
    return await seek.agent_for(conn, now, ticket)


async def come_back(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """The customer of a pending ticket writes."""
    pending = await tickets.lock(conn, ticket.id)
    return await pausing.resume(conn, now, pending, actor="customer", because="customer_wrote")


async def kept(conn: Conn, queue_id: int, *, presence: str = "available") -> tuple[int, Ticket]:
    """Somebody who is full, and a ticket that came back and is kept for him until 12:02:00."""
    holder = await factories.agent(conn, NOON, queues=[queue_id], capacity=1)
    ticket = await given(conn, NOON, queue_id)
    await pausing.pend(conn, after(10), ticket.id, actor="system", wake_at=None)
    other = await given(conn, after(11), queue_id)
    assert other.agent_id == holder
    if presence != "available":
        await conn.execute("UPDATE agent SET presence = $2 WHERE id = $1", holder, presence)
    return holder, await come_back(conn, after(20), ticket)


async def solve(conn: Conn, now: datetime, ticket_id: int) -> None:
    await ending.solve(
        conn, now, ticket_id, actor="system", disposition="solved", reopen_window_s=3600
    )


async def holder_of(conn: Conn, ticket_id: int) -> int | None:
    return (await tickets.find(conn, ticket_id)).agent_id


async def held_by(conn: Conn, agent_id: int) -> int:
    (ticket_id,) = await conn.fetchval(
        "SELECT array_agg(id) FROM ticket WHERE agent_id = $1", agent_id
    )
    return ticket_id


@pytest.mark.parametrize("where", ["available", "wrap_up"])
async def test_what_comes_back_to_a_full_agent_waits_for_him(world: Conn, where: str) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id, presence=where)
    idle = await factories.agent(world, after(21), queues=[queue_id], presence="offline")
    await presence.change(world, after(30), idle, "available", None, actor="system")
    ticket = await seek.agent_for(world, after(31), await tickets.lock(world, ticket.id))

    assert (ticket.state, ticket.sticky_agent_id) == ("waiting", holder)
    assert ticket.sticky_until == after(120)
    assert await timers.due_for_ticket(world, "sticky_end", ticket.id) == after(120)


async def test_he_takes_what_is_kept_for_him_before_what_has_waited_longer(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    older = await factories.queued_ticket(world, after(-500), queue_id=queue_id)
    await world.execute("UPDATE ticket SET state = 'new' WHERE id = $1", older.id)
    holder, ticket = await kept(world, queue_id)
    await world.execute("UPDATE ticket SET state = 'waiting' WHERE id = $1", older.id)

    await solve(world, after(40), await held_by(world, holder))

    assert await holder_of(world, ticket.id) == holder
    assert await holder_of(world, older.id) is None
    why = (await offers.of_ticket(world, ticket.id))[-1].why
    assert (why["decision"], why["sticky"]) == ("agent_looked_for_ticket", True)


async def test_the_end_of_the_window_lets_others_have_it(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    _, ticket = await kept(world, queue_id)
    idle = await factories.agent(world, after(21), queues=[queue_id])

    await firing.fire_due(world, after(119), at_most=10)
    before = await holder_of(world, ticket.id)
    await firing.fire_due(world, after(120), at_most=10)

    assert (before, await holder_of(world, ticket.id)) == (None, idle)


async def test_after_the_window_he_is_still_preferred(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id)
    await firing.fire_due(world, after(120), at_most=10)
    idle = await factories.agent(world, after(-900), queues=[queue_id])
    await world.execute("UPDATE membership SET level = 2 WHERE agent_id = $1", holder)
    await world.execute("UPDATE agent SET capacity = 3 WHERE id = $1", holder)

    ticket = await seek.agent_for(world, after(130), ticket)

    assert (ticket.agent_id, idle != holder) == (holder, True)
    why = (await offers.of_ticket(world, ticket.id))[-1].why
    assert (why["sticky"], why["next"]["behind_because"]) == (True, "sticky")


async def test_he_is_preferred_to_however_many_would_come_before_him(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id)
    await firing.fire_due(world, after(120), at_most=10)
    for n in range(10):
        await factories.agent(world, after(n), queues=[queue_id])
    await world.execute("UPDATE membership SET level = 2 WHERE agent_id = $1", holder)
    await world.execute("UPDATE agent SET capacity = 3 WHERE id = $1", holder)

    assert (await seek.agent_for(world, after(130), ticket)).agent_id == holder


async def test_who_is_not_there_keeps_nothing_until_he_is_back(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id, presence="away")
    assert (ticket.state, ticket.sticky_agent_id) == ("waiting", holder)
    await presence.change(world, after(30), holder, "available", None, actor="system")
    first = await factories.agent(world, after(31), queues=[queue_id], presence="offline")
    await presence.change(world, after(32), first, "available", None, actor="system")
    in_time = await holder_of(world, ticket.id)
    await world.execute("UPDATE agent SET presence = 'away' WHERE id = $1", holder)
    second = await factories.agent(world, after(32), queues=[queue_id], presence="offline")
    await presence.change(world, after(33), second, "available", None, actor="system")

    assert (in_time, await holder_of(world, ticket.id)) == (None, second)


async def test_being_away_lets_the_next_have_it_at_once(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id)
    first = await factories.agent(world, after(21), queues=[queue_id])
    in_time = await holder_of(world, ticket.id)

    await presence.change(world, after(33), holder, "away", "lunch", actor="system")

    assert (in_time, await holder_of(world, ticket.id)) == (None, first)


@pytest.mark.parametrize("where", ["away", "offline", "draining"])
async def test_what_was_kept_for_one_who_leaves_looks_again_smallest_rank_first(
    world: Conn, where: presence.Wanted
) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id)
    older = await factories.queued_ticket(world, after(-500), queue_id=queue_id)
    await world.execute(
        "UPDATE ticket SET sticky_agent_id = $2, sticky_until = $3 WHERE id = $1",
        older.id,
        holder,
        after(120),
    )
    idle = await factories.agent(world, after(21), queues=[queue_id], capacity=1)

    await presence.change(world, after(30), holder, where, "lunch", actor="system")

    assert await holder_of(world, older.id) == idle
    assert await holder_of(world, ticket.id) is None


async def test_the_second_miss_gives_up_what_was_kept(world: Conn) -> None:
    queue_id = await factories.queue(world, offer_timeout_s=30)
    misser = await factories.agent(world, NOON, queues=[queue_id], capacity=2)
    await world.execute("UPDATE agent SET misses = 1 WHERE id = $1", misser)
    heavy = await factories.queued_ticket(world, NOON, queue_id=queue_id, weight=2)
    await seek.agent_for(world, NOON, heavy)
    ticket = await factories.queued_ticket(world, after(1), queue_id=queue_id)
    await world.execute(
        "UPDATE ticket SET sticky_agent_id = $2, sticky_until = $3 WHERE id = $1",
        ticket.id,
        misser,
        after(120),
    )
    idle = await factories.agent(world, after(2), queues=[queue_id], capacity=1)

    await firing.fire_due(world, after(30), at_most=10)

    offer = await offers.live(world, ticket.id)
    assert offer is not None
    assert offer.agent_id == idle


async def test_a_reopened_ticket_waits_for_its_solver(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    solver = await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    ticket = await given(world, NOON, queue_id)
    await solve(world, after(10), ticket.id)
    await given(world, after(11), queue_id)
    await factories.agent(world, after(12), queues=[queue_id])
    solved = await tickets.lock(world, ticket.id)

    again = await ending.reopen(world, after(20), solved, actor="customer", because="wrote")

    assert (again.state, again.sticky_agent_id, again.sticky_until) == (
        "waiting",
        solver,
        after(120),
    )


async def test_a_solver_of_long_ago_is_forgotten(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    ticket = await given(world, NOON, queue_id)
    await solve(world, after(10), ticket.id)
    await given(world, after(11), queue_id)
    idle = await factories.agent(world, after(12), queues=[queue_id])
    solved = await tickets.lock(world, ticket.id)

    again = await ending.reopen(
        world, after(11) + timedelta(days=14), solved, actor="customer", because="wrote"
    )

    assert (again.agent_id, again.sticky_agent_id) == (idle, None)


async def test_a_channel_without_a_window_keeps_nothing(world: Conn) -> None:
    await factories.configured(world, sticky={"window_s": {"phone": 20}})
    queue_id = await factories.queue(world, auto_accept=["sms"])
    idle = await factories.agent(world, after(1), queues=[queue_id], presence="offline")
    _, ticket = await kept(world, queue_id)
    await presence.change(world, after(30), idle, "available", None, actor="system")

    assert ticket.sticky_agent_id is None
    assert await holder_of(world, ticket.id) == idle


async def test_nothing_is_kept_for_one_who_does_not_serve_the_queue(world: Conn) -> None:
    queue_id = await factories.queue(world)
    helper = await factories.agent(world, NOON, capacity=1)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await holding.give_to(world, NOON, ticket.id, helper, actor="user:1", note_id=None)
    await pausing.pend(world, after(1), ticket.id, actor="system", wake_at=None)
    await world.execute("UPDATE agent SET load = 1 WHERE id = $1", helper)

    again = await come_back(world, after(2), ticket)

    assert (again.state, again.sticky_agent_id) == ("waiting", None)


@pytest.mark.parametrize("how", ["escalated", "transferred", "overflowed", "solved", "spam"])
async def test_a_ticket_that_moves_on_is_kept_for_nobody(world: Conn, how: str) -> None:
    upper = await factories.queue(world, tier=2)
    queue_id = await factories.queue(world, auto_accept=["sms"], escalate_to_id=upper)
    sideways = await factories.queue(world)
    holder, ticket = await kept(world, queue_id)
    match how:
        case "escalated":
            ticket = await moving.escalate(world, after(30), ticket, "agent", actor="user:1")
        case "transferred":
            ticket = await transferring.transfer(
                world, after(30), ticket, sideways, actor="user:1", note_id=None
            )
        case "overflowed":
            await world.execute(
                "UPDATE ticket SET overflow = $2 WHERE id = $1", ticket.id, [[1, sideways]]
            )
            await overflowing.step(world, after(30), ticket.id)
        case "solved":
            await presence.change(world, after(30), holder, "away", "lunch", actor="system")
            another = await factories.agent(world, NOON, queues=[queue_id])
            await holding.claim(world, after(30), ticket.id, another)
            await solve(world, after(31), ticket.id)
        case _:
            await ending.mark_spam(world, after(30), ticket.id, actor="system")

    ticket = await tickets.find(world, ticket.id)
    assert (ticket.sticky_agent_id, ticket.sticky_until) == (None, None)
    assert await timers.due_for_ticket(world, "sticky_end", ticket.id) is None


async def test_a_customers_answer_keeps_his_ticket_for_the_agent_he_wrote_to(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder = await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    ticket = await given(world, NOON, queue_id)
    await pausing.pend(world, after(10), ticket.id, actor="system", wake_at=None)
    await given(world, after(11), queue_id)
    await factories.agent(world, after(12), queues=[queue_id])
    message_id = await factories.interaction(world, after(20), ticket_id=ticket.id, body="Yes.")
    finding = arriving.Finding(
        ticket_id=ticket.id,
        interaction_ids=[message_id],
        received_at=after(20),
        temperament="unknown",
        language="en",
        subject="Yes.",
        queue_id=queue_id,
    )

    await arriving.route(world, after(21), finding)

    waiting = await tickets.find(world, ticket.id)
    assert (waiting.state, waiting.sticky_agent_id) == ("waiting", holder)


async def test_who_signs_on_when_the_window_ends_may_have_it(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    _, ticket = await kept(world, queue_id)
    found = []
    for second in (119, 120):
        idle = await factories.agent(world, NOON, queues=[queue_id], presence="offline")
        await presence.change(world, after(second), idle, "available", None, actor="system")
        found.append(await holder_of(world, ticket.id))

    assert found == [None, idle]


async def test_what_was_kept_until_this_very_instant_looks_when_he_leaves(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    holder, ticket = await kept(world, queue_id)
    idle = await factories.agent(world, after(21), queues=[queue_id])

    await presence.change(world, after(120), holder, "away", "lunch", actor="system")

    assert await holder_of(world, ticket.id) == idle
