"""``serve --only web`` beside ``serve --only work``, and how a process takes its leave."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from centre import OUR_NUMBER, SARA, Centre, eventually, opened
from click.testing import CliRunner
from serve_processes import served, until

from contactcenter.cli import main
from contactcenter.db import Database
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.slow


@asynccontextmanager
async def fronted(dsn: str) -> AsyncIterator[tuple[Centre, int, Mapping[str, str]]]:
    """A provider, people, and the port and settings that a web process is to have for them."""
    port = unused_port()
    url = f"http://127.0.0.1:{port}"
    async with FakeTwilio(chance=random.Random(1), clock=lambda: datetime.now(UTC)) as fake:
        fake.message_url = f"{url}/hooks/sms/message"
        environ = {
            "CONTACTCENTER_DATABASE_URL": dsn,
            "CONTACTCENTER_PUBLIC_URL": url,
            "CONTACTCENTER_DRAIN_NOTICE_S": "2",
            **{f"CONTACTCENTER_{key.upper()}": value for key, value in fake.settings().items()},
        }
        database = await Database(dsn).open()
        desk = Centre(url, database, fake)
        try:
            yield desk, port, environ
        finally:
            await desk.close()
            await database.close()


async def status_of(url: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status


async def test_a_message_goes_all_the_way_through_two_processes(dsn: str, tmp_path: Path) -> None:
    async with (
        fronted(dsn) as (desk, port, environ),
        served(tmp_path, "--only", "web", "--port", str(port), environ=environ),
        served(tmp_path, "--only", "work", environ=environ) as work,
    ):
        for probe in ("/healthz", "/readyz", "/metrics"):
            assert await status_of(work.url + probe) == 200
            assert await status_of(desk.url + probe) == 200
        assert await status_of(f"{work.url}/api/v1/session") == 404
        assert await status_of(f"{work.url}/hooks/sms/message") == 404

        lena = await desk.person("Lena", tiers=(1,))  # signed on at the one process
        assert await desk.customer_writes(SARA, "my laptop is broken") == 200

        async def assigned() -> list:  # looked at by the other
            return (await lena.get("/tickets?mine=true&state=assigned"))["items"]

        (ticket,) = await eventually(assigned, within_s=30, what="an assigned ticket")
        await lena.post(f"/tickets/{ticket['id']}/replies", {"text": "Is it plugged in?"})

        async def arrived() -> bool:  # sent by the other
            return any(
                e.kind == "accepted" and e.from_ == OUR_NUMBER and e.to == SARA
                for e in desk.twilio.ledger.entries
            )

        await eventually(arrived, within_s=30, what="a reply")

        await lena.post("/presence", {"presence": "away", "reason": "lunch"})
        assert await desk.customer_writes("+989120000002", "mine, too") == 200

        async def waits() -> bool:
            async with desk.database.read() as conn:
                return await conn.fetchval(
                    "SELECT count(*) = 1 FROM ticket WHERE state = 'waiting'"
                )

        await eventually(waits, within_s=30, what="a waiting ticket")
        await lena.post("/presence", {"presence": "available"})  # dispatched where it was asked
        assert len(await assigned()) == 2


async def test_consoles_and_proxies_are_told_before_a_process_goes(
    dsn: str, tmp_path: Path
) -> None:
    async with (
        fronted(dsn) as (desk, port, environ),
        served(tmp_path, "--port", str(port), environ=environ) as serving,
    ):
        lena = await desk.person("Lena", tiers=(1,))
        told_at_s = time.monotonic()
        async with lena._http.ws_connect(
            f"{desk.url}/api/v1/feed", headers={"Origin": desk.url}
        ) as feed:
            await feed.send_json({"id": 1, "type": "subscribe"})
            assert (await feed.receive_json(timeout=10))["id"] == 1
            told_at_s = time.monotonic()
            serving.process.send_signal(signal.SIGTERM)

            assert await missing_of(desk.url) == ["draining"]
            assert await status_of(f"{desk.url}/healthz") == 200
            async with asyncio.timeout(15):
                while not feed.closed:
                    await feed.receive()
            assert feed.close_code == aiohttp.WSCloseCode.GOING_AWAY
        async with asyncio.timeout(15):
            assert await serving.process.wait() == 0
        assert time.monotonic() - told_at_s < 15
        assert not serving.logged("worker_failed")


async def test_what_is_being_sent_when_a_process_goes_is_sent_to_its_end(dsn: str) -> None:
    async with opened(dsn) as desk:
        lena = await desk.person("Lena", tiers=(1,))
        await desk.customer_writes(SARA, "my laptop is broken")

        async def assigned() -> list:
            return (await lena.get("/tickets?mine=true&state=assigned"))["items"]

        (ticket,) = await eventually(assigned, within_s=30, what="an assigned ticket")
        desk.twilio.behaviour = Behaviour(answer_delay_s=(1.5, 1.5))
        await lena.post(f"/tickets/{ticket['id']}/replies", {"text": "Is it plugged in?"})

        async def is_under_way() -> bool:
            async with desk.database.read() as conn:
                return await conn.fetchval(
                    "SELECT count(*) = 1 FROM outbox WHERE state = 'sending'"
                )

        await eventually(is_under_way, within_s=30, what="a message under way")
    database = await Database(dsn).open()
    async with database.read() as conn:
        states = await conn.fetch("SELECT state, claimed_until FROM outbox")
    await database.close()

    assert [tuple(row) for row in states] == [("sent", None)]


async def missing_of(url: str) -> list[str]:
    """What ``/readyz`` misses, once it misses anything."""

    async def ask() -> bool:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/readyz") as answer:
            if answer.status == 503:
                found.extend((await answer.json())["missing"])
        return bool(found)

    found: list[str] = []
    await until(ask, within_s=5)
    return found


async def test_a_schema_that_is_too_old_is_not_ready_and_a_newer_one_is(
    dsn: str, tmp_path: Path
) -> None:
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}
    database = await Database(dsn).open()
    async with served(tmp_path, environ=environ) as serving:
        async with database.transaction() as conn:
            await conn.execute(
                "INSERT INTO schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')"
            )
        assert await status_of(f"{serving.url}/readyz") == 200
        async with database.transaction() as conn:
            await conn.execute("DELETE FROM schema_migration WHERE version > 1")
        assert await missing_of(serving.url) == ["migrations"]
    await database.close()


def test_a_part_alone_is_refused_with_the_embedded_database(tmp_path: Path) -> None:
    environ = {"CONTACTCENTER_DATABASE_URL": "", "CONTACTCENTER_DATA_DIR": str(tmp_path)}

    result = CliRunner(env=environ).invoke(main, ["serve", "--only", "web"])

    assert result.exit_code == 2
    assert "CONTACTCENTER_DATABASE_URL" in result.output
    assert "--workers" in result.output
