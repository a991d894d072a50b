import asyncio
from typing import Annotated

import msgspec
import pytest
from aiohttp import DummyCookieJar, web
from msgspec import Meta, Struct

from contactcenter import api
from contactcenter.api import endpoint
from contactcenter.api.inputs import Line
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.errors import Conflict


class NewTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Line
    sleep_ms: Annotated[int, Meta(ge=0, le=9000)] = 0


class Team(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    version: int


async def _create(call: Call, body: NewTeam) -> Team:
    team_id = await call.conn.fetchval(
        "INSERT INTO team (name) VALUES ($1) RETURNING id", body.name
    )
    await call.conn.execute("SELECT pg_sleep($1)", body.sleep_ms / 1000)
    if body.name == "refused":
        raise Conflict
    return Team(id=team_id, name=body.name, version=3)


@operation("POST", "/teams-at-once", tag="teams", status=201, roles=AGENT, via="transaction")
async def create_at_once(call: Call, body: NewTeam) -> Team:
    """Make a team in a transaction of its own."""
    return await _create(call, body)


@operation("POST", "/teams-in-line", tag="teams", status=201, roles=AGENT, via="dispatch")
async def create_in_line(call: Call, body: NewTeam) -> Team:
    """Make a team under the routing lock."""
    return await _create(call, body)


@operation("POST", "/nothing", tag="teams", roles=AGENT, via="transaction")
async def do_nothing(call: Call) -> None:
    """Make a team, and answer nothing."""
    await call.conn.execute("INSERT INTO team (name) VALUES (gen_random_uuid()::text)")


SAMPLES = (create_at_once, create_in_line, do_nothing)
PATHS = pytest.mark.parametrize("path", ["/teams-at-once", "/teams-in-line"])


@pytest.fixture
async def client(aiohttp_client, services):
    app = web.Application()
    api.install(app, services)
    app.add_routes(
        [web.RouteDef(o.method, o.path, endpoint.handler_of(o, services), {}) for o in SAMPLES]
    )
    return await aiohttp_client(app, cookie_jar=DummyCookieJar())


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


async def teams(table) -> int:
    return await table.fetchval("SELECT count(*) FROM team WHERE id > 3")


@PATHS
async def test_the_same_request_is_done_once_and_answered_again(agent, table, path):
    first = await agent.send("POST", path, {"name": "سفارش"}, headers=key("k1"))
    second = await agent.send("POST", path, {"name": "سفارش"}, headers=key("k1"))

    assert (first.status, second.status) == (201, 201)
    assert await first.read() == await second.read()
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.headers["ETag"] == second.headers["ETag"] == '"3"'
    assert await teams(table) == 1


async def test_an_empty_answer_is_repeated_too(agent, table):
    for replay in (None, "true"):
        response = await agent.send("POST", "/nothing", headers=key("k1"))
        assert response.status == 204
        assert response.headers.get("Idempotent-Replay") == replay

    assert await teams(table) == 1


@PATHS
async def test_another_request_with_the_same_key_is_refused(agent, table, path):
    await agent("POST", path, {"name": "one"}, headers=key("k1"), status=201)

    other = await agent("POST", path, {"name": "two"}, headers=key("k1"), status=422)
    elsewhere = await agent("POST", "/nothing", headers=key("k1"), status=422)

    assert other["code"] == elsewhere["code"] == "idempotency_key_reused"
    assert await teams(table) == 1


async def test_two_people_may_use_the_same_key(staff, table):
    for name in ("one", "two"):
        caller = await staff.signed_in("agent")
        await caller("POST", "/teams-at-once", {"name": name}, headers=key("k1"), status=201)

    assert await teams(table) == 2


@PATHS
async def test_a_refusal_is_not_stored(agent, table, path):
    for _ in range(2):
        response = await agent.send("POST", path, {"name": "refused"}, headers=key("k1"))
        assert response.status == 409
        assert "Idempotent-Replay" not in response.headers
    await agent("POST", path, {"name": "taken"}, headers=key("k1"), status=201)

    assert await teams(table) == 1


@PATHS
async def test_the_same_request_at_once_is_done_once(agent, table, path):
    body = {"name": "slow", "sleep_ms": 200}

    answers = await asyncio.gather(
        *(agent.send("POST", path, body, headers=key("k1")) for _ in range(5))
    )

    assert [answer.status for answer in answers] == [201] * 5
    assert len({await answer.read() for answer in answers}) == 1
    replays = [answer.headers.get("Idempotent-Replay") for answer in answers]
    assert sorted(map(str, replays)) == ["None", "true", "true", "true", "true"]
    assert await teams(table) == 1


@pytest.mark.slow
async def test_whoever_waits_too_long_is_told_so(agent, table):
    body = {"name": "endless", "sleep_ms": 4300}
    first = asyncio.create_task(agent.send("POST", "/teams-at-once", body, headers=key("k1")))
    await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    started = loop.time()

    problem = await agent("POST", "/teams-at-once", body, headers=key("k1"), status=409)

    assert problem["code"] == "idempotency_key_in_use"
    assert 3.5 < loop.time() - started < 5
    assert (await first).status == 201


async def test_an_odd_key_is_refused(agent, table):
    for text in ("", "k" * 256, "کلید", "a\tb", "\xff"):
        team = {"name": "a"}
        problem = await agent("POST", "/teams-at-once", team, headers=key(text), status=422)
        assert problem["field"] == "header.Idempotency-Key"

    assert await teams(table) == 0


async def test_a_key_is_forgotten_after_a_day(agent, table):
    await agent("POST", "/teams-at-once", {"name": "one"}, headers=key("k1"), status=201)
    await table.execute(
        "UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'k1'"
    )

    other = await agent.send("POST", "/teams-at-once", {"name": "three"}, headers=key("k1"))
    assert other.status == 201
    assert "Idempotent-Replay" not in other.headers


def test_a_stored_answer_without_a_version_has_no_etag():
    assert endpoint._version_in(b"[1]") is None
    assert endpoint._version_in(msgspec.json.encode({"id": 1})) is None
