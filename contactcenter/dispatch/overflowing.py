"""Overflow: a ticket that still waits after a time goes to another queue, as old as it is.

The chain of its queue is written on the ticket when it is queued; a configuration that changes
afterwards is not asked again.
"""

from datetime import datetime, timedelta

import msgspec

from contactcenter import db, queues, timers, turns
from contactcenter.db import Conn
from contactcenter.dispatch import keeping, seek, tier_clock
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.refusals import check
from contactcenter.dispatch.tier_clock import Waits
from contactcenter.queues import Queue
from contactcenter.rules import Rules
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn

_SQL = db.Statements(__name__)
_pass = _SQL.command("pass_step")


def with_chain(rules: Rules, now: datetime, ticket: Ticket) -> tuple[Ticket, Waits]:
    """The ticket with the chain of the queue it enters, and when the first step is due."""
    chain = [
        [step.after_s, step.to_queue_id]
        for step in rules.overflow
        if step.queue_id == ticket.queue_id
        and (not step.channels or ticket.channel in step.channels)
    ]
    ticket = msgspec.structs.replace(ticket, overflow=[*ticket.overflow, *chain])
    return ticket, {"overflow": _due_at(ticket, now)} if ticket.overflow else {}


async def step(conn: Conn, now: datetime, ticket_id: int) -> None:
    """The next step of the chain is due: what waits moves, for what rings or is held it is past.

    So is one that leads to a queue that has been archived since.
    """
    ticket = await tickets.lock(conn, ticket_id)
    if not ticket.overflow:
        return
    (_, queue_id), *left = ticket.overflow
    ticket = msgspec.structs.replace(ticket, overflow=left)
    queue = await queues.find(conn, queue_id)
    if ticket.state == "waiting" and queue.archived_at is None:
        ticket = await _move(conn, now, ticket, queue)
        await seek.agent_for(conn, now, ticket)
        return
    await _pass.run(conn, ticket.id)
    if left:
        await timers.set_for_ticket(conn, "overflow", ticket.id, _due_at(ticket, now))


async def _move(conn: Conn, now: datetime, ticket: Ticket, queue: Queue) -> Ticket:
    former_queue_id, former_tier = ticket.queue_id, ticket.tier
    ticket = msgspec.structs.replace(
        seek.queue_for_ticket(queue, ticket),
        state=check(ticket, "overflow"),
        escalation_left_s=None,
        **keeping.NOBODY,
    )
    moved = fact(
        ticket,
        "ticket_overflowed",
        now,
        "system",
        from_queue_id=former_queue_id,
        from_tier=former_tier,
        temperament=ticket.temperament,
    )
    waits = dict(tier_clock.whole(now, queue, await rules_of(conn), ticket))
    if ticket.overflow:
        waits["overflow"] = _due_at(ticket, now)
    turn = Turn(
        ticket=ticket, event=moved, leg_ended_by="overflowed", leg_begins_at=now, waits=waits
    )
    return (await turns.make(conn, turn)).ticket


def _due_at(ticket: Ticket, now: datetime) -> datetime:
    """When the next step is due; one that time has overtaken is due now."""
    after_s, _ = ticket.overflow[0]
    return max(ticket.enqueued_at + timedelta(seconds=after_s), now)
