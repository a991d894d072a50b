"""A process that serves chats and stops, behind a proxy that says where browsers come from."""

import asyncio

import aiohttp
import asyncpg
import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import unused_port

import channels
from contactcenter import server, storage
from contactcenter.api.services import SERVICES
from contactcenter.app import serving
from contactcenter.settings import Settings

ORIGIN = "https://shop.example"
PATIENCE_S = 20.0


@pytest.mark.parametrize(
    ("believed", "counted"), [("127.0.0.0/8", "192.0.2.9"), ("198.51.100.7", "127.0.0.1")]
)
async def test_browser_is_counted_where_it_comes_from_and_sent_away_when_we_stop(
    bare_dsn, believed, counted
):
    port = unused_port()
    environ = {
        "CONTACTCENTER_DATABASE_URL": bare_dsn,
        "CONTACTCENTER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CONTACTCENTER_TRUSTED_PROXIES": believed,
        "CONTACTCENTER_WEBCHAT_ORIGINS": ORIGIN,
    }
    settings = Settings.load(environ, channel_settings=channels.settings())
    async with aiohttp.ClientSession() as http:
        async with storage.opened(settings) as database:
            await _add_widget(bare_dsn)
            async with (
                serving(settings, database) as app,
                server.listening(app, "127.0.0.1", port),
            ):
                socket = await http.ws_connect(
                    f"http://127.0.0.1:{port}/hooks/webchat/socket",
                    headers={"Origin": ORIGIN, "X-Forwarded-For": "192.0.2.9"},
                )
                await socket.send_json({"type": "hello", "version": 1, "entry_point": "shop"})
                assert (await socket.receive_json())["type"] == "welcome"
                assert list(app[SERVICES].channels["webchat"]._door._inside) == [counted]
                closing = asyncio.create_task(_close_code(socket))

        async with asyncio.timeout(PATIENCE_S):
            assert await closing == 1001


async def _add_widget(dsn):
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "INSERT INTO entry_point (channel, address, queue_id)"
        " SELECT 'webchat', 'shop', min(id) FROM queue"
    )
    await conn.close()


async def _close_code(socket):
    while (await socket.receive()).type is WSMsgType.TEXT:
        pass
    return socket.close_code
