"""Which machines a ticket is about."""

from msgspec import Struct

from contactcenter import ticket_views
from contactcenter.api.assets import ServiceTag
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.assets import assets, ticket_assets
from contactcenter.assets.ticket_assets import TicketAsset
from contactcenter.errors import BadInput, NotFound
from contactcenter.tickets import tickets


class NewTicketAsset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine of the customer's, by its service tag in any writing."""

    service_tag: ServiceTag


@operation("GET", "/tickets/{ticket_id}/assets", tag="assets", roles=AGENT, via="read")
async def list_ticket_assets(call: Call, ticket_id: int) -> list[TicketAsset]:
    """List which machines a ticket is about, whoever said so."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await ticket_assets.of_ticket(call.conn, ticket_id)


@operation(
    "POST",
    "/tickets/{ticket_id}/assets",
    tag="assets",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def attach_asset(call: Call, ticket_id: int, body: NewTicketAsset) -> list[TicketAsset]:
    """Say that a ticket is about this machine; somebody else's is refused, 409 ``not_the_owners``.

    Where the machine has changed hands, tell of the transfer first.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    try:
        asset = await assets.find(call.conn, body.service_tag)
    except NotFound as error:
        raise BadInput("body.service_tag", "There is no machine of this service tag.") from error
    now = await call.clock()
    await ticket_assets.attach(call.conn, now, ticket, asset, actor=call.actor.reference)
    return await ticket_assets.of_ticket(call.conn, ticket_id)


@operation(
    "DELETE",
    "/tickets/{ticket_id}/assets/{service_tag}",
    tag="assets",
    roles=AGENT,
    via="transaction",
)
async def detach_asset(call: Call, ticket_id: int, service_tag: str) -> list[TicketAsset]:
    """Say that a ticket is not about this machine after all."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    asset = await assets.find(call.conn, service_tag)
    now = await call.clock()
    await ticket_assets.detach(call.conn, now, ticket, asset, actor=call.actor.reference)
    return await ticket_assets.of_ticket(call.conn, ticket_id)
