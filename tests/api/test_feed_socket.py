"""The feed over a real WebSocket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import aiohttp
import factories
import msgspec
import pytest
from aiohttp import DummyCookieJar, WSMsgType, web
from aiohttp.test_utils import TestClient
from callers import Caller
from consoles import OURS, PATH, PATIENCE_S, Console, opened

from contactcenter import api, presence_keeper
from contactcenter.api import feed as feed_api
from contactcenter.api import feed_socket
from contactcenter.api.feed_socket import Allowance
from contactcenter.api.services import Services
from contactcenter.events import KINDS, Event, record
from contactcenter.feed import Feed, Limits, frames
from routing.temperament import guidance


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def feed(services: Services, limits: Limits) -> AsyncIterator[Feed]:
    feed = Feed(services.db, services.bell, limits=limits)
    task = asyncio.create_task(feed.run())
    yield feed
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def client(aiohttp_client: Any, services: Services, feed: Feed) -> TestClient:
    """The application with the feed in it."""
    app = web.Application()
    api.install(app, services)
    feed_api.install(app, feed)
    return await aiohttp_client(app, cookie_jar=DummyCookieJar())


async def tell(services: Services, *kinds: str, **fields: Any) -> None:
    async with services.db.transaction() as conn:
        facts = [Event(kind=k, at=datetime.now(UTC), actor="system", **fields) for k in kinds]
        await record(conn, *facts)
    services.bell.ring("events")


async def refusal_of(caller: Caller, **headers: str) -> tuple[int, str]:
    """Status and code with which the handshake is refused."""
    response = await caller.send(
        "GET",
        PATH,
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
            **headers,
        },
    )
    return response.status, (await response.json())["code"]


# Who may open it ----------------------------------------------------------------------------


async def test_a_console_signs_in_with_its_cookie_subscribes_and_is_told(agent, services):
    async with opened(agent) as console:
        subscribed = await console.command("subscribe", cursor=None)
        assert subscribed == {
            "id": 1,
            "type": "result",
            "success": True,
            "cursor": subscribed["cursor"],
        }

        await tell(services, "contact_created", contact_id=12)
        frame = await console.frame()

        assert set(frame) == {"type", "cursor", "event"}
        assert frame["event"]["kind"] == "contact_created"
        assert frame["event"]["contact_id"] == 12
        assert (await console.command("ping"))["cursor"] > ""


async def test_a_console_on_an_allowed_foreign_origin_is_let_in(agent):
    async with opened(agent, Origin="https://console.test") as console:
        assert (await console.command("ping"))["success"]


async def test_a_cookie_from_a_foreign_page_is_refused(agent):
    for origin in ("https://evil.test", "null", "", "http://desk.test.evil.test", "file://"):
        assert await refusal_of(agent, Origin=origin) == (403, "foreign_origin")


async def test_a_cookie_without_an_origin_is_refused(agent):
    assert await refusal_of(agent) == (403, "foreign_origin")


async def test_a_session_that_is_over_is_refused(agent, table):
    await table.execute("DELETE FROM session")

    assert await refusal_of(agent, **OURS) == (401, "not_signed_in")


async def test_a_password_must_be_set_first(staff, table):
    person = await staff.signed_in("agent")
    await table.execute("UPDATE user_account SET must_change_password = true")

    assert await refusal_of(person, **OURS) == (403, "password_change_required")


async def test_what_is_no_websocket_is_told_so(agent):
    response = await agent.send("GET", PATH, headers=OURS)

    assert response.status == 426
    assert (await response.json())["code"] == "upgrade_required"


async def test_a_program_signs_in_by_its_first_frame(staff, nobody, services):
    program = await staff.token_of(await staff.account("agent"), "read")
    value = program.headers["Authorization"].removeprefix("Bearer ")
    async with opened(nobody, Origin="https://evil.test") as console:
        early = await console.command("subscribe")
        assert early["error"]["code"] == "not_signed_in"
        assert (await console.command("authenticate", token=value))["success"]
        again = await console.command("authenticate", token=value)
        assert again["error"]["code"] == "already_signed_in"
        assert (await console.command("subscribe"))["success"]

        await tell(services, "configuration_changed")
        assert (await console.event())["kind"] == "configuration_changed"


async def test_a_program_signs_in_by_the_handshake(staff, services):
    program = await staff.token_of(await staff.account("agent"), "read", "write")
    async with opened(program, Accept="x") as console:
        assert (await console.command("subscribe"))["success"]
        await tell(services, "contact_created")
        assert (await console.event())["kind"] == "contact_created"


async def test_a_wrong_token_in_the_handshake_is_refused(nobody):
    assert await refusal_of(nobody, Authorization="Bearer cc_" + "x" * 43) == (401, "not_signed_in")


async def test_a_wrong_token_in_a_frame_closes_the_socket(nobody):
    async with opened(nobody, Accept="x") as console:
        refused = await console.command("authenticate", token="cc_" + "x" * 43)

        assert refused["success"] is False
        assert refused["error"]["code"] == "not_signed_in"
        assert await console.closed() == (4001, "signed_out")


async def test_a_token_that_may_not_read_is_refused(staff, nobody):
    program = await staff.token_of(await staff.account("agent"), "write")
    value = program.headers["Authorization"].removeprefix("Bearer ")
    async with opened(nobody, Accept="x") as console:
        refused = await console.command("authenticate", token=value)

        assert refused["error"]["code"] == "scope_missing"
        assert await console.closed() == (4001, "signed_out")
    assert await refusal_of(program) == (403, "scope_missing")


async def test_who_does_not_sign_in_within_the_time_is_hung_up_on(nobody, monkeypatch):
    monkeypatch.setattr(feed_socket, "AUTHENTICATE_WITHIN_S", 0.2)
    async with opened(nobody, Accept="x") as console:
        await console.command("ping")

        assert await console.closed() == (4010, "authentication_timeout")


async def test_only_so_many_strangers_are_let_in(nobody, agent, monkeypatch):
    monkeypatch.setattr(feed_api, "STRANGERS", 2)
    async with opened(nobody, Accept="x"), opened(nobody, Accept="x"):
        assert await refusal_of(nobody) == (429, "too_many_sockets")
        async with opened(agent) as console:
            assert (await console.command("ping"))["success"]


async def test_only_so_many_are_looked_after_at_once_and_first_come_is_first_served(
    agent, client, monkeypatch
):
    monkeypatch.setattr(feed_api, "TURN_WITHIN_S", 0.3)
    door = client.app[feed_api._DOOR]
    for _ in range(feed_api.ADMITTED_AT_ONCE):
        await door.acquire()
    assert await refusal_of(agent, **OURS) == (503, "no_database")

    monkeypatch.setattr(feed_api, "TURN_WITHIN_S", PATIENCE_S)
    waiting = asyncio.create_task(refusal_of(agent, Origin="http://elsewhere.test"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    door.release()
    assert await waiting == (403, "foreign_origin")
    async with opened(agent) as first, opened(agent) as second:  # they keep no place at the door
        assert (await first.command("ping"))["success"]
        assert (await second.command("ping"))["success"]


# What it is told ----------------------------------------------------------------------------


async def test_a_frame_of_any_size_arrives_whole(agent, services):
    async with opened(agent) as console:
        await console.command("subscribe")
        for size in (0, 1, 60_000, 65_530, 70_000, 300_000):
            await tell(services, "contact_created", data={"x": "x" * size})
            assert len((await console.event())["data"]["x"]) == size
        assert (await console.command("ping"))["success"]


async def test_guidance_is_at_the_console_before_the_ticket_is_taken(agent, table):
    """It comes with what rings, with what is given at once, and with another tone."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await factories.queue(table, auto_accept=["email"])
    await factories.join_queue(table, agent.user_id, queue_id)
    rings = await factories.queued_ticket(table, now, queue_id=queue_id, temperament="serious")
    given = await factories.queued_ticket(
        table, now, queue_id=queue_id, temperament="hesitant", channel="email"
    )
    async with opened(agent) as console:
        await console.command("subscribe")
        await agent("POST", "/presence", {"presence": "available"}, status=201)
        told = {}
        while len(told) < 2:
            event = await console.event()
            if "guidance" in event:
                told[event["ticket_id"]] = event
        ringing = (await agent("GET", "/offers", status=200))[0]

        assert told[rings.id]["kind"] == "ticket_offered"
        assert told[rings.id]["guidance"]["en"] == list(guidance("serious")["en"])
        assert told[rings.id]["guidance"]["fa"] == list(guidance("serious")["fa"])
        assert ringing["guidance"] == told[rings.id]["guidance"]
        assert ringing["state"] == "offered"  # nobody has taken it yet
        card = ringing["contact_card"]
        assert told[rings.id]["contact_card"] == card
        assert told[given.id]["contact_card"] == f"/api/v1/contacts/{given.contact_id}/card"
        read = await agent("GET", card.removeprefix("/api/v1"), status=200)
        assert read["contact_id"] == rings.contact_id
        assert told[given.id]["kind"] == "ticket_assigned"
        assert told[given.id]["guidance"]["en"] == list(guidance("hesitant")["en"])

        await agent("POST", f"/tickets/{rings.id}/acceptances", status=201)
        await agent(
            "PUT", f"/contacts/{rings.contact_id}/temperament", {"label": "warm"},
            headers=await etag(agent, f"/contacts/{rings.contact_id}"), status=200,
        )  # fmt: skip
        while (event := await console.event())["kind"] != "ticket_changed":
            pass
        assert event["guidance"]["fa"] == list(guidance("warm")["fa"])


