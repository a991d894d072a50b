"""Where the code above failed, the database refuses: each wall is run into on purpose."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import factories
import pytest

from contactcenter import turns
from contactcenter.db import Conn
from contactcenter.outbound import outbox
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket
from contactcenter.turns import NewOffer, Turn

NOW = datetime.now(UTC)
CAPACITY = 3


@pytest.fixture
async def world(conn: Conn) -> Conn:
    await factories.prepare(conn)
    return conn


async def held(conn: Conn) -> tuple[Ticket, int]:
    """A ticket that waits, and somebody who could take it."""
    queue_id = await factories.queue(conn)
    agent_id = await factories.agent(conn, NOW, queues=[queue_id], capacity=CAPACITY)
    return await factories.queued_ticket(conn, NOW, queue_id=queue_id), agent_id


async def fill_above_capacity(conn: Conn) -> None:
    _, agent_id = await held(conn)
    await conn.execute("UPDATE agent SET load = capacity + 1 WHERE id = $1", agent_id)


async def offer_twice(conn: Conn) -> None:
    ticket, agent_id = await held(conn)
    for _ in range(2):
        event = tickets.fact(ticket, "ticket_offered", NOW, "system")
        offer = NewOffer(agent_id=agent_id, expires_at=NOW, why={})
        await turns.make(conn, Turn(ticket=ticket, event=event, offer=offer))


async def open_two_legs(conn: Conn) -> None:
    ticket, _ = await held(conn)
    event = tickets.fact(ticket, "ticket_released", NOW, "system")
    await turns.make(conn, Turn(ticket=ticket, event=event, leg_begins_at=NOW))


async def be_there_twice(conn: Conn) -> None:
    _, agent_id = await held(conn)
    await conn.execute(
        "INSERT INTO presence_interval (agent_id, presence, from_at) VALUES ($1, 'away', $2)",
        agent_id,
        NOW,
    )


async def wait_with_a_holder(conn: Conn) -> None:
    ticket, agent_id = await held(conn)
    await conn.execute("UPDATE ticket SET agent_id = $2 WHERE id = $1", ticket.id, agent_id)


async def leave_triage_without_a_queue(conn: Conn) -> None:
    ticket, _ = await held(conn)
    await conn.execute("UPDATE ticket SET queue_id = NULL WHERE id = $1", ticket.id)


async def have_two_problems_at_one_entry(conn: Conn) -> None:
    ticket, _ = await held(conn)
    await tickets.open_by_us(
        conn,
        NOW,
        contact_id=ticket.contact_id,
        channel="sms",
        entry_point_id=None,
        intake_queue_id=ticket.intake_queue_id,
        subject="again",
        team_ids=[],
    )


async def give_one_address_to_two(conn: Conn) -> None:
    for _ in range(2):
        await factories.contact(conn, phone="+989121112233")


async def send_one_attempt_twice(conn: Conn) -> None:
    ticket, agent_id = await held(conn)
    for _ in range(2):
        interaction_id = await factories.reply(conn, NOW, ticket.id, agent_id)
        await outbox.enqueue(conn, NOW, interaction_id, conversation="c", correlation_id="one")


@pytest.mark.parametrize(
    ("wall", "attempt"),
    [
        ("agent_is_never_above_capacity", fill_above_capacity),
        ("offer_one_live_per_ticket", offer_twice),
        ("leg_one_open_per_ticket", open_two_legs),
        ("presence_interval_one_open", be_there_twice),
        ("ticket_has_an_agent_exactly_while_one_holds_it", wait_with_a_holder),
        ("ticket_is_in_a_queue_once_it_is_triaged", leave_triage_without_a_queue),
        ("ticket_one_unsolved_per_contact_and_intake_queue", have_two_problems_at_one_entry),
        ("identity_belongs_to_one_contact", give_one_address_to_two),
        ("outbox_correlation_is_unique", send_one_attempt_twice),
    ],
)
async def test_the_database_refuses(
    world: Conn, wall: str, attempt: Callable[[Conn], Awaitable[None]]
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await attempt(world)

    assert refused.value.constraint_name == wall
