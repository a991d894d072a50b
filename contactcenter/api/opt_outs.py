"""Opt-outs: customers who do not want messages from one of our senders."""

from msgspec import Struct

from contactcenter.administration import entry_points
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.contacts import contacts, identities
from contactcenter.errors import Conflict
from contactcenter.outbound import opt_outs
from contactcenter.outbound.opt_outs import OptOut


class NewOptOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which of our addresses a customer wants no more messages, at which of his."""

    identity_id: Id
    entry_point_id: Id


class AlreadyOptedOut(Conflict):
    """This stands already."""

    code = "already_opted_out"


@operation("GET", "/contacts/{contact_id}/opt_outs", tag="contacts", roles=AGENT, via="read")
async def list_opt_outs(call: Call, contact_id: int) -> list[OptOut]:
    """List when a contact wanted no messages and when he wanted them again, the newest first.

    What has no ``lifted_at`` stands: an answer from that ``sender`` is refused with ``opted_out``.
    """
    await contacts.find(call.conn, contact_id)
    return await opt_outs.of_contact(call.conn, contact_id)


@operation(
    "POST",
    "/contacts/{contact_id}/opt_outs",
    tag="contacts",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def opt_out(call: Call, contact_id: int, body: NewOptOut) -> OptOut:
    """Note that a customer wants no more messages from one of our addresses.

    For what he says on another way than by a STOP, which is noted by itself.
    """
    await contacts.lock(call.conn, contact_id)
    address = await identities.check_owner(call.conn, contact_id, body.identity_id)
    entry_point = await entry_points.find(call.conn, body.entry_point_id)
    channels = call.services.channels
    sender = opt_outs.sender_of(channels, entry_point.channel, entry_point.address)
    now, actor = await call.clock(), call.actor.reference
    if not await opt_outs.withdraw(
        call.conn, now, address, entry_point.channel, sender, source="staff", actor=actor
    ):
        raise AlreadyOptedOut
    return await opt_outs.standing_at(call.conn, address, entry_point.channel, sender)


@operation(
    "DELETE",
    "/contacts/{contact_id}/opt_outs/{opt_out_id}",
    tag="contacts",
    roles=SUPERVISOR,
    via="transaction",
)
async def lift_opt_out(call: Call, contact_id: int, opt_out_id: int) -> OptOut:
    """Note that a customer takes messages again, because he said so on another way than by START.

    The provider may know better: where it goes on refusing, the opt-out stands again.
    """
    await contacts.lock(call.conn, contact_id)
    found = await opt_outs.find(call.conn, contact_id, opt_out_id)
    await opt_outs.give(
        call.conn,
        await call.clock(),
        found.identity_id,
        found.channel,
        found.sender,
        source="staff",
        actor=call.actor.reference,
    )
    return await opt_outs.find(call.conn, contact_id, opt_out_id)
