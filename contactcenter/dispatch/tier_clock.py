"""The time a tier has to solve a ticket; it does not run while it is not the tier's turn."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from contactcenter import timers
from contactcenter.db import Conn
from contactcenter.queues import Queue
from contactcenter.tickets import Ticket
from routing import escalation

#: What a turn of the ticket sets or clears: see ``tickets.turn``.
Waits = Mapping[timers.Kind, datetime | None]


def whole(now: datetime, queue: Queue) -> Waits:
    """From now on the tier has its time, if it is limited."""
    if queue.escalate_after_s is None:
        return {"escalation": None}
    return {"escalation": now + timedelta(seconds=queue.escalate_after_s)}


async def stop(conn: Conn, now: datetime, ticket: Ticket) -> tuple[Ticket, Waits]:
    """Keep what is left of the time on the ticket."""
    due_at = await timers.due_for_ticket(conn, "escalation", ticket.id)
    if due_at is None:
        return ticket, {}
    left_s = max(escalation.LEAST_LEFT_S, int((due_at - now).total_seconds()))
    return msgspec.structs.replace(ticket, escalation_left_s=left_s), {"escalation": None}


def go_on(now: datetime, ticket: Ticket) -> tuple[Ticket, Waits]:
    """Let what was left run again; nothing happens where the clock was not stopped."""
    if ticket.escalation_left_s is None:
        return ticket, {}
    due_at = now + timedelta(seconds=ticket.escalation_left_s)
    return msgspec.structs.replace(ticket, escalation_left_s=None), {"escalation": due_at}
