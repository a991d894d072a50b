"""One contact's account: what he bought, owes, has and may expect, on one page."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import db, entitlements
from contactcenter.assets import assets
from contactcenter.assets.assets import Asset
from contactcenter.behaviour.behaviour import BehaviourEvent
from contactcenter.db import Conn
from contactcenter.entitlements import Entitled


class Money(Struct, frozen=True, kw_only=True):
    """What was bought, sent back, billed and paid in one currency, in its minor units.

    ``open_minor`` is what was billed and not paid yet; below zero it is paid ahead.
    """

    currency: str
    purchases: int
    purchased_minor: int
    returned_minor: int
    invoiced_minor: int
    paid_minor: int
    open_minor: int


class Account(Struct, frozen=True, kw_only=True):
    """Purchase, finance and what he has, as of ``at``; lists have the latest first."""

    at: datetime
    money: list[Money]
    purchases: list[BehaviourEvent]
    finance: list[BehaviourEvent]
    assets: list[Asset]
    entitlements: list[Entitled]


#: So many of each are on the page; the rest is in the lists.
SHOWN: Final = 20

_SQL = db.Statements(__name__)
_money = _SQL.take("money", Money)
_latest = _SQL.take("latest", BehaviourEvent)


async def read(conn: Conn, contact_id: int, at: datetime) -> Account:
    """Read that of a contact who is there."""
    return Account(
        at=at,
        money=await _money.all(conn, contact_id, at),
        purchases=await _latest.all(conn, contact_id, ["purchase", "return", "quote"], at, SHOWN),
        finance=await _latest.all(conn, contact_id, ["invoice", "payment"], at, SHOWN),
        assets=await assets.page(
            conn, contact_id=contact_id, retired=False, after_id=0, limit=SHOWN
        ),
        entitlements=await entitlements.effective(conn, contact_id, at),
    )
