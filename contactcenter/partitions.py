"""The monthly partitions of ``delivery`` and ``event``: made a year ahead, so none is ever missing.

Each is built apart and then attached, because CREATE TABLE … PARTITION OF locks the parent. There
is no default partition: a row outside every month is an error that is seen, not a row that hides.
"""

from datetime import UTC, datetime
from typing import Final

from contactcenter import db
from contactcenter.db import Conn

PARENTS: Final = ("delivery", "event")
MONTHS_AHEAD: Final = 12
#: With fewer months than this ahead, ``doctor`` fails.
MONTHS_NEEDED: Final = 2

_LOCK: Final = 7_220_001

_SQL = db.Statements(__name__)
_attached = _SQL.take("attached", str)


async def ensure(conn: Conn, now: datetime) -> list[str]:
    """Make what is missing from last month to a year ahead; returns the names made."""
    made = []
    for parent in PARENTS:
        for month in _months(now, -1, MONTHS_AHEAD):
            name = f"{parent}_{month:%Y_%m}"
            async with conn.transaction():
                await conn.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
                if name in await _attached.all(conn, parent):
                    continue
                following = _add_months(month, 1)
                await conn.execute(
                    f"CREATE TABLE {name} (LIKE {parent} INCLUDING ALL EXCLUDING IDENTITY);"
                    f"ALTER TABLE {parent} ATTACH PARTITION {name}"
                    f" FOR VALUES FROM ('{month.isoformat()}') TO ('{following.isoformat()}')"
                )
                made.append(name)
    return made


async def months_ahead(conn: Conn, now: datetime) -> int:
    """How many whole months after this one every parent has a partition for."""
    ahead = MONTHS_AHEAD
    for parent in PARENTS:
        names = set(await _attached.all(conn, parent))
        months = _months(now, 1, MONTHS_AHEAD)
        found = 0
        while found < len(months) and f"{parent}_{months[found]:%Y_%m}" in names:
            found += 1
        ahead = min(ahead, found)
    return ahead


def _months(now: datetime, first: int, last: int) -> list[datetime]:
    start = datetime(now.year, now.month, 1, tzinfo=UTC)
    return [_add_months(start, n) for n in range(first, last + 1)]


def _add_months(month: datetime, n: int) -> datetime:
    years, month_index = divmod(month.month - 1 + n, 12)
    return month.replace(year=month.year + years, month=month_index + 1)
