"""Whoever may no longer be there is out within five seconds: of REST and of the feed, everywhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from centre import PASSWORD, Centre, Person

import channels
from contactcenter import server, storage
from contactcenter.app import serving
from contactcenter.settings import Settings

WITHIN_S = 5.0


@pytest.fixture
async def elsewhere(dsn: str, centre: Centre) -> AsyncIterator[str]:
    """The address of a second process's application on the same database."""
    port = unused_port()
    url = f"http://127.0.0.1:{port}"
    environ = {"CONTACTCENTER_DATABASE_URL": dsn, "CONTACTCENTER_PUBLIC_URL": url}
    settings = Settings.load(environ, channel_settings=channels.settings())
    async with (
        storage.opened(settings) as database,
        serving(settings, database) as app,
        server.listening(app, "127.0.0.1", port),
    ):
        yield url


async def sign_out(_centre: Centre, _admin: Person, person: Person) -> None:
    await person._call("DELETE", "/session", status=204)


async def other_password(centre: Centre, _admin: Person, person: Person) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        email = await email_of(centre, person)
        credentials = {"email": email, "password": PASSWORD}
        async with http.post(f"{centre.url}/api/v1/session", json=credentials) as answer:
            csrf = (await answer.json())["csrf_token"]
        body = {"current_password": PASSWORD, "new_password": "another good one"}
        there = Person(http, centre.url, person.id, csrf)
        await there.put("/session/password", body, etag=None, status=204)


async def disable(_centre: Centre, admin: Person, person: Person) -> None:
    await admin.post(f"/users/{person.id}/disablements")


async def promote(centre: Centre, admin: Person, person: Person) -> None:
    await change_role(centre, admin, person, "supervisor")


async def demote(centre: Centre, admin: Person, person: Person) -> None:
    await change_role(centre, admin, person, "agent")


async def expire(centre: Centre, _admin: Person, person: Person) -> None:
    async with centre.database.transaction() as conn:
        await conn.execute(
            "UPDATE session SET expires_at = clock_timestamp() WHERE user_id = $1", person.id
        )


async def change_role(centre: Centre, admin: Person, person: Person, role: str) -> None:
    version = (await admin.get(f"/users/{person.id}"))["version"]
    await admin.patch(f"/users/{person.id}", {"role": role}, etag=f'"{version}"')


async def email_of(centre: Centre, person: Person) -> str:
    async with centre.database.read() as conn:
        email: str = await conn.fetchval("SELECT email FROM user_account WHERE id = $1", person.id)
    return email


async def closing(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code that the server closes a socket with."""
    while True:
        message = await socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            return socket.close_code


async def is_refused(http: aiohttp.ClientSession, url: str, **more: Any) -> bool:
    async with http.get(f"{url}/api/v1/session", **more) as answer:
        return answer.status == 401


Ending = Callable[[Centre, Person, Person], Awaitable[None]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "role"),
    [
        (sign_out, "agent"),
        (other_password, "agent"),
        (disable, "agent"),
        (promote, "agent"),
        (demote, "supervisor"),
        (expire, "agent"),
    ],
)
async def test_a_session_that_is_over_is_over_in_every_process(
    centre: Centre, elsewhere: str, end: Ending, role: str
) -> None:
    admin = await centre.person("Root", role="admin")
    person = await centre.person("Sara", role=role)
    sockets = [
        await person._http.ws_connect(f"{url}/api/v1/feed", headers={"Origin": url})
        for url in (centre.url, elsewhere)
    ]
    assert not await is_refused(person._http, elsewhere)

    cookies = {
        cookie.key: cookie.value
        for cookie in person._http.cookie_jar
        if cookie.key.endswith("session")
    }
    async with asyncio.timeout(WITHIN_S):
        await end(centre, admin, person)
        codes = await asyncio.gather(*(closing(socket) for socket in sockets))

    assert codes == [4001, 4001]
    async with aiohttp.ClientSession(cookies=cookies) as http:
        http.cookie_jar.update_cookies(cookies)
        header = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        assert await is_refused(http, centre.url, headers=header)
        assert await is_refused(http, elsewhere, headers=header)


@pytest.mark.parametrize("disabled", [False, True])
async def test_a_token_that_is_over_is_over_in_every_process(
    centre: Centre, elsewhere: str, disabled: bool
) -> None:
    admin = await centre.person("Root", role="admin")
    person = await centre.person("Sara")
    token = await person.post("/tokens", {"name": "program", "scopes": ["read"]})
    headers = {"Authorization": f"Bearer {token['value']}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        sockets = [await http.ws_connect(f"{url}/api/v1/feed") for url in (centre.url, elsewhere)]
        assert not await is_refused(http, elsewhere)

        async with asyncio.timeout(WITHIN_S):
            if disabled:
                await disable(centre, admin, person)
            else:
                await person._call("DELETE", f"/tokens/{token['id']}", status=204)
            codes = await asyncio.gather(*(closing(socket) for socket in sockets))

        assert codes == [4001, 4001]
        assert await is_refused(http, centre.url)
        assert await is_refused(http, elsewhere)
