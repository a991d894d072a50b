"""Clients of the feed over a real WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import ClientWebSocketResponse, WSMsgType
from callers import Caller

PATH = "/api/v1/feed"
OURS = {"Origin": "http://desk.test"}
PATIENCE_S = 30.0


class Console:
    """A client of the feed."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self._id = 0

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a command, and return its result."""
        self._id += 1
        await self.socket.send_json({"id": self._id, "type": kind, **fields})
        result = await self.frame()
        assert (result["type"], result["id"]) == ("result", self._id)
        return result

    async def frame(self) -> Any:
        """The next frame; that people sign in is of no interest here."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE_S)
            assert message.type is WSMsgType.TEXT, message
            frame = msgspec.json.decode(message.data)
            if frame["type"] != "event" or frame["event"]["kind"] != "session_started":
                return frame

    async def event(self) -> Any:
        frame = await self.frame()
        assert frame["type"] == "event"
        return frame["event"]

    async def closed(self) -> tuple[int, str]:
        """Wait until the server closes; returns the code and the reason."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.socket.receive()
                if message.type is WSMsgType.CLOSE:
                    return message.data, message.extra
                assert message.type is WSMsgType.TEXT, message


@asynccontextmanager
async def opened(caller: Caller, **headers: str) -> AsyncIterator[Console]:
    """The feed, opened by this person from a page of ours, or with other headers."""
    sent = {**caller.headers, **(headers or OURS)}
    async with caller.client.ws_connect(PATH, headers=sent, autoclose=False) as socket:
        yield Console(socket)
