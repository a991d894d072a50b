"""What time brings: due timers, fired under the routing lock, earliest first, each once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from contactcenter import db, logs, offers, timers
from contactcenter.db import Conn
from contactcenter.dispatch import (
    delays,
    ending,
    escalating,
    holding,
    opening,
    overflowing,
    pausing,
    presence,
    promises,
    returning,
    seek,
)
from contactcenter.dispatch.connection import apart, raises
from contactcenter.feedback import follow_ups
from contactcenter.tickets import ticket_credits, tickets
from contactcenter.timers import Timer

_TRY_AGAIN_AFTER: Final = timedelta(seconds=60)

log = structlog.get_logger()

Fire = Callable[[Conn, datetime, Timer], Awaitable[None]]


async def fire_due(conn: Conn, now: datetime, *, at_most: int) -> int:
    """Fire what is due, each in a savepoint of its own; returns how many there were.

    Each is asked for when the one before it has fired, which may have set others or cleared them.
    A timer that cannot be fired is reported and tried again later: it is not lost, and it does
    not stop the timers behind it.
    """
    for fired in range(at_most):
        timer = await timers.due(conn, now)
        if timer is None:
            return fired
        try:
            async with apart(conn):
                if await timers.taken(conn, timer):
                    await _FIRE[timer.kind](conn, now, timer)
                    await seek.catch_up(conn, now)
                    await promises.catch_up(conn, now)
        except Exception as error:
            if db.is_unreachable(error) or raises(conn):
                raise
            log.exception("timer_failed", kind=timer.kind, exc_info=logs.unquoted(error))
            await timers.postpone(conn, timer, now + _TRY_AGAIN_AFTER)
    return at_most


async def _offer_expiry(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    await holding.expire(conn, now, timer.ticket_id)


async def _look_again(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    ticket = await tickets.lock(conn, timer.ticket_id)
    if timer.kind == "exclusion_end" and timer.agent_id is not None:
        await offers.end_exclusion(conn, ticket.id, timer.agent_id)
    if ticket.state == "waiting":
        await seek.agent_for(conn, now, ticket)


async def _delay_step(conn: Conn, now: datetime, timer: Timer) -> None:
    if timer.ticket_id is not None:
        await _look_again(conn, now, timer)
        return
    assert timer.queue_id is not None
    after_id = int(timer.key.rpartition(":")[2])
    await delays.go_through(conn, timer.due_at, timer.queue_id, after_id)


async def _overflow(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    await overflowing.step(conn, now, timer.ticket_id)


async def _escalation(conn: Conn, now: datetime, timer: Timer) -> None:
    if timer.ticket_id is None:
        assert timer.queue_id is not None
        after_id = int(timer.key.rpartition(":")[2])
        await escalating.go_through(conn, now, timer.queue_id, after_id)
        return
    ticket = await tickets.lock(conn, timer.ticket_id)
    await escalating.look(conn, now, ticket)


async def _return_due(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    await returning.return_if_due(conn, now, timer.ticket_id)


async def _queue_hours(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.queue_id is not None
    await opening.look(conn, now, timer.queue_id)


async def _wake_up(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    ticket = await tickets.lock(conn, timer.ticket_id)
    if ticket.state in ("pending", "on_hold"):
        await pausing.resume(conn, now, ticket, actor="system", because="wake_up")


async def _wrap_up_end(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.agent_id is not None
    await presence.end_wrap_up(conn, now, timer.agent_id, actor="system")


async def _reopen_end(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    await ending.close(conn, now, timer.ticket_id)


async def _credit_check(conn: Conn, now: datetime, timer: Timer) -> None:
    assert timer.ticket_id is not None
    ticket = await tickets.lock(conn, timer.ticket_id)
    await ticket_credits.refresh(conn, now, [ticket.contact_id], actor="system")


async def _follow_up_due(conn: Conn, now: datetime, timer: Timer) -> None:
    await follow_ups.come_due(conn, now, int(timer.key))


_FIRE: Final[Mapping[str, Fire]] = {
    "offer_expiry": _offer_expiry,
    "delay_step": _delay_step,
    "exclusion_end": _look_again,
    "sticky_end": _look_again,
    "overflow": _overflow,
    "return_due": _return_due,
    "queue_hours": _queue_hours,
    "escalation": _escalation,
    "escalation_check": _escalation,
    "sla_warning": promises.come_due,
    "sla_due": promises.come_due,
    "sla_share": promises.reach_share,
    "sla_recount": promises.recount,
    "sla_unsent": promises.promise_again,
    "wake_up": _wake_up,
    "wrap_up_end": _wrap_up_end,
    "reopen_end": _reopen_end,
    "follow_up_due": _follow_up_due,
    "credit_check": _credit_check,
}