async def etag(caller: Caller, path: str) -> dict[str, str]:
    return {"If-Match": (await caller.send("GET", path)).headers["ETag"]}


async def test_a_console_that_comes_back_is_told_what_it_missed(agent, services):
    async with opened(agent) as console:
        cursor = (await console.command("subscribe"))["cursor"]
        await tell(services, "contact_created", contact_id=1)
        cursor = (await console.frame())["cursor"]
    await tell(services, *["contact_changed"] * 3, contact_id=2)

    async with opened(agent) as console:
        assert await console.command("subscribe", cursor=cursor) == {
            "id": 1,
            "type": "result",
            "success": True,
            "cursor": cursor,
        }
        await tell(services, "contact_merged", contact_id=3)

        told = [await console.event() for _ in range(4)]
        assert [e["contact_id"] for e in told] == [2, 2, 2, 3]


async def test_a_cursor_that_is_too_old_is_answered_with_resync(agent, services, table):
    async with opened(agent) as console:
        cursor = (await console.command("subscribe"))["cursor"]
    await table.execute("UPDATE feed_epoch SET epoch = 2")

    async with opened(agent) as console:
        subscribed = await console.command("subscribe", cursor=cursor)
        assert subscribed["success"]
        assert await console.frame() == {"type": "resync", "cursor": subscribed["cursor"]}
        await tell(services, "contact_created")
        assert (await console.event())["kind"] == "contact_created"


