"""A process that does nothing but send mails, until it is killed: ``… DSN PORT``."""

import asyncio
import random
import sys

import aiohttp

from channels import Env
from channels.email import Email
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.sender import Sender


async def main(dsn: str, port: str) -> None:
    database = await Database(dsn).open()
    async with aiohttp.ClientSession() as http:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain"}
        env = Env(
            settings=settings,
            public_url="https://desk.example",
            region="IR",
            http=http,
            reply_keys=lambda: [b"k" * 32],
        )
        bell = Bell(database)
        sender = Sender(
            database,
            bell,
            {"email": Email(env)},
            public_url="https://desk.example",
            chance=random.Random(),
        )
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        await asyncio.gather(bell.run(), sender.run())


asyncio.run(main(*sys.argv[1:]))
