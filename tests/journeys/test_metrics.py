"""What ``/metrics`` tells, to whom, and that it never hangs."""

import os
import re
import signal
import time
from pathlib import Path

import aiohttp
import centre
import pytest
from aiohttp.test_utils import make_mocked_request, unused_port
from prometheus_client.parser import text_string_to_metric_families
from serve_processes import served, until

from contactcenter import metrics
from contactcenter.api.metrics import _may_read
from contactcenter.db import Database
from contactcenter.metrics_database import GAUGES, DatabaseGauges
from contactcenter.metrics_sampler import MetricsSampler

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


async def scraped(url: str, **headers: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and the values of its labels."""
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}/metrics", headers=headers) as answer,
    ):
        assert answer.status == 200
        text = await answer.text()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def status_of(url: str, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}/metrics", headers=headers) as answer,
    ):
        return answer.status


async def test_hooks_are_counted_by_what_became_of_them(dsn: str) -> None:
    def change(name: str, *labels: str) -> float:
        return after.get((name, labels), 0.0) - before.get((name, labels), 0.0)

    async with centre.opened(dsn) as desk:
        before = await scraped(desk.url)
        assert await desk.customer_writes(centre.SARA, "my laptop is broken") == 200
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{desk.url}/hooks/sms/message", data={"Body": "forged"}) as answer,
        ):
            assert answer.status == 403
        after = await scraped(desk.url)

    assert change("contactcenter_hook_requests_total", "sms", "accepted") == 1
    assert change("contactcenter_hook_requests_total", "sms", "forged") == 1
    outcomes = [
        change("contactcenter_inbound_messages_total", "sms", outcome)
        for outcome in ("stored", "duplicate")  # where the first answer came too late
    ]
    assert sum(outcomes) == 1
    assert change("contactcenter_hook_duration_seconds_count", "sms") >= 2
    assert after["contactcenter_database_up", ()] == 1
    assert after["contactcenter_agents", ("offline",)] == 0


async def test_what_waits_is_told_by_tier(dsn: str) -> None:
    async with centre.opened(dsn) as desk:
        await desk.customer_writes(centre.SARA, "my laptop is broken")

        async def is_waiting() -> bool:
            async with desk.database.read() as conn:
                return await conn.fetchval(
                    "SELECT count(*) = 1 FROM ticket WHERE state = 'waiting'"
                )

        await centre.eventually(is_waiting, within_s=20)
        after = await scraped(desk.url)

    assert after["contactcenter_tickets_waiting", ("1",)] == 1
    assert after["contactcenter_tickets_waiting", ("3",)] == 0
    assert after["contactcenter_ticket_oldest_wait_seconds", ("1",)] > 0
    assert after["contactcenter_partition_months_ahead", ()] == 12


async def test_figures_are_not_for_whoever_comes_through_a_proxy(dsn: str) -> None:
    async with centre.opened(dsn) as desk:
        assert await status_of(desk.url) == 200
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert await status_of(desk.url, **{name: "198.51.100.7"}) == 404, name


@pytest.mark.parametrize(
    ("peer", "may"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("fe80::1%eth0", True),
        ("8.8.8.8", False),
        ("2001:4860::1", False),
        ("", False),
    ],
)
def test_without_a_token_only_near_machines_may_read(peer: str, may: bool) -> None:
    request = make_mocked_request("GET", "/metrics").clone(remote=peer)

    assert _may_read(request, None) is may


async def test_with_a_token_set_only_who_shows_it_may_read(dsn: str) -> None:
    async with centre.opened(dsn, CONTACTCENTER_METRICS_TOKEN="let me see") as desk:
        assert await status_of(desk.url) == 404
        assert await status_of(desk.url, Authorization="Bearer let me") == 404
        seen = {"Authorization": "Bearer let me see", "X-Forwarded-For": "198.51.100.7"}
        assert await status_of(desk.url, **seen) == 200


async def test_without_the_database_the_rest_is_told_in_time() -> None:
    database = await Database(f"postgresql://nobody@127.0.0.1:{unused_port()}/none").open()
    gauges = DatabaseGauges(database)
    began_s = time.monotonic()

    await gauges.refresh()

    assert time.monotonic() - began_s < 4
    told = {family.name: family for family in gauges.collect()}
    assert told["contactcenter_database_up"].samples[0].value == 0
    assert told.keys() == {"contactcenter_database_up", "contactcenter_build_info"}
    await database.close()


async def test_the_database_is_asked_at_most_once_in_five_seconds(worker_dsn: str) -> None:
    now_s = [100.0]
    database = await Database(worker_dsn).open()
    gauges = DatabaseGauges(database, clock=lambda: now_s[0])
    await gauges.refresh()
    await database.close()

    def is_up() -> float:
        return next(f for f in gauges.collect() if f.name.endswith("_up")).samples[0].value

    now_s[0] += 4
    await gauges.refresh()
    assert is_up() == 1
    now_s[0] += 2
    await gauges.refresh()
    assert is_up() == 0  # asked, and found closed


async def test_the_loops_worst_moment_is_shown_for_ten_samples(worker_dsn: str) -> None:
    database = await Database(worker_dsn, pool_size=7).open()
    sampler = MetricsSampler(database, None)

    sampler.note(late_s=0.5)
    for _ in range(9):
        sampler.note(late_s=0.01)
    assert metrics.LOOP_LAG_S._value.get() == 0.5
    sampler.note(late_s=0.01)

    assert metrics.LOOP_LAG_S._value.get() == 0.01
    assert metrics.POOL_CONNECTIONS.labels("limit")._value.get() == 7
    await database.close()


async def test_two_workers_tell_one_sum_whichever_is_asked(tmp_path: Path, dsn: str) -> None:
    sent = 12
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}
    async with served(tmp_path, "--workers", "2", environ=environ) as serving:
        for _ in range(sent):  # each over a connection of its own: the kernel spreads them
            async with (
                aiohttp.ClientSession() as http,
                http.post(f"{serving.url}/hooks/sms/message", data={}) as answer,
            ):
                assert answer.status == 503  # the channel lacks its settings

        name = ("contactcenter_hook_requests_total", ("sms", "not_stored"))
        seen = [(await scraped(serving.url))[name] for _ in range(8)]
        assert seen == [sent] * 8

        asked = {line["worker"] for line in serving.logged("request_finished")}
        assert asked == {1, 2}
        first = await scraped(serving.url)
        assert first["contactcenter_process_starts_total", ()] == 2

        os.kill((await serving.workers())[1], signal.SIGKILL)

        async def is_back() -> bool:
            try:
                found = await scraped(serving.url)
            except aiohttp.ClientError:
                return False
            return found["contactcenter_process_starts_total", ()] == 3

        await until(is_back)
        assert (await scraped(serving.url))[name] == sent  # what the dead one counted is kept


def documented() -> set[str]:
    return set(re.findall(r"^\| `(contactcenter_\w+)`", DOCUMENT, re.MULTILINE))


def known() -> set[str]:
    counted = {f"{m._name}_total" if m._type == "counter" else m._name for m in metrics.ALL}
    of_database = {f"contactcenter_{name}" for name in GAUGES}
    return counted | of_database | {"contactcenter_database_up", "contactcenter_build_info"}


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    assert documented() == known()


def test_every_metric_an_alert_names_exists() -> None:
    rules = (ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"\bcontactcenter_\w+", rules))
    histograms = {
        f"{m._name}{end}"
        for m in metrics.ALL
        if m._type == "histogram"
        for end in ("_bucket", "_sum", "_count")
    }

    assert named <= known() | histograms
    assert len(named) > 10


def test_every_alert_is_explained() -> None:
    rules = (ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8")
    alerts = re.findall(r"^ +- alert: (\w+)$", rules, re.MULTILINE)

    explained = re.findall(r"^\| `([A-Z]\w+)` \|", DOCUMENT, re.MULTILINE)
    assert sorted(alerts) == sorted(explained)
    assert len(set(alerts)) == len(alerts)
