"""A warm transfer while it is open: the second agent answers, takes over, or does not.

All of it under the routing lock. ``follow`` goes by what is stored alone: it may be asked at any
time, and asked again it changes nothing.
"""

from datetime import datetime
from typing import Final

import msgspec

from contactcenter import agents, events, queues
from contactcenter.call_control import holding, ringing, supervising, talks
from contactcenter.call_control.talks import Talk
from contactcenter.calls import call_transfers, commands
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.call_transfers import CallTransfer, Failure, State
from contactcenter.calls.calls import Call
from contactcenter.db import Conn
from contactcenter.dispatch import holding as holders
from contactcenter.dispatch import moving, on_the_line, seek, transferring
from contactcenter.errors import Conflict
from contactcenter.events import Event
from contactcenter.tickets import tickets

#: So many agents of a queue are asked one after the other, while the customer is on hold.
ASKED_AT_MOST: Final = 3


class NobodyConsulted(Conflict):
    """The second agent has not answered yet."""

    code = "nobody_is_consulted"


class TransferOver(Conflict):
    """The transfer was completed, called off, or nothing came of it."""

    code = "transfer_is_over"


class NobodyFree(Conflict):
    """Nobody of this queue is free to talk it over: transfer it cold, or try later."""

    code = "nobody_free"


async def ring(
    conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer, *, actor: str
) -> CallTransfer:
    """Let the telephone of who is to be consulted ring: of the agent, or of who is next.

    Raises ``NobodyFree``, or why the named agent cannot be asked.
    """
    if transfer.to_number is not None:
        leg = await ringing.dial_number(conn, now, talk, transfer.to_number)
        transfer = msgspec.structs.replace(transfer, leg_id=leg.id)
    elif transfer.to_agent_id is not None:
        transfer = await ringing.ask(conn, now, talk, transfer, transfer.to_agent_id)
    else:
        transfer = await _ask_next(conn, now, talk, transfer)
    await call_transfers.save(conn, transfer)
    await tell(conn, now, talk, transfer, actor=actor)
    return transfer


async def complete(
    conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer, *, actor: str
) -> CallTransfer:
    """Leave the customer to whom it was talked over with: he is off hold, the first agent goes.

    The ticket is the second agent's from now on, in the queue it was to go to; it stays with the
    first one where the call goes outside. Raises ``TransferOver``, ``NobodyConsulted``,
    ``CallIsOver`` or ``NotTalkedIn``.
    """
    _check_open(transfer)
    talk.check_talked_in()
    second = talk.leg(transfer.leg_id)
    if transfer.state != "consulting" or second is None or not talks.is_in(second):
        raise NobodyConsulted(transfer_state=transfer.state)
    await holding.take_off_hold(conn, now, talk, actor=actor)
    first = talk.of_agent(transfer.from_agent_id)
    await supervising.aim(conn, now, talk, second)
    if first is not None:
        await commands.write(conn, now, talk.call.id, "remove", leg_id=first.id)
    transfer = await _end(conn, now, talk, transfer, "completed", actor=actor)
    if transfer.agent_id is not None:
        await _hand_over(conn, now, transfer, transfer.agent_id, actor=actor)
    return transfer


async def cancel(
    conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer, *, actor: str
) -> CallTransfer:
    """Call it off: the second telephone hangs up, and the customer is off hold.

    Raises ``TransferOver``.
    """
    _check_open(transfer)
    transfer = await _end(conn, now, talk, transfer, "canceled", actor=actor)
    await holding.take_off_hold(conn, now, talk, actor=actor)
    return transfer


async def pressed(conn: Conn, now: datetime, call: Call, leg: CallLeg) -> bool:
    """The second agent pressed the key; returns whether he may join the room.

    He may not where the transfer was called off meanwhile, or the customer is gone.
    """
    transfer = await call_transfers.open_of_call(conn, call.id)
    if transfer is None or transfer.leg_id != leg.id:
        return False
    talk = await talks.lock(conn, call.id)
    if talk.customer is None:
        return False
    if transfer.state == "ringing":
        await _consult(conn, now, talk, transfer)
    return True


async def follow(conn: Conn, now: datetime, call_id: int) -> None:
    """Let an open transfer follow what became of the telephones of its call."""
    if await call_transfers.open_of_call(conn, call_id) is None:
        return
    talk = await talks.lock(conn, call_id)
    transfer = await call_transfers.open_of_call(conn, call_id)
    if transfer is None:
        return
    if talk.call.is_over or talk.customer is None:
        await _fail(conn, now, talk, transfer, "customer_left")
    elif talk.ticket.agent_id != transfer.from_agent_id:  # taken from him by other ways
        await _fail(conn, now, talk, transfer, "agent_left")
    else:
        await _follow_second(conn, now, talk, transfer)


async def _follow_second(conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer) -> None:
    """What became of the second telephone, while the first agent has the ticket."""
    second = talk.leg(transfer.leg_id)
    assert second is not None, "an open transfer has let a telephone ring"
    first_is_in = talk.holder is not None
    if not talks.is_live(second):
        await _lost(conn, now, talk, transfer)
    elif transfer.agent_id is not None and not await _works_here(conn, transfer.agent_id):
        await _fail(conn, now, talk, transfer, "colleague_left")
        if not first_is_in:
            await on_the_line.put_back(conn, now, talk.ticket)
    elif not talks.is_in(second):  # it rings, or is on its way into the room
        if transfer.state == "ringing" and not first_is_in:
            await _fail(conn, now, talk, transfer, "agent_left")
    else:
        if transfer.state == "ringing":
            transfer = await _consult(conn, now, talk, transfer)
        if not transfer.is_warm or not first_is_in:
            actor = f"user:{transfer.from_agent_id}"
            await complete(conn, now, talk, transfer, actor=actor)


