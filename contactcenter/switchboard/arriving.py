"""A call comes onto the timeline: when its caller begins to wait, or when he hung up before."""

from typing import Final

import asyncpg
import msgspec
from msgspec import Struct

from channels import Address, CallArrived, Inbound, Raw
from contactcenter import db
from contactcenter.calls import calls, telling
from contactcenter.calls.calls import Call
from contactcenter.switchboard.asked import Asked

#: How often somebody else may be faster with the same person before it is given up.
_TRIES: Final = 3


class _Door(Struct, frozen=True, kw_only=True):
    address: str
    is_taken: bool


_SQL = db.Statements(__name__)
_door = _SQL.take("door", _Door)


async def begin_waiting(asked: Asked, *, queue_id: int | None) -> Call:
    """Put a call onto the timeline, where triage finds it, with the queue its menu led to.

    Its ticket is the one its caller has at that queue, or a new one; one that another call waits
    with is left to that. Once a call: again it changes nothing. Returns the call as it is then.
    """
    call = asked.call
    assert call is not None, "nobody waits who does not call"
    if call.interaction_id is not None or call.is_over:
        return call
    for left in range(_TRIES - 1, -1, -1):
        try:
            async with asked.conn.transaction():
                call = await _arrive(asked, call, queue_id)
        except (asyncpg.SerializationError, asyncpg.UniqueViolationError):
            if not left:  # somebody was faster with the same person each time
                raise
        else:
            break
    await telling.waiting(asked.conn, asked.now, call)
    return call


async def _arrive(asked: Asked, call: Call, queue_id: int | None) -> Call:
    """One attempt: another call may take the ticket in this moment."""
    conn, now = asked.conn, asked.now
    door = await _door.one(conn, call.entry_point_id, call.address_kind, call.address)
    item = Inbound(
        channel=calls.CHANNEL,
        entry_point=door.address,
        sender=Address(kind=call.address_kind, value=call.address),
        text="",
        raw=Raw(body=b"", content_type="application/x-www-form-urlencoded"),
        external_id=f"call:{call.id}",
        occurred_at=call.began_at,
        call=CallArrived(call_id=call.id),
    )
    arrived = await asked.enter(conn, now, item, kept_as=asked.delivery_id, apart=door.is_taken)
    assert arrived is not None, f"call {call.id} is on the timeline, and does not know where"
    return await calls.save(
        conn,
        msgspec.structs.replace(
            call,
            state="waiting",
            queue_id=queue_id,
            contact_id=arrived.contact_id,
            ticket_id=arrived.ticket_id,
            interaction_id=arrived.interaction_id,
            parked_at=call.parked_at or now,
        ),
    )
