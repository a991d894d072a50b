"""What every answer tells browsers, whichever route gave it and whatever it says."""

import io
import re
from typing import Any

import msgspec
import pytest
from aiohttp import DummyCookieJar, web
from callers import Caller

from contactcenter import api
from contactcenter.errors import NoDatabase

OURS, CONSOLE, EVIL = "http://desk.test", "https://console.test", "https://evil.test"


@pytest.fixture(params=["http://desk.test", "https://desk.test"])
async def site(request: pytest.FixtureRequest, aiohttp_client: Any, services: Any) -> Any:
    """The application under a public address, with two routes that fail."""
    settings = msgspec.structs.replace(services.settings, public_url=request.param)

    async def broken(_request: web.Request) -> web.Response:
        raise ZeroDivisionError

    async def no_database(_request: web.Request) -> web.Response:
        raise NoDatabase

    app = web.Application()
    api.install(app, msgspec.structs.replace(services, settings=settings))
    app.router.add_get("/api/v1/broken", broken)
    app.router.add_get("/api/v1/no_database", no_database)
    client = await aiohttp_client(app, cookie_jar=DummyCookieJar())
    return request.param, app, client


def every_route(app: web.Application) -> list[tuple[str, str]]:
    """Each method and path there is, with something in the place of each name."""
    found = set()
    for route in app.router.routes():
        assert route.resource is not None
        path = re.sub(r"\{name:[^/]*\}", "docs.js", route.resource.canonical)
        found.add((route.method, re.sub(r"\{[^}]*\}", "7", path)))
    return sorted(found)


def check(headers: Any, *, path: str, is_https: bool) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Server"] == "contactcenter"
    policy = headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in directives.get("script-src", "")
    assert ("Strict-Transport-Security" in headers) == is_https
    if path.startswith("/api/v1"):
        assert headers["Cache-Control"] == "no-store"
        assert "Origin" in headers.getall("Vary")


async def test_every_route_tells_browsers_to_be_careful(site):
    url, app, client = site
    seen = set()
    for method, path in every_route(app):
        response = await client.request(method, path)
        seen.add(response.status)
        check(response.headers, path=path, is_https=url.startswith("https"))
        assert "Access-Control-Allow-Origin" not in response.headers, path
    assert {200, 401, 422, 500, 503} <= seen


async def test_so_does_every_kind_of_error(site):
    url, _, client = site
    seen = []
    for method, path, more in (
        ("GET", "/api/v1/nothing", {}),
        ("GET", "/nothing", {}),
        ("PATCH", "/api/v1/session", {}),
        (
            "POST",
            "/api/v1/session",
            {"data": io.BytesIO(b"x" * (1 << 21)), "headers": {"Content-Type": "application/json"}},
        ),
        ("POST", "/api/v1/session", {"data": b"x", "headers": {"Content-Type": "text/plain"}}),
        ("POST", "/api/v1/session", {"json": {"email": 1}}),
        ("POST", "/api/v1/session", {"json": {}, "headers": {"Origin": EVIL}}),
        ("GET", "/api/v1/users", {"headers": {"Origin": EVIL}}),
        ("OPTIONS", "/api/v1/users", {"headers": {"Origin": EVIL}}),
    ):
        response = await client.request(method, path, **more)
        seen.append(response.status)
        check(response.headers, path=path, is_https=url.startswith("https"))
        assert "Access-Control-Allow-Origin" not in response.headers, path
    assert seen == [404, 404, 405, 413, 415, 422, 403, 401, 405]


async def test_only_listed_pages_read_answers_and_each_by_its_own_name(site):
    _, app, client = site
    for method, path in every_route(app):
        if not path.startswith("/api/v1"):
            continue
        headers = (await client.request(method, path, headers={"Origin": CONSOLE})).headers
        assert headers["Access-Control-Allow-Origin"] == CONSOLE
        assert headers["Access-Control-Allow-Credentials"] == "true"
        preflight = {"Origin": CONSOLE, "Access-Control-Request-Method": method}
        assert (await client.options(path, headers=preflight)).status == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OURS}, 204),
        ({"Origin": CONSOLE, "Sec-Fetch-Site": "cross-site"}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "none"}, 204),
        ({}, 204),
        ({"Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_a_change_in_a_session_comes_from_a_page_of_ours(
    agent: Caller, headers: dict[str, str], status: int
) -> None:
    response = await agent.send("DELETE", "/session", headers=headers)

    assert response.status == status
    if status == 403:
        assert (await response.json())["code"] == "foreign_origin"


async def test_the_page_of_the_documents_has_no_script_but_from_files(client):
    page = await (await client.get("/api/docs")).text()

    assert re.findall(r"<script\b[^>]*>", page)
    assert all(" src=" in tag for tag in re.findall(r"<script\b[^>]*>", page))
    assert not re.search(r"\son[a-z]+\s*=|javascript:", page)
