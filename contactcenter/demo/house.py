"""Starts everything for real: a database, a stand-in for Twilio, the server; and stops it again."""

import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
from msgspec import Struct

import channels
from contactcenter import server, storage
from contactcenter.access.first_admin import FirstAdmin, ensure_first_admin
from contactcenter.app import serving
from contactcenter.db import Database
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.post_office import PostOffice
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.postgres import EmbeddedPostgres
from contactcenter.settings import Settings

HOST: Final = "127.0.0.1"
#: What Twilio does if a hook does not answer well; as docs/phone.md and the SMS channel advise.
_RETRIES: Final = "#rc=3&rp=all&ct=2000&rt=4000&tt=15000"
#: Reports that come late, twice or in the wrong order, and a provider that is busy at times.
_EVERYDAY: Final = Behaviour(busy=0.03, report_delay_s=(0.02, 0.3), shuffled=0.1, doubled=0.1)


class DatabaseNotEmpty(Exception):
    """The database named for the demo holds tables; the demo would write among them."""


class House(Struct, frozen=True, kw_only=True):
    """What runs. ``admin`` may sign in with a one-time password."""

    address: str
    database: Database
    fake: FakeTwilio
    post: PostOffice
    admin: FirstAdmin


@asynccontextmanager
async def running(
    folder: Path, database_url: str | None, chance: random.Random
) -> AsyncIterator[House]:
    """Start it all on free ports of this machine; ``folder`` holds whatever is thrown away.

    Without ``database_url`` the database is a new one in ``folder``. Raises ``DatabaseNotEmpty``.
    """
    async with AsyncExitStack() as stack:
        if database_url is None:
            embedded = EmbeddedPostgres(folder, durable=False)
            url = await stack.enter_async_context(embedded)
        else:
            url = database_url
            await _check_empty(url)
        fake = FakeTwilio(chance=chance, clock=lambda: datetime.now(UTC), behaviour=_EVERYDAY)
        await stack.enter_async_context(fake)
        post = await stack.enter_async_context(PostOffice(lambda: datetime.now(UTC)))
        post.listener = (HOST, _free_port())
        settings = _settings(folder, url, fake, post)
        database = await stack.enter_async_context(storage.opened(settings))
        admin = await ensure_first_admin(database)
        assert admin is not None, "a new database has no accounts"
        app = await stack.enter_async_context(serving(settings, database))
        await stack.enter_async_context(server.listening(app, HOST, settings.port))
        fake.message_url = f"{settings.public_url}/hooks/sms/message{_RETRIES}"
        fake.voice.point(f"{settings.public_url}/hooks/phone")
        fake.voice.calls.status_url += _RETRIES
        post.mailgun_url = f"{settings.public_url}/hooks/email/mailgun/mime"
        yield House(
            address=settings.public_url, database=database, fake=fake, post=post, admin=admin
        )


def _settings(folder: Path, database_url: str, fake: FakeTwilio, post: PostOffice) -> Settings:
    """Nothing of the user's own: neither his environment nor his settings file is read."""
    return Settings.load(
        {},
        config=Path(os.devnull),
        overrides={
            "data_dir": folder,
            "database_url": database_url,
            "host": HOST,
            "port": _free_port(),
            **fake.settings(),
            "mail_smtp_listen": ":".join(map(str, post.listener)),
            "mailgun_signing_secrets": post.mailgun_secret,
            "smtp_host": HOST,
            "smtp_port": post.port,
            "smtp_security": "plain",
        },
        channel_settings=channels.settings(),
    )


def _free_port() -> int:
    """A port nobody uses: our address must be known before we listen, as requests are signed."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _check_empty(url: str) -> None:
    try:
        conn = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise storage.DatabaseUnreachable(f"the database cannot be reached: {error}") from error
    try:
        tables = await conn.fetchval(
            "SELECT count(*) FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')"
            " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND n.nspname !~ '^pg_(toast|temp)'"
        )
    finally:
        await conn.close(timeout=5)
    if tables:
        raise DatabaseNotEmpty(
            f"The database is not empty ({tables} tables or views). Name an empty one."
        )
