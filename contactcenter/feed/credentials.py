"""What a socket was opened with, asked about again and again while it is open."""

from collections.abc import Sequence

from msgspec import Struct

from contactcenter import db
from contactcenter.access.actor import Actor
from contactcenter.db import Conn


class Credential(Struct, frozen=True, kw_only=True):
    """A session or a token of a person: one of the two is not None."""

    user_id: int
    session_sha256: bytes | None
    token_id: int | None


class _Valid(Struct, frozen=True, kw_only=True):
    place: int
    left_s: float | None


_SQL = db.Statements(__name__)
_valid = _SQL.take("valid", _Valid)


def of(actor: Actor) -> Credential:
    """The credential that this actor came with."""
    return Credential(
        user_id=actor.user_id, session_sha256=actor.session_sha256, token_id=actor.token_id
    )


async def left_s(conn: Conn, credentials: Sequence[Credential]) -> list[float]:
    """How many seconds each is still good for by the database's clock: 0.0 is over, inf endless.

    Over are also those of a disabled person, and of one who has to set a password first.
    """
    rows = await _valid.all(
        conn,
        [c.user_id for c in credentials],
        [c.session_sha256 for c in credentials],
        [c.token_id for c in credentials],
    )
    left = [0.0] * len(credentials)
    for row in rows:
        left[row.place - 1] = float("inf") if row.left_s is None else max(0.0, row.left_s)
    return left
