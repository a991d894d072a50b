"""What the rules measure: the figures of the live board, by queue and of all queues together."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from contactcenter import db
from contactcenter.alerting.rules import Measure
from contactcenter.db import Conn
from contactcenter.reporting.live import AT_RISK
from contactcenter.reporting.today import Day, Today

#: The figures of a queue, or of all (None). None is what nothing can be said of.
Measured = Mapping[tuple[int | None, Measure], float | None]


class _Queue(Struct, frozen=True, kw_only=True):
    queue_id: int | None
    waiting: int
    longest_wait_s: float
    agents: int
    available: int
    at_risk: int


_SQL = db.Statements(__name__)
_now = _SQL.take("now", _Queue)


async def measured(
    conn: Conn, now: datetime, today: Today, day: Day, *, at_risk: timedelta = AT_RISK
) -> Measured:
    """Every measure of every queue, and of all together, read once for all rules."""
    counted = await today.of(conn, now, day)
    found: dict[tuple[int | None, Measure], float | None] = {}
    for row in await _now.all(conn, now, now + at_risk):
        ids = list(counted) if row.queue_id is None else [row.queue_id]
        found |= {
            (row.queue_id, "waiting"): row.waiting,
            (row.queue_id, "longest_wait_s"): row.longest_wait_s,
            (row.queue_id, "agents"): row.agents,
            (row.queue_id, "available"): row.available,
            (row.queue_id, "at_risk"): row.at_risk,
            (row.queue_id, "abandoned_today"): sum(
                counted[one][1] for one in ids if one in counted
            ),
            (row.queue_id, "service_level_today"): _level(
                [counted[one] for one in ids if one in counted]
            ),
        }
    return found


def _level(counted: Sequence[tuple[int, int, int, int]]) -> float | None:
    in_time = sum(one[2] for one in counted)
    of = sum(one[3] for one in counted)
    return in_time / of if of else None
