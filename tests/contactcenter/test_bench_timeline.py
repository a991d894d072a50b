"""The timeline's measurement: both sides read the same rows, and nobody is shown hidden ones."""

import pytest
from bench_process import bench

from contactcenter.bench import timeline_people
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.scratch import connect
from contactcenter.bench.timeline import Plan, Result, Run
from contactcenter.db import Database, OwnConnection

ROWS = 20_000


@pytest.mark.full
async def test_a_tiny_run_reads_pages_of_every_kind() -> None:
    result, said = await bench(
        "timeline", "--interactions", str(ROWS), "--pages", "30", "--slices", "2", "--explain"
    )
    assert list(result) == list(Result.__struct_fields__)
    assert (result["interactions"], result["pages"]) == (ROWS, 30)
    assert 0 < result["bare_p50_ms"] <= result["bare_p99_ms"]
    assert 0 < result["p50_ms"] <= result["p99_ms"]
    assert 0 < result["http_p50_ms"] <= result["http_p99_ms"]
    assert "interaction_timeline" in said
    assert "Seq Scan on interaction" not in said


async def settled(conn: OwnConnection) -> timeline_people.Centre:
    return await timeline_people.settle(conn, ROWS, "a-secret-of-a-reader", lambda _line: None)


async def test_everybody_has_a_hundred_and_the_first_two_a_hundredth_of_all(dsn: str) -> None:
    conn = await connect(dsn)
    try:
        centre = await settled(conn)
        counts = dict(
            await conn.fetch("SELECT contact_id, count(*) FROM interaction GROUP BY contact_id")
        )
        strangers = await conn.fetchval(
            "SELECT count(*) FROM interaction i JOIN ticket t ON t.id = i.ticket_id"
            " WHERE t.contact_id <> i.contact_id"
        )
        indexes = await conn.fetchval(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'interaction'"
        )
        keys = await conn.fetchval(
            "SELECT count(*) FROM pg_constraint"
            " WHERE conrelid = 'interaction'::regclass AND contype = 'f'"
        )
    finally:
        await conn.close(timeout=5)

    assert centre.interactions == ROWS
    assert (counts.pop(1), counts.pop(2)) == (200, 200)
    assert set(counts) == set(range(centre.first_contact, centre.last_contact + 1))
    assert set(counts.values()) == {100}
    assert strangers == 0
    assert indexes >= 5
    assert keys == 5


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        ("UPDATE ticket SET team_ids = '{}' WHERE id % 2 = 1", "the two sides read different"),
        ("UPDATE team SET restricted = false", "shown what he may not read"),
    ],
)
async def test_a_run_in_which_visibility_is_not_as_it_should_be_does_not_count(
    dsn: str, spoiled: str, said: str
) -> None:
    conn = await connect(dsn)
    centre = await settled(conn)
    await conn.execute(spoiled)
    await conn.execute(
        "INSERT INTO team_member SELECT id, $1 FROM team WHERE NOT restricted ON CONFLICT DO NOTHING",
        centre.viewer_id,
    )
    await conn.close(timeout=5)
    database = await Database(dsn).open()
    try:
        async with database.read() as asking:
            run = Run(Plan(interactions=ROWS, pages=30, slices=1), centre, asking, lambda _: None)
            with pytest.raises(MeasurementInvalid, match=said):
                await asked(run)
    finally:
        await database.close()


async def asked(run: Run) -> None:
    await run.ask()
    await run.hidden_ms()
