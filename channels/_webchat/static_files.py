"""The widget's scripts as they are served: small, compressed, and never of two versions at once.

``widget.js`` is what pages name: all modules as one script. The texts of the page's language it
loads from an address with a version in it, which is a hash over all that is served, so what is
fetched under it never changes.
"""

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from importlib import resources
from typing import Final

import rjsmin
from aiohttp import hdrs, web
from msgspec import Struct

from channels._problem import problem
from channels._webchat.script_bundle import bundled

LOADER: Final = "widget.js"
_TEXTS: Final = "texts_"
_VERSION: Final = b"__VERSION__"
_VERSION_CHARACTERS: Final = 16
_KEPT: Final = "public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = "public, max-age=300"
_HEADERS: Final = {
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    hdrs.VARY: "Accept-Encoding",
}


class Script(Struct, frozen=True):
    """A script, minified, as it is and compressed."""

    plain: bytes
    gzipped: bytes
    etag: str


class Scripts(Struct, frozen=True):
    """All scripts by name, and the version they are together."""

    version: str
    by_name: Mapping[str, Script]


@lru_cache(maxsize=1)
def scripts() -> Scripts:
    """Read them once a process."""
    folder = resources.files("channels._webchat") / "static"
    sources = {
        one.name: one.read_text(encoding="utf-8")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".js")
    }
    served_alone = {name: text for name, text in sources.items() if name.startswith(_TEXTS)}
    whole = {**served_alone, LOADER: bundled(sources, LOADER)}
    plain = {name: rjsmin.jsmin(text).encode() for name, text in whole.items()}
    digest = hashlib.sha256()
    for name, body in plain.items():
        digest.update(f"{name} {len(body)}\n".encode() + body)
    version = digest.hexdigest()[:_VERSION_CHARACTERS]
    plain[LOADER] = plain[LOADER].replace(_VERSION, version.encode())
    return Scripts(version, {name: _script(body) for name, body in plain.items()})


def served() -> Mapping[str, bytes]:
    """Every script as it travels to a browser, by name."""
    return {name: one.gzipped for name, one in scripts().by_name.items()}


async def loader(request: web.Request) -> web.Response:
    """The script that pages name."""
    return _answer(request, LOADER, _ASKED_AGAIN)


async def versioned(request: web.Request) -> web.Response:
    """A script of the version that its loader knew; the one there is, if that was another."""
    is_current = request.match_info["version"] == scripts().version
    return _answer(request, request.match_info["name"], _KEPT if is_current else "no-store")


def _script(body: bytes) -> Script:
    etag = hashlib.sha256(body).hexdigest()[:_VERSION_CHARACTERS]
    return Script(body, gzip.compress(body, 9, mtime=0), etag)


def _answer(request: web.Request, name: str, cache_control: str) -> web.Response:
    script = scripts().by_name.get(name)
    if script is None:
        return problem(HTTPStatus.NOT_FOUND, "not_found", "There is no such script.")
    headers = {**_HEADERS, hdrs.CACHE_CONTROL: cache_control, hdrs.ETAG: f'"{script.etag}"'}
    known = request.if_none_match
    if known and any(one.value in {script.etag, "*"} for one in known):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = script.plain
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        body = script.gzipped
    return web.Response(body=body, headers=headers, content_type="text/javascript", charset="utf-8")
