"""What happened on a call, as events: who waits, who talks, and that it is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from channels import CallEvent
from contactcenter import db, events
from contactcenter.calls import standing
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call
from contactcenter.db import Conn
from contactcenter.events import Event

_SQL = db.Statements(__name__)
_tell = _SQL.command("tell")


async def began(conn: Conn, now: datetime, call: Call) -> None:
    """A customer called, or is to be called."""
    await _record(conn, _fact(now, call, "call_began", call_id=call.id, direction=call.direction))


async def waiting(conn: Conn, now: datetime, call: Call) -> None:
    """A caller left the menu and waits for somebody."""
    await _record(conn, _fact(now, call, "call_waiting", call_id=call.id, queue_id=call.queue_id))


async def tell(
    conn: Conn,
    now: datetime,
    before: Call,
    after: Call,
    *,
    legs: Sequence[CallLeg],
    fresh: Sequence[CallEvent],
) -> None:
    """What is news of a call that was counted anew."""
    told = []
    if before.answered_at is None and after.answered_at is not None:
        waited = after.answered_at - (after.parked_at or after.began_at)
        told.append(
            _fact(
                now,
                after,
                "call_connected",
                call_id=after.id,
                waited_s=int(waited.total_seconds()),
                user_id=_first_agent(legs),
            )
        )
    customer = standing.customer_of(legs)
    his = [e.kind for e in fresh if customer is not None and e.leg == customer.external_id]
    if "held" in his:
        told.append(_fact(now, after, "call_held", call_id=after.id))
    if "unheld" in his:
        told.append(_fact(now, after, "call_resumed", call_id=after.id))
    told += _ended(now, before, after)
    await _record(conn, *told)


def _first_agent(legs: Sequence[CallLeg]) -> int | None:
    came = [leg for leg in legs if leg.party == "agent" and leg.joined_at is not None]
    return min(came, key=lambda leg: (leg.joined_at, leg.id)).user_id if came else None


def _ended(now: datetime, before: Call, after: Call) -> list[events.Event]:
    """That it is over, or has other figures since; with the seconds of each agent, for reports."""
    call_id, outcome = after.id, after.outcome
    agents: dict[str, Any] = (after.account or {}).get("agents", {})
    if after.is_over and not before.is_over:
        return [_fact(now, after, "call_ended", call_id=call_id, outcome=outcome, agents=agents)]
    if before.is_over and _figures(before) != _figures(after):
        return [
            _fact(now, after, "call_corrected", call_id=call_id, outcome=outcome, agents=agents)
        ]
    return []


def _figures(call: Call) -> tuple[Any, ...]:
    return call.outcome, call.began_at, call.answered_at, call.ended_at, call.account


def _fact(now: datetime, call: Call, kind: str, **data: Any) -> Event:
    return Event(
        kind=kind,
        at=now,
        actor="customer" if kind in ("call_began", "call_waiting") else "system",
        ticket_id=call.ticket_id,
        contact_id=call.contact_id,
        data=data,
    )


async def _record(conn: Conn, *facts: Event) -> None:
    """Tell those who may read the call's ticket."""
    if not facts:
        return
    for fact in facts:
        events.check(fact)
    await _tell.run(
        conn,
        facts[0].at,
        facts[0].ticket_id,
        facts[0].contact_id,
        [one.kind for one in facts],
        [one.actor for one in facts],
        [msgspec.json.encode(one.data).decode() for one in facts],
    )
