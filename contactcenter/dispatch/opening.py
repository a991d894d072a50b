"""When queues open and close: what their calendars say is kept on them, by a timer each.

A closed queue hands out nothing, and that is all. Whatever may have changed its hours (what the
calendar says, or which one it goes by) sets the timer to now; so does a dispatcher that starts.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import calendars, db, events, timers
from contactcenter.db import Conn
from contactcenter.dispatch import seek
from contactcenter.events import Event
from contactcenter.tickets import tickets
from routing import calendars as hours

#: So many tickets are looked up together while a queue opens.
_AT_ONCE: Final = 100


class _Waiting(Struct, frozen=True, kw_only=True):
    ticket_id: int
    rank_us: int


_SQL = db.Statements(__name__)
_ask = _SQL.command("ask")
_ask_returns = _SQL.command("ask_returns")
_ask_escalations = _SQL.command("ask_escalations")
_set_open = _SQL.take("set_open", int)
_that_may_find_somebody = _SQL.take("that_may_find_somebody", _Waiting)


async def look(conn: Conn, now: datetime, queue_id: int) -> None:
    """Open or close a queue as its calendar says, and set when to look again."""
    calendar = await calendars.of_queue(conn, queue_id)
    is_open = hours.is_open(calendar, now)
    next_at = (hours.next_closing if is_open else hours.next_opening)(calendar, now)
    if next_at is not None:
        await timers.set_for_queue(conn, "queue_hours", queue_id, next_at)
    if not await _set_open.all(conn, queue_id, is_open):
        return
    data = {"queue_id": queue_id, "until": next_at}
    if not is_open:
        closed = Event(kind="queue_closed", at=now, actor="system", data=data)
        await events.record(conn, closed)
        return
    opened = Event(kind="queue_opened", at=now, actor="system", data=data)
    await events.record(conn, opened)
    await _all_look(conn, now, queue_id)


async def ask_all(conn: Conn, now: datetime) -> None:
    """Every queue is looked at soon, as when a dispatcher starts: zones have new rules at times."""
    await _ask.run(conn, now, None)


async def hours_changed(conn: Conn, now: datetime, calendar_id: int) -> None:
    """A calendar says something else: its queues are looked at soon, and what counts open time."""
    await _ask.run(conn, now, calendar_id)
    await _ask_returns.run(conn, now, calendar_id)
    await _ask_escalations.run(conn, now, calendar_id)


async def _all_look(conn: Conn, now: datetime, queue_id: int) -> None:
    """Every ticket of the queue looks, the smallest rank first; not those whom nobody has room for.

    Nobody gets more room meanwhile, so what was passed over need not be asked again.
    """
    await seek.catch_up(conn, now)
    rank_us, ticket_id = None, 0
    while found := await _that_may_find_somebody.all(
        conn, queue_id, now, rank_us, ticket_id, _AT_ONCE
    ):
        for one in found:
            await seek.agent_for(conn, now, await tickets.lock(conn, one.ticket_id))
        rank_us, ticket_id = found[-1].rank_us, found[-1].ticket_id