async def test_a_cursor_of_something_else_is_refused_and_another_may_follow(agent):
    async with opened(agent) as console:
        refused = await console.command("subscribe", cursor="abc")
        assert refused["error"] == {
            "code": "bad_cursor",
            "message": "This is not a cursor of the feed.",
        }

        assert (await console.command("subscribe"))["success"]
        again = await console.command("subscribe")
        assert again["error"]["code"] == "already_subscribed"


async def test_a_heartbeat_keeps_the_presence_of_whoever_may_write(agent, staff, services):
    reader = await staff.token_of(await staff.account("agent"), "read")
    async with opened(agent) as console, opened(reader, Accept="x") as program:
        assert await console.command("heartbeat") == {"id": 1, "type": "result", "success": True}
        refused = await program.command("heartbeat")
        assert refused["error"]["code"] == "scope_missing"

    assert presence_keeper._heard.pop(services.db.url) == {agent.user_id}


async def test_a_heartbeat_by_request_counts_too(agent, services):
    await agent("POST", "/presence/heartbeat", status=204)

    assert presence_keeper._heard.pop(services.db.url) == {agent.user_id}


# What it takes ------------------------------------------------------------------------------


NONSENSE = [
    ("", None, "bad_frame"),
    ("{", None, "bad_frame"),
    ("[]", None, "bad_frame"),
    ('{"id": 1}', None, "bad_frame"),
    ('{"id": -1, "type": "ping"}', None, "bad_frame"),
    ('{"id": "1", "type": "ping"}', None, "bad_frame"),
    ('{"id": 1.5, "type": "ping"}', None, "bad_frame"),
    ('{"id": 99999999999999999999, "type": "ping"}', None, "bad_frame"),
    ('{"id": 7, "type": "pong"}', 7, "unknown_command"),
    ('{"id": 7, "type": "\\u0000"}', 7, "unknown_command"),
    ('{"id": 7, "type": "ping", "more": 1}', 7, "bad_frame"),
    ('{"id": 7, "type": "subscribe", "cursor": 5}', 7, "bad_frame"),
    ('{"id": 7, "type": "subscribe", "cursor": "\\u0000"}', 7, "bad_cursor"),
    ('{"id": 7, "type": "ping", "x": ' + "[" * 20000 + "]" * 20000 + "}", None, "bad_frame"),
]


