"""What is kept of a decision, so that it can be explained later as it was."""

from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import tickets
from contactcenter.db import Conn
from contactcenter.dispatch import holding, presence, seek

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> Conn:
    await factories.prepare(conn)
    return conn


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
