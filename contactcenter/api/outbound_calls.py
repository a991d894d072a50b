"""Calls we make: an agent has a customer called about a ticket that he holds."""

from msgspec import Struct

from contactcenter.api.calls import Number, seen
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.rights import check_may_work
from contactcenter.call_control import outbound
from contactcenter.call_control.outbound import CallWish
from contactcenter.calls.call_views import CallView
from contactcenter.calls.telephones import dialled


class NewCall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call, and from which number of ours; where nothing is said, what is at hand."""

    number: Number | None = None
    entry_point_id: Id | None = None


@operation(
    "POST", "/tickets/{ticket_id}/calls", tag="calls", roles=AGENT, via="dispatch", status=201
)
async def call_customer(call: Call, ticket_id: int, body: NewCall) -> CallView:
    """Call the customer: your telephone rings first, and once you press 1 there, the customer's.

    You hold the ticket; one that was pending or on hold goes on with it. 403
    ``destination_not_allowed`` where nobody may be called there from here, 409
    ``call_limit_reached``, ``no_telephone``, ``on_the_telephone``, ``call_is_live``,
    ``not_held_by_you`` or ``no_number``.
    """
    await check_may_work(call, ticket_id)
    number = body.number
    if number is not None:
        number = dialled(call.services.channels, "body.number", number)
    wish = CallWish(
        ticket_id=ticket_id,
        user_id=call.actor.user_id,
        number=number,
        entry_point_id=body.entry_point_id,
    )
    made = await outbound.call_customer(
        call.conn, call.now, wish, guard=call.services.dial_guard, actor=call.actor.reference
    )
    return await seen(call, made.id)
