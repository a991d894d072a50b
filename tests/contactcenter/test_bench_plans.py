"""No statement on the way of a message reads a large table from end to end."""

import asyncpg
import pytest

from contactcenter.bench import plans
from contactcenter.bench.figures import MeasurementInvalid

pytestmark = pytest.mark.slow


async def test_no_statement_reads_a_large_table_to_its_end(server_dsn: str) -> None:
    await checked(server_dsn, 10_000)


@pytest.mark.full
@pytest.mark.timeout(1800)
async def test_nor_with_a_million_contacts(server_dsn: str) -> None:
    await checked(server_dsn, 1_000_000)


async def checked(server_dsn: str, rows: int) -> None:
    result = await plans.measure(rows, server_dsn, lambda _line: None, durable=False)

    assert (result.rows, result.sequential) == (rows, 0)
    assert result.statements > 50


async def test_a_scan_of_a_large_table_is_found(conn: asyncpg.Connection) -> None:
    await conn.execute(
        "CREATE TABLE many AS SELECT n, n % 7 AS kind FROM generate_series(1, 9000) n"
    )
    await conn.execute("ANALYZE many")

    scans = list(plans.scans_of(await plans.plan_of(conn, "SELECT n FROM many WHERE kind = $1")))

    assert scans == ["Seq Scan many"]
    assert plans.reads_all(scans[0], frozenset(["many"]))
    assert not plans.reads_all(scans[0], frozenset(["other"]))


async def test_a_run_that_finds_one_does_not_count(server_dsn: str, monkeypatch) -> None:
    texts = plans.Statements.registry["contactcenter.inbound.inbound_storing"].texts
    monkeypatch.setitem(texts, "read_all", "SELECT body FROM interaction WHERE body = $1")

    with pytest.raises(
        MeasurementInvalid, match=r"inbound_storing.read_all \(Seq Scan interaction\)"
    ):
        await plans.measure(6000, server_dsn, lambda _line: None, durable=False)
