"""The time a tier has to solve a ticket; it does not run while it is not the tier's turn."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from contactcenter import calendars, timers
from contactcenter.db import Conn
from contactcenter.dispatch import rule_book
from contactcenter.dispatch.connection import rules_of
from contactcenter.queues import Queue
from contactcenter.rules import Rules
from contactcenter.tickets.tickets import Ticket
from routing import calendars as hours
from routing import escalation

#: What a turn of the ticket sets or clears: see ``tickets.turn``.
Waits = Mapping[timers.Kind, datetime | None]


def whole(now: datetime, queue: Queue, rules: Rules, ticket: Ticket) -> Waits:
    """From now on the tier has its time: when the rules are first asked, if ever."""
    return {
        "escalation": rule_book.first_look(
            now, queue, rules, reopens=ticket.reopens, escalations=ticket.escalations
        )
    }


def whole_s(now: datetime, queue: Queue, rules: Rules, ticket: Ticket) -> int | None:
    """The same as what is left while the clock does not run."""
    due_at = whole(now, queue, rules, ticket)["escalation"]
    return None if due_at is None else int((due_at - now).total_seconds())


async def ask_soon(conn: Conn, now: datetime, ticket_id: int, leaf: str) -> None:
    """Something has happened that a configured rule may rest on: it is asked in a moment."""
    if rule_book.is_asked(await rules_of(conn), {leaf}):
        await timers.set_for_ticket(conn, "escalation_check", ticket_id, now)


async def stop(conn: Conn, now: datetime, ticket: Ticket) -> tuple[Ticket, Waits]:
    """Keep what is left of the time on the ticket, in open seconds.

    Configured rules rest on more than time: they are asked soon after it goes on.
    """
    left_s = escalation.LEAST_LEFT_S
    if not (await rules_of(conn)).escalation:
        due_at = await timers.due_for_ticket(conn, "escalation", ticket.id)
        if due_at is None or ticket.queue_id is None:
            return ticket, {}
        left = hours.business_time(await calendars.of_queue(conn, ticket.queue_id), now, due_at)
        left_s = max(left_s, int(left.total_seconds()))
    return msgspec.structs.replace(ticket, escalation_left_s=left_s), {"escalation": None}


def go_on(now: datetime, ticket: Ticket) -> tuple[Ticket, Waits]:
    """Let what was left run again; nothing happens where the clock was not stopped."""
    if ticket.escalation_left_s is None:
        return ticket, {}
    due_at = now + timedelta(seconds=ticket.escalation_left_s)
    return msgspec.structs.replace(ticket, escalation_left_s=None), {"escalation": due_at}
