"""The API over real HTTP and a real database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient
from argon2 import PasswordHasher
from callers import PASSWORD, Caller, Staff
from databases import connect

import channels
from contactcenter import api, logs
from contactcenter.access.passwords import Passwords
from contactcenter.api.services import Services
from contactcenter.api.shedding import Shedding
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.intake import Intake
from contactcenter.secret_keys import SecretKeys
from contactcenter.settings import Settings

PUBLIC_URL = "http://desk.test"


@contextlib.asynccontextmanager
async def running(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Let a worker run beside the test."""
    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


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
            "CONTACTCENTER_SECRET_KEYS": f"{'k' * 43}=",
        },
        channel_settings=(),
    )


@pytest.fixture
def bell(database: Database) -> Bell:
    return Bell(database)


@pytest.fixture
async def dispatcher(database: Database, bell: Bell) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(database, bell)
    async with running(dispatcher.run):
        yield dispatcher
    await dispatcher.close()


@pytest.fixture
async def inbox(database: Database, bell: Bell) -> AsyncIterator[Intake]:
    intake = Intake(database, bell, reopen_window_s=3600)
    async with running(intake.run):
        yield intake
    await intake.close()


@pytest.fixture
async def all_channels(settings: Settings) -> AsyncIterator[Mapping[str, channels.Channel]]:
    """Every channel as it is without settings: it reads addresses and payloads all the same."""
    async with aiohttp.ClientSession() as http:
        built = channels.load(
            channels.Env(settings={}, public_url=PUBLIC_URL, region=settings.region, http=http)
        )
        yield built
        for channel in built.values():
            await channel.close()


@pytest.fixture
async def services(  # noqa: PLR0917  fixtures come by name
    database: Database,
    settings: Settings,
    bell: Bell,
    dispatcher: Dispatcher,
    inbox: Intake,
    all_channels: Mapping[str, channels.Channel],
) -> AsyncIterator[Services]:
    passwords = Passwords()

    async def on_disabled(conn: Conn, now: datetime, user_id: int) -> None:
        await conn.execute("UPDATE agent SET presence = 'offline' WHERE id = $1", user_id)

    yield Services(
        db=database,
        settings=settings,
        dispatcher=dispatcher,
        inbox=inbox,
        channels=all_channels,
        bell=bell,
        on_disabled=on_disabled,
        passwords=passwords,
        shedding=Shedding(pool_size=10),
        secret_keys=SecretKeys(settings),
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
    connection = await connect(dsn)
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
