"""The host that hands out files for Twilio, as its CDN does: another address, and no key needed."""

from collections.abc import Mapping
from typing import Self

from aiohttp import web

from contactcenter.fakes.twilio_message import Message


class MediaHost:
    """Hands out the files of ``messages``; use it as an asynchronous context manager.

    Set the fake's ``media_url`` to ``url``, and it redirects here. ``keys_seen`` are the
    ``Authorization`` headers that came along, which should be none.
    """

    def __init__(self, messages: Mapping[str, Message]) -> None:
        self._messages = messages
        self.url = ""
        self.asked: list[str] = []
        self.keys_seen: list[str] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.get("/{sid}/{media}", self._file)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if key := request.headers.get("Authorization"):
            self.keys_seen.append(key)
        message = self._messages.get(request.match_info["sid"])
        place = request.match_info["media"]
        if message is None or place not in message.media_sids:
            return web.Response(status=404)
        content_type, content = message.media[message.media_sids.index(place)]
        return web.Response(body=content, content_type=content_type)
