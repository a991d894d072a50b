"""The intake's measurement: it counts what is there, and says so when a run cannot count."""

import asyncpg
import pytest
from bench_process import bench

from contactcenter.bench import messages, scratch
from contactcenter.bench.figures import MeasurementInvalid, percentile
from contactcenter.bench.intake import Plan, check_stored, measure


@pytest.mark.full
async def test_a_tiny_run_counts_what_was_stored() -> None:
    result, _ = await bench(
        "intake", "--clients", "3", "--seconds", "0.4", "--slices", "2", "--known", "50"
    )
    assert list(result) == [
        "clients",
        "seconds",
        "workers",
        "msg_per_s",
        "p50_ms",
        "p95_ms",
        "p99_ms",
        "errors",
        "rss_mb",
        "floor_per_s",
        "ratio",
        "triage_lag_p95_ms",
        "drained_s",
    ]
    assert (result["clients"], result["seconds"], result["workers"]) == (3, 0.4, 1)
    assert result["errors"] == 0
    assert result["msg_per_s"] > 0
    assert result["floor_per_s"] > 0
    assert 0 < result["p50_ms"] <= result["p95_ms"] <= result["p99_ms"]
    assert 0 <= result["drained_s"] <= 10


async def test_a_server_that_would_lose_what_it_acknowledged_is_refused(server_dsn: str) -> None:
    plan = Plan(clients=1, seconds=0.1, known=0, database_url=server_dsn)

    with pytest.raises(MeasurementInvalid, match="fsync is off"):
        await measure(plan, lambda _line: None)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (["SM1"], "1 acknowledged but not stored: SM2"),
        (["SM1", "SM2", "SM3"], "1 stored but not acknowledged: SM3"),
        (["SM1", "SM2", "SM2"], "1 stored more than once: SM2"),
    ],
)
def test_a_run_whose_rows_differ_from_its_acknowledgements_does_not_count(
    stored: list[str], said: str
) -> None:
    with pytest.raises(MeasurementInvalid, match=said):
        check_stored(["SM1", "SM2"], stored)


def test_a_run_whose_rows_are_its_acknowledgements_counts() -> None:
    check_stored(["SM1", "SM2"], ["SM2", "SM1"])


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]

    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert (percentile([7.0], 0.99), percentile([], 0.5)) == (7.0, 0.0)


def test_one_message_in_five_is_from_nobody_known_and_the_rest_spread_evenly() -> None:
    made = [messages.message(n, 1000, "mark") for n in range(5000)]

    new = [m for m in made if m.sender.startswith("+98935")]
    known = {m.sender for m in made if m.sender.startswith("+98912")}
    assert len(new) == len({m.sender for m in new}) == 1000
    assert len(known) == 1000
    assert len({m.sid for m in made}) == 5000


@pytest.mark.slow
async def test_the_databases_of_a_run_are_gone_after_it(server_dsn: str) -> None:
    made = scratch.Scratch(server_dsn)
    url = await made.database()
    copy = await made.copy(url)
    await made.drop()

    for dropped in (url, copy):
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await asyncpg.connect(dropped)
