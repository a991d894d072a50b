"""A visitor's browser as a model: what it keeps, what it sends again, and what it must never see."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import WSMsgType

PATIENCE_S = 30.0
ORIGIN = "https://shop.test"


class Conversation:
    """What the tabs of one browser share: the token, kept from the first message on."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.token: str | None = None


class Tab:
    """One tab: the lines it has, and the messages nobody has acknowledged yet."""

    def __init__(self, http: aiohttp.ClientSession, conversation: Conversation, name: str) -> None:
        self.http = http
        self.conversation = conversation
        self.name = name
        self.lines: list[dict[str, Any]] = []
        self.pending: dict[str, str] = {}
        self.written: list[str] = []
        self.faults: list[str] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token: str | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def last(self) -> int:
        return self.lines[-1]["sequence"] if self.lines else 0

    async def connect(self, url: str, resend: random.Random | None = None) -> None:
        """Come to a process, and send again what is not acknowledged: in any order, or in its own."""
        await self.cut()
        self._socket = await self.http.ws_connect(
            f"{url}/hooks/webchat/socket", headers={"Origin": ORIGIN}
        )
        hello = {"type": "hello", "version": 1, "entry_point": self.conversation.key}
        if self.conversation.token is not None:
            hello |= {"token": self.conversation.token, "after": self.last}
        await self._socket.send_json(hello)
        answer = await self._socket.receive(timeout=PATIENCE_S)
        if answer.type is not WSMsgType.TEXT:
            raise ConnectionResetError
        welcome = json.loads(answer.data)
        self._token = welcome["token"]
        if self.conversation.token not in (None, self._token):
            self.faults.append(f"{self.name} became somebody else")
        self._reader = asyncio.create_task(self._read(self._socket))
        again = list(self.pending)
        if resend is not None:
            resend.shuffle(again)
        for client_id in again:
            await self._send(client_id, self.pending[client_id])

    async def write(self, text: str) -> None:
        """Write something; it is sent at once if there is a socket, and later if there is none."""
        client_id = f"{self.name}-{len(self.written)}"
        self.written.append(client_id)
        self.pending[client_id] = text
        if self._token is not None and self.conversation.token is None:
            self.conversation.token = self._token
        if self.conversation.token == self._token:
            await self._send(client_id, text)

    async def cut(self) -> None:
        """Lose the connection, wherever the bytes are."""
        if self._socket is not None:
            connection = self._socket._response.connection
            if connection is not None and connection.transport is not None:
                connection.transport.abort()
            self._socket = None
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None

    async def until(self, is_reached: Any) -> None:
        """Wait for a state of this tab."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_reached():
                self._changed.clear()
                await self._changed.wait()

    async def _send(self, client_id: str, text: str) -> None:
        if self._socket is not None:
            with suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_json({"type": "message", "id": client_id, "text": text})

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            self._take(json.loads(message.data))
            self._changed.set()

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "line":
            if frame["sequence"] != self.last + 1:
                self.faults.append(f"{self.name} had {self.last} and got {frame['sequence']}")
            self.lines.append(frame)
        elif frame["type"] == "ack":
            self.pending.pop(frame["id"], None)
        elif frame["type"] == "error":
            self.faults.append(f"{self.name} got {frame}")