async def test_a_frame_that_makes_no_sense_is_answered(agent):
    async with opened(agent) as console:
        for sent, command_id, code in NONSENSE:
            await console.socket.send_str(sent)

            refusal = await console.frame()
            assert (refusal["type"], refusal["success"]) == ("result", False), sent
            assert (refusal["id"], refusal["error"]["code"]) == (command_id, code), sent
            assert refusal["error"]["code"] in frames.ERRORS
        assert (await console.command("ping"))["success"]


async def test_a_binary_frame_is_answered(agent):
    async with opened(agent) as console:
        await console.socket.send_bytes(b'{"id": 1, "type": "ping"}')

        assert (await console.frame())["error"]["code"] == "bad_frame"


async def test_a_frame_above_64_kb_closes_the_socket(agent):
    async with opened(agent) as console:
        await console.socket.send_str(" " * 65_000 + '{"id":1,"type":"ping"}')
        assert (await console.frame())["success"]

        await console.socket.send_str(" " * 66_000 + '{"id":1,"type":"ping"}')
        assert (await console.closed())[0] == 1009


@pytest.mark.parametrize("is_ping", [True, False])
async def test_a_flood_of_frames_closes_the_socket(agent, is_ping):
    async with opened(agent) as console:
        for n in range(100):
            if is_ping:
                await console.socket.ping()
            else:
                await console.socket.send_json({"id": n, "type": "ping"})

        assert await console.closed() == (4029, "too_many")


def test_an_allowance_is_spent_and_comes_back():
    now_s = 100.0
    allowance = Allowance(20.0, 60.0, lambda: now_s)
    assert [allowance.take() for _ in range(61)] == [True] * 60 + [False]

    now_s += 1.0
    assert [allowance.take() for _ in range(21)].count(True) in (19, 20)
    now_s += 1000.0
    assert [allowance.take() for _ in range(61)] == [True] * 60 + [False]


# How it ends --------------------------------------------------------------------------------


async def test_signing_out_closes_the_socket(agent, staff):
    async with opened(agent) as console:
        await console.command("subscribe")
        await agent("DELETE", "/session", status=204)

        assert await console.closed() == (4001, "signed_out")


async def test_a_disabled_persons_socket_is_closed_at_once(agent, admin):
    async with opened(agent) as console:
        await admin("POST", f"/users/{agent.user_id}/disablements")

        assert await console.closed() == (4001, "signed_out")


async def test_an_expired_session_gets_no_answer_but_the_end(agent, feed):
    async with opened(agent) as console:
        assert (await console.command("ping"))["success"]
        [subscriber] = feed._hub.subscribers
        subscriber.good_for(0.0)
        await console.socket.send_json({"id": 5, "type": "ping"})

        assert await console.closed() == (4001, "signed_out")


async def test_a_server_that_stops_says_so(agent, client):
    async with opened(agent) as console:
        await console.command("subscribe")
        closing = asyncio.create_task(client.server.close())

        assert (await console.closed())[0] == 1001
        await console.socket.close()
        await closing


async def test_whoever_leaves_is_forgotten(agent, feed):
    async with opened(agent) as console:
        await console.command("subscribe")
        assert feed.present() == {agent.user_id}
    async with asyncio.timeout(PATIENCE_S):
        while feed.status.subscribers:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("limits", [Limits(backlog_bytes=200_000)])
