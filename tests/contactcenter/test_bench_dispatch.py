"""The router's measurement: every event counted is a ticket solved and another one assigned."""

import asyncpg
import pytest

from contactcenter.bench import dispatch, scratch
from contactcenter.bench.dispatch import Plan, measure
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.db import Conn

pytestmark = pytest.mark.slow


def tiny(**changed: object) -> Plan:
    return Plan(
        **{"waiting": 400, "agents": 12, "queues_each": 3, "seconds": 0.6, "slices": 2} | changed
    )  # type: ignore[arg-type]


@pytest.mark.full
async def test_a_tiny_run_counts_what_was_assigned_and_leaves_nothing_behind() -> None:
    async with scratch.scratch(None) as server:
        before = await _databases(server._url)

        result = await measure(tiny(waiting=4000, database_url=server._url), lambda _line: None)

        assert await _databases(server._url) == before
    assert result.assignments > 0
    assert result.assignments_per_s > 0
    assert result.floor_per_s > 0
    assert 0 < result.event_p50_ms <= result.event_p95_ms


async def test_a_run_in_which_a_solved_ticket_brings_no_other_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nobody(conn: Conn, now: object, agent_id: int) -> None:
        await conn.fetchval("SELECT 1")

    async def sign_on_and_break(self: dispatch._Work) -> float:
        rate = await signed_on(self)
        monkeypatch.setattr("contactcenter.dispatch.seek.tickets_for", nobody)
        return rate

    signed_on = dispatch._Work.sign_on
    monkeypatch.setattr(dispatch._Work, "sign_on", sign_on_and_break)

    with pytest.raises(
        MeasurementInvalid, match=r"do not hold what they have room for|brought no other"
    ):
        await measure(tiny(), lambda _line: None)


async def test_more_agents_than_tickets_are_refused() -> None:
    with pytest.raises(MeasurementInvalid, match="12 agents would take all 40 tickets"):
        await measure(tiny(waiting=40), lambda _line: None)


async def _databases(url: str) -> set[str]:
    conn = await asyncpg.connect(url)
    try:
        return {row["datname"] for row in await conn.fetch("SELECT datname FROM pg_database")}
    finally:
        await conn.close()
