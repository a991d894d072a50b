"""What waits too long goes to the next queue; who leaves before that is not solved by anybody."""

from datetime import datetime

import factories
import pytest
from noon import NOON, after

from contactcenter import agents, offers, timers
from contactcenter.db import Conn
from contactcenter.dispatch import ending, firing, holding, moving, refusals, seek, transferring
from contactcenter.measuring import Ask, measured
from contactcenter.reporting import kept_facts
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


async def chained(conn: Conn, *, channels: str = "{}") -> tuple[int, int, int]:
    """Three queues: what waits in the first goes to the second after 40 s, to the third after 80."""
    first, second, third = [await factories.queue(conn, tier=n) for n in (1, 2, 2)]
    for after_s, to_id in ((80, third), (40, second)):
        await conn.execute(
            "INSERT INTO overflow_step (queue_id, after_s, to_queue_id, channels)"
            " VALUES ($1, $2, $3, $4::text::text[])",
            first,
            after_s,
            to_id,
            channels,
        )
    return first, second, third


async def legs_of(conn: Conn, ticket_id: int) -> list[tuple[int, str | None]]:
    rows = await conn.fetch(
        "SELECT queue_id, ended_by FROM leg WHERE ticket_id = $1 ORDER BY id", ticket_id
    )
    return [tuple(row) for row in rows]


async def overflow_of(conn: Conn, ticket_id: int) -> tuple[list[list[int]], datetime | None]:
    ticket = await tickets.find(conn, ticket_id)
    return ticket.overflow, await timers.due_for_ticket(conn, "overflow", ticket_id)


async def test_what_still_waits_goes_on_as_old_as_it_is(world: Conn) -> None:
    first, second, third = await chained(world)
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)
    assert await overflow_of(world, ticket.id) == ([[40, second], [80, third]], after(40))

    await firing.fire_due(world, after(39), at_most=10)
    before = await tickets.find(world, ticket.id)
    await firing.fire_due(world, after(40), at_most=10)

    moved = await tickets.find(world, ticket.id)
    assert (before.queue_id, moved.queue_id, moved.tier) == (first, second, 2)
    assert (moved.state, moved.enqueued_at) == ("waiting", NOON)
    assert await legs_of(world, ticket.id) == [(first, "overflowed"), (second, None)]
    assert await overflow_of(world, ticket.id) == ([[80, third]], after(80))
    told = await world.fetchrow(
        "SELECT version, data ->> 'from_queue_id' AS left FROM event"
        " WHERE ticket_id = $1 AND kind = 'ticket_overflowed'",
        ticket.id,
    )
    assert tuple(told) == (moved.version, str(first))


async def test_where_it_goes_it_looks_at_once(world: Conn) -> None:
    first, second, _ = await chained(world)
    helper = await factories.agent(world, NOON, queues=[second])
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)

    await firing.fire_due(world, after(40), at_most=10)

    offer = await offers.live(world, ticket.id)
    assert offer is not None
    assert offer.agent_id == helper


async def test_a_step_that_time_has_overtaken_is_due_at_once(world: Conn) -> None:
    first, _, third = await chained(world)
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)

    await firing.fire_due(world, after(200), at_most=10)

    assert (await tickets.find(world, ticket.id)).queue_id == third
    assert await overflow_of(world, ticket.id) == ([], None)


@pytest.mark.parametrize("holds", [False, True])
async def test_for_what_rings_or_is_held_a_step_is_past(world: Conn, holds: bool) -> None:
    first, _, third = await chained(world)
    agent_id = await factories.agent(world, NOON, queues=[first])
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)
    await seek.agent_for(world, after(30), ticket)
    if holds:
        await holding.accept(world, after(31), ticket.id, agent_id)

    await firing.fire_due(world, after(40), at_most=10)
    during = await tickets.find(world, ticket.id)
    left = await overflow_of(world, ticket.id)
    await world.execute("UPDATE agent SET presence = 'away' WHERE id = $1", agent_id)
    if holds:
        await holding.release(world, after(50), ticket.id, actor="user:1", reason="break")
    await firing.fire_due(world, after(100), at_most=10)

    assert (during.queue_id, left) == (first, ([[80, third]], after(80)))
    assert (await tickets.find(world, ticket.id)).queue_id == (third if holds else first)


async def test_a_step_to_an_archived_queue_is_past(world: Conn) -> None:
    first, second, third = await chained(world)
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)
    await world.execute("UPDATE queue SET archived_at = $2 WHERE id = $1", second, NOON)

    await firing.fire_due(world, after(40), at_most=10)
    before = await tickets.find(world, ticket.id)
    await firing.fire_due(world, after(80), at_most=10)

    assert (before.queue_id, before.overflow) == (first, [[80, third]])
    assert (await tickets.find(world, ticket.id)).queue_id == third


