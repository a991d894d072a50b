"""The layer itself, on operations made for the purpose."""

import asyncio
import io
import zlib
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec
import pytest
from aiohttp import DummyCookieJar, web
from callers import Caller
from msgspec import Meta, Struct

from contactcenter import api
from contactcenter.api import endpoint
from contactcenter.api.inputs import Count, Id, Instant
from contactcenter.api.operation import (
    ADMIN,
    AGENT,
    PUBLIC,
    SUPERVISOR,
    Answer,
    Call,
    operation,
)
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.db import Database
from contactcenter.errors import BadInput, Conflict, NotFound

LIMIT = 1 << 20


class Thing(Struct, frozen=True, kw_only=True):
    """A thing."""

    id: int
    name: str
    version: int = 1


class NewThing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=50)]
    queue_id: Id | None = None
    sizes: tuple[Count, ...] = ()
    free: dict[str, Any] = {}
    due_at: Instant | None = None


class ThingFilter(PageQuery, frozen=True, kw_only=True):
    tag: tuple[str, ...] = ()
    name: str | None = None


CURSOR = Cursor("things", tuple[int])


@operation("GET", "/things", tag="things", roles=AGENT, via="read")
async def list_things(call: Call, query: ThingFilter) -> Page[Thing]:
    """List things."""
    after = CURSOR.read(query.cursor)
    rows = await call.conn.fetch(
        "SELECT n AS id, 'thing' AS name FROM generate_series(1, 5) AS n WHERE n > $1 LIMIT $2",
        after[0] if after else 0,
        query.limit + 1,
    )
    things = [Thing(id=row["id"], name=row["name"]) for row in rows]
    return CURSOR.page(things, query.limit, lambda thing: (thing.id,))


@operation("GET", "/things/{thing_id}", tag="things", roles=AGENT, via="read")
async def find_thing(call: Call, thing_id: int) -> Thing:
    """Find one thing."""
    name = await call.conn.fetchval("SELECT name FROM team WHERE id = $1", thing_id)
    if name is None:
        raise NotFound
    return Thing(id=thing_id, name=name, version=7)


@operation("POST", "/things", tag="things", status=201, roles=AGENT, via="transaction")
async def create_thing(call: Call, body: NewThing) -> Thing:
    """Create a thing: a team of that name."""
    made = await call.conn.fetchval("INSERT INTO team (name) VALUES ($1) RETURNING id", body.name)
    if body.name == "refused":
        raise Conflict("Not this one.")
    if body.name == "slow":
        await call.conn.execute("SELECT pg_sleep(0.4)")
    return Thing(id=made, name=body.name)


@operation("POST", "/things/{thing_id}/pushes", tag="things", roles=AGENT, via="dispatch")
async def push_thing(call: Call, thing_id: int) -> Thing:
    """Push a thing under the routing lock."""
    name = f"pushed {thing_id} at {call.now.isoformat()}"
    await call.conn.execute("INSERT INTO team (name) VALUES ($1)", name)
    return Thing(id=thing_id, name=name)


@operation("PATCH", "/things/{thing_id}", tag="things", roles=SUPERVISOR, via="transaction")
async def change_thing(call: Call, thing_id: int, body: NewThing) -> Thing:
    """Change a thing."""
    call.check_version(7)
    return Thing(id=thing_id, name=body.name, version=8)


@operation("DELETE", "/things/{thing_id}", tag="things", roles=ADMIN, via="transaction")
async def delete_thing(call: Call, thing_id: int) -> None:
    """Delete a thing."""


@operation("GET", "/things.csv", tag="things", roles=AGENT, via="none", produces=("text/csv",))
async def export_things(call: Call) -> Answer:
    """Export things."""
    return Answer(body=b"id\n1\n", content_type="text/csv; charset=utf-8", file_name="چیزها.csv")


@operation("POST", "/files", tag="things", status=201, roles=AGENT, via="none", max_bytes=10)
async def upload(call: Call, body: bytes) -> dict[str, Any]:
    """Take raw bytes."""
    return {"size_bytes": len(body), "content_type": call.content_type}


@operation("GET", "/broken", tag="things", roles=PUBLIC, via="none")
async def broken(call: Call) -> Thing:
    """Fail unexpectedly."""
    raise RuntimeError("the secret of the traceback")


