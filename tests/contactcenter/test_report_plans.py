"""Reports stay cheap when there are many facts: a day is read by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from contactcenter.measuring import Ask
from contactcenter.reporting import answers

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MANY = """
INSERT INTO report_fact (kind, episode, from_at, at, agent_id, temperament, value, is_first, calendar_s)
SELECT 'solved', 1, $1::timestamptz + n * interval '1 hour', $1::timestamptz + n * interval '1 hour', n % 20,
       'warm', 'unknown', true, n % 900
FROM generate_series(-6000, 6000) AS n
"""


class Explaining:
    """A connection that tells how a question would be answered, and answers nothing."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn, self.plan = conn, ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    async def fetch(self, sql: str, *values: object) -> list[object]:
        self.plan = "\n".join(row[0] for row in await self._conn.fetch(f"EXPLAIN {sql}", *values))
        return []


@pytest.mark.parametrize("zone", [None, "Asia/Tehran"], ids=["whole", "by day"])
async def test_a_day_among_many_is_found_by_index(
    conn: asyncpg.Connection, zone: str | None
) -> None:
    await conn.execute(MANY, MONDAY)
    await conn.execute("ANALYZE report_fact")
    explaining: Any = Explaining(conn)
    ask = Ask(metric="time_to_solve", from_at=MONDAY, to_at=MONDAY + timedelta(days=1))

    if zone is None:
        await answers.answer(explaining, ask, viewer_id=None)
    else:
        await answers.daily(explaining, ask, zone=zone, viewer_id=None)

    assert "report_fact_of_kind" in explaining.plan, explaining.plan
    assert "Seq Scan on report_fact" not in explaining.plan, explaining.plan
