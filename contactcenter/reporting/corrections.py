"""Corrections: what the figures of a closed day were before something late changed them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, field

from contactcenter import db
from contactcenter.db import Conn


class Correction(Struct, frozen=True, kw_only=True):
    """One figure of a closed day, which is from ``from`` to before ``to``.

    ``dimension`` is '' for all values together, and ``value`` is '' for what has none. Totals are
    sums of seconds, or of scores.
    """

    id: int
    at: datetime
    from_at: datetime = field(name="from")
    to_at: datetime = field(name="to")
    metric: str
    clock: str
    dimension: str
    value: str
    n_before: int
    n_after: int
    hits_before: int
    hits_after: int
    total_before: float
    total_after: float


_SQL = db.Statements(__name__)
_listed = _SQL.take("listed", Correction)
_corrected_at = _SQL.take("corrected_at", datetime)


async def listed(
    conn: Conn, from_at: datetime, to_at: datetime, *, before_id: int, limit: int
) -> list[Correction]:
    """The corrections of the days of a period, the last first."""
    return await _listed.all(conn, from_at, to_at, before_id, limit)


async def corrected_at(
    conn: Conn, from_at: datetime, to_at: datetime, metrics: Sequence[str]
) -> datetime | None:
    """When figures of these metrics of the days of a period were corrected last."""
    return await _corrected_at.first(conn, from_at, to_at, list(metrics))