async def _works_here(conn: Conn, agent_id: int) -> bool:
    return (await agents.find(conn, agent_id)).enabled


async def _ask_next(conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer) -> CallTransfer:
    """Ask who would be asked next if the ticket waited in the queue. Not saved yet."""
    assert transfer.to_queue_id is not None
    queue = await queues.find(conn, transfer.to_queue_id)
    as_if = seek.queue_for_ticket(queue, moving.awake(talk.ticket))
    but = [*transfer.tried, transfer.from_agent_id]
    while len(transfer.tried) < ASKED_AT_MOST:
        agent_id = await seek.somebody_for(conn, now, as_if, but=but)
        if agent_id is None:
            break
        try:
            return await ringing.ask(conn, now, talk, transfer, agent_id)
        except (ringing.NoTelephone, ringing.OnTheTelephone):
            but.append(agent_id)
    raise NobodyFree(f"nobody of {queue.name} is free", queue_id=queue.id)


async def _lost(conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer) -> None:
    """The second telephone has hung up, or nobody answered it: in a queue the next one is asked."""
    if transfer.state == "consulting":
        await _fail(conn, now, talk, transfer, "colleague_left")
        return
    if transfer.to_queue_id is None or transfer.agent_id is None:
        await _fail(conn, now, talk, transfer, "no_answer")
        return
    asked_id = transfer.agent_id
    transfer = await call_transfers.free_room(conn, transfer)
    transfer = msgspec.structs.replace(
        transfer, agent_id=None, leg_id=None, tried=[*transfer.tried, asked_id]
    )
    await call_transfers.save(conn, transfer)
    try:
        await ring(conn, now, talk, transfer, actor="system")
    except (NobodyFree, queues.QueueArchived):
        await _fail(conn, now, talk, transfer, "no_answer")
    await seek.tickets_for(conn, now, asked_id)


async def _consult(conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer) -> CallTransfer:
    transfer = msgspec.structs.replace(transfer, state="consulting", joined_at=now)
    await call_transfers.save(conn, transfer)
    actor = "system" if transfer.agent_id is None else f"user:{transfer.agent_id}"
    await tell(conn, now, talk, transfer, actor=actor, was="ringing")
    return transfer


async def _fail(
    conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer, failure: Failure
) -> None:
    transfer = msgspec.structs.replace(transfer, failure=failure)
    await _end(conn, now, talk, transfer, "failed", actor="system")


async def _end(
    conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer, state: State, *, actor: str
) -> CallTransfer:
    """End it; who was asked has his room back, and unless he takes over his telephone hangs up."""
    was = transfer.state
    transfer = await call_transfers.free_room(conn, transfer)
    transfer = msgspec.structs.replace(transfer, state=state, ended_at=now)
    await call_transfers.save(conn, transfer)
    await tell(conn, now, talk, transfer, actor=actor, was=was)
    if state != "completed":
        second = talk.leg(transfer.leg_id)
        if second is not None:
            await ringing.hang_up(conn, now, second)
        if transfer.agent_id is not None:
            await seek.tickets_for(conn, now, transfer.agent_id)
    return transfer


async def _hand_over(
    conn: Conn, now: datetime, transfer: CallTransfer, agent_id: int, *, actor: str
) -> None:
    """The ticket is the second agent's, where it was to go, or where it is if it cannot."""
    ticket = await tickets.lock(conn, transfer.ticket_id)
    note_id, queue_id = transfer.note_id, transfer.to_queue_id
    queue = None if queue_id is None else await queues.find(conn, queue_id)
    if queue is not None and not await transferring.can_go(conn, ticket, queue):
        queue = None  # both talk already: nobody is sent away
    if queue is None or queue.id == ticket.queue_id:
        await holders.give_to(conn, now, ticket.id, agent_id, actor=actor, note_id=note_id)
        return
    assert ticket.tier is not None
    if queue.tier > ticket.tier:
        await moving.escalate(
            conn,
            now,
            ticket,
            transfer.reason or "agent",
            actor=actor,
            queue_id=queue.id,
            note_id=note_id,
            taken_by=agent_id,
        )
    else:
        await transferring.transfer(
            conn, now, ticket, queue.id, actor=actor, note_id=note_id, taken_by=agent_id
        )


def _check_open(transfer: CallTransfer) -> None:
    if transfer.is_over:
        raise TransferOver(f"the transfer is {transfer.state}", transfer_state=transfer.state)


async def tell(
    conn: Conn,
    now: datetime,
    talk: Talk,
    transfer: CallTransfer,
    *,
    actor: str,
    was: State | None = None,
) -> None:
    """Record how a transfer stands: to who talks with the customer and to who is asked."""
    changed = Event(
        kind="call_transfer_changed",
        at=now,
        actor=actor,
        ticket_id=transfer.ticket_id,
        contact_id=talk.ticket.contact_id,
        agent_id=transfer.agent_id or transfer.to_agent_id,
        team_ids=tuple(talk.ticket.team_ids),
        data={
            "call_id": transfer.call_id,
            "transfer_id": transfer.id,
            "from": was,
            "to": transfer.state,
            "is_warm": transfer.is_warm,
            "from_agent_id": transfer.from_agent_id,
            "to_queue_id": transfer.to_queue_id,
            "hand_over_id": transfer.note_id,
            "failure": transfer.failure,
        },
    )
    await events.record(conn, changed)
