"""What is promised, under the routing lock: settled once a hold; warned of, broken, counted again.

Whoever moves a ticket only notes that he did (``sla_clocks.note``): where nothing is promised that
costs nothing, and else two statements for all tickets of a hold.
"""

from datetime import datetime
from typing import Final

import msgspec

from contactcenter import events, timers
from contactcenter.db import Conn
from contactcenter.dispatch.connection import RoutingConnection, rules_of
from contactcenter.rules import Rules
from contactcenter.sla import sla, sla_clocks, sla_counting
from contactcenter.sla.sla_clocks import Row
from contactcenter.sla.sla_counting import Hours, Known, counted
from contactcenter.tickets import ticket_credits, tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.timers import Timer

#: The named reason for which a ticket at risk is served as if it had waited longer.
CREDIT: Final = "sla_burn"
#: So many tickets are counted again in one go when a calendar was written anew.
_AT_ONCE: Final = 100


async def catch_up(conn: Conn, now: datetime) -> None:
    """Settle the promises of all tickets to which something happened since the last time."""
    if type(conn) is not RoutingConnection or not conn.happened:
        return
    happened = dict(conn.happened)
    conn.happened.clear()
    in_force = await rules_of(conn)
    if not in_force.sla:  # what was promised before is kept all the same
        if conn.is_promised is None:
            conn.is_promised = await sla_clocks.is_promised(conn)
        if not conn.is_promised:
            return
    await sla.settle(conn, now, happened, in_force=in_force, known=conn.known)


async def come_due(conn: Conn, now: datetime, timer: Timer) -> None:
    """A clock is to be warned of, or its time is over, unless things have changed since.

    Its calendar may say otherwise by now: it is counted again before anything is said of it.
    """
    ticket, row = await _clock_of(conn, timer)
    if row is None:
        return
    in_force, known = await rules_of(conn), _known(conn)
    await known.read(conn, sla_counting.versions([row]))
    one = counted(now, row.clock, Hours.of(row, known), row.warned_at)
    is_warning = row.warned_at is None and one.warn_at is not None and one.warn_at <= now
    if is_warning:
        told = msgspec.structs.replace(row, due_at=one.due_at)
        await _warn(conn, now, ticket, told, in_force)
    await sla.count_again(conn, now, [row], in_force=in_force, known=known, is_warning=is_warning)


async def reach_share(conn: Conn, now: datetime, timer: Timer) -> None:
    """So much of a promise's time is gone that a rule of escalation asks for it."""
    ticket, row = await _clock_of(conn, timer)
    if row is None:
        return
    await timers.set_for_ticket(conn, "escalation_check", ticket.id, now)
    in_force, known = await rules_of(conn), _known(conn)
    await sla.count_again(conn, now, [row], in_force=in_force, known=known)  # and the next share


async def promise_again(conn: Conn, _now: datetime, timer: Timer) -> None:
    """A reply did not reach the customer: where he has no other, he waits again since then."""
    assert timer.ticket_id is not None
    await tickets.lock(conn, timer.ticket_id)
    if await sla_clocks.is_unanswered(conn, int(timer.key)):
        sla_clocks.note(conn, timer.ticket_id, heard_at=timer.due_at)


async def recount(conn: Conn, now: datetime, timer: Timer) -> None:
    """A calendar was written anew: the running clocks that go by it are due at another time.

    Some at a time, so that nobody waits for all of them; what is past does not move.
    """
    calendar_id = int(timer.key)
    found = await sla_clocks.counted_otherwise(conn, calendar_id, _AT_ONCE)
    if not found:
        return
    await tickets.lock_all(conn, found)
    rows = [
        row for row in await sla_clocks.open_of(conn, set(found)) if row.calendar_id == calendar_id
    ]
    in_force, known = await rules_of(conn), _known(conn)
    await sla.count_again(conn, now, rows, in_force=in_force, known=known)
    if len(found) == _AT_ONCE:
        await timers.set_for_calendar(conn, "sla_recount", calendar_id, now)


async def _clock_of(conn: Conn, timer: Timer) -> tuple[Ticket, Row | None]:
    """The ticket, locked, and the clock of a timer; None where it has ended."""
    assert timer.ticket_id is not None
    ticket = await tickets.lock(conn, timer.ticket_id)
    rows = await sla_clocks.open_of(conn, [ticket.id])
    return ticket, next((row for row in rows if str(row.id) == timer.key), None)


async def _warn(conn: Conn, now: datetime, ticket: Ticket, row: Row, in_force: Rules) -> None:
    """Tell of it, and let the ticket come sooner."""
    warned = fact(
        ticket,
        "sla_warned",
        now,
        "system",
        clock_id=row.id,
        metric=row.metric,
        policy=row.policy,
        target_s=row.target_s,
        due_at=row.due_at,
        configuration=in_force.version,
    )
    await events.record(conn, msgspec.structs.replace(warned, version=None))  # no change of the row
    credit_s = in_force.credit_s(CREDIT)
    if credit_s and not await _is_credited(conn, ticket):
        await ticket_credits.change(conn, now, ticket, grants={CREDIT: credit_s}, actor="system")


async def _is_credited(conn: Conn, ticket: Ticket) -> bool:
    """Whether another promise of this episode was at risk before."""
    return any(c.reason == CREDIT for c in await ticket_credits.of_ticket(conn, ticket.id))


def _known(conn: Conn) -> Known:
    return conn.known if type(conn) is RoutingConnection else Known()
