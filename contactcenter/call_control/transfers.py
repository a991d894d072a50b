"""Handing a call on: cold, so that the next one is looked for, or warm, after talking it over."""

from datetime import datetime

from msgspec import Struct

from contactcenter import agents, queues
from contactcenter.call_control import consulting, holding
from contactcenter.call_control.talks import NobodyThere, Talk
from contactcenter.calls import call_transfers
from contactcenter.calls.call_transfers import CallTransfer, Target
from contactcenter.db import Conn
from contactcenter.dispatch import escalating, transferring
from contactcenter.errors import BadInput, Conflict
from contactcenter.tickets.tickets import Ticket
from routing.escalation import Reason


class TransferOpen(Conflict):
    """A transfer of this call is open: complete it or call it off."""

    code = "transfer_is_open"


class HandOver(Struct, frozen=True, kw_only=True):
    """To whom a call goes, who says so, and what the next one is told.

    ``note_id`` is the note on the timeline, ``reason`` that of one to a higher tier.
    """

    target: Target
    actor: str
    note_id: int | None
    reason: Reason | None = None


async def begin_warm(conn: Conn, now: datetime, talk: Talk, hand_over: HandOver) -> CallTransfer:
    """Put the customer on hold and let the second telephone ring; the ticket stays where it is.

    Raises ``CallIsOver``, ``NotTalkedIn``, ``NobodyThere``, ``TransferOpen``, ``ReturnedTooOften``,
    ``QueueArchived``, ``NobodyFree`` or why the named agent cannot be asked.
    """
    await _check(conn, talk, hand_over.target)
    return await _ring(conn, now, talk, hand_over, is_warm=True)


async def begin_cold(conn: Conn, now: datetime, talk: Talk, hand_over: HandOver) -> CallTransfer:
    """Let somebody else go on with it: the agent leaves, the customer hears music until then.

    The ticket waits, as old as it is, in the queue, or kept for a colleague of its own queue. To a
    number outside the agent stays until it was answered, and leaves by himself then.
    Raises ``CallIsOver``, ``NotTalkedIn``, ``NobodyThere``, ``TransferOpen``, ``ReturnedTooOften``,
    ``QueueArchived`` or ``NotInQueue``.
    """
    await _check(conn, talk, hand_over.target)
    if hand_over.target.number is not None:
        return await _ring(conn, now, talk, hand_over, is_warm=False)
    transfer = await _written(conn, now, talk, hand_over, is_warm=False, is_done=True)
    await consulting.tell(conn, now, talk, transfer, actor=hand_over.actor)
    await _move(conn, now, talk.ticket, hand_over)
    return transfer


async def _ring(
    conn: Conn, now: datetime, talk: Talk, hand_over: HandOver, *, is_warm: bool
) -> CallTransfer:
    """The customer hears music while the second telephone rings."""
    await holding.put_on_hold(conn, now, talk, actor=hand_over.actor)
    transfer = await _written(conn, now, talk, hand_over, is_warm=is_warm)
    return await consulting.ring(conn, now, talk, transfer, actor=hand_over.actor)


async def _move(conn: Conn, now: datetime, ticket: Ticket, hand_over: HandOver) -> None:
    """The ticket goes to the colleague or the queue, as one does without a call."""
    actor, note_id = hand_over.actor, hand_over.note_id
    to_agent_id, to_queue_id = hand_over.target.agent_id, hand_over.target.queue_id
    if to_agent_id is not None:
        await transferring.keep_for_colleague(
            conn, now, ticket, to_agent_id, actor=actor, note_id=note_id
        )
        return
    assert to_queue_id is not None
    queue = await queues.find(conn, to_queue_id, field="body.to.queue_id")
    assert ticket.tier is not None
    if queue.tier > ticket.tier:
        reason = hand_over.reason or "agent"
        await escalating.refer_up(
            conn, now, ticket, reason, actor=actor, queue_id=queue.id, note_id=note_id
        )
    else:
        await transferring.transfer(conn, now, ticket, queue.id, actor=actor, note_id=note_id)


async def _check(conn: Conn, talk: Talk, target: Target) -> None:
    talk.check_talked_in()
    if target.agent_id is not None:
        await agents.find(conn, target.agent_id, field="body.to.agent_id")
        if target.agent_id == talk.ticket.agent_id:
            raise BadInput("body.to.agent_id", "this agent has the call already")
    if target.queue_id is not None:
        queue = await queues.find(conn, target.queue_id, field="body.to.queue_id")
        await transferring.check_returns(conn, talk.ticket, queue)
    if talk.holder is None:
        raise NobodyThere(f"nobody who holds ticket {talk.ticket.id} is in the call")
    if await call_transfers.open_of_call(conn, talk.call.id) is not None:
        raise TransferOpen


async def _written(
    conn: Conn,
    now: datetime,
    talk: Talk,
    hand_over: HandOver,
    *,
    is_warm: bool,
    is_done: bool = False,
) -> CallTransfer:
    assert talk.ticket.agent_id is not None, "who is in the call holds the ticket"
    is_outside = hand_over.target.number is not None
    return await call_transfers.begin(
        conn,
        now,
        call_id=talk.call.id,
        ticket_id=talk.ticket.id,
        is_warm=is_warm,
        from_agent_id=talk.ticket.agent_id,
        target=hand_over.target,
        state="completed" if is_done else "ringing",
        reason=None if is_outside and not is_warm else hand_over.reason,
        note_id=hand_over.note_id,
    )
