"""The other side of the widget's socket, in a test's hands: no server, no network, no waiting."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route, WebSocketRoute

from channels._webchat import static_files

CHAT: Final = "https://chat.example"
SHOP: Final = "https://shop.example/"

#: Every upload becomes this.
FILE: Final = {
    "token": "file",
    "name": "list.txt",
    "content_type": "text/plain",
    "size_bytes": 4,
}

_PREFLIGHT: Final = {"Access-Control-Allow-Headers": "*, Authorization"}
_NOW: Final = datetime(2027, 3, 1, 12, tzinfo=UTC).isoformat()
_PAGE: Final = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,"><main><h1>Shop</h1></main>
<script src="{chat}/hooks/webchat/widget.js" data-entry-point="key" async></script></html>"""


class Peer:
    """Answers as the server does, by the attributes that a test sets."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {
            "title": None,
            "greeting": None,
            "colour": None,
            "form": [],
            "topics": [],
        }
        self.standing: dict[str, Any] = {
            "state": "new",
            "is_open": True,
            "read_sequence": 0,
            "rating": "none",
        }
        #: What the welcome says beside; ``token`` there makes everybody who comes that visitor.
        self.welcome: dict[str, Any] = {}
        #: Frames that are refused, by their type: with which code.
        self.refused: dict[str, str] = {}
        self.is_silent = False
        #: Every frame that came, and every line by the visitor's token.
        self.frames: list[dict[str, Any]] = []
        self.lines: dict[str, list[dict[str, Any]]] = {}
        self._sockets: list[tuple[WebSocketRoute, list[str]]] = []

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The frames of a type that came, in order."""
        return [frame for frame in self.frames if frame["type"] == kind]

    def texts(self, token: str) -> list[str]:
        """What was said to and by a visitor."""
        return [line["text"] for line in self.lines.get(token, [])]

    def tell(self, frame: dict[str, Any]) -> None:
        """Send to everybody."""
        for socket, _ in self._sockets:
            socket.send(json.dumps(frame))

    def say(self, token: str, text: str, **line: Any) -> None:
        """Add a line to a visitor's conversation, and tell his sockets."""
        lines = self.lines.setdefault(token, [])
        whole = {
            "type": "line",
            "sequence": len(lines) + 1,
            "at": _NOW,
            "by": "agent",
            "kind": "message",
            "text": text,
            "files": [],
        } | line
        lines.append(whole)
        for socket, tokens in self._sockets:
            if token in tokens:
                socket.send(json.dumps(whole))

    async def cut(self, code: int) -> None:
        """Close every socket."""
        sockets, self._sockets = self._sockets, []
        for socket, _ in sockets:
            await socket.close(code=code, reason="test")

    async def attach(self, context: BrowserContext) -> None:
        """Be the shop and the chat for every page of a browser."""
        await context.route("**", self._fetched)
        await context.route_web_socket("**", self._opened)

    async def _fetched(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        name = url.path.rpartition("/")[2]
        headers = {"Access-Control-Allow-Origin": "*"}
        language = "fa" if "language=fa" in url.query or "fa" in url.path else "en"
        if name in static_files.scripts().by_name:
            body = static_files.scripts().by_name[name].plain
            await route.fulfill(body=body, content_type="text/javascript", headers=headers)
        elif name == "files":
            await route.fulfill(status=201, json=FILE, headers=headers | _PREFLIGHT)
        elif name == "settings":
            await route.fulfill(json={**self.settings, "language": language}, headers=headers)
        else:
            page = _PAGE.format(lang=language, chat=CHAT)
            await route.fulfill(body=page, content_type="text/html; charset=utf-8")

    def _opened(self, socket: WebSocketRoute) -> None:
        tokens: list[str] = []
        self._sockets.append((socket, tokens))
        socket.on_message(lambda text: self._heard(socket, tokens, json.loads(text)))

    def _heard(self, socket: WebSocketRoute, tokens: list[str], frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if self.is_silent:
            return
        match frame["type"]:
            case "hello":
                self._greet(socket, tokens, frame)
            case kind if kind in self.refused:
                answer = {"type": "error", "id": frame.get("id"), "code": self.refused[kind]}
                socket.send(json.dumps(answer | {"message": "no"}))
            case "ping":
                socket.send(json.dumps({"type": "pong"}))
            case kind if "id" in frame:
                if kind == "message":
                    self.say(tokens[0], frame["text"], by="visitor", id=frame["id"])
                socket.send(json.dumps({"type": "ack", "id": frame["id"]}))

    def _greet(self, socket: WebSocketRoute, tokens: list[str], hello: dict[str, Any]) -> None:
        token = hello.get("token") or f"token-{len(self.of_type('hello'))}"
        token = self.welcome.get("token", token)
        tokens.append(token)
        lines = self.lines.get(token, [])
        welcome = {
            "type": "welcome",
            "version": 1,
            "token": token,
            "is_known": bool(lines),
            "is_identified": False,
            "last_sequence": len(lines),
            "settings": {**self.settings, "language": hello.get("language", "en")},
            "standing": self.standing,
        }
        socket.send(json.dumps(welcome | self.welcome))
        for line in lines[hello["after"] :]:
            socket.send(json.dumps(line))


class Shopper:
    """A page of the shop with the widget on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chat = page.locator("contactcenter-chat")
        self.launcher = self.chat.locator(".launcher")
        self.composer = self.chat.locator(".composer textarea")
        self.said = self.chat.locator("[data-sequence] .text")
        self.news = self.chat.locator(".news")

    async def open(self) -> None:
        """Open the panel, and wait until it can be written in."""
        await self.launcher.click()
        await self.composer.wait_for()

    async def write(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def kept(self) -> dict[str, str]:
        """What the browser keeps of the shop's site."""
        kept: dict[str, str] = await self.page.evaluate("({...localStorage})")
        return kept


async def shopper(context: BrowserContext, path: str = "") -> Shopper:
    """One more page in that browser."""
    page = await context.new_page()
    await page.goto(SHOP + path)
    return Shopper(page)


async def browser_with(peer: Peer, chromium: Browser) -> BrowserContext:
    """A browser for which everything on the net is the peer."""
    context = await chromium.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    await context.add_init_script("Math.random = () => 0.05;")
    await peer.attach(context)
    return context
