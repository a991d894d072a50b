"""A POST repeated with the same Idempotency-Key is answered again, not done again.

The answer is stored in the transaction of its effect, so there is one exactly if there is the
other. A refusal is not stored: the retry may succeed.
"""

import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from aiohttp import web
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, DomainError

#: How long a repeated request waits for the first one to end.
WAIT_S: Final = 4.0
#: How often it looks.
LOOK_S: Final = 0.05
HEADER: Final = "Idempotency-Key"

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
_SQL = db.Statements(__name__)


class KeyReused(BadInput):
    """This Idempotency-Key was sent with another request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(f"header.{HEADER}", "This key was sent with another request.")


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not ended yet."""

    code = "idempotency_key_in_use"


class KeyTaken(DomainError):
    """Another transaction holds the key now; whoever catches this looks again later."""


class Stored(Struct, frozen=True, kw_only=True):
    """An answer as it was sent. ``is_replay`` tells whether it was stored before."""

    status: int
    body: bytes
    is_replay: bool = False


class _Row(Struct, frozen=True):
    request_sha256: bytes
    status: int
    body: bytes


class Key(Struct, frozen=True, kw_only=True):
    """What a client named its request, and what that request was."""

    user_id: int
    text: str
    request_sha256: bytes


_try_lock = _SQL.take("try_lock", bool)
_find = _SQL.take("find", _Row)
_keep = _SQL.command("keep")


def key_of(request: web.Request, user_id: int, body: bytes) -> Key | None:
    """The key of a request; None where none was sent. Raises ``BadInput`` on an odd one."""
    text = request.headers.get(HEADER)
    if text is None:
        return None
    if not _KEY.fullmatch(text):
        raise BadInput(f"header.{HEADER}", "A key has 1 to 255 printable ASCII characters.")
    target = f"{request.method} {request.raw_path}\n".encode("utf-8", "surrogateescape")
    return Key(user_id=user_id, text=text, request_sha256=sha256(target + body).digest())


async def once(conn: Conn, key: Key, effect: Callable[[], Awaitable[Stored]]) -> Stored:
    """Answer from the store, or do it and store the answer; within the caller's transaction.

    Raises ``KeyReused``, or ``KeyTaken`` while another transaction is at it.
    """
    if not await _try_lock.one(conn, key.text, key.user_id):
        raise KeyTaken
    before = await _find.first(conn, key.user_id, key.text)
    if before is not None:
        if before.request_sha256 != key.request_sha256:
            raise KeyReused
        return Stored(status=before.status, body=before.body, is_replay=True)
    answer = await effect()
    await _keep.run(conn, key.user_id, key.text, key.request_sha256, answer.status, answer.body)
    return answer
