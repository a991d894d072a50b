"""Secrets and words of customers are in no log line and in no error, whatever goes wrong."""

import asyncio
import io
import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import centre as centre_module
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from centre import OUR_NUMBER, PASSWORD, eventually

import channels
from contactcenter import logs, server, storage
from contactcenter.app import serving
from contactcenter.settings import Settings


def canary(name: str) -> str:
    return f"canary-{name}-{secrets.token_hex(8)}"


class Provider:
    """A provider that says in its errors what it was sent, credentials and all."""

    def __init__(self) -> None:
        self.asked = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        port = unused_port()
        async with server.listening(app, "127.0.0.1", port):
            yield f"http://127.0.0.1:{port}"

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        said = f"{request.headers.get('Authorization')} {await request.text()}"
        body = {"code": 20003, "message": said, "more_info": said, "status": 400}
        return web.json_response(body, status=(400, 401, 429, 500)[self.asked % 4])


class Desk:
    """The centre under test, what it logged, and every error it answered."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = url, http
        self.answers: list[str] = []

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self.http.request(method, f"{self.url}{path}", **more) as answer:
            text = await answer.text()
            if answer.status >= 400:
                self.answers.append(text + str(answer.headers))
            return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Everything that is logged."""
    stream = io.StringIO()
    logs.configure("debug", "json", stream=stream)
    yield stream
    logs.configure("info", "json")


async def test_no_canary_is_in_a_log_line_or_an_error(dsn: str, out: io.StringIO) -> None:
    database_password = canary("database")
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username or "postgres"
    if parts.password is None:
        dsn = urlunsplit(parts._replace(netloc=f"{user}:{database_password}@{host}"))
    provider, port = Provider(), unused_port()
    url = f"http://127.0.0.1:{port}"
    token = canary("twilio-token")
    body, phone, name = canary("body"), "+989121234567", canary("name")
    async with (
        provider.running() as base,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        environ = {
            "CONTACTCENTER_DATABASE_URL": dsn,
            "CONTACTCENTER_PUBLIC_URL": url,
            "CONTACTCENTER_SECRET_KEYS": f"{'c' * 43}=",
            "CONTACTCENTER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "CONTACTCENTER_TWILIO_AUTH_TOKENS": token,
            "CONTACTCENTER_TWILIO_API_BASE": base,
        }
        settings = Settings.load(environ, channel_settings=channels.settings())
        assert token not in repr(settings)
        async with (
            storage.opened(settings) as database,
            serving(settings, database) as app,
            server.listening(app, "127.0.0.1", port),
        ):
            desk = Desk(url, http)
            hidden = await use_everything(desk, database, body=body, phone=phone, name=name)
            await eventually(asked(provider), within_s=20, what="a request to the provider")
            await asyncio.sleep(0.2)
            await database.close()
            status, _ = await desk.call("GET", f"/api/v1/contacts?q={name}")
            assert status == 503
    hidden |= {"twilio token": token, "body": body, "phone": phone, "name": name}
    hidden |= {"database password": database_password, "password": PASSWORD}
    hidden["basic"] = b64encode(f"AC{'0' * 32}:{token}".encode()).decode()
    logged = out.getvalue()
    told = logged + "".join(desk.answers)
    assert provider.asked
    assert len(desk.answers) >= 10
    assert [what for what, value in hidden.items() if value in told] == []
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {"request_finished", "reply_not_sent"} & {line["event"] for line in lines}
    assert not any(line["event"] == "forged" for line in lines)


def asked(provider: Provider) -> Any:
    async def check() -> bool:
        return provider.asked > 0

    return check


async def use_everything(
    desk: Desk, database: Any, *, body: str, phone: str, name: str
) -> dict[str, str]:
    """Go through what succeeds and what fails; returns the secrets that were made on the way."""
    async with database.transaction() as conn:
        user_id = await conn.fetchval(
            "INSERT INTO user_account (email, name, role, password_hash)"
            " VALUES ('root@desk.test', 'Root', 'admin', $1) RETURNING id",
            centre_module._HASH,
        )
        await conn.execute("INSERT INTO agent (id) VALUES ($1)", user_id)
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id)"
            " SELECT 'sms', $1, min(id) FROM queue",
            OUR_NUMBER,
        )
    wrong = canary("wrong-password")
    api = "/api/v1"
    await desk.call("POST", f"{api}/session", json={"email": "root@desk.test", "password": wrong})
    credentials = {"email": "root@desk.test", "password": PASSWORD}
    _, signed_in = await desk.call("POST", f"{api}/session", json=credentials)
    session = next(c.value for c in desk.http.cookie_jar if "session" in c.key)
    csrf = {"X-CSRF-Token": signed_in["csrf_token"]}
    _, made = await desk.call(
        "POST", f"{api}/tokens", json={"name": "p", "scopes": ["read"]}, headers=csrf
    )
    _, invited = await desk.call(
        "POST",
        f"{api}/users",
        json={"email": "canary.person@desk.test", "name": name},
        headers=csrf,
    )
    link = invited["link"]["token"]
    secret = canary("entry-point-secret")
    path = f"{api}/entry_points/1/secrets"
    await desk.call(
        "PUT", f"{path}/twilio_messaging_service_sid", json={"value": secret}, headers=csrf
    )
    await desk.call("PUT", f"{path}/no_such_name", json={"value": secret}, headers=csrf)
    await desk.call("PUT", f"{path}/twilio_auth_tokens", json={"value": [secret]}, headers=csrf)
    forged = f'{body}\r\n{{"event": "forged", "level": "info"}}\r\n'
    contact = {
        "name": name,
        "note": forged,
        "identities": [{"channel": "sms", "value": phone}],
    }
    _, known = await desk.call("POST", f"{api}/contacts", json=contact, headers=csrf)
    ticket = {"contact_id": known["id"], "channel": "sms", "subject": name, "text": forged}
    status, opened = await desk.call("POST", f"{api}/tickets", json=ticket, headers=csrf)
    assert status == 201, opened
    await desk.call("POST", f"{api}/tickets", json=ticket | {"text": [body]}, headers=csrf)
    for bad in (
        b"{" + body.encode(),
        json.dumps({"name": [body]}).encode(),
        body.encode(),
        b"\xff",
    ):
        json_type = {"Content-Type": "application/json"}
        await desk.call("POST", f"{api}/contacts", data=bad, headers=csrf | json_type)
    await desk.call("POST", f"{api}/contacts", json=contact, headers=csrf)  # taken
    await desk.call("POST", f"{api}/password", json={"token": link[:-1] + "x", "password": wrong})
    await desk.call("GET", f"{api}/{body}?q={body}")
    await desk.call("GET", f"{api}/contacts?cursor={body}")
    await desk.call(
        "GET", f"{api}/contacts/1", headers={"Authorization": f"Bearer {made['value'][:-1]}x"}
    )
    await desk.call("DELETE", f"{api}/session", headers={"X-CSRF-Token": csrf["X-CSRF-Token"][:-1]})
    await desk.call(
        "POST",
        "/hooks/sms/message",
        data={"Body": body, "From": phone},
        headers={"X-Twilio-Signature": secret},
    )
    return {
        "wrong password": wrong,
        "session": session,
        "csrf": csrf["X-CSRF-Token"],
        "api token": made["value"],
        "link": link,
        "entry point secret": secret,
        "invited": "canary.person@desk.test",
    }
