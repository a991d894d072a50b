"""A whole centre for mails, as a process has it: the channel, what receives, what sends."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import factories
from aiosmtpd.smtp import SMTP, Envelope

from channels import Env, Inbound, Outcome
from channels.email import Email
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.intake import Intake
from contactcenter.sender import Sender

KEY = b"k" * 32


class OurOwn:
    """The addresses of one centre; ``options`` are those of each."""

    def __init__(self, *addresses: str) -> None:
        self.known = list(addresses)
        self.options: dict[str, Mapping[str, str]] = {}

    def of(self, _channel: str, address: str) -> Mapping[str, str]:
        return self.options.get(address, {})

    def addresses(self, _channel: str) -> Sequence[str]:
        return self.known


class House:
    """One centre, and what it has stored."""

    def __init__(
        self, database: Database, channel: Email, intake: Intake, sender: Sender, own: OurOwn
    ) -> None:
        self.database = database
        self.channel = channel
        self.intake = intake
        self.sender = sender
        self.own = own

    async def receive(self, *items: Inbound) -> Sequence[Outcome]:
        return await self.intake.receive(items)

    async def send_all(self) -> int:
        """Send what is due; returns how many there were."""
        sent = 0
        while n := await self.sender.send_due():
            sent += n
        return sent

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        async with self.database.read() as conn:
            return [tuple(row) for row in await conn.fetch(sql, *args)]

    async def value(self, sql: str, *args: object) -> Any:
        async with self.database.read() as conn:
            return await conn.fetchval(sql, *args)

    async def do(self, sql: str, *args: object) -> None:
        async with self.database.transaction() as conn:
            await conn.execute(sql, *args)


@asynccontextmanager
async def house(
    database: Database, *addresses: str, settings: Mapping[str, str] | None = None
) -> AsyncIterator[House]:
    """A centre with these addresses; ``settings`` are those of the channel.

    With ``mail_smtp_listen`` it listens, with ``smtp_host`` and ``smtp_port`` it can send.
    """
    async with database.transaction() as conn:
        if not await conn.fetchval("SELECT EXISTS (SELECT FROM user_account)"):
            await factories.user(conn)
        for address in addresses:
            await conn.execute(
                "INSERT INTO entry_point (channel, address, queue_id)"
                " SELECT 'email', $1, min(id) FROM queue ON CONFLICT DO NOTHING",
                address,
            )
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        own = OurOwn(*addresses)
        env = Env(
            settings=settings or {},
            public_url="https://desk.test",
            region="IR",
            http=http,
            own=own,
            reply_keys=lambda: [KEY],
        )
        channel = Email(env)
        stack.push_async_callback(channel.close)
        channels = {"email": channel}
        bell = Bell(database)
        intake = Intake(database, bell, reopen_window_s=3600, channels=channels)
        stack.push_async_callback(intake.close)
        tasks = [asyncio.create_task(intake.run())]
        tasks += [asyncio.create_task(listen()) for listen in channel.listeners(intake)]
        stack.push_async_callback(_end, tasks)
        sender = Sender(
            database, bell, channels, public_url="https://desk.test", chance=random.Random(7)
        )
        yield House(database, channel, intake, sender, own)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Taken(NamedTuple):
    """A mail that a server took, with its envelope."""

    sender: str
    recipients: list[str]
    raw: bytes


class MailServer:
    """Somebody else's mail server: takes everything."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.port = 0

    async def handle_DATA(  # noqa: N802  as aiosmtpd names it
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        sender, recipients = (envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos)
        self.taken.append(Taken(sender, recipients, envelope.content))
        return "250 2.0.0 Taken"

    @property
    def settings(self) -> dict[str, str]:
        """What sends to it."""
        return {"smtp_host": "127.0.0.1", "smtp_port": str(self.port), "smtp_security": "plain"}


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    made = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(made, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
