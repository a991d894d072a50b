"""Web chats over real sockets: processes that serve a widget, without the rest of ``serve``."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from chat_world import KEY, Process, process

from channels import Env
from channels._webchat.limits import Limits, Rate
from channels.webchat import Webchat
from contactcenter.db import Database

ORIGIN = "https://shop.test"
PUBLIC_URL = "https://desk.test"
#: Nobody is refused for being fast.
PATIENT = Limits(
    close_s=0.2,
    frames=Rate(100_000, 0.0001),
    requests=Rate(100_000, 0.0001),
    openings_an_address=Rate(100_000, 0.0001),
    conversations_an_address=Rate(100_000, 0.0001),
    sockets_an_address=20_000,
)


class Widgets:
    """What the one widget has of its own."""

    def of(self, channel: str, address: str) -> Mapping[str, str]:
        return {"webchat_origins": ORIGIN} if (channel, address) == ("webchat", KEY) else {}

    def addresses(self, channel: str) -> Sequence[str]:
        return [KEY] if channel == "webchat" else []


@asynccontextmanager
async def served(
    database: Database, folder: Path, *, limits: Limits = PATIENT
) -> AsyncIterator[tuple[str, Process]]:
    """One process that serves visitors: its address, and its parts."""
    async with process(database, folder) as one, aiohttp.ClientSession() as http:
        env = Env(
            settings={},
            public_url=PUBLIC_URL,
            region="IR",
            http=http,
            own=Widgets(),
            chatroom=one.room,
        )
        channel = Webchat(env, limits=limits)
        app = web.Application()
        app.add_routes(channel.routes(one.intake))
        server = TestServer(app)
        await server.start_server()
        try:
            yield str(server.make_url("")).rstrip("/"), one
        finally:
            await channel.hang_up()
            await server.close()