@operation("GET", "/odd-values", tag="things", roles=PUBLIC, via="read")
async def odd_values(call: Call) -> Thing:
    """Hand PostgreSQL a value that no column takes."""
    return Thing(id=await call.conn.fetchval("SELECT $1::bigint", 2**70), name="")


SAMPLES = (
    list_things,
    find_thing,
    create_thing,
    push_thing,
    change_thing,
    delete_thing,
    export_things,
    upload,
    broken,
    odd_values,
)


@pytest.fixture(scope="module")
def shared_dsn(ready_copies):
    dsn = ready_copies.take()
    yield dsn
    ready_copies.drop(dsn)


@pytest.fixture
def dsn(shared_dsn):
    """One database for the whole module: what a test made is deleted after it."""
    return shared_dsn


@pytest.fixture
async def client(aiohttp_client, services, table):
    app = web.Application()
    api.install(app, services)
    app.add_routes(
        [web.RouteDef(o.method, o.path, endpoint.handler_of(o, services), {}) for o in SAMPLES]
    )
    yield await aiohttp_client(app, cookie_jar=DummyCookieJar())
    await table.execute("DELETE FROM idempotency_key; DELETE FROM team WHERE id > 3")


@asynccontextmanager
async def silenceable(dsn: str):
    """A way to the server that can fall silent without closing, as a dead network does."""
    server = urlsplit(dsn)
    folder = parse_qs(server.query).get("host")

    async def reach():
        if folder:
            port = parse_qs(server.query)["port"][0]
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{port}")
        return await asyncio.open_connection(server.hostname, server.port)

    heard = asyncio.Event()
    heard.set()
    writers = []

    async def carry(reader, writer):
        writers.append(writer)
        while data := await reader.read(65536):
            await heard.wait()
            writer.write(data)

    async def connected(reader, writer):
        far_reader, far_writer = await reach()
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    proxy = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    user = f"{server.username}:{server.password}" if server.password else server.username
    yield urlunsplit(server._replace(netloc=f"{user}@127.0.0.1:{port}", query="")), heard.clear
    proxy.close()
    for writer in writers:
        writer.close()


async def teams(table) -> list[str]:
    rows = await table.fetch("SELECT name FROM team WHERE id > 3 ORDER BY id")
    return [row["name"] for row in rows]


# Reading ------------------------------------------------------------------------------------


async def test_a_list_is_read_page_by_page_without_gap_or_repetition(agent):
    first = await agent("GET", "/things?limit=2", status=200)
    second = await agent("GET", f"/things?limit=2&cursor={first['next']}", status=200)
    third = await agent("GET", f"/things?limit=2&cursor={second['next']}", status=200)

    ids = [[thing["id"] for thing in page["items"]] for page in (first, second, third)]
    assert ids == [[1, 2], [3, 4], [5]]
    assert third["next"] is None


async def test_one_thing_comes_with_the_etag_of_its_version(agent):
    response = await agent.send("GET", "/things/1")

    assert response.status == 200
    assert response.headers["ETag"] == '"7"'
    assert await response.json() == {"id": 1, "name": "Frontline", "version": 7}


@pytest.mark.parametrize(
    "thing_id", ["0", "-1", "9223372036854775808", "9" * 40, "x", "1.0", "%D9%A1", "1%00", "%FF"]
)
async def test_what_cannot_be_an_id_names_nothing(agent, thing_id):
    problem = await agent("GET", f"/things/{thing_id}", status=404)

    assert problem["code"] == "not_found"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "query.limit"),
        ("limit=201", "query.limit"),
        ("limit=x", "query.limit"),
        ("limit=99999999999999999999", "query.limit"),
        ("limit=5&limit=6", "query.limit"),
        ("colour=red", "query.colour"),
        ("name=%00", "query.name"),
        ("name=%FF", "query"),
        ("name=%ED%A0%80", "query"),
        ("cursor=AAAA", "query.cursor"),
        ("cursor=", "query.cursor"),
        ("cursor=%D8%B3", "query.cursor"),
        ("&".join(["tag=a"] * 101), "query"),
    ],
)
async def test_a_bad_query_is_refused_and_the_place_named(agent, query, field):
    problem = await agent("GET", f"/things?{query}", status=422)

    assert problem["field"] == field
    assert problem["code"] == "bad_input"


async def test_a_parameter_of_many_values_may_be_repeated(agent):
    await agent("GET", "/things?tag=a&tag=b", status=200)


