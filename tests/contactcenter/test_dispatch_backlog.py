"""Time is behind: what people do is done to what stands there, and the late timers find it so."""

from datetime import datetime

import factories
import pytest
from noon import NOON, after

from contactcenter import agents, offers, timers
from contactcenter.db import Conn
from contactcenter.dispatch import firing, holding, presence, seek
from contactcenter.dispatch.refusals import OfferNotYours
from contactcenter.tickets import tickets


async def ringing(conn: Conn) -> tuple[int, int]:
    """An agent, and a ticket that rings at him until a minute past noon."""
    queue_id = await factories.queue(conn)
    agent_id = await factories.agent(conn, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(conn, NOON, queue_id=queue_id)
    await seek.agent_for(conn, NOON, ticket)
    return agent_id, ticket.id


async def overdue(conn: Conn, now: datetime) -> int:
    return await conn.fetchval("SELECT count(*) FROM timer WHERE due_at <= $1", now)


async def test_what_still_rings_may_be_taken_although_its_time_is_over(world: Conn) -> None:
    agent_id, ticket_id = await ringing(world)

    ticket = await holding.accept(world, after(90), ticket_id, agent_id)
    left = await overdue(world, after(90))
    fired = await firing.fire_due(world, after(90), at_most=10)

    assert (ticket.state, ticket.agent_id, left, fired) == ("assigned", agent_id, 0, 0)
    agent = await agents.find(world, agent_id)
    assert (agent.misses, agent.load) == (0, 1)
    offer = await offers.live(world, ticket_id)
    assert offer is not None
    assert (offer.state, offer.answered_at) == ("accepted", after(90))


async def test_who_declines_late_has_missed_nothing(world: Conn) -> None:
    agent_id, ticket_id = await ringing(world)

    await holding.decline(world, after(90), ticket_id, agent_id)
    fired = await firing.fire_due(world, after(90), at_most=10)

    assert (fired, (await agents.find(world, agent_id)).misses) == (0, 0)
    assert await timers.due_for_ticket(world, "offer_expiry", ticket_id) is None


async def test_what_was_taken_back_is_not_taken_any_more(world: Conn) -> None:
    agent_id, ticket_id = await ringing(world)
    await firing.fire_due(world, after(90), at_most=10)

    with pytest.raises(OfferNotYours, match="is expired"):
        await holding.accept(world, after(90), ticket_id, agent_id)


@pytest.mark.parametrize("wanted", ["available", "away", "offline"])
async def test_who_goes_before_his_late_wrap_up_ends_stays_where_he_went(
    world: Conn, wanted: presence.Wanted
) -> None:
    agent_id = await factories.agent(world, NOON, presence="wrap_up")
    await timers.set_for_agent(world, "wrap_up_end", agent_id, after(30))

    await presence.change(world, after(90), agent_id, wanted, "lunch", actor="system")
    await firing.fire_due(world, after(90), at_most=10)

    assert (await agents.find(world, agent_id)).presence == wanted
    told = await world.fetchval("SELECT count(*) FROM event WHERE kind = 'presence_changed'")
    assert told == 1


async def test_a_ticket_does_not_ring_at_one_whose_wrap_up_should_have_ended_until_it_does(
    world: Conn,
) -> None:
    queue_id = await factories.queue(world)
    agent_id = await factories.agent(world, NOON, presence="wrap_up", queues=[queue_id])
    await timers.set_for_agent(world, "wrap_up_end", agent_id, after(30))
    ticket = await factories.queued_ticket(world, after(60), queue_id=queue_id)

    before = await seek.agent_for(world, after(60), ticket)
    await firing.fire_due(world, after(60), at_most=10)

    offer = await offers.live(world, ticket.id)
    assert (before.state, offer is not None and offer.agent_id) == ("waiting", agent_id)


async def test_what_time_has_allowed_is_allowed_although_its_timer_is_late(world: Conn) -> None:
    queue_id = await factories.queue(world)
    helper = await factories.agent(world, NOON, presence="offline")
    await factories.join_queue(world, helper, queue_id, delay_s=30)
    declined = await factories.agent(world, NOON, queues=[queue_id])
    first = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, first)
    await holding.decline(world, after(1), first.id, declined)

    await presence.change(world, after(90), helper, "available", None, actor="system")

    offer = await offers.live(world, first.id)
    assert offer is not None
    assert offer.agent_id == helper
    await firing.fire_due(world, after(90), at_most=10)
    assert (await offers.live(world, first.id)) == offer


async def test_who_is_given_a_ticket_before_its_late_overflow_keeps_it(world: Conn) -> None:
    queue_id, other = (
        await factories.queue(world, auto_accept=["sms"]),
        await factories.queue(world),
    )
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await world.execute("UPDATE ticket SET overflow = $2 WHERE id = $1", ticket.id, [[30, other]])
    await timers.set_for_ticket(world, "overflow", ticket.id, after(30))
    agent_id = await factories.agent(world, NOON, presence="offline", queues=[queue_id])

    await presence.change(world, after(90), agent_id, "available", None, actor="system")
    await firing.fire_due(world, after(90), at_most=10)

    kept = await tickets.find(world, ticket.id)
    assert (kept.queue_id, kept.agent_id, kept.overflow) == (queue_id, agent_id, [])
