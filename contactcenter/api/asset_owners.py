"""Whose machine it is and was, and that it is somebody else's now."""

from datetime import timedelta
from typing import Final

from msgspec import Struct

from contactcenter.api.assets import AssetView, asset_view
from contactcenter.api.inputs import Id, Instant
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.assets import assets
from contactcenter.assets.assets import Owner
from contactcenter.contacts import contacts
from contactcenter.errors import BadInput
from contactcenter.feedback import follow_ups

#: What is to be done when a machine has changed hands, for readers of both languages.
_WELCOME: Final = (
    "Welcome the new owner of the machine, and ask how we may reach him."
    " · به مالک تازهٔ دستگاه خوش‌آمد بگویید و بپرسید چگونه با او در تماس باشیم."
)
_WELCOME_WITHIN: Final = timedelta(days=1)


class NewTransfer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose it is from ``at`` on, by default now; null is somebody we do not know."""

    contact_id: Id | None
    at: Instant | None = None


@operation("GET", "/assets/{service_tag}/owners", tag="assets", roles=SUPERVISOR, via="read")
async def list_asset_owners(call: Call, service_tag: str) -> list[Owner]:
    """List whose machine it was, the latest first."""
    return await assets.owners(call.conn, (await assets.find(call.conn, service_tag)).id)


@operation(
    "POST",
    "/assets/{service_tag}/transfers",
    tag="assets",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def transfer_asset(call: Call, service_tag: str, body: NewTransfer) -> AssetView:
    """Tell that a machine is somebody else's now.

    What was done for it stays with it; nothing of the former owner's is shown with it any more.
    Both are entitled to something else at once, and you have a follow-up to welcome the new owner.
    """
    to_id = body.contact_id
    known = await assets.find(call.conn, service_tag)
    people = {one for one in (known.owner_id, to_id) if one is not None}
    locked = await contacts.lock_rows(call.conn, *people)
    if to_id is not None and (to_id not in locked or locked[to_id].merged_into_id is not None):
        raise BadInput("body.contact_id", f"There is no contact {to_id}.")
    asset = await assets.lock(call.conn, service_tag)
    asset = await assets.transfer(
        call.conn, call.now, asset, to_id, at=body.at, actor=call.actor.reference
    )
    if to_id is not None:
        await _welcome(call, to_id)
    return await asset_view(call, asset)


async def _welcome(call: Call, contact_id: int) -> None:
    """Whoever told of the transfer shall invite the new owner."""
    new = follow_ups.New(
        kind="task",
        what=_WELCOME,
        due_at=call.now + _WELCOME_WITHIN,
        contact_id=contact_id,
        ticket_id=None,
        agent_id=call.actor.user_id,
        team_id=None,
    )
    await follow_ups.make(call.conn, call.now, new, actor=call.actor.reference)
