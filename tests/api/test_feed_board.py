"""The live board over the feed: to whom it is due, when it has changed, read once for all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import factories as make
import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient
from consoles import opened

from contactcenter import api
from contactcenter.api import boards
from contactcenter.api import feed as feed_api
from contactcenter.api.services import Services
from contactcenter.feed import Feed
from contactcenter.reporting import live


@pytest.fixture
async def client(aiohttp_client: Any, services: Services) -> AsyncIterator[TestClient]:
    """The application with the feed in it."""
    feed = Feed(services.db, services.bell)
    task = asyncio.create_task(feed.run())
    app = web.Application()
    api.install(app, services)
    feed_api.install(app, feed)
    yield await aiohttp_client(app, cookie_jar=DummyCookieJar())
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "AT_MOST_EVERY_S", 0.05)


@pytest.fixture
async def queues(table, admin) -> tuple[int, int]:
    await make.prepare(table)
    return await make.queue(table, name="Front"), await make.queue(table, name="Other")


async def waits(table, services, queue_id) -> None:
    now = await table.fetchval("SELECT clock_timestamp()")
    async with table.transaction():
        await make.queued_ticket(table, now, queue_id=queue_id)
    services.bell.ring("events")


async def board_of(console) -> Any:
    frame = await console.frame()
    assert frame["type"] == "board"
    return frame["board"]


async def test_who_watches_gets_the_board_when_it_changes(admin, table, services, queues):
    async with opened(admin) as console:
        assert (await console.command("watch_board", zone="Asia/Tehran"))["success"]
        first = await board_of(console)
        asked = await admin("GET", "/reports/live?zone=Asia/Tehran", status=200)
        await waits(table, services, queues[0])
        second = await board_of(console)
        assert (await console.command("unwatch_board"))["success"]

    assert first.keys() == asked.keys()
    assert first["queues"] == asked["queues"]
    assert (first["waiting"], second["waiting"]) == (0, 1)
    assert sum(second["waiting_by_age"]) == 1


async def test_a_supervisor_sees_the_queues_of_his_teams_and_an_agent_none(  # noqa: PLR0917
    agent, supervisor, admin, table, services, queues
):
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", queues[1])
    lead_id = await table.fetchval("SELECT id FROM user_account WHERE role = 'supervisor'")
    await make.join_teams(table, lead_id, team_id)
    await waits(table, services, queues[0])
    async with opened(agent) as console:
        refused = await console.command("watch_board")
    async with opened(admin) as other, opened(supervisor) as console:
        await other.command("watch_board")
        await console.command("watch_board")
        board = await board_of(console)

    assert refused["error"]["code"] == "not_allowed"
    assert [one["name"] for one in board["queues"]] == ["Other"]
    assert board["waiting"] == 0


async def test_a_board_that_does_not_exist_is_refused_and_says_what_does(admin, queues):
    async with opened(admin) as console:
        zone = await console.command("watch_board", zone="Asia/Teheran")
        variant = await console.command("watch_board", variant="best")

    assert zone["error"]["code"] == variant["error"]["code"] == "bad_input"
    assert "Asia/Tehran" in zone["error"]["message"]
    assert "answered_only" in variant["error"]["message"]


async def test_it_is_read_once_for_all_who_see_the_same_and_not_while_nobody_watches(
    admin, supervisor, client, queues
):
    watched = client.app[feed_api._BOARDS]
    async with opened(admin) as one, opened(admin) as other, opened(supervisor) as lead:
        for console in (one, other, lead):
            await console.command("watch_board")
            await board_of(console)
        alike = await watched.show()
        await other.command("watch_board", within_s=60)
        apart = await watched.show()
        await lead.command("unwatch_board")
        left = await watched.show()
    await asyncio.sleep(0)

    assert (alike, apart, left) == (2, 3, 2)
    async with asyncio.timeout(5):
        while await watched.show():  # the server hears of it a moment later
            await asyncio.sleep(0.01)
    assert watched._task is None


async def test_much_that_happens_at_once_is_one_look(admin, table, services, queues, monkeypatch):
    read = []
    original = live.board

    async def counted(*args: Any) -> Any:
        read.append(args[2])
        return await original(*args)

    monkeypatch.setattr(live, "board", counted)
    monkeypatch.setattr(boards, "AT_MOST_EVERY_S", 0.3)
    async with opened(admin) as console:
        await console.command("watch_board")
        await board_of(console)
        for _ in range(20):
            await waits(table, services, queues[0])
        while (await board_of(console))["waiting"] < 20:
            pass

    assert len(read) <= 5


async def test_what_only_grows_older_is_not_sent_again(admin, table, services, queues):
    await waits(table, services, queues[0])
    async with opened(admin) as console:
        await console.command("watch_board")
        await board_of(console)
        for _ in range(3):
            services.bell.ring("events")
            await asyncio.sleep(0.06)
        await waits(table, services, queues[1])

        assert (await board_of(console))["waiting"] == 2


async def test_whoever_leads_nobody_any_more_is_shown_nothing_more(
    supervisor, table, services, queues
):
    lead_id = await table.fetchval("SELECT id FROM user_account WHERE role = 'supervisor'")
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", queues[0])
    await make.join_teams(table, lead_id, team_id)
    async with opened(supervisor) as console:
        await console.command("watch_board")
        await board_of(console)
        await table.execute("DELETE FROM team_member WHERE user_id = $1", lead_id)
        await waits(table, services, queues[0])

        assert (await board_of(console))["queues"] == []
