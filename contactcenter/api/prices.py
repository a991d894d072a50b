"""Prices: for how much things are sold, to everybody who asks, and what was offered in a ticket."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import price_bands, price_offers, ticket_views
from contactcenter.access.actor import Role
from contactcenter.api.inputs import MAX_ID, Instant
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.partial import edited
from contactcenter.api.rights import check_may_work
from contactcenter.price_bands import Band, SeenBy, Terms
from contactcenter.price_offers import Ask, Offer

#: Half of what a column holds, so that the sum of two is still a number everybody reads.
MOST_MINOR: Final = MAX_ID // 2

Minor = Annotated[
    int, Meta(ge=0, le=MOST_MINOR, description="In the currency's smallest unit, such as cents.")
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description="ISO 4217.", examples=["EUR"])]
Product = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


class NewPriceBand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Between what a product is sold: from ``list_minor`` down to cost and least margin.

    ``opening_minor`` is what is asked first. ``floor_seen_by`` is who is shown the floor, and
    ``refusal_…`` what is said instead of a lower price. Of the customer there is nothing: a band is
    the same for everybody who asks.
    """

    product: Product
    currency: Currency
    list_minor: Minor
    opening_minor: Minor
    cost_minor: Minor
    margin_minor: Minor
    refusal_en: Words
    refusal_fa: Words
    floor_seen_by: SeenBy = "supervisor"
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class PriceBandChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. What was offered before stays as it was."""

    list_minor: Minor | UnsetType = UNSET
    opening_minor: Minor | UnsetType = UNSET
    cost_minor: Minor | UnsetType = UNSET
    margin_minor: Minor | UnsetType = UNSET
    refusal_en: Words | UnsetType = UNSET
    refusal_fa: Words | UnsetType = UNSET
    floor_seen_by: SeenBy | UnsetType = UNSET
    valid_until: Instant | UnsetType | None = UNSET


class PriceBandView(Struct, frozen=True, kw_only=True):
    """A band as you may see it.

    Cost and margin are for administrators, the floor for whom ``floor_seen_by`` names; else null.
    """

    id: int
    product: str
    currency: str
    list_minor: int
    opening_minor: int
    floor_minor: int | None
    cost_minor: int | None
    margin_minor: int | None
    floor_seen_by: SeenBy
    refusal_en: str
    refusal_fa: str
    valid_from: datetime
    valid_until: datetime | None
    version: int


class PriceBandQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``all``, also those that hold no more or not yet."""

    all: bool = False


class NewPriceOffer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is offered for how much: ``amount_minor``, or ``off_minor`` less than was asked last."""

    product: Product
    currency: Currency
    amount_minor: Minor | None = None
    off_minor: Minor | None = None
    note: Words | None = None


@operation("GET", "/price_bands", tag="prices", roles=AGENT, via="read")
async def list_price_bands(call: Call, query: PriceBandQuery) -> list[PriceBandView]:
    """List for how much things are sold now, by product."""
    at = None if query.all else await call.clock()
    return [_view(call, band) for band in await price_bands.list_all(call.conn, at)]


@operation("GET", "/price_bands/{price_band_id}", tag="prices", roles=AGENT, via="read")
async def find_price_band(call: Call, price_band_id: int) -> PriceBandView:
    """Read one band."""
    return _view(call, await price_bands.find(call.conn, price_band_id))


@operation("POST", "/price_bands", tag="prices", roles=ADMIN, via="transaction", status=201)
async def create_price_band(call: Call, body: NewPriceBand) -> PriceBandView:
    """Say for how much something is sold, from now on or from another instant."""
    now = await call.clock()
    fields = msgspec.structs.asdict(body) | {"valid_from": body.valid_from or now}
    band = await price_bands.create(call.conn, now, Terms(**fields), actor=call.actor.reference)
    return _view(call, band)


@operation("PATCH", "/price_bands/{price_band_id}", tag="prices", roles=ADMIN, via="transaction")
async def change_price_band(call: Call, price_band_id: int, body: PriceBandChange) -> PriceBandView:
    """Change a band, or let it end: an end that has come is now."""
    before = await price_bands.lock(call.conn, price_band_id)
    call.check_version(before.version)
    now = await call.clock()
    after = edited(before, body)
    return _view(
        call,
        await price_bands.change(call.conn, now, before, after, actor=call.actor.reference),
    )


@operation(
    "POST",
    "/tickets/{ticket_id}/price_offers",
    tag="prices",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def offer_price(call: Call, ticket_id: int, body: NewPriceOffer) -> Offer:
    """Note what you offer the customer; a lower price than before is a concession.

    Below the floor it is refused with 409 ``below_floor`` and the band's words, above the list
    price with ``above_list``. An offer that rises again is fine.
    """
    await check_may_work(call, ticket_id)
    ask = Ask(
        product=body.product,
        currency=body.currency,
        amount_minor=body.amount_minor,
        off_minor=body.off_minor,
        note=body.note,
    )
    language: Literal["en", "fa"] = "fa" if call.actor.language == "fa" else "en"
    return await price_offers.make(
        call.conn,
        await call.clock(),
        ticket_id,
        ask,
        author_id=call.actor.user_id,
        language=language,
        actor=call.actor.reference,
    )


@operation("GET", "/tickets/{ticket_id}/price_offers", tag="prices", roles=AGENT, via="read")
async def list_price_offers(call: Call, ticket_id: int) -> list[Offer]:
    """List what was offered in a ticket, the newest last."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await price_offers.of_ticket(call.conn, ticket_id)


def _view(call: Call, band: Band) -> PriceBandView:
    is_admin = call.actor.is_at_least(Role.ADMIN)
    sees_floor = call.actor.is_at_least(Role.named(band.floor_seen_by))
    return PriceBandView(
        id=band.id,
        product=band.product,
        currency=band.currency,
        list_minor=band.list_minor,
        opening_minor=band.opening_minor,
        floor_minor=band.floor_minor if sees_floor else None,
        cost_minor=band.cost_minor if is_admin else None,
        margin_minor=band.margin_minor if is_admin else None,
        floor_seen_by=band.floor_seen_by,
        refusal_en=band.refusal_en,
        refusal_fa=band.refusal_fa,
        valid_from=band.valid_from,
        valid_until=band.valid_until,
        version=band.version,
    )
