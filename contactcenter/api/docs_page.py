"""The description of the API: ``/api/openapi.json``, and ``/api/docs``, a page that shows it.

Nothing on the page comes from elsewhere; its policy forbids the browser to ask anybody else.
"""

import gzip
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from aiohttp import hdrs, web
from msgspec import Struct

from contactcenter.api import openapi
from contactcenter.api.operation import Operation
from contactcenter.settings import Settings

_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_SCRIPTS: Final = ("docs.js", "rapidoc-min.js")


class _File(Struct, frozen=True):
    body: bytes
    zipped: bytes
    content_type: str


def routes(operations: Sequence[Operation], settings: Settings) -> list[web.RouteDef]:
    """The document and the page, open to everybody: both say only what the product can do."""

    @cache
    def described() -> _File:
        """The document, made when it is first asked for: no start waits for it."""
        document = msgspec.json.encode(openapi.document(operations, settings))
        return _File(document, _zipped(document), "application/json")

    async def show_document(request: web.Request) -> web.Response:
        return _response(request, described())

    async def show_page(request: web.Request) -> web.Response:
        response = _response(request, _static("docs.html", "text/html; charset=utf-8"))
        response.headers["Content-Security-Policy"] = _CSP
        return response

    async def show_script(request: web.Request) -> web.Response:
        response = _response(request, _static(request.match_info["name"], "text/javascript"))
        response.headers[hdrs.CACHE_CONTROL] = "max-age=3600"
        return response

    scripts = "|".join(name.replace(".", r"\.") for name in _SCRIPTS)
    return [
        web.get("/api/openapi.json", show_document),
        web.get("/api/docs", show_page),
        web.get(f"/api/docs/{{name:{scripts}}}", show_script),
    ]


@cache
def _static(name: str, content_type: str) -> _File:
    body = (resources.files("contactcenter.api") / "static" / name).read_bytes()
    return _File(body, _zipped(body), content_type)


def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _response(request: web.Request, file: _File) -> web.Response:
    headers = {hdrs.CONTENT_TYPE: file.content_type, hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if "gzip" not in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        return web.Response(body=file.body, headers=headers)
    headers[hdrs.CONTENT_ENCODING] = "gzip"
    return web.Response(body=file.zipped, headers=headers)
