"""Who begins or ceases to serve a queue matters at once to what waits there."""

from datetime import datetime

import factories
import msgspec
import pytest
from noon import NOON, after

from contactcenter import offers, queues, timers
from contactcenter.activation.recording import recorded
from contactcenter.administration import agent_skills, staffing, team_queues
from contactcenter.administration.staffing import Membership
from contactcenter.db import Conn, Database
from contactcenter.dispatch import delays, firing, holding, presence, seek
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.queues import Terms
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


def terms(delay_s: int) -> Terms:
    return Terms(level=1, delay_s=delay_s, handicap_s=0, band=0)


async def put(conn: Conn, now: datetime, queue_id: int, agent_id: int, delay_s: int) -> None:
    queue = await queues.find(conn, queue_id)
    await staffing.put(conn, now, queue, agent_id, terms(delay_s), actor="system")


async def rings_at(conn: Conn, ticket_id: int) -> int | None:
    offer = await offers.live(conn, ticket_id)
    return offer.agent_id if offer is not None else None


async def step_of(conn: Conn, ticket_id: int) -> datetime | None:
    return await timers.due_for_ticket(conn, "delay_step", ticket_id)


async def test_a_helper_who_comes_later_is_asked_about_what_waits_already(world: Conn) -> None:
    queue_id = await factories.queue(world)
    helper = await factories.agent(world, NOON)
    waiting = [
        (await factories.queued_ticket(world, after(at), queue_id=queue_id)).id for at in (0, 50)
    ]

    await put(world, after(60), queue_id, helper, 100)
    await firing.fire_due(world, after(60), at_most=10)
    steps = [await step_of(world, ticket_id) for ticket_id in waiting]
    await firing.fire_due(world, after(100), at_most=10)
    found = [await rings_at(world, ticket_id) for ticket_id in waiting]

    assert steps == [after(100), after(150)]
    assert found == [helper, None]
    assert await world.fetchval("SELECT count(*) FROM timer WHERE queue_id IS NOT NULL") == 0


async def test_a_shorter_delay_counts_for_what_waits_and_a_longer_one_asks_nobody_early(
    world: Conn,
) -> None:
    queue_id = await factories.queue(world)
    helper = await factories.agent(world, NOON)
    await factories.join_queue(world, helper, queue_id, delay_s=600)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)

    await put(world, after(1), queue_id, helper, 100)
    await firing.fire_due(world, after(1), at_most=10)
    sooner = await step_of(world, ticket.id)
    await put(world, after(2), queue_id, helper, 200)
    await firing.fire_due(world, after(100), at_most=10)

    assert sooner == after(100)
    assert (await rings_at(world, ticket.id), await step_of(world, ticket.id)) == (None, after(200))
    await firing.fire_due(world, after(200), at_most=10)
    assert await rings_at(world, ticket.id) == helper


async def test_many_helpers_at_once_are_waited_for_by_the_first_who_may_be_asked(
    world: Conn,
) -> None:
    near, far = await factories.queue(world), await factories.queue(world)
    agent_ids = [await factories.agent(world, NOON, presence="offline") for _ in range(2)]
    waiting = [
        (await factories.queued_ticket(world, NOON, queue_id=queue_id)).id
        for queue_id in (near, far)
    ]

    given = [
        Membership(
            queue_id=queue_id, agent_id=agent_id, agent_name="", level=1, delay_s=delay_s,
            handicap_s=0, band=0, source="own",
        )
        for queue_id, agent_id, delay_s in (
            (near, agent_ids[0], 90), (near, agent_ids[1], 70), (far, agent_ids[0], 0),
        )
    ]  # fmt: skip
    await staffing.give_many(world, after(5), given, actor="system")
    await firing.fire_due(world, after(5), at_most=10)

    assert [await step_of(world, ticket_id) for ticket_id in waiting] == [after(70), None]


async def test_a_team_that_begins_to_serve_a_queue_is_waited_for(world: Conn) -> None:
    queue_id, team_id = await factories.queue(world), await factories.team(world)
    await factories.agent(world, NOON, teams=[team_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)

    async with recorded(world, after(5), actor="system"):
        await team_queues.put(
            world, after(5), team_id, await queues.find(world, queue_id), terms(80), actor="system"
        )
    await firing.fire_due(world, after(5), at_most=10)

    assert await step_of(world, ticket.id) == after(80)


async def test_a_long_queue_is_gone_through_in_parts(
    world: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delays, "_AT_ONCE", 2)
    queue_id = await factories.queue(world)
    helper = await factories.agent(world, NOON)
    waiting = [
        (await factories.queued_ticket(world, after(at), queue_id=queue_id)).id for at in range(5)
    ]

    await put(world, after(9), queue_id, helper, 100)
    await firing.fire_due(world, after(9), at_most=1)
    first = [await step_of(world, ticket_id) for ticket_id in waiting]
    await firing.fire_due(world, after(9), at_most=10)

    assert first == [after(100), after(101), None, None, None]
    assert [await step_of(world, ticket_id) for ticket_id in waiting] == [
        after(100 + at) for at in range(5)
    ]


async def test_what_rings_or_is_held_waits_for_no_helper(world: Conn) -> None:
    queue_id = await factories.queue(world)
    await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)

    await put(world, after(5), queue_id, await factories.agent(world, NOON), 100)
    await firing.fire_due(world, after(5), at_most=10)

    assert await step_of(world, ticket.id) is None


async def kept_for(conn: Conn, queue_id: int, agent_id: int, at: datetime) -> Ticket:
    """A ticket that waits, and is kept for somebody for ten minutes."""
    ticket = await factories.queued_ticket(conn, at, queue_id=queue_id)
    await conn.execute(
        "UPDATE ticket SET sticky_agent_id = $2, sticky_until = $3 WHERE id = $1",
        ticket.id,
        agent_id,
        after(600),
    )
    await timers.set_for_ticket(conn, "sticky_end", ticket.id, after(600))
    return await tickets.find(conn, ticket.id)


