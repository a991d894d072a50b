"""How a ticket pauses and goes on: pending, on hold, resumed."""

from datetime import datetime

import msgspec

from contactcenter import agents, turns
from contactcenter.db import Conn
from contactcenter.dispatch import keeping, seek, tier_clock
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.holding import let_go, waiting_again
from contactcenter.dispatch.refusals import check, check_not_talking
from contactcenter.errors import BadInput
from contactcenter.queues import Queue
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn


async def pend(
    conn: Conn, now: datetime, ticket_id: int, *, actor: str, wake_at: datetime | None
) -> Ticket:
    """It is the customer's turn: the holder stays accountable but is free for other work."""
    ticket = await tickets.lock(conn, ticket_id)
    state = check(ticket, "pend")
    check_not_talking(ticket)
    ticket = msgspec.structs.replace(ticket, state=state, wake_at=wake_at, hold_reason=None)
    return await _pause(conn, now, ticket, "ticket_pending", actor=actor)


async def hold(
    conn: Conn, now: datetime, ticket_id: int, *, actor: str, reason: str, wake_at: datetime
) -> Ticket:
    """It waits for us, until a date and for a reason; the holder stays accountable."""
    ticket = await tickets.lock(conn, ticket_id)
    state = check(ticket, "hold")
    check_not_talking(ticket)
    ticket = msgspec.structs.replace(ticket, state=state, wake_at=wake_at, hold_reason=reason)
    return await _pause(conn, now, ticket, "ticket_held", actor=actor)


async def resume(conn: Conn, now: datetime, ticket: Ticket, *, actor: str, because: str) -> Ticket:
    """Go on: with the holder if he is there and has room; else it waits, kept for him a while."""
    check(ticket, "resume")
    assert ticket.agent_id is not None
    holder = await agents.lock(conn, ticket.agent_id)
    is_there = holder.presence in ("available", "wrap_up", "draining") and holder.enabled
    if is_there and not ticket.needs_phone and holder.capacity - holder.load >= ticket.weight:
        why = {"decision": "resumed_with_holder", "because": because}
        ticket = (await seek.assign(conn, now, ticket, holder.id, why, actor=actor)).ticket
        resumed = fact(ticket, "ticket_resumed", now, actor, because=because)
        turned = await turns.make(conn, Turn(ticket=ticket, event=resumed))  # a second version
        return turned.ticket
    ticket, waits = waiting_again(now, ticket)
    ticket, kept = await keeping.keep_for(conn, now, ticket, holder.id)
    resumed = fact(ticket, "ticket_resumed", now, actor, agent_id=holder.id, because=because)
    turn = Turn(
        ticket=ticket,
        event=resumed,
        leg_ended_by="released",
        leg_begins_at=now,
        waits={**waits, **kept},
    )
    return await seek.agent_for(conn, now, (await turns.make(conn, turn)).ticket)


async def begin_held(
    conn: Conn, now: datetime, ticket: Ticket, queue: Queue, agent_id: int, *, actor: str
) -> Ticket:
    """A ticket we open by writing first: its author holds it, and it is the customer's turn.

    It takes no capacity, as no pending ticket does, and the tier's time begins when it goes on.
    """
    ticket = seek.queue_for_ticket(queue, ticket)
    ticket = msgspec.structs.replace(
        ticket,
        state="pending",
        agent_id=agent_id,
        escalation_left_s=tier_clock.whole_s(now, queue, await rules_of(conn), ticket),
    )
    held = fact(
        ticket,
        "ticket_assigned",
        now,
        actor,
        waited_s=0.0,
        temperament=ticket.temperament,
        why={"decision": "wrote_first"},
    )
    ticket = (await turns.make(conn, Turn(ticket=ticket, event=held, leg_begins_at=now))).ticket
    pending = fact(ticket, "ticket_pending", now, actor, wake_at=None)
    turned = await turns.make(conn, Turn(ticket=ticket, event=pending))  # a second version
    return turned.ticket


async def _pause(conn: Conn, now: datetime, ticket: Ticket, kind: str, *, actor: str) -> Ticket:
    """Save a ticket whose clock stands still from now on; its holder looks for other work."""
    if ticket.wake_at is not None and ticket.wake_at <= now:
        raise BadInput("body.wake_at", "the date to wake up must lie in the future")
    ticket, waits = await tier_clock.stop(conn, now, ticket)
    paused = fact(ticket, kind, now, actor, wake_at=ticket.wake_at)
    turn = Turn(ticket=ticket, event=paused, waits={**waits, "wake_up": ticket.wake_at})
    turned = await let_go(conn, now, turn)
    if turned.freed is not None:
        await seek.tickets_for(conn, now, turned.freed.agent_id)
    return turned.ticket
