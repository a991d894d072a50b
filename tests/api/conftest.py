"""The API over real HTTP and a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient
from argon2 import PasswordHasher
from callers import PASSWORD, Caller, Staff

from contactcenter import api, logs
from contactcenter.access.passwords import Passwords
from contactcenter.api.services import Services
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.settings import Settings

PUBLIC_URL = "http://desk.test"


class PlainDispatcher:
    """One change at a time, each in a transaction of its own, as the lock would have it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, change: Callable[[Conn, datetime], Awaitable[Any]]) -> Any:
        async with self._database.transaction() as conn:
            await conn.execute("SELECT pg_advisory_xact_lock(1)")
            return await change(conn, await conn.fetchval("SELECT clock_timestamp()"))


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    """Log as in production: the tracebacks of a terminal take seconds to draw."""
    logs.configure("info", "json")


@pytest.fixture
async def database(dsn: str, table: asyncpg.Connection) -> AsyncIterator[Database]:
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


@pytest.fixture
def settings() -> Settings:
    return Settings.load(
        {
            "CONTACTCENTER_PUBLIC_URL": PUBLIC_URL,
            "CONTACTCENTER_ALLOWED_ORIGINS": "https://console.test",
        },
        channel_settings=(),
    )


@pytest.fixture
async def services(database: Database, settings: Settings) -> AsyncIterator[Services]:
    passwords = Passwords()

    async def on_disabled(conn: Conn, now: datetime, user_id: int) -> None:
        await conn.execute("UPDATE agent SET presence = 'offline' WHERE id = $1", user_id)

    yield Services(
        db=database,
        settings=settings,
        dispatcher=PlainDispatcher(database),
        channels={},
        bell=Bell(database),
        on_disabled=on_disabled,
        passwords=passwords,
    )
    passwords.close()


@pytest.fixture
async def client(aiohttp_client: Any, services: Services) -> TestClient:
    """A caller who is not signed in."""
    app = web.Application()
    api.install(app, services)
    return await aiohttp_client(app, cookie_jar=DummyCookieJar())


@pytest.fixture
async def table(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the application's, to look with."""
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("SELECT EXISTS (TABLE pg_inherits)"):
        await connection.execute(
            "CREATE TABLE event_ever PARTITION OF event FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"
        )
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def password_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def staff(client: TestClient, table: asyncpg.Connection, password_hash: str) -> Staff:
    return Staff(client, table, password_hash)


@pytest.fixture
def nobody(client: TestClient) -> Caller:
    return Caller(client, 0, {})


@pytest.fixture
async def agent(staff: Staff) -> Caller:
    return await staff.signed_in("agent")


@pytest.fixture
async def supervisor(staff: Staff) -> Caller:
    return await staff.signed_in("supervisor")


@pytest.fixture
async def admin(staff: Staff) -> Caller:
    return await staff.signed_in("admin")
