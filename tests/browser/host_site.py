"""A site of somebody else, with our widget on its pages, under a policy that allows little."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

_DOCUMENT = Path(__file__).parents[2] / "docs" / "webchat.md"
_OURS = "://contact.example.com"

#: What a site may well have in its own style sheet; none of it may reach into the widget.
LOUD = """
* { color: red !important; font-size: 31px !important; direction: ltr !important; }
button, textarea, input { display: none !important; }
div { margin: 40px !important; text-align: center !important; }
"""

_PAGE = """<!doctype html>
<html lang="{lang}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Printers and ink</title><link rel="stylesheet" href="/{name}.css"></head>
<body><main><h1>Printers and ink</h1><p>We sell them, and we repair them.</p>
<p><a href="#prices">Prices</a></p><p id="prices">They are fair.</p></main>
<script src="{chat}/hooks/webchat/widget.js" {data} async></script></body></html>
"""


class HostSite:
    """Pages by name on an origin of their own."""

    def __init__(self) -> None:
        self.origin = ""
        self._pages: dict[str, tuple[str, str]] = {}
        self._styles: dict[str, str] = {}

    def page(self, name: str, chat: str, *, lang: str = "en", style: str = "", **data: str) -> str:
        """The address of a page with the widget; ``data`` are the ``data-`` of its script tag."""
        written = " ".join(
            f'data-{key.replace("_", "-")}="{html.escape(value)}"' for key, value in data.items()
        )
        direction = "rtl" if lang == "fa" else "ltr"
        self._styles[name] = style
        self._pages[name] = (
            _PAGE.format(lang=lang, direction=direction, name=name, chat=chat, data=written),
            policy(chat),
        )
        return f"{self.origin}/{name}"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/favicon.ico", self._favicon),
            web.get("/{name}.css", self._style),
            web.get("/{name}", self._page),
        ]

    async def _favicon(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"", content_type="image/x-icon")

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=self._styles[request.match_info["name"]], content_type="text/css")

    async def _page(self, request: web.Request) -> web.Response:
        page, policy = self._pages[request.match_info["name"]]
        headers = {"Content-Security-Policy": policy}
        return web.Response(text=page, content_type="text/html", headers=headers)


def policy(chat: str) -> str:
    """What our documentation asks a page to allow, and beside it only the page's own style sheet."""
    text = _DOCUMENT.read_text(encoding="utf-8")
    (documented,) = re.findall(r"^```\n(script-src .*?)^```", text, re.MULTILINE | re.DOTALL)
    host = chat.removeprefix("http")
    asked = documented.replace(f"https{_OURS}", chat).replace(f"wss{_OURS}", f"ws{host}")
    strict = "default-src 'none'; style-src 'self'; require-trusted-types-for 'script'"
    return f"{strict}; {' '.join(asked.split())}"


@asynccontextmanager
async def opened() -> AsyncIterator[HostSite]:
    site = HostSite()
    app = web.Application()
    app.add_routes(site.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    # Another host name than ours, too: to a browser it is another site.
    site.origin = f"http://localhost:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()
