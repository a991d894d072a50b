"""A contact's account: purchase, finance and support on one page."""

from datetime import datetime

from msgspec import Struct

from contactcenter import contact_account
from contactcenter.api.assets import AssetLine, asset_line
from contactcenter.api.contact_history import ContactTicket, contact_ticket
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.behaviour.behaviour import BehaviourEvent
from contactcenter.contact_account import SHOWN, Money
from contactcenter.contacts import contacts
from contactcenter.entitlements import Entitled
from contactcenter.segments import segment_views
from contactcenter.segments.segment_views import SegmentView


class AccountView(Struct, frozen=True, kw_only=True):
    """Everything between a contact and us, as of ``at``; of each list the latest twenty.

    ``purchases`` are purchases, returns and quotes, ``finance`` invoices and payments. Of a ticket
    of a restricted team that you are not in you are told only that it exists.
    """

    contact_id: int
    name: str | None
    at: datetime
    segments: list[SegmentView]
    money: list[Money]
    purchases: list[BehaviourEvent]
    finance: list[BehaviourEvent]
    tickets: list[ContactTicket]
    assets: list[AssetLine]
    entitlements: list[Entitled]


@operation("GET", "/contacts/{contact_id}/account", tag="contacts", roles=AGENT, via="read")
async def read_account(call: Call, contact_id: int) -> AccountView:
    """Read what a contact bought, owes, owns, may expect and asked us for."""
    contact = await contacts.find(call.conn, contact_id)
    at = await call.clock()
    found = await contact_account.read(call.conn, contact_id, at)
    problems = await contacts.tickets(
        call.conn, call.actor.user_id, contact_id, before_id=MAX_ID, limit=SHOWN
    )
    return AccountView(
        contact_id=contact.id,
        name=contact.name,
        at=at,
        segments=await segment_views.effective(call.conn, contact_id, at),
        money=found.money,
        purchases=found.purchases,
        finance=found.finance,
        tickets=[contact_ticket(problem) for problem in problems],
        assets=[asset_line(asset) for asset in found.assets],
        entitlements=found.entitlements,
    )
