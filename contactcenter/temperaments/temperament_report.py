"""How often people say otherwise than the model, week by week and label by label."""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class LabelWeek(Struct, frozen=True, kw_only=True):
    """What became of one label of the model in the week from ``week`` on (Monday, UTC).

    ``carried``: contacts who had it at any time of the week. ``corrections`` of people while it
    stood, ``agreed`` of them with the same label; ``refused`` by "not this". ``override_rate`` is
    the part of those who carried it that were said to be otherwise, ``agreement`` the part of what
    people said that was the same; null where there is nothing to divide by.
    """

    week: datetime
    label: str
    carried: int
    corrections: int
    agreed: int
    refused: int
    override_rate: float | None
    agreement: float | None


class _Counted(Struct, frozen=True, kw_only=True):
    week: datetime
    label: str
    carried: int
    corrections: int
    agreed: int
    refused: int


_SQL = db.Statements(__name__)
_by_week = _SQL.take("by_week", _Counted)


async def weekly(conn: Conn, from_at: datetime, to_at: datetime) -> list[LabelWeek]:
    """Report the weeks that a period touches, and labels of which there is something to say."""
    return [_rated(row) for row in await _by_week.all(conn, from_at, to_at)]


def _rated(row: _Counted) -> LabelWeek:
    otherwise = row.corrections - row.agreed + row.refused
    said = row.corrections + row.refused
    return LabelWeek(
        week=row.week,
        label=row.label,
        carried=row.carried,
        corrections=row.corrections,
        agreed=row.agreed,
        refused=row.refused,
        override_rate=round(otherwise / row.carried, 4) if row.carried else None,
        agreement=round(row.agreed / said, 4) if said else None,
    )
