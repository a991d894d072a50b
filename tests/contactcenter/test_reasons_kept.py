"""What is kept of a decision, so that it can be explained later as it was."""

from datetime import datetime

import factories
import pytest
from noon import NOON, after

from contactcenter.db import Conn
from contactcenter.dispatch import holding, presence, seek
from contactcenter.tickets import tickets


async def latest(conn: Conn, ticket_id: int, kind: str) -> dict:
    return await conn.fetchval(
        "SELECT data FROM event WHERE ticket_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1",
        ticket_id,
        kind,
    )


@pytest.mark.parametrize("auto_accept", [[], ["sms"]])
async def test_an_offer_keeps_what_the_credit_was_made_of(
    world: Conn, auto_accept: list[str]
) -> None:
    queue_id = await factories.queue(world, auto_accept=auto_accept)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], presence="offline")
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await tickets.grant_credit(world, ticket, "escalated", 300)
    ticket = await tickets.save(world, await tickets.grant_credit(world, ticket, "reopened", 120))

    await presence.change(world, after(10), agent_id, "available", None, actor="system")

    kind = "ticket_assigned" if auto_accept else "ticket_offered"
    told = await latest(world, ticket.id, kind)
    kept = await world.fetchval("SELECT why FROM offer WHERE ticket_id = $1", ticket.id)
    assert told["why"]["credits"] == {"escalated": 300, "reopened": 120}
    assert told["why"]["score_s"] == 430
    assert told["why"] == kept


async def test_the_ticket_that_comes_next_may_stand_in_the_same_queue(world: Conn) -> None:
    first, other = await factories.queue(world), await factories.queue(world)
    oldest = await factories.queued_ticket(world, NOON, queue_id=first)
    second = await factories.queued_ticket(world, after(1), queue_id=first)
    await factories.queued_ticket(world, after(5), queue_id=other)
    agent_id = await factories.agent(
        world, NOON, queues=[first, other], capacity=1, presence="offline"
    )

    await presence.change(world, after(10), agent_id, "available", None, actor="system")

    why = (await latest(world, oldest.id, "ticket_offered"))["why"]
    assert why["next"] == {"ticket_id": second.id, "score_s": 9}


async def test_a_refusal_keeps_until_when_he_is_not_asked_again(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)

    await holding.decline(world, after(5), ticket.id, agent_id)

    told = await latest(world, ticket.id, "offer_declined")
    assert datetime.fromisoformat(told["excluded_until"]) == after(65)


async def test_who_was_there_and_could_not_have_it_is_kept_with_the_first_clause(
    world: Conn,
) -> None:
    queue_id = await factories.queue(world, offer_timeout_s=20)
    ann, full, away, declined = [
        await factories.agent(world, after(-9 + n), queues=[queue_id], capacity=1) for n in range(4)
    ]
    await factories.agent(world, NOON, queues=[queue_id], presence="offline")
    later = await factories.agent(world, NOON)
    await factories.join_queue(world, later, queue_id, level=2, delay_s=90)
    await world.execute("UPDATE agent SET load = 1 WHERE id = $1", full)
    await world.execute("UPDATE agent SET presence = 'away' WHERE id IN ($1, $2)", away, ann)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await world.execute("UPDATE agent SET presence = 'available' WHERE id = $1", ann)

    await holding.decline(world, after(5), ticket.id, declined)

    why = (await latest(world, ticket.id, "ticket_offered"))["why"]
    assert why["agent_id"] == ann
    kept = [
        (one["agent_id"], one["clause"], one["until"] and datetime.fromisoformat(one["until"]))
        for one in why["passed_over"]
    ]
    assert kept == [
        (full, "no_room", None),
        (away, "not_available", None),
        (declined, "excluded", after(65)),
        (later, "too_early", after(90)),
    ]
