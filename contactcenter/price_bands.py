"""For how much things are sold: one band a product, currency and time, the same for everybody."""

from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import configuration, db, events
from contactcenter.currencies import CURRENCIES
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from routing.price_bands import PriceBand

SeenBy = Literal["agent", "supervisor", "admin"]

_TEXTS: Final = ("product", "refusal_en", "refusal_fa")


class Terms(Struct, frozen=True, kw_only=True):
    """What is set of a band: the floor is ``cost_minor`` and ``margin_minor`` together.

    ``refusal_en`` and ``refusal_fa`` are what is said where somebody would go below it.
    """

    product: str
    currency: str
    list_minor: int
    opening_minor: int
    cost_minor: int
    margin_minor: int
    floor_seen_by: SeenBy
    refusal_en: str
    refusal_fa: str
    valid_from: datetime
    valid_until: datetime | None


class Band(Terms, frozen=True, kw_only=True):
    """A row of ``price_band``."""

    id: int
    floor_minor: int
    version: int

    @property
    def rule(self) -> PriceBand:
        """Its prices, to decide by."""
        return PriceBand(
            list_minor=self.list_minor,
            opening_minor=self.opening_minor,
            floor_minor=self.floor_minor,
        )


class BandOverlaps(Conflict):
    """Another band of this product holds at that time: let it end first."""

    code = "band_overlaps"


_SQL = db.Statements(__name__)
_lock_all = _SQL.command("lock_all")
_overlaps = _SQL.take("overlaps", bool)
_list_all = _SQL.take("list_all", Band)
_find = _SQL.take("find", Band)
_of_product = _SQL.take("of_product", Band)
_create = _SQL.take("create", int)
_change = _SQL.command("change")


async def list_all(conn: Conn, at: datetime | None) -> list[Band]:
    """Those that hold then, by product; with None all there ever were, a thousand at most."""
    return await _list_all.all(conn, at)


async def find(conn: Conn, band_id: int) -> Band:
    """One; raises ``NotFound``."""
    found = await _find.first(conn, band_id)
    if found is None:
        raise NotFound(f"there is no price band {band_id}")
    return found


async def of_product(conn: Conn, product: str, currency: str, at: datetime) -> Band:
    """What holds for a product, unchanged until the commit; raises ``BadInput`` where nothing."""
    found = await _of_product.first(conn, product, currency, at)
    if found is None:
        raise BadInput(
            "body.product", f"Nothing says for how much {product} is sold in {currency}."
        )
    return found


async def lock(conn: Conn, band_id: int) -> Band:
    """Lock all bands and read one; raises ``NotFound``."""
    await _lock_all.run(conn)
    return await find(conn, band_id)


async def create(conn: Conn, now: datetime, terms: Terms, *, actor: str) -> Band:
    """Add one; raises ``BadInput`` or ``BandOverlaps``."""
    await _lock_all.run(conn)
    await _check(conn, terms, 0)
    band = await find(conn, await _create.one(conn, *msgspec.structs.astuple(terms)))
    await _record(conn, now, None, band, actor=actor)
    return band


async def change(conn: Conn, now: datetime, before: Band, after: Band, *, actor: str) -> Band:
    """Save an edit of one of the locked bands; raises as ``create`` does."""
    if before == after:
        return before
    await _check(conn, after, after.id)
    await _change.run(
        conn,
        after.id,
        after.list_minor,
        after.opening_minor,
        after.cost_minor,
        after.margin_minor,
        after.floor_seen_by,
        after.refusal_en,
        after.refusal_fa,
        after.valid_until,
    )
    band = await find(conn, after.id)
    await _record(conn, now, before, band, actor=actor)
    return band


async def _check(conn: Conn, terms: Terms, band_id: int) -> None:
    if terms.currency not in CURRENCIES:
        raise BadInput("body.currency", f"{terms.currency} is no currency of ISO 4217.")
    if terms.opening_minor > terms.list_minor:
        raise BadInput("body.opening_minor", "The opening price is not above the list price.")
    if terms.opening_minor < terms.cost_minor + terms.margin_minor:
        raise BadInput("body.opening_minor", "The opening price is not below the floor.")
    if terms.valid_until is not None and terms.valid_until <= terms.valid_from:
        raise BadInput("body.valid_until", "It ends after it begins.")
    when = terms.valid_from, terms.valid_until
    if await _overlaps.one(conn, terms.product, terms.currency, *when, band_id):
        raise BandOverlaps


async def _record(
    conn: Conn, now: datetime, before: Band | None, after: Band, *, actor: str
) -> None:
    changed = configuration.differences(before, after, sized=_TEXTS)
    edited = events.Event(
        kind="price_band_changed",
        at=now,
        actor=actor,
        data={"price_band_id": after.id, "changed": changed},
    )
    await events.record(conn, edited)
