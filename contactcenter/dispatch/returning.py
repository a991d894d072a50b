"""Tickets that were taken and not answered: after a while they go back, as old as they are.

A timer is set with every leg in a queue that has such a time, for the earliest instant it could be
over; with a calendar only open time counts, and whoever asks too early asks again. Where a queue
gets another time, the timers of what is held there are set anew.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from contactcenter import calendars, db, queues, timers
from contactcenter.db import Conn
from contactcenter.dispatch import holding
from contactcenter.tickets import tickets
from routing import calendars as hours


class _Leg(Struct, frozen=True, kw_only=True):
    from_at: datetime


_SQL = db.Statements(__name__)
_ask_all = _SQL.command("ask_all")
_ask_none = _SQL.command("ask_none")
_unanswered_leg = _SQL.take("unanswered_leg", _Leg)


async def return_if_due(conn: Conn, now: datetime, ticket_id: int) -> None:
    """Give a held ticket back if nobody has written to the customer since this leg began."""
    ticket = await tickets.lock(conn, ticket_id)
    if ticket.live_call_id is not None:  # they talk
        return
    leg = await _unanswered_leg.first(conn, ticket_id)
    if leg is None or ticket.queue_id is None or ticket.agent_id is None:
        return
    queue = await queues.find(conn, ticket.queue_id)
    if queue.return_after_s is None:
        return
    calendar = await calendars.of_queue(conn, queue.id)
    try:
        due_at = hours.instant_after(calendar, leg.from_at, timedelta(seconds=queue.return_after_s))
    except hours.NeverOpens:
        return
    if due_at > now:
        await timers.set_for_ticket(conn, "return_due", ticket_id, due_at)
        return
    await holding.exclude(conn, now, ticket_id, ticket.agent_id)
    await holding.release(conn, now, ticket_id, actor="system", reason="no_reply")


async def time_changed(conn: Conn, now: datetime, queue_id: int) -> None:
    """The queue gives another time to answer, or none: that holds for what is held there, too."""
    queue = await queues.find(conn, queue_id)
    if queue.return_after_s is None:
        await _ask_none.run(conn, queue_id)
    else:
        await _ask_all.run(conn, now, queue_id)
