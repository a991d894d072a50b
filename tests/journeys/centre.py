"""A whole contact centre, as ``serve`` runs it, beside a fake Twilio; people work through the API."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import unused_port

import channels
from contactcenter import server, storage
from contactcenter.access.passwords import hashed
from contactcenter.app import serving
from contactcenter.db import Database
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.settings import Settings

OUR_NUMBER = "+982100000000"
SARA = "+989121234567"
PASSWORD = "a long enough password"


class Person:
    """Somebody signed in; every call tells the status it expects."""

    def __init__(self, http: aiohttp.ClientSession, url: str, user_id: int, csrf: str) -> None:
        self.id = user_id
        self._http = http
        self._url = url
        self._headers = {"X-CSRF-Token": csrf}

    async def get(self, path: str, *, status: int = 200) -> Any:
        return await self._call("GET", path, status=status)

    async def post(self, path: str, body: Any = None, *, status: int = 201, **headers: str) -> Any:
        return await self._call("POST", path, body, status=status, headers=headers)

    async def put(self, path: str, body: Any, *, etag: str | None, status: int = 200) -> Any:
        headers = {"If-Match": etag} if etag else {}
        return await self._call("PUT", path, body, status=status, headers=headers)

    async def patch(self, path: str, body: Any, *, etag: str | None, status: int = 200) -> Any:
        headers = {"If-Match": etag} if etag else {}
        return await self._call("PATCH", path, body, status=status, headers=headers)

    async def upload(self, path: str, content: bytes, *, content_type: str) -> Any:
        """Send a file as it is."""
        async with self._http.post(
            f"{self._url}/api/v1{path}",
            data=content,
            headers=self._headers | {"Content-Type": content_type},
        ) as answer:
            assert answer.status == 201, await answer.text()
            return await answer.json()

    async def _call(
        self, method: str, path: str, body: Any = None, *, status: int, headers: Any = None
    ) -> Any:
        async with self._http.request(
            method,
            f"{self._url}/api/v1{path}",
            json=body,
            headers=self._headers | {k.replace("_", "-"): v for k, v in (headers or {}).items()},
        ) as answer:
            text = await answer.text()
            assert answer.status == status, f"{method} {path}: {answer.status} {text}"
            return await answer.json(content_type=None) if text else None


class Centre:
    """The running centre, its provider, its customers and its staff."""

    def __init__(
        self,
        url: str,
        database: Database,
        twilio: FakeTwilio,
        app: web.Application | None = None,
    ) -> None:
        self.url = url
        self.app = app
        self.database = database
        self.twilio = twilio
        self._sessions: list[aiohttp.ClientSession] = []

    async def customer_writes(self, phone: str, text: str, **options: Any) -> int:
        """Write to us as a customer; the status our hook answered."""
        result = await self.twilio.customer_writes(phone, OUR_NUMBER, text, **options)
        return result.status

    async def person(
        self,
        name: str,
        *,
        tiers: tuple[int, ...] = (),
        role: str = "agent",
        presence: str | None = "available",
        capacity: int = 3,
    ) -> Person:
        """Hire somebody who serves the queues of these tiers, sign in and be there."""
        async with self.database.transaction() as conn:
            user_id = await conn.fetchval(
                "INSERT INTO user_account (email, name, role, password_hash)"
                " VALUES ($1, $2, $3, $4) RETURNING id",
                f"{name.lower()}@desk.test",
                name,
                role,
                _HASH,
            )
            await conn.execute(
                "INSERT INTO agent (id, capacity) VALUES ($1, $2)", user_id, capacity
            )
            await conn.execute(
                "INSERT INTO team_member SELECT DISTINCT team_id, $1::bigint FROM queue WHERE tier = ANY($2)",
                user_id,
                list(tiers),
            )
            await conn.execute(
                "INSERT INTO membership (agent_id, queue_id) SELECT $1, id FROM queue WHERE tier = ANY($2)",
                user_id,
                list(tiers),
            )
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._sessions.append(http)
        credentials = {"email": f"{name.lower()}@desk.test", "password": PASSWORD}
        async with http.post(f"{self.url}/api/v1/session", json=credentials) as answer:
            assert answer.status == 201, await answer.text()
            csrf = (await answer.json())["csrf_token"]
        person = Person(http, self.url, user_id, csrf)
        if presence is not None:
            reason = "break" if presence == "away" else None
            await person.post("/presence", {"presence": presence, "reason": reason})
        return person

    async def close(self) -> None:
        for session in self._sessions:
            await session.close()


_HASH = hashed(PASSWORD)


@asynccontextmanager
async def opened(dsn: str, **environ_too: str) -> AsyncIterator[Centre]:
    fake = FakeTwilio(chance=random.Random(1), clock=lambda: datetime.now(UTC))
    async with fake, served(dsn, fake, unused_port(), **environ_too) as centre:
        yield centre


@asynccontextmanager
async def served(
    dsn: str, fake: FakeTwilio, port: int, **environ_too: str
) -> AsyncIterator[Centre]:
    url = f"http://127.0.0.1:{port}"
    environ = {
        "CONTACTCENTER_DATABASE_URL": dsn,
        "CONTACTCENTER_PUBLIC_URL": url,
        **{f"CONTACTCENTER_{key.upper()}": value for key, value in fake.settings().items()},
        **environ_too,
    }
    settings = Settings.load(environ, channel_settings=channels.settings())
    fake.message_url = f"{url}/hooks/sms/message"
    async with (
        storage.opened(settings) as database,
        serving(settings, database) as app,
        server.listening(app, "127.0.0.1", port),
    ):
        centre = Centre(url, database, fake, app)
        try:
            yield centre
        finally:
            await centre.close()


async def eventually(
    check: Callable[[], Awaitable[Any]], *, within_s: float = 20.0, what: str = "it"
) -> Any:
    """Ask until the answer is truthy; fails with the last answer after the deadline."""
    answer = None
    try:
        async with asyncio.timeout(within_s):
            while not (answer := await check()):
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {within_s} s: {answer}") from None
    return answer
