"""Calls for tests of routing: rows as the provider's hooks would have left them."""

from datetime import datetime
from typing import Any

import factories

from contactcenter.db import Conn
from contactcenter.dispatch import arriving, calling
from contactcenter.dispatch.arriving import Finding
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


async def telephone(conn: Conn, agent_id: int) -> int:
    """The agent has a telephone from now on."""
    await conn.execute(
        "UPDATE agent SET phone_address = '+4930' || (1000000 + id) WHERE id = $1", agent_id
    )
    return agent_id


async def phone_agent(conn: Conn, now: datetime, *queues: int, **other: Any) -> int:
    """Somebody at his desk, with a telephone."""
    return await telephone(conn, await factories.agent(conn, now, queues=queues, **other))


async def begun(
    conn: Conn, now: datetime, *, queue_id: int, ticket_id: int | None = None
) -> tuple[int, Finding]:
    """A caller who has gone through the menu and waits on the line; triage has not seen him."""
    entry_point_id = await factories.entry_point(conn, queue_id=queue_id, channel="phone")
    if ticket_id is None:
        contact_id = await factories.contact(conn)
        ticket_id = await conn.fetchval(
            "INSERT INTO ticket (contact_id, channel, entry_point_id, intake_queue_id, state,"
            " opened_at, enqueued_at, subject)"
            " VALUES ($1, 'phone', $2, $3, 'new', $4, $4, '') RETURNING id",
            contact_id,
            entry_point_id,
            queue_id,
            now,
        )
    contact_id = await conn.fetchval("SELECT contact_id FROM ticket WHERE id = $1", ticket_id)
    identity_id = await conn.fetchval("SELECT id FROM identity WHERE contact_id = $1", contact_id)
    interaction_id = await conn.fetchval(
        "INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel,"
        " direction, kind, body, state, occurred_at, received_at)"
        " VALUES ($1, $2, $3, $4, 'phone', 'inbound', 'call', '', 'received', $5, $5)"
        " RETURNING id",
        contact_id,
        ticket_id,
        entry_point_id,
        identity_id,
        now,
    )
    call_id = await conn.fetchval(
        "INSERT INTO call (entry_point_id, direction, address_kind, address, contact_id,"
        " ticket_id, interaction_id, state, parked_in, began_at, parked_at)"
        " VALUES ($1, 'inbound', 'phone', '+989120000000', $2, $3, $4, 'waiting', 'QU1', $5, $5)"
        " RETURNING id",
        entry_point_id,
        contact_id,
        ticket_id,
        interaction_id,
        now,
    )
    await conn.execute(
        "INSERT INTO call_leg (call_id, party, address, purpose, external_id, state, began_at)"
        " VALUES ($1, 'customer', '+989120000000', 'customer', 'CA-customer-' || $1::bigint, 'answered', $2)",
        call_id,
        now,
    )
    finding = Finding(
        ticket_id=ticket_id,
        interaction_ids=[interaction_id],
        received_at=now,
        temperament="unknown",
        language=None,
        subject="A call",
        queue_id=queue_id,
        call_id=call_id,
    )
    return call_id, finding


async def waiting_call(
    conn: Conn, now: datetime, *, queue_id: int, ticket_id: int | None = None
) -> tuple[int, Ticket]:
    """A caller whom routing knows."""
    call_id, finding = await begun(conn, now, queue_id=queue_id, ticket_id=ticket_id)
    await arriving.route(conn, now, finding)
    return call_id, await tickets.find(conn, finding.ticket_id)


async def rung(conn: Conn, agent_id: int) -> int:
    """The telephone of the agent that rings, or talks."""
    return await conn.fetchval(
        "SELECT id FROM call_leg WHERE user_id = $1 AND ended_at IS NULL", agent_id
    )


async def dialled(conn: Conn, leg_id: int, state: str = "ringing") -> int:
    """The provider has begun with it."""
    await conn.execute(
        "UPDATE call_leg SET state = $2, external_id = coalesce(external_id, 'CA-' || id)"
        " WHERE id = $1",
        leg_id,
        state,
    )
    await conn.execute(
        "UPDATE call_command SET state = 'done', done_at = created_at"
        " WHERE leg_id = $1 AND verb IN ('offer', 'add')",
        leg_id,
    )
    return leg_id


async def joined(conn: Conn, now: datetime, leg_id: int) -> None:
    """It is in the room."""
    await conn.execute(
        "UPDATE call_leg SET state = 'joined', joined_at = coalesce(joined_at, $2),"
        " external_id = coalesce(external_id, 'CA-' || id) WHERE id = $1",
        leg_id,
        now,
    )


async def met(conn: Conn, at: datetime, call_id: int, leg_id: int, *, now: datetime) -> None:
    """Customer and agent talk since ``at``, as the provider tells ``now``; routing follows."""
    await joined(conn, at, leg_id)
    await joined(conn, at, await customer_of(conn, call_id))
    await conn.execute(
        "UPDATE call SET answered_at = coalesce(answered_at, $2) WHERE id = $1", call_id, at
    )
    await calling.follow(conn, now, call_id)


async def ended(
    conn: Conn, now: datetime, call_id: int, leg_id: int, reason: str = "completed"
) -> None:
    """It hung up, or never answered; routing follows."""
    await conn.execute(
        "UPDATE call_leg SET state = 'ended', ended_at = $2, end_reason = $3 WHERE id = $1",
        leg_id,
        now,
        reason,
    )
    await calling.follow(conn, now, call_id)


async def over(conn: Conn, now: datetime, call_id: int, outcome: str = "answered") -> None:
    """Everybody has hung up; routing follows."""
    await conn.execute(
        "UPDATE call_leg SET state = 'ended', ended_at = $2, end_reason = 'completed'"
        " WHERE call_id = $1 AND ended_at IS NULL",
        call_id,
        now,
    )
    await conn.execute(
        "UPDATE call SET state = 'ended', ended_at = $2, outcome = $3 WHERE id = $1",
        call_id,
        now,
        outcome,
    )
    await calling.follow(conn, now, call_id)


async def customer_of(conn: Conn, call_id: int) -> int:
    """The customer's telephone."""
    return await conn.fetchval(
        "SELECT id FROM call_leg WHERE call_id = $1 AND party = 'customer'", call_id
    )


async def asked_for(conn: Conn, call_id: int) -> list[str]:
    """What the provider is to do, in order."""
    rows = await conn.fetch(
        "SELECT verb FROM call_command WHERE call_id = $1 AND state <> 'refused' ORDER BY id",
        call_id,
    )
    return [row["verb"] for row in rows]
