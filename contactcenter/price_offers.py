"""What is asked of a customer for something, and what is let off: never below the floor.

Offers of a ticket come one after the other (its row is locked), so two concessions at once are two
in a row. Who asks makes no difference: the customer is never looked at.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db, events, price_bands
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict
from contactcenter.price_bands import Band
from contactcenter.tickets import tickets
from routing.price_bands import conceded, refusal
from routing.states import UNSOLVED


class Offer(Struct, frozen=True, kw_only=True):
    """A row of ``price_offer``, with the open part of its band."""

    id: int
    ticket_id: int
    price_band_id: int
    product: str
    currency: str
    list_minor: int
    opening_minor: int
    amount_minor: int
    note: str | None
    author_id: int | None
    offered_at: datetime


class Ask(Struct, frozen=True, kw_only=True):
    """For how much: ``amount_minor``, or ``off_minor`` less than was asked last."""

    product: str
    currency: str
    amount_minor: int | None
    off_minor: int | None
    note: str | None


class BelowFloor(Conflict):
    """It is not sold for so little, to nobody."""

    code = "below_floor"


class AboveList(Conflict):
    """Nobody pays more than the list price."""

    code = "above_list"


_SQL = db.Statements(__name__)
_last = _SQL.take("last", int)
_put = _SQL.take("put", int)
_of_ticket = _SQL.take("of_ticket", Offer)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Offer]:
    """What was asked in a ticket, the newest last."""
    return await _of_ticket.all(conn, ticket_id)


async def make(
    conn: Conn,
    now: datetime,
    ticket_id: int,
    ask: Ask,
    *,
    author_id: int,
    language: Literal["en", "fa"],
    actor: str,
) -> Offer:
    """Offer something for a price; raises ``BelowFloor`` with the band's words, or ``AboveList``.

    ``language`` is that of who offers.
    """
    if (ask.amount_minor is None) == (ask.off_minor is None):
        raise BadInput("body.amount_minor", "Name the price, or how much is let off; one of both.")
    ticket = await tickets.lock(conn, ticket_id)
    if ticket.state not in UNSOLVED:
        raise Conflict(f"ticket {ticket_id} is {ticket.state}; reopen it first")
    band = await price_bands.of_product(conn, ask.product, ask.currency, now)
    last_minor = await _last.first(conn, ticket_id, band.product, band.currency)
    amount_minor = ask.amount_minor
    if amount_minor is None:
        assert ask.off_minor is not None
        amount_minor = conceded(band.rule, last_minor, ask.off_minor)
    _check(band, amount_minor, language)
    offer_id = await _put.one(
        conn, ticket_id, band.id, amount_minor, ask.note, author_id, actor, now
    )
    offered = events.Event(
        kind="price_offered",
        at=now,
        actor=actor,
        ticket_id=ticket_id,
        contact_id=ticket.contact_id,
        agent_id=author_id,
        team_ids=tuple(ticket.team_ids),
        data={
            "price_offer_id": offer_id,
            "price_band_id": band.id,
            "currency": band.currency,
            "from": last_minor,
            "to": amount_minor,
        },
    )
    await events.record(conn, offered)
    return next(one for one in await of_ticket(conn, ticket_id) if one.id == offer_id)


def _check(band: Band, amount_minor: int, language: Literal["en", "fa"]) -> None:
    match refusal(band.rule, amount_minor):
        case "below_floor":
            words = band.refusal_fa if language == "fa" else band.refusal_en
            raise BelowFloor(words, refusal_en=band.refusal_en, refusal_fa=band.refusal_fa)
        case "above_list":
            raise AboveList(list_minor=band.list_minor)