async def test_a_chain_is_of_some_channels_only(world: Conn) -> None:
    first, second, third = await chained(world, channels="{phone}")
    call = await factories.queued_ticket(world, NOON, queue_id=first, channel="phone")
    text = await factories.queued_ticket(world, NOON, queue_id=first)

    assert (await overflow_of(world, call.id))[0] == [[40, second], [80, third]]
    assert await overflow_of(world, text.id) == ([], None)


@pytest.mark.parametrize("how", ["escalated", "transferred", "solved", "abandoned"])
async def test_a_ticket_that_moves_on_forgets_its_chain(world: Conn, how: str) -> None:
    first, second, third = await chained(world)
    sideways = await factories.queue(world)
    agent_id = await factories.agent(world, NOON, capacity=5)
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)
    match how:
        case "escalated":
            await moving.escalate(world, after(5), ticket, "agent", actor="user:1", queue_id=third)
        case "transferred":
            await transferring.transfer(
                world, after(5), ticket, sideways, actor="user:1", note_id=None
            )
        case "solved":
            await holding.give_to(
                world, after(5), ticket.id, agent_id, actor="user:1", note_id=None
            )
            await ending.solve(
                world, after(6), ticket.id, actor="system", disposition="solved", reopen_window_s=9
            )
        case _:
            await ending.abandon(world, after(5), ticket.id)

    assert await overflow_of(world, ticket.id) == ([], None)
    assert second != (await tickets.find(world, ticket.id)).queue_id


async def test_a_reopened_ticket_has_the_chain_of_its_queue_again(world: Conn) -> None:
    first, second, third = await chained(world)
    agent_id = await factories.agent(world, NOON)
    ticket = await factories.queued_ticket(world, NOON, queue_id=first)
    await holding.give_to(world, after(5), ticket.id, agent_id, actor="user:1", note_id=None)
    await ending.solve(
        world, after(6), ticket.id, actor="system", disposition="solved", reopen_window_s=900
    )
    solved = await tickets.lock(world, ticket.id)

    await ending.reopen(world, after(500), solved, actor="customer", because="wrote")

    assert await overflow_of(world, ticket.id) == ([[40, second], [80, third]], after(540))


# Who leaves ---------------------------------------------------------------------------------------


async def left(conn: Conn, *, rings: bool) -> tuple[int, Ticket, Ticket]:
    """Somebody with room for one, and a customer who leaves, waiting or ringing; another waits."""
    queue_id = await factories.queue(conn)
    agent_id = await factories.agent(conn, NOON, queues=[queue_id], capacity=1)
    tickets_ = [
        await factories.queued_ticket(conn, after(n), queue_id=queue_id, channel="phone", weight=1)
        for n in range(2)
    ]
    if not rings:
        await conn.execute("UPDATE agent SET presence = 'away' WHERE id = $1", agent_id)
    await seek.agent_for(conn, after(5), tickets_[0])
    return agent_id, await ending.abandon(conn, after(9), tickets_[0].id), tickets_[1]


@pytest.mark.parametrize("rings", [False, True])
async def test_who_left_is_nobodys_solution(world: Conn, rings: bool) -> None:
    _, gone, _ = await left(world, rings=rings)

    assert (gone.state, gone.abandoned_at, gone.closed_at) == ("closed", after(9), after(9))
    assert (gone.solved_at, gone.solved_by_id, gone.agent_id) == (None, None, None)
    assert [ended for _, ended in await legs_of(world, gone.id)] == ["abandoned"]
    live = await world.fetch("SELECT kind FROM timer WHERE ticket_id = $1", gone.id)
    assert live == []
    facts = await kept_facts.tell(world, [gone.id])
    [solved] = measured(facts, Ask(metric="solved", from_at=NOON, to_at=after(60)))
    assert solved.n == 0


async def test_an_agent_it_rang_at_looks_for_other_work(world: Conn) -> None:
    agent_id, _, other = await left(world, rings=True)

    offer = await offers.live(world, other.id)
    assert offer is not None
    assert offer.agent_id == agent_id
    assert (await agents.find(world, agent_id)).idle_since == after(9)


async def test_who_has_been_answered_cannot_be_abandoned(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)

    with pytest.raises(refusals.Refused, match="waiting"):
        await ending.abandon(world, after(1), ticket.id)


async def test_an_abandoned_ticket_that_is_reopened_is_not_abandoned_any_more(world: Conn) -> None:
    _, gone, _ = await left(world, rings=False)

    again = await ending.reopen(world, after(60), gone, actor="user:1", because="agent")

    assert (again.state, again.abandoned_at, again.sticky_agent_id) == ("waiting", None, None)
