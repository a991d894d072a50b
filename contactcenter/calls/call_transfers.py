"""Transfers of calls by people: to a queue, a colleague or a number outside.

A cold one is over when it begins, unless it goes outside. A warm one is open while the second agent
is asked (``ringing``) and talked with (``consulting``); the ticket moves when it is completed.
Changed under the routing lock.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from routing.escalation import Reason

State = Literal["ringing", "consulting", "completed", "canceled", "failed"]
#: Why nothing came of it: nobody answered, or one of them has hung up.
Failure = Literal["no_answer", "customer_left", "agent_left", "colleague_left"]


class CallTransfer(Struct, frozen=True, kw_only=True):
    """A row of ``call_transfer``.

    ``from_agent_id`` talks with the customer; ``agent_id`` is whose telephone rings or who is
    consulted, ``units`` of his capacity are kept for the ticket meanwhile. ``tried`` are those it
    rang at before. ``note_id`` is the hand-over note on the timeline.
    """

    id: int
    call_id: int
    ticket_id: int
    is_warm: bool
    from_agent_id: int
    to_queue_id: int | None
    to_agent_id: int | None
    to_number: str | None
    reason: Reason | None
    note_id: int | None
    agent_id: int | None
    leg_id: int | None
    units: int
    tried: list[int]
    state: State
    failure: Failure | None
    began_at: datetime
    joined_at: datetime | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it was completed, or nothing came of it."""
        return self.ended_at is not None


class Target(Struct, frozen=True, kw_only=True):
    """Where a call goes: exactly one of them. ``number`` is canonical."""

    queue_id: int | None = None
    agent_id: int | None = None
    number: str | None = None


_SQL = db.Statements(__name__)
_find = _SQL.take("find", CallTransfer)
_open_of_call = _SQL.take("open_of_call", CallTransfer)
_begin = _SQL.take("begin", CallTransfer)
_save = _SQL.command("save")
_reserve = _SQL.command("reserve")


async def find(conn: Conn, call_id: int, transfer_id: int) -> CallTransfer:
    """Read one of this call; raises ``NotFound``."""
    transfer = await _find.first(conn, transfer_id)
    if transfer is None or transfer.call_id != call_id:
        raise NotFound(f"there is no transfer {transfer_id} of call {call_id}")
    return transfer


async def open_of_call(conn: Conn, call_id: int) -> CallTransfer | None:
    """The one that is not over."""
    return await _open_of_call.first(conn, call_id)


async def begin(
    conn: Conn,
    now: datetime,
    *,
    call_id: int,
    ticket_id: int,
    is_warm: bool,
    from_agent_id: int,
    target: Target,
    state: State,
    reason: Reason | None = None,
    note_id: int | None = None,
) -> CallTransfer:
    """Write down that a call is handed on."""
    is_over = state not in {"ringing", "consulting"}
    return await _begin.one(
        conn,
        call_id,
        ticket_id,
        is_warm,
        from_agent_id,
        target.queue_id,
        target.agent_id,
        target.number,
        reason,
        note_id,
        state,
        now,
        now if is_over else None,
    )


async def save(conn: Conn, transfer: CallTransfer) -> CallTransfer:
    """Write back who is asked and what became of it."""
    await _save.run(
        conn,
        transfer.id,
        transfer.agent_id,
        transfer.leg_id,
        transfer.units,
        transfer.tried,
        transfer.state,
        transfer.failure,
        transfer.joined_at,
        transfer.ended_at,
    )
    return transfer


async def keep_room(conn: Conn, transfer: CallTransfer, agent_id: int, units: int) -> CallTransfer:
    """Keep so much room of an agent's for the ticket, whose row is locked. Not saved yet."""
    await _reserve.run(conn, agent_id, units)
    return msgspec.structs.replace(transfer, agent_id=agent_id, units=units)


async def free_room(conn: Conn, transfer: CallTransfer) -> CallTransfer:
    """Give the agent back what was kept of his room. Not saved yet; he looks for tickets later."""
    if transfer.units:
        assert transfer.agent_id is not None
        await _reserve.run(conn, transfer.agent_id, -transfer.units)
    return msgspec.structs.replace(transfer, units=0)