async def test_a_reader_that_is_too_slow_is_cut_and_resumes(agent, services, feed):
    async with opened_lazily(agent) as console, opened(agent) as quick:
        await console.command("subscribe")
        await quick.command("subscribe")
        told = 0
        while feed.status.subscribers == 2:  # nobody reads on the first
            await tell(services, *["contact_created"] * 20, contact_id=told, data=PADDING)
            told += 20
            for _ in range(20):
                await quick.event()
        got = []
        async with asyncio.timeout(PATIENCE_S):
            while (message := await console.socket.receive()).type is WSMsgType.TEXT:
                got.append(msgspec.json.decode(message.data))
        assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 4008, "slow")
        got = [frame for frame in got if frame["event"]["kind"] == "contact_created"]
        assert 0 < len(got) < told

    async with opened(agent) as console:
        await console.command("subscribe", cursor=got[-1]["cursor"])
        got += [await console.frame() for _ in range(told - len(got))]
        await tell(services, "contact_changed")
        assert (await console.event())["kind"] == "contact_changed"
    ids = [frame["event"]["id"] for frame in got]
    assert len(set(ids)) == told
    assert ids == sorted(ids)


@pytest.mark.parametrize("limits", [Limits(backlog_bytes=200_000)])
async def test_a_reader_that_never_reads_again_is_forgotten(agent, services, feed, monkeypatch):
    sockets = agent.client.app[feed_api._SOCKETS]
    monkeypatch.setattr(feed_socket, "_CLOSE_S", 0.2)
    async with opened_lazily(agent) as console:
        await console.command("subscribe")
        async with asyncio.timeout(PATIENCE_S):
            while feed.status.subscribers:
                await tell(services, *["contact_created"] * 20, data=PADDING)
                await asyncio.sleep(0.005)
            while sockets:
                await asyncio.sleep(0.01)
        assert feed.status.people == 0


PADDING = {"padding": "x" * 2000}


@asynccontextmanager
async def opened_lazily(caller: Caller) -> AsyncIterator[Console]:
    """The feed on a socket for which the system holds next to nothing."""

    def small(address: Any) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return made

    url = caller.client.make_url(PATH)
    headers = {**caller.headers, **OURS}
    connector = aiohttp.TCPConnector(socket_factory=small)
    async with (
        aiohttp.ClientSession(connector=connector, cookie_jar=DummyCookieJar()) as session,
        session.ws_connect(url, headers=headers, autoclose=False) as opened_socket,
    ):
        yield Console(opened_socket)


# The document -------------------------------------------------------------------------------


async def test_the_document_names_every_frame_and_every_kind_of_event(nobody):
    document = await nobody("GET", "/api/asyncapi.json", status=200)

    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["feed"]["address"] == PATH
    assert document["servers"]["contactcenter"]["host"] == "desk.test"
    names = {kind.__name__ for kind in (*frames.COMMANDS, *frames.SENT)}
    assert set(document["components"]["messages"]) == names
    body = document["components"]["schemas"]["EventBody"]["properties"]
    assert body["kind"]["enum"] == list(KINDS)
    codes = document["components"]["schemas"]["Refused"]["properties"]["code"]["enum"]
    assert set(codes) == set(frames.ERRORS)


async def test_every_reference_in_the_document_leads_somewhere(nobody):
    document = await nobody("GET", "/api/asyncapi.json", status=200)
    references = list(_references(document))

    for reference in references:
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    assert len(references) > 30


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


async def test_the_frames_are_as_the_document_says(agent, services, nobody):
    document = await nobody("GET", "/api/asyncapi.json", status=200)
    schemas = document["components"]["schemas"]

    def fits(value: dict[str, Any], name: str) -> bool:
        schema = schemas[name]
        return set(schema["required"]) <= set(value) <= set(schema["properties"])

    async with opened(agent) as console:
        assert fits(await console.command("subscribe"), "Result")
        assert fits(await console.command("nonsense"), "Refusal")
        await tell(services, "contact_created")
        frame = await console.frame()
        assert fits(frame, "EventFrame")
        assert fits(frame["event"], "EventBody")
