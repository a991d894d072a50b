"""The time a tier has to solve a ticket; it does not run while it is not the tier's turn."""

from datetime import datetime, timedelta

import msgspec

from contactcenter import timers
from contactcenter.db import Conn
from contactcenter.queues import Queue
from contactcenter.tickets import Ticket
from routing import escalation


async def start(conn: Conn, now: datetime, ticket: Ticket, queue: Queue) -> None:
    """From now on the tier has its time, if it is limited."""
    if queue.escalate_after_s is None:
        await timers.clear_for_ticket(conn, "escalation", ticket.id)
    else:
        due_at = now + timedelta(seconds=queue.escalate_after_s)
        await timers.set_for_ticket(conn, "escalation", ticket.id, due_at)


async def stop(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """Keep what is left of the time on the ticket. Not saved yet."""
    due_at = await timers.due_for_ticket(conn, "escalation", ticket.id)
    if due_at is None:
        return ticket
    await timers.clear_for_ticket(conn, "escalation", ticket.id)
    left_s = max(escalation.LEAST_LEFT_S, int((due_at - now).total_seconds()))
    return msgspec.structs.replace(ticket, escalation_left_s=left_s)


async def go_on(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """Let what was left run again; nothing happens where the clock was not stopped."""
    if ticket.escalation_left_s is None:
        return ticket
    due_at = now + timedelta(seconds=ticket.escalation_left_s)
    await timers.set_for_ticket(conn, "escalation", ticket.id, due_at)
    return msgspec.structs.replace(ticket, escalation_left_s=None)
