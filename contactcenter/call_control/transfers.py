"""Handing a call on: cold, so that the next one is looked for, or warm, after talking it over."""

from datetime import datetime

from contactcenter import agents, queues
from contactcenter.call_control import consulting, holding
from contactcenter.call_control.talks import NobodyThere, Talk
from contactcenter.calls import call_transfers
from contactcenter.calls.call_transfers import CallTransfer, Target
from contactcenter.db import Conn
from contactcenter.dispatch import escalating, transferring
from contactcenter.errors import BadInput, Conflict
from routing.escalation import Reason


class TransferOpen(Conflict):
    """A transfer of this call is open: complete it or call it off."""

    code = "transfer_is_open"


async def begin_warm(
    conn: Conn,
    now: datetime,
    talk: Talk,
    target: Target,
    *,
    actor: str,
    note_id: int | None,
    reason: Reason | None = None,
) -> CallTransfer:
    """Put the customer on hold and let the second telephone ring; the ticket stays where it is.

    Raises ``CallIsOver``, ``NotTalkedIn``, ``NobodyThere``, ``TransferOpen``, ``NobodyFree`` or why
    the named agent cannot be asked.
    """
    await _check(conn, talk, target)
    await holding.put_on_hold(conn, now, talk, actor=actor)
    transfer = await _written(conn, now, talk, target, is_warm=True, note_id=note_id, reason=reason)
    return await consulting.ring(conn, now, talk, transfer, actor=actor)


async def begin_cold(
    conn: Conn,
    now: datetime,
    talk: Talk,
    target: Target,
    *,
    actor: str,
    note_id: int | None,
    reason: Reason | None = None,
) -> CallTransfer:
    """Let somebody else go on with it: the agent leaves, the customer hears music until then.

    The ticket waits, as old as it is, in the queue, or kept for a colleague of its own queue. To a
    number outside the agent stays until it was answered, and leaves by himself then.
    Raises ``CallIsOver``, ``NotTalkedIn``, ``NobodyThere``, ``TransferOpen`` or ``NotInQueue``.
    """
    await _check(conn, talk, target)
    ticket = talk.ticket
    if target.number is not None:
        await holding.put_on_hold(conn, now, talk, actor=actor)
        transfer = await _written(conn, now, talk, target, is_warm=False, note_id=note_id)
        return await consulting.ring(conn, now, talk, transfer, actor=actor)
    transfer = await _written(
        conn, now, talk, target, is_warm=False, note_id=note_id, reason=reason, is_done=True
    )
    await consulting.tell(conn, now, talk, transfer, actor=actor)
    if target.agent_id is not None:
        await transferring.keep_for_colleague(
            conn, now, ticket, target.agent_id, actor=actor, note_id=note_id
        )
        return transfer
    assert target.queue_id is not None
    queue = await queues.find(conn, target.queue_id, field="body.to.queue_id")
    assert ticket.tier is not None
    if queue.tier > ticket.tier:
        await escalating.refer_up(
            conn,
            now,
            ticket,
            reason or "agent",
            actor=actor,
            queue_id=queue.id,
            note_id=note_id,
        )
    else:
        await transferring.transfer(conn, now, ticket, queue.id, actor=actor, note_id=note_id)
    return transfer


async def _check(conn: Conn, talk: Talk, target: Target) -> None:
    talk.check_talked_in()
    if target.agent_id is not None:
        await agents.find(conn, target.agent_id, field="body.to.agent_id")
        if target.agent_id == talk.ticket.agent_id:
            raise BadInput("body.to.agent_id", "this agent has the call already")
    if target.queue_id is not None:
        await queues.find(conn, target.queue_id, field="body.to.queue_id")
    if talk.holder is None:
        raise NobodyThere(f"nobody who holds ticket {talk.ticket.id} is in the call")
    if await call_transfers.open_of_call(conn, talk.call.id) is not None:
        raise TransferOpen


async def _written(
    conn: Conn,
    now: datetime,
    talk: Talk,
    target: Target,
    *,
    is_warm: bool,
    note_id: int | None,
    reason: Reason | None = None,
    is_done: bool = False,
) -> CallTransfer:
    assert talk.ticket.agent_id is not None, "who is in the call holds the ticket"
    return await call_transfers.begin(
        conn,
        now,
        call_id=talk.call.id,
        ticket_id=talk.ticket.id,
        is_warm=is_warm,
        from_agent_id=talk.ticket.agent_id,
        target=target,
        state="completed" if is_done else "ringing",
        reason=reason,
        note_id=note_id,
    )
