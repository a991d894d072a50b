"""The card's measurement: both sides read the same rows, and nobody is shown hidden ones."""

import pytest
from bench_process import bench

from contactcenter.bench import card_people
from contactcenter.bench.card import Plan, Result, Run
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.scratch import connect
from contactcenter.db import Database

ROWS = 10_000


@pytest.mark.full
async def test_a_tiny_run_reads_cards_of_every_kind() -> None:
    result, said = await bench(
        "card", "--interactions", str(ROWS), "--cards", "20", "--slices", "2", "--explain"
    )
    assert list(result) == list(Result.__struct_fields__)
    assert (result["interactions"], result["cards"]) == (ROWS, 20)
    assert 0 < result["bare_p50_ms"] <= result["p50_ms"] <= result["p99_ms"]
    assert 0 < result["http_p50_ms"] <= result["http_p99_ms"]
    assert "interaction_timeline" in said
    assert "Seq Scan on interaction" not in said


@pytest.mark.slow
async def test_a_run_in_which_visibility_is_not_as_it_should_be_does_not_count(dsn: str) -> None:
    conn = await connect(dsn)
    centre = await card_people.settle(conn, ROWS, "a-secret-of-a-reader", lambda _line: None)
    database = await Database(dsn).open()
    try:
        async with database.read() as asking:
            run = Run(Plan(interactions=ROWS, cards=10, slices=1), centre, asking, lambda _: None)
            await run.ask()
            await run.hidden_ms()

            await conn.execute("UPDATE team SET restricted = false")
            await conn.execute(
                "INSERT INTO team_member SELECT id, $1 FROM team ON CONFLICT DO NOTHING",
                centre.viewer_id,
            )
            with pytest.raises(MeasurementInvalid, match="shown what he may not read"):
                await run.hidden_ms()

            await conn.execute("UPDATE ticket SET team_ids = '{}' WHERE state = 'closed'")
            with pytest.raises(MeasurementInvalid, match="the two sides read different"):
                await run.ask()
    finally:
        await database.close()
        await conn.close(timeout=5)