async def test_a_cursor_that_was_changed_is_refused(agent):
    page = await agent("GET", "/things?limit=1", status=200)
    cursor = page["next"]

    for changed in (cursor[:-1], cursor + "A", "A" + cursor[1:], cursor.swapcase()):
        problem = await agent("GET", f"/things?cursor={changed}", status=422)
        assert problem["field"] == "query.cursor"


async def test_a_file_keeps_its_name_in_any_script(agent):
    response = await agent.send("GET", "/things.csv")

    assert await response.read() == b"id\n1\n"
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=\"_____.csv\"; filename*=UTF-8''%DA%86")


# Writing ------------------------------------------------------------------------------------


async def test_a_change_is_committed_when_the_answer_arrives(agent, table):
    thing = await agent("POST", "/things", {"name": "پشتیبانی"}, status=201)

    assert thing["name"] == "پشتیبانی"
    assert await teams(table) == ["پشتیبانی"]


async def test_a_refusal_undoes_everything(agent, table):
    await agent("POST", "/things", {"name": "refused"}, status=409)

    assert await teams(table) == []


async def test_a_change_under_the_lock_gets_the_database_clock(agent, table):
    thing = await agent("POST", "/things/4/pushes", status=200)

    assert await teams(table) == [thing["name"]]


async def test_a_broken_constraint_is_a_conflict_that_says_which(agent):
    problem = await agent("POST", "/things", {"name": "Frontline"}, status=409)

    assert problem["code"] == "conflict"
    assert "team name is unique" in problem["detail"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b"\xff\xfe{}", "body"),
        (b'{"name": "\xff"}', "body"),
        (b'{"name": "\\ud800"}', "body"),
        (b'{"name": "a\\u0000b"}', "body.name"),
        (b'{"name": "a", "free": {"b": ["\\u0000"]}}', "body.free.b[0]"),
        (b'{"name": "a", "free": {"\\u0000": 1}}', "body.free"),
        (b'{"name": "a\x00b"}', "body"),
        (b'{"name": ""}', "body.name"),
        (b'{"name": 5}', "body.name"),
        (b"{}", "body.name"),
        (b'{"name": "a", "role": "admin"}', "body.role"),
        (b'{"name": "a", "queue_id": 9223372036854775808}', "body.queue_id"),
        (b'{"name": "a", "queue_id": 1e300}', "body.queue_id"),
        (b'{"name": "a", "sizes": [1, 2147483648]}', "body.sizes[1]"),
        (b'{"name": "a", "free": {"x": 1e999}}', "body.free[...]"),
        (b'{"name": "a", "due_at": "2026-01-01T00:00:00"}', "body.due_at"),
        (b'{"name": "a", "free": {"x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}", "body"),
        (b'{"name": "a"} trailing', "body"),
    ],
)
async def test_a_bad_body_is_refused_and_the_place_named(agent, table, raw, field):
    response = await agent.send(
        "POST", "/things", data=raw, headers={"Content-Type": "application/json"}
    )

    problem = await response.json()
    assert response.status == 422, problem
    assert response.content_type == "application/problem+json"
    assert problem["field"] == field
    assert await teams(table) == []


async def test_six_characters_that_look_like_an_escape_are_text(agent):
    response = await agent.send(
        "POST",
        "/things",
        data=rb'{"name": "\\u0000"}',
        headers={"Content-Type": "application/json"},
    )

    assert response.status == 201
    assert (await response.json())["name"] == r"\u0000"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""],
)
async def test_another_content_type_is_refused(agent, content_type):
    response = await agent.send(
        "POST", "/things", data=b'{"name": "a"}', headers={"Content-Type": content_type}
    )

    assert response.status == 415
    assert (await response.json())["code"] == "unsupported_media_type"


async def test_a_body_over_the_limit_is_refused_whether_announced_or_not(agent, table):
    big = b'{"name": "' + b"a" * LIMIT + b'"}'

    async def pieces():
        for start in range(0, len(big), 65536):
            yield big[start : start + 65536]

    for data in (io.BytesIO(big), pieces()):
        response = await agent.send(
            "POST", "/things", data=data, headers={"Content-Type": "application/json"}
        )
        problem = await response.json()
        assert response.status == 413
        assert problem["code"] == "too_large"
        assert problem["limit_bytes"] == LIMIT
    assert await teams(table) == []


async def test_a_body_that_unfolds_beyond_the_limit_is_refused(agent):
    bomb = zlib.compress(b'{"name": "' + b"a" * (LIMIT * 8) + b'"}')

    response = await agent.send(
        "POST",
        "/things",
        data=bomb,
        headers={"Content-Type": "application/json", "Content-Encoding": "deflate"},
    )

    assert response.status == 413