async def test_what_is_kept_for_one_who_leaves_the_queue_looks_smallest_rank_first(
    world: Conn,
) -> None:
    queue_id, elsewhere = await factories.queue(world), await factories.queue(world)
    former = await factories.agent(world, NOON, queues=[queue_id, elsewhere], presence="wrap_up")
    other = await factories.agent(world, NOON, queues=[queue_id, elsewhere], capacity=1)
    late = await kept_for(world, queue_id, former, after(9))
    early = await kept_for(world, queue_id, former, after(1))
    there = await kept_for(world, elsewhere, former, NOON)

    await staffing.remove(world, after(20), queue_id, former, actor="system")

    found = [await rings_at(world, one.id) for one in (early, late, there)]
    assert found == [other, None, None]
    assert (await tickets.find(world, late.id)).sticky_agent_id is None
    assert await timers.due_for_ticket(world, "sticky_end", late.id) is None
    assert (await tickets.find(world, there.id)).sticky_agent_id == former
    told = await world.fetchval(
        "SELECT data -> 'changed' FROM event WHERE kind = 'ticket_changed' AND ticket_id = $1",
        late.id,
    )
    assert told == {"sticky_agent_id": {"from": former, "to": None}}


async def test_what_rings_elsewhere_is_not_kept_for_one_who_left_when_it_comes_back(
    world: Conn,
) -> None:
    queue_id = await factories.queue(world)
    former = await factories.agent(world, NOON, queues=[queue_id], presence="away")
    asked = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await kept_for(world, queue_id, former, NOON)
    ticket = await seek.agent_for(world, after(1), ticket)
    await world.execute("UPDATE agent SET presence = 'wrap_up' WHERE id = $1", former)
    next_one = await factories.agent(world, NOON, presence="offline", queues=[queue_id])

    await staffing.remove(world, after(2), queue_id, former, actor="system")
    await presence.change(world, after(3), next_one, "available", None, actor="system")
    await holding.decline(world, after(4), ticket.id, asked)

    assert await rings_at(world, ticket.id) == next_one


async def test_what_is_kept_for_one_who_loses_a_skill_the_queue_asks_for_looks_at_once(
    world: Conn,
) -> None:
    queue_id, team_id = await factories.queue(world), await factories.team(world)
    await world.execute(
        "UPDATE queue SET requirements = $2 WHERE id = $1", queue_id, {"skill": {"tax": 1}}
    )
    former = await factories.agent(world, NOON, teams=[team_id], presence="wrap_up")
    knows = await agent_skills.find(world, former)
    taxes = msgspec.structs.replace(knows, skill={"tax": 1})
    queue = await queues.find(world, queue_id)
    async with recorded(world, after(1), actor="system"):
        await agent_skills.replace(world, after(1), knows, taxes, actor="system")
        await team_queues.put(world, after(1), team_id, queue, terms(0), actor="system")
    other = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await kept_for(world, queue_id, former, NOON)
    before = await seek.agent_for(world, after(2), ticket)

    async with recorded(world, after(3), actor="system"):
        await agent_skills.replace(world, after(3), taxes, knows, actor="system")

    assert (before.state, await rings_at(world, ticket.id)) == ("waiting", other)


async def test_what_is_kept_for_one_who_is_disabled_looks_at_once(world: Conn) -> None:
    queue_id = await factories.queue(world)
    former = await factories.agent(world, NOON, queues=[queue_id], presence="wrap_up")
    other = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await kept_for(world, queue_id, former, NOON)
    await world.execute("UPDATE user_account SET disabled_at = $2 WHERE id = $1", former, after(1))

    await presence.retire(world, after(1), former)

    assert await rings_at(world, ticket.id) == other


async def test_a_delay_that_is_over_before_its_queue_is_gone_through_is_not_lost(
    world: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delays, "_AT_ONCE", 1)
    queue_id = await factories.queue(world)
    helper = await factories.agent(world, NOON)
    waiting = [(await factories.queued_ticket(world, NOON, queue_id=queue_id)).id for _ in range(3)]

    await put(world, after(60), queue_id, helper, 100)
    await put(world, after(101), queue_id, await factories.agent(world, NOON, capacity=1), 900)
    await firing.fire_due(world, after(130), at_most=20)

    assert [await rings_at(world, ticket_id) for ticket_id in waiting] == [helper] * 3


async def test_what_rang_at_one_who_leaves_a_queue_is_offered_once(database: Database) -> None:
    """Whoever became free in the same change may take all of it when the first ticket looks."""
    async with database.transaction() as conn:
        now = await timers.clock(conn)
        queue_id = await factories.queue(conn)
        leaver = await factories.agent(conn, now, queues=[queue_id], capacity=2)
        rings = [await factories.queued_ticket(conn, now, queue_id=queue_id) for _ in range(2)]
        for ticket in rings:
            await seek.agent_for(conn, now, ticket)
        helper = await factories.agent(conn, now, queues=[queue_id], capacity=2)
        await conn.execute("UPDATE membership SET level = 2 WHERE agent_id = $1", helper)
        gainer = await factories.agent(conn, now, capacity=2)

    async def exchange(conn: Conn, now: datetime) -> None:
        await put(conn, now, queue_id, gainer, 0)
        await staffing.remove(conn, now, queue_id, leaver, actor="user:1")

    async with dispatching(database) as dispatcher:
        await dispatcher.submit(exchange)

    async with database.read() as conn:
        assert [await rings_at(conn, ticket.id) for ticket in rings] == [gainer, gainer]
