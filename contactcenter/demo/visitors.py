"""Visitors of the shop's site who chat over the real socket, and go on when they are answered.

They speak the widget's protocol (``docs/webchat.md``). The connection of the first is cut when he
has just written: he comes back, goes on after the last line he has, and sends what nobody
acknowledged once more, as browsers do.
"""

import asyncio
import secrets
from contextlib import suppress
from typing import Final

import aiohttp

from contactcenter.demo.carrier import Seen, SeenLine
from contactcenter.demo.company import SHOP, WIDGET
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.demo.stories import Story
from contactcenter.demo.stories_chat import CHATS

_NAMES: Final = {"en": "a visitor", "fa": "یک بازدیدکننده"}
#: Nothing comes back at once for ever.
_COMES_BACK_AFTER_S: Final = 0.2


class Visitor:
    """One browser, and all that it saw: what was acknowledged, and each line, in order."""

    def __init__(
        self, address: str, story: Story, pace: Pace, news: News, *, is_cut_off: bool
    ) -> None:
        self.written: dict[str, str] = {}
        self.acknowledged: set[str] = set()
        self.lines: list[SeenLine] = []
        self.story = story
        self._url = f"{address}/hooks/webchat/socket"
        self._pace = pace
        self._news = news
        self._is_cut_off = is_cut_off
        self._token: str | None = None
        self._turn = 0

    @property
    def sent(self) -> int:
        """How many messages he has written."""
        return len(self.written)

    @property
    def seen(self) -> Seen:
        """What his browser saw."""
        return Seen(written=self.written, acknowledged=self.acknowledged, lines=self.lines)

    @property
    def is_done(self) -> bool:
        """Whether he has said all, and has been answered."""
        return self._turn == len(self.story.turns)

    async def live(self) -> None:
        """Write, and go on when he is answered, over as many connections as it takes."""
        await self._pace.wait(1.0, 2.0)
        async with aiohttp.ClientSession() as http:
            while not self.is_done:
                with suppress(aiohttp.ClientError, ConnectionError):
                    async with http.ws_connect(self._url, headers={"Origin": SHOP}) as socket:
                        await self._chat(socket)
                await asyncio.sleep(_COMES_BACK_AFTER_S)

    async def _chat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        hello = {"type": "hello", "version": 1, "entry_point": WIDGET, "after": len(self.lines)}
        language = {"language": self.story.language}
        token = {"token": self._token} if self._token else {}
        await socket.send_json(hello | language | token)
        async for message in socket:
            frame = message.json()
            match frame["type"]:
                case "welcome":
                    self._token = frame["token"]
                    if await self._go_on(socket):
                        return
                case "ack":
                    self.acknowledged.add(frame["id"])
                case "line":
                    line = SeenLine(
                        sequence=frame["sequence"], by=frame["by"], text=frame.get("text", "")
                    )
                    self.lines.append(line)
                    await self._heard(socket, line)
            if self.is_done:
                return

    async def _go_on(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        """Begin, or send anew what nobody acknowledged; returns whether the connection is cut."""
        if not self.written:
            await self._write(socket)
            if self._is_cut_off:
                self._is_cut_off = False
                self._news.tell("note", self._name, "is cut off in the middle of a sentence")
                socket._response.close()  # noqa: SLF001  without a word, as a train in a tunnel
                return True
        for message_id in self.written.keys() - self.acknowledged:
            await self._send(socket, message_id)
        return False

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, line: SeenLine) -> None:
        turn = self.story.turns[self._turn]
        if line.by != "agent" or line.text != turn.reply:
            return
        await socket.send_json({"type": "seen", "sequence": line.sequence})
        self._turn += 1
        if not self.is_done:
            await self._pace.wait(0.7, 1.6)
            await self._write(socket)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        text = self.story.turns[self._turn].says[0]
        message_id = secrets.token_hex(8)
        self.written[message_id] = text
        self._news.tell("in", f"{self._name} 💬", text)
        await self._send(socket, message_id)

    async def _send(self, socket: aiohttp.ClientWebSocketResponse, message_id: str) -> None:
        text = self.written[message_id]
        await socket.send_json({"type": "message", "id": message_id, "text": text})

    @property
    def _name(self) -> str:
        return _NAMES[self.story.language]


class Visitors:
    """One in each language."""

    def __init__(self, address: str, pace: Pace, news: News) -> None:
        self.all = [
            Visitor(address, story, pace, news, is_cut_off=n == 0) for n, story in enumerate(CHATS)
        ]

    @property
    def sent(self) -> int:
        """How many messages they have written."""
        return sum(visitor.sent for visitor in self.all)

    @property
    def in_all(self) -> int:
        """How many they will have written in the end."""
        return sum(visitor.story.messages for visitor in self.all)

    @property
    def are_done(self) -> bool:
        """Whether everybody has been answered."""
        return all(visitor.is_done for visitor in self.all)

    async def live(self) -> None:
        """Let both chat, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for visitor in self.all:
                group.create_task(visitor.live())
        await asyncio.Event().wait()
