"""Handing calls on: cold, or after talking it over with who takes them."""

from msgspec import Struct

from contactcenter.access.actor import Role
from contactcenter.api.calls import Number, locked, permitted
from contactcenter.api.escalations import EscalationReason
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.work import Note
from contactcenter.api.writing import written_note
from contactcenter.call_control import consulting, transfers
from contactcenter.call_control.talks import Talk
from contactcenter.call_control.transfers import HandOver
from contactcenter.calls import call_transfers, call_views
from contactcenter.calls.call_transfers import Target
from contactcenter.calls.call_views import CallView
from contactcenter.errors import BadInput, NotFound


class Where(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a call goes: a queue, a colleague or a number outside; exactly one of them."""

    queue_id: Id | None = None
    agent_id: Id | None = None
    number: Number | None = None


class NewCallTransfer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom the call goes, and what he needs to know.

    ``warm``: the customer is put on hold, the second agent's telephone rings, both talk it over,
    and the first one completes the transfer. ``reason`` is for one to a higher tier.
    """

    to: Where
    warm: bool
    note: Note
    reason: EscalationReason | None = None


@operation(
    "POST", "/calls/{call_id}/transfers", tag="calls", roles=AGENT, via="dispatch", status=201
)
async def transfer_call(call: Call, call_id: int, body: NewCallTransfer) -> CallView | None:
    """Hand a call on, cold or warm.

    Cold: you are out at once, the customer hears music, and the ticket waits as old as it is, in
    the queue or for the colleague; to a number outside you stay until it has answered. Warm: the
    ticket stays with you until you complete the transfer. 409 ``nobody_free`` where nobody of the
    queue could be asked, ``agent_not_there``, ``agent_full``, ``no_telephone`` or
    ``on_the_telephone`` where the colleague cannot be; 403 ``destination_not_allowed`` and 409
    ``call_limit_reached`` of numbers outside.
    """
    talk = await locked(call, call_id)
    target = await _target(call, talk, body.to)
    note_id = await written_note(call, talk.ticket, body.note, kind="hand_over")
    talk = await locked(call, call_id)
    hand_over = HandOver(
        target=target, actor=call.actor.reference, note_id=note_id, reason=body.reason
    )
    begin = transfers.begin_warm if body.warm else transfers.begin_cold
    await begin(call.conn, call.now, talk, hand_over)
    return await _if_seen(call, call_id)


@operation(
    "POST",
    "/calls/{call_id}/transfers/{transfer_id}/completions",
    tag="calls",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def complete_transfer(call: Call, call_id: int, transfer_id: int) -> CallView | None:
    """Leave the customer to whom it was talked over with: he is off hold, and you are out.

    The ticket is the second agent's from now on. To hang up while you talk it over does the same.
    409 ``nobody_is_consulted`` while it still rings, ``transfer_is_over`` afterwards.
    """
    talk = await locked(call, call_id)
    transfer = await call_transfers.find(call.conn, call_id, transfer_id)
    await consulting.complete(call.conn, call.now, talk, transfer, actor=call.actor.reference)
    return await _if_seen(call, call_id)


@operation(
    "POST",
    "/calls/{call_id}/transfers/{transfer_id}/cancellations",
    tag="calls",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def cancel_transfer(call: Call, call_id: int, transfer_id: int) -> CallView:
    """Call a transfer off: the second telephone hangs up, and you have the customer back."""
    talk = await locked(call, call_id)
    transfer = await call_transfers.find(call.conn, call_id, transfer_id)
    await consulting.cancel(call.conn, call.now, talk, transfer, actor=call.actor.reference)
    view = await _if_seen(call, call_id)
    assert view is not None, "who holds the ticket sees its calls"
    return view


async def _target(call: Call, talk: Talk, where: Where) -> Target:
    if sum(one is not None for one in (where.queue_id, where.agent_id, where.number)) != 1:
        raise BadInput("body.to", "name a queue, an agent or a number, and one of them alone")
    number = where.number
    if number is not None:
        number = await permitted(call, talk, "body.to.number", number)
    return Target(queue_id=where.queue_id, agent_id=where.agent_id, number=number)


async def _if_seen(call: Call, call_id: int) -> CallView | None:
    """The call after a change that may take it out of one's sight."""
    try:
        return await call_views.find(
            call.conn,
            call.actor.user_id,
            call_id,
            sees_secrets=call.actor.is_at_least(Role.SUPERVISOR),
        )
    except NotFound:
        return None
