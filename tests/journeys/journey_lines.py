"""Sockets as journeys hold them: a console's feed, a visitor's chat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType
from centre import Centre, Person

PATIENCE_S = 20.0


class Line:
    """One end of a socket that speaks JSON; keeps every frame that it was sent."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.said: list[str] = []
        self.welcome: dict[str, Any] = {}
        self._number = 0

    async def say(self, **frame: Any) -> None:
        await self.socket.send_str(json.dumps(frame))

    async def next(self, **wanted: Any) -> Any:
        """The next frame that has these fields."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.socket.receive()
                assert message.type is WSMsgType.TEXT, message
                self.said.append(message.data)
                frame = json.loads(message.data)
                if all(frame.get(key) == value for key, value in wanted.items()):
                    return frame

    async def command(self, kind: str, **fields: Any) -> None:
        """A command of the feed, done."""
        self._number += 1
        await self.say(id=self._number, type=kind, **fields)
        result = await self.next(type="result", id=self._number)
        assert result["success"], result

    async def event(self, kind: str) -> Any:
        while (event := (await self.next(type="event"))["event"])["kind"] != kind:
            pass
        return event


@asynccontextmanager
async def console(centre: Centre, person: Person) -> AsyncIterator[Line]:
    """An agent's feed that follows from now on."""
    headers = {"Origin": centre.url}
    async with person._http.ws_connect(f"{centre.url}/api/v1/feed", headers=headers) as socket:
        line = Line(socket)
        await line.command("subscribe")
        yield line
