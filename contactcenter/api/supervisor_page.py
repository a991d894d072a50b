"""The supervisors' page: ``/supervisor``, a program in the browser that asks as a console does.

It is open to everybody, for it holds nothing: who looks signs in, and sees what the API shows him.
Modules are served as they are written; nothing is built, and its policy lets nothing else in.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from aiohttp import hdrs, web
from msgspec import Struct

#: No script or style in the page itself, no ``eval``, nobody else's host; styles that scripts set
#: on an element (``element.style``) are not style attributes and are allowed.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: Scripts that others wrote; `static/README.md` has their versions and licences.
OF_OTHERS: Final = ("htm-preact.js", "vega.min.js", "vega-lite.min.js", "vega-interpreter.js")
_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
}


class _File(Struct, frozen=True):
    body: bytes
    zipped: bytes
    content_type: str


def routes() -> list[web.RouteDef]:
    """The page and its files."""
    return [
        web.get("/supervisor", _show_page),
        web.get("/supervisor/{name}", _show_file),
    ]


@cache
def files() -> Mapping[str, _File]:
    """All files of the page by their names, and those of others that it needs."""
    static = resources.files("contactcenter.api") / "static"
    found = [*(static / "supervisor").iterdir(), *(static / name for name in OF_OTHERS)]
    return {one.name: _read(one.read_bytes(), one.name) for one in found}


async def _show_page(request: web.Request) -> web.Response:
    return _response(request, "index.html")


async def _show_file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in files() or name == "index.html":
        raise web.HTTPNotFound
    return _response(request, name)


def _read(body: bytes, name: str) -> _File:
    return _File(body, gzip.compress(body, mtime=0), _TYPES[name.rpartition(".")[2]])


def _response(request: web.Request, name: str) -> web.Response:
    file = files()[name]
    headers = {
        hdrs.CONTENT_TYPE: file.content_type,
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        hdrs.CACHE_CONTROL: "no-cache",
        "Content-Security-Policy": POLICY,
    }
    if "gzip" not in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        return web.Response(body=file.body, headers=headers)
    headers[hdrs.CONTENT_ENCODING] = "gzip"
    return web.Response(body=file.zipped, headers=headers)
