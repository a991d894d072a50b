import re
import traceback

import msgspec
import pytest
from aiohttp import web
from callers import Caller
from structlog.testing import capture_logs

from contactcenter import api
from contactcenter.errors import NoDatabase

CONSOLE = "https://console.test"


async def test_every_request_leaves_exactly_one_line_with_its_route_and_no_content(admin, staff):
    user_id = await staff.account("agent")

    with capture_logs() as lines:
        await admin("GET", f"/users/{user_id}", status=200)
        await admin("GET", "/users?role=agent&cursor=secret-guess")
        await admin("POST", "/users", {"email": "new@desk.test", "name": "Geheim"}, status=201)
        await admin("GET", "/no/such/address", status=404)

    finished = [line for line in lines if line["event"] == "request_finished"]
    assert [(line["method"], line["route"], line["status"]) for line in finished] == [
        ("GET", "/api/v1/users/{user_id}", 200),
        ("GET", "/api/v1/users", 422),
        ("POST", "/api/v1/users", 201),
        ("GET", "unknown", 404),
    ]
    assert finished[0]["user_id"] == admin.user_id
    assert all(line["duration_ms"] >= 0 for line in finished)
    for secret in ("secret-guess", "Geheim", "new@desk.test"):
        assert secret not in str(lines)


async def test_a_sane_request_id_is_kept_and_any_other_replaced(nobody):
    sane = await nobody.send("GET", "/session", headers={"X-Request-Id": "trace-0123456789"})
    assert sane.headers["X-Request-Id"] == "trace-0123456789"
    assert (await sane.json())["request_id"] == "trace-0123456789"

    for odd in ("short", "x" * 65, "a b c d e f g h", "\xff" * 10, ""):
        response = await nobody.send("GET", "/session", headers={"X-Request-Id": odd})
        assert re.fullmatch(r"[0-9a-f]{24}", response.headers["X-Request-Id"])


async def test_every_answer_carries_the_security_headers(nobody):
    for path in ("/session", "/nothing", "/api/openapi.json"):
        headers = (await nobody.send("GET", path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"] == "contactcenter"
        assert "Strict-Transport-Security" not in headers


async def test_a_page_of_an_allowed_origin_may_read_answers(nobody):
    preflight = await nobody.send(
        "OPTIONS",
        "/users/1",
        headers={"Origin": CONSOLE, "Access-Control-Request-Method": "PATCH"},
    )
    assert preflight.status == 204
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert "If-Match" in preflight.headers["Access-Control-Allow-Headers"]

    response = await nobody.send("GET", "/session", headers={"Origin": CONSOLE})
    assert response.headers["Access-Control-Allow-Origin"] == CONSOLE
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert "Origin" in response.headers.getall("Vary")


async def test_any_other_page_may_not(nobody):
    evil = {"Origin": "https://evil.test", "Access-Control-Request-Method": "PATCH"}

    preflight = await nobody.send("OPTIONS", "/users/1", headers=evil)
    assert preflight.status == 405
    assert "Access-Control-Allow-Origin" not in preflight.headers

    response = await nobody.send("GET", "/session", headers=evil)
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.fixture
async def hooks(aiohttp_client, services):
    """An application with the hooks of a channel beside the API."""

    async def taken(_request: web.Request) -> web.Response:
        return web.Response(text="<Response/>", content_type="text/xml")

    async def no_database(_request: web.Request) -> web.Response:
        raise NoDatabase

    async def refused(_request: web.Request) -> web.Response:
        raise web.HTTPForbidden

    async def broken(_request: web.Request) -> web.Response:
        said = "the customer's text"
        raise ZeroDivisionError(said)

    app = web.Application()
    api.install(app, services)
    for name, handler in (
        ("taken", taken),
        ("no_database", no_database),
        ("refused", refused),
        ("broken", broken),
    ):
        app.router.add_post(f"/hooks/sms/{name}", handler)
    return Caller(await aiohttp_client(app), 0, {})


async def test_hooks_pass_the_same_middleware(hooks):
    async def post(name: str) -> web.Response:
        return await hooks.client.post(f"/hooks/sms/{name}", data={"Body": "سلام"})

    with capture_logs() as lines:
        taken = await post("taken")
        assert (taken.status, await taken.text()) == (200, "<Response/>")
        assert taken.headers["X-Content-Type-Options"] == "nosniff"
        lost = await post("no_database")
        assert (lost.status, lost.headers["Retry-After"]) == (503, "2")
        assert (await post("refused")).status == 403
        failed = await post("broken")
        assert failed.status == 500
        assert "customer" not in await failed.text()

    finished = [line for line in lines if line["event"] == "request_finished"]
    # What was taken is a row; the thousands of lines it would leave are for whoever debugs.
    assert [line["status"] for line in finished] == [503, 403, 500]
    (logged,) = [line for line in lines if line["event"] == "request_failed"]
    trace = "".join(traceback.format_exception(logged["exc_info"]))
    assert "ZeroDivisionError" in trace
    assert "in broken" in trace
    assert "ZeroDivisionError: the customer's text" not in trace
    assert "سلام" not in str(lines)


async def test_a_problem_is_what_rfc_9457_says(nobody):
    response = await nobody.send("GET", "/users")

    problem = msgspec.json.decode(await response.read())
    assert response.content_type == "application/problem+json"
    assert problem == {
        "title": "Unauthorized",
        "status": 401,
        "code": "not_signed_in",
        "detail": "Sign in first.",
        "request_id": response.headers["X-Request-Id"],
    }
