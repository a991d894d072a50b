"""Answers of a hook that refuses: RFC 9457 problems, each with a stable ``code``."""

from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

#: Set on the answer to a request that is not believed, where its status does not say so.
FORGED: Final = web.ResponseKey("forged", bool)


def problem(status: HTTPStatus, code: str, detail: str) -> web.Response:
    """Build the answer; ``code`` is for programs, ``detail`` one sentence for a person."""
    body = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    return web.Response(
        status=status,
        body=msgspec.json.encode(body | {"code": code, "detail": detail}),
        content_type="application/problem+json",
    )
