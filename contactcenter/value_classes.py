"""Value: what each contact brings us after what the goods and the work for him cost, by classes.

A is the smallest leading part of the contacts that brings 80 % of the profit, B the next up to
95 %, C the rest; costly is who brings a loss. Computed in one statement that only reads; what is
another than before is written in pieces.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal, Protocol

from msgspec import Struct

from contactcenter import db, value_setting
from contactcenter.db import Conn, Database, OwnConnection
from contactcenter.segmentation import computed_segments
from contactcenter.value_setting import ValueSetting

Class = Literal["A", "B", "C", "costly"]

#: How many contacts are written in one hold of the routing lock.
PIECE: Final = 200
#: All contacts of a large house are read by one statement.
STATEMENT_TIMEOUT_S: Final = 900
_PATIENT: Final = (
    f"SET statement_timeout = '{STATEMENT_TIMEOUT_S}s';"
    " SET idle_in_transaction_session_timeout = 0; SET work_mem = '64MB'"
)


class Worth(Struct, frozen=True, kw_only=True):
    """What a contact is worth in the window, in minor units; no class: nothing is known of him."""

    contact_id: int
    value_class: Class | None
    is_vital: bool
    revenue_minor: int
    margin_minor: int
    profit_minor: int
    handling_s: int


class Total(Struct, frozen=True, kw_only=True):
    """What the contacts of a class are worth together; ``vital`` is how many of them are."""

    value_class: Class
    contacts: int
    revenue_minor: int
    profit_minor: int
    handling_s: int
    vital: int


class Dispatcher(Protocol):
    """Whoever applies changes under the routing lock."""

    async def submit(self, change: Callable[[Conn, datetime], Awaitable[int]]) -> int:
        """Apply the change and return its result after the commit."""
        ...


_SQL = db.Statements(__name__)
_changed = _SQL.take("changed", Worth)
_left_out = _SQL.take("left_out", int)
_keep = _SQL.command("keep")
_drop = _SQL.command("drop")
_totals = _SQL.take("totals", Total)


async def totals(conn: Conn) -> list[Total]:
    """The classes as they were last computed, the best first; empty ones are left out."""
    return await _totals.all(conn)


async def compute(database: Database, dispatcher: Dispatcher, *, piece: int = PIECE) -> int:
    """Compute value anew; returns of how many contacts something is another than before.

    Without a currency nothing is known: neither who brings what nor what work costs.
    """
    async with database.read() as conn:
        setting = await value_setting.read(conn)
        currency = await value_setting.currency_of(conn, setting)
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
    if currency is None:
        return 0
    reader = await database.connect("value")
    try:
        await reader.execute(_PATIENT)
        changed = await _apply(
            reader, dispatcher, setting=setting, currency=currency, now=now, piece=piece
        )
        window = (now, setting.period_days, setting.periods)
        left_out = await _left_out.one(reader, *window, currency, setting.rates)
    finally:
        await reader.close()
    async with database.transaction() as conn:
        await value_setting.note(conn, now, currency, left_out)
    return changed


async def _apply(
    reader: OwnConnection,
    dispatcher: Dispatcher,
    *,
    setting: ValueSetting,
    currency: str,
    now: datetime,
    piece: int,
) -> int:
    """Read what is another and hand it over piece by piece; the reading writes nothing itself."""
    changed = 0
    async with reader.transaction(readonly=True):
        cursor = await reader.cursor(
            _changed.sql,
            now,
            setting.period_days,
            setting.periods,
            setting.minute_rate_minor,
            currency,
            setting.rates,
            setting.vital_share,
        )
        while rows := await cursor.fetch(piece):
            worth = [Worth(**dict(row.items())) for row in rows]
            changed += await dispatcher.submit(partial(_write, worth=worth, computed_at=now))
    return changed


async def _write(
    conn: Conn, now: datetime, *, worth: Sequence[Worth], computed_at: datetime
) -> int:
    """Keep what these contacts are worth, and say their classes, under the routing lock."""
    there = await computed_segments.lock(conn, [one.contact_id for one in worth])
    kept = [one for one in worth if one.value_class is not None and one.contact_id in there]
    await _drop.run(conn, sorted({one.contact_id for one in worth} - {k.contact_id for k in kept}))
    await _keep.run(
        conn,
        computed_at,
        [one.contact_id for one in kept],
        [one.value_class for one in kept],
        [one.is_vital for one in kept],
        [one.revenue_minor for one in kept],
        [one.margin_minor for one in kept],
        [one.profit_minor for one in kept],
        [one.handling_s for one in kept],
    )
    here = [one for one in worth if one.contact_id in there]
    classes = {one.contact_id: one.value_class for one in here}
    vital = {one.contact_id: "yes" if one.is_vital else None for one in here}
    changed = await computed_segments.say(conn, now, "value_class", classes)
    changed |= await computed_segments.say(conn, now, "vital", vital)
    await computed_segments.told(conn, now, changed)
    return len(worth)
