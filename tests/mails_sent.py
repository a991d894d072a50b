"""A centre that sends mails to a mail server that does what a test tells it."""

import asyncio
import itertools
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import factories
from mail_desk import Desk, receiving
from mails import ENTRY_POINT
from smtp_scripts import ScriptedSmtp

from channels import Channel, Env
from channels._email.sending.pool import Patience
from channels.email import Email
from contactcenter import desk as use_cases
from contactcenter import timers
from contactcenter.addressing import Letter
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.sender import Sender

IMPATIENT = Patience(connect_s=0.5, command_s=0.5, end_s=0.5, place_s=0.5)
_names = itertools.count(1)


class Post:
    """Writes and sends."""

    def __init__(self, desk: Desk, channel: Channel, author_id: int) -> None:
        self.desk = desk
        self.database = desk.database
        self.channels = {"email": channel}
        self.author_id = author_id
        self.sender = self.another_sender()

    def another_sender(self, **options: Any) -> Sender:
        """As another process has one."""
        return Sender(
            self.database,
            Bell(self.database),
            self.channels,
            public_url="https://desk.example",
            chance=random.Random(7),
            **options,
        )

    async def reply(self, ticket_id: int, text: str = "Here it is.", **letter: Any) -> int:
        """Write to the customer; returns the interaction's id."""
        async with self.database.transaction() as conn:
            return await use_cases.reply(
                conn,
                await timers.clock(conn),
                ticket_id,
                Letter(text=text, correlation_id=secrets.token_hex(16), **letter),
                author_id=self.author_id,
                actor="user:1",
                channels=self.channels,
            )

    async def send(self) -> int:
        """Send what is due; returns how many were tried."""
        return await self.sender.send_due()

    async def later(self, s: float) -> None:
        """Let what waits to be sent have waited for so much longer."""
        await self.change("next_at = next_at - $1::float8 * interval '1 second'", s)

    async def change(self, assignments: str, *args: object) -> None:
        """Change all that is in the outbox."""
        async with self.database.transaction() as conn:
            await conn.execute(f"UPDATE outbox SET {assignments}", *args)

    async def states(self) -> list[tuple[Any, ...]]:
        """Of each message: how sending it stands, what the timeline says, and the code."""
        return await self.desk.rows(
            "SELECT o.state, i.state, i.error_code FROM outbox o JOIN interaction i"
            " ON i.id = o.interaction_id ORDER BY o.id"
        )

    async def waits_s(self) -> list[float]:
        """How long each message that is queued still waits."""
        rows = await self.desk.rows(
            "SELECT extract(epoch FROM next_at - clock_timestamp())::float8 FROM outbox"
            " WHERE state = 'queued' ORDER BY id"
        )
        return [row[0] for row in rows]


@asynccontextmanager
async def posting(
    database: Database, smtp: ScriptedSmtp, *, patience: Patience = IMPATIENT, **settings: str
) -> AsyncIterator[Post]:
    """A centre with addresses of ours, somebody who writes, and a mail server."""
    async with receiving(database) as desk, aiohttp.ClientSession() as http:
        env = Env(
            settings={
                "smtp_host": "127.0.0.1",
                "smtp_port": str(smtp.port),
                "smtp_security": "plain",
                **settings,
            },
            public_url="https://desk.example",
            region="IR",
            http=http,
            reply_keys=lambda: [b"k" * 32],
        )
        channel = Email(env, patience=patience)
        async with database.transaction() as conn:
            author_id = await factories.user(conn)
        post = Post(desk, channel, author_id)
        try:
            yield post
        finally:
            await asyncio.gather(*post.sender._attempts.tasks, return_exceptions=True)
            await channel.close()


__all__ = ["ENTRY_POINT", "Post", "posting"]
