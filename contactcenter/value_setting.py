"""How value is computed: in which currency, over which time, at what an hour of work costs us."""

from datetime import datetime

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.currencies import CURRENCIES
from contactcenter.db import Conn
from contactcenter.errors import BadInput


class ValueSetting(Struct, frozen=True, kw_only=True):
    """The settings, and what came of them last.

    The window is ``periods`` times ``period_days`` up to now. ``rates`` has for another currency
    how many of our minor units one of its is worth; of one that is not there nothing counts:
    ``left_out`` events. ``vital_share`` makes those vital who together bring this share of all
    profit; with 0 nobody is by value. Without a ``currency`` it is the only one in use;
    ``computed_in`` tells which that was.

    Stages of the life cycle go by ``loyal_purchases``, ``at_risk_days`` and ``lost_days``
    (``routing.life_cycle.Limits``); they were computed at ``stages_at``, null: they shall be for
    everybody.
    """

    currency: str | None
    rates: dict[str, float]
    period_days: int
    periods: int
    minute_rate_minor: int
    vital_share: float
    loyal_purchases: int
    at_risk_days: int
    lost_days: int
    version: int
    stages_at: datetime | None
    computed_at: datetime | None
    computed_in: str | None
    left_out: int


#: What follows from the others.
_UNTOLD = ("stages_at", "computed_at", "computed_in", "left_out")

_SQL = db.Statements(__name__)
_read = _SQL.take("read", ValueSetting)
_lock = _SQL.take("lock", ValueSetting)
_change = _SQL.take("change", ValueSetting)
_note = _SQL.command("note")
_only_currency = _SQL.take("only_currency", str)


async def read(conn: Conn) -> ValueSetting:
    """The settings in force."""
    return await _read.one(conn)


async def lock(conn: Conn) -> ValueSetting:
    """Lock the settings and read them."""
    return await _lock.one(conn)


async def change(
    conn: Conn, now: datetime, before: ValueSetting, after: ValueSetting, *, actor: str
) -> ValueSetting:
    """Save an edit of the locked settings; raises ``BadInput``."""
    if after.currency is not None and after.currency not in CURRENCIES:
        raise BadInput("body.currency", f"{after.currency} is no currency of ISO 4217.")
    for currency in after.rates:
        if currency not in CURRENCIES or currency == after.currency:
            raise BadInput(f"body.rates.{currency}", "Rates are of other currencies of ISO 4217.")
    if before == after:
        return before
    changed = await _change.one(
        conn,
        after.currency,
        after.rates,
        after.period_days,
        after.periods,
        after.minute_rate_minor,
        after.vital_share,
        after.loyal_purchases,
        after.at_risk_days,
        after.lost_days,
    )
    told = configuration.differences(before, changed, untold=_UNTOLD)
    await configuration.record(conn, now, "value_setting", None, told, actor=actor)
    return changed


async def currency_of(conn: Conn, setting: ValueSetting) -> str | None:
    """What is counted in; None where nobody said so and several are in use, or none."""
    if setting.currency is not None:
        return setting.currency
    used = await _only_currency.all(conn)
    return used[0] if len(used) == 1 else None


async def note(conn: Conn, computed_at: datetime, computed_in: str, left_out: int) -> None:
    """Note that value was computed, in which currency, and how many events it left out."""
    await _note.run(conn, computed_at, computed_in, left_out)