async def test_a_damaged_compressed_body_is_refused(agent):
    response = await agent.send(
        "POST",
        "/things",
        data=b"this is no gzip",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )

    assert response.status in {400, 422}


async def test_a_body_where_none_is_taken_is_refused(agent):
    problem = await agent("POST", "/things/1/pushes", {"note": "x"}, status=422)

    assert problem["field"] == "body"


async def test_raw_bytes_are_taken_up_to_their_own_limit(agent):
    response = await agent.send(
        "POST", "/files", data=b"\x00\xff", headers={"Content-Type": "image/png"}
    )
    assert await response.json() == {"size_bytes": 2, "content_type": "image/png"}

    assert (await agent.send("POST", "/files", data=b"x" * 11)).status == 413


async def test_a_change_says_which_version_it_is_based_on(supervisor):
    async def change(**headers: str) -> tuple[int, str]:
        response = await supervisor.send(
            "PATCH", "/things/1", {"name": "a"}, headers=headers.get("headers")
        )
        return response.status, (await response.json()).get("code", "")

    assert await change() == (428, "precondition_missing")
    for stale in ('"6"', "*", '"x"', "", '"99999999999999999999"'):
        assert await change(headers={"If-Match": stale}) == (412, "stale")
    assert await change(headers={"If-Match": '"7"'}) == (200, "")


# What goes wrong ----------------------------------------------------------------------------


async def test_an_unexpected_error_tells_the_caller_nothing_but_its_id(nobody, caplog):
    problem = await nobody("GET", "/broken", status=500)

    assert problem["code"] == "internal_error"
    assert "secret" not in msgspec.json.encode(problem).decode()
    assert len(problem["request_id"]) >= 8


async def test_a_value_that_no_check_caught_is_still_no_internal_error(nobody):
    problem = await nobody("GET", "/odd-values", status=422)

    assert problem["code"] == "bad_input"


@pytest.mark.slow
async def test_a_database_that_stops_answering_is_given_up_within_five_seconds(
    aiohttp_client, services, dsn, staff
):
    async with silenceable(dsn) as (address, silence):
        database = await Database(address).open()
        app = web.Application()
        api.install(app, msgspec.structs.replace(services, db=database))
        caller = Caller(await aiohttp_client(app), 0, (await staff.signed_in("agent")).headers)
        await caller("GET", "/session", status=200)
        loop = asyncio.get_running_loop()

        silence()
        started = loop.time()
        response = await caller.send("GET", "/session")

        assert loop.time() - started < 5
        assert response.status == 503
        assert (await response.json())["code"] == "no_database"
        assert response.headers["Retry-After"] == "2"
        await database.close()


async def test_without_a_database_the_answer_is_503(aiohttp_client, services):
    database = await Database("postgresql://nobody@127.0.0.1:1/none").open()
    app = web.Application()
    api.install(app, msgspec.structs.replace(services, db=database))
    caller = Caller(await aiohttp_client(app), 0, {"Cookie": f"contactcenter_session={'a' * 43}"})

    problem = await caller("GET", "/session", status=503)

    assert problem["code"] == "no_database"


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(nobody):
    response = await nobody.send("GET", "/nothing/here")
    assert response.status == 404
    assert response.content_type == "application/problem+json"

    response = await nobody.send("PUT", "/things")
    assert response.status == 405
    assert (await response.json())["code"] == "method_not_allowed"
    assert response.headers["Allow"] == "GET,HEAD,POST"


def test_what_comes_in_has_bounds_or_the_module_cannot_be_imported():
    class Loose(Struct, forbid_unknown_fields=True):
        size: int

    class Open(Struct):
        name: str

    line_may_end = Annotated[str, Meta(pattern="^[a-z]$")]
    for body in (Loose, list[Loose], Open, dict[str, line_may_end]):

        async def handler(call: Call, body: Any) -> None:
            """Take it."""

        handler.__annotations__["body"] = body
        with pytest.raises(TypeError, match=r"bounds|forbid_unknown_fields|a line's end"):
            operation("POST", "/x", tag="x", roles=AGENT, via="none")(handler)


async def test_a_refused_value_is_named_by_the_handler_too(agent):
    error = BadInput("body.queue_id", "There is no such queue.")

    assert error.data == {"field": "body.queue_id"}
