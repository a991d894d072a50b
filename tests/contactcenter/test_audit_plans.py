"""The audit's questions stay cheap when there are many events."""

import asyncpg
import factories
import pytest

from contactcenter import audit

MANY = """
INSERT INTO event (at, kind, ticket_id, contact_id, agent_id, actor)
SELECT now(), 'ticket_offered', n / 10, n / 20, CASE n % 2 WHEN 0 THEN n % 200 END,
       CASE n % 5 WHEN 3 THEN 'user:' || n % 200 ELSE 'system' END
FROM generate_series(1, 20000) AS n
"""


@pytest.mark.parametrize(
    ("place", "value"),
    [(2, "user:8"), (5, 77), (6, 500), (6, -1), (7, 8), (7, -1)],
    ids=["actor", "ticket", "contact", "no contact", "agent", "no agent"],
)
async def test_a_question_about_one_reads_only_what_concerns_it(
    conn: asyncpg.Connection, place: int, value: object
) -> None:
    await factories.prepare(conn)
    await conn.execute(MANY)
    await conn.execute("ANALYZE event")
    values: list[object] = [2**62, 51, None, None, None, None, None, None, None]
    values[place] = value

    plan = await conn.fetch(f"EXPLAIN (ANALYZE, FORMAT TEXT) {audit._page.sql}", *values)

    text = "\n".join(row[0] for row in plan)
    assert "Rows Removed by Filter" not in text, text
    assert "Seq Scan" not in text, text
