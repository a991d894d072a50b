"""One-time links: by which an invited person, or one who forgot it, chooses a password."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.access import opaque
from contactcenter.db import Conn
from contactcenter.errors import NotFound

Purpose = Literal["invitation", "reset"]

#: How long a link works. An invitation waits for a person who is not there yet.
LIFETIME: Final[Mapping[Purpose, timedelta]] = {
    "invitation": timedelta(days=7),
    "reset": timedelta(days=1),
}


class Link(Struct, frozen=True, kw_only=True):
    """A link just made. ``token`` is told once and kept as a hash."""

    token: str
    purpose: Purpose
    expires_at: datetime


class Owner(Struct, frozen=True, kw_only=True):
    """Whose password the link sets."""

    user_id: int
    email: str


class LinkNotValid(NotFound):
    """This link is unknown, was used, or its time is over. Ask for a new one."""

    code = "link_not_valid"


_SQL = db.Statements(__name__)
_make = _SQL.command("make")
_find = _SQL.take("find", Owner)
_use = _SQL.take("use", Owner)
_withdraw = _SQL.command("withdraw")


async def make(conn: Conn, now: datetime, user_id: int, purpose: Purpose) -> Link:
    """Make a link; those made before for this person stop working."""
    await withdraw(conn, user_id)
    token = opaque.new()
    link = Link(token=token, purpose=purpose, expires_at=now + LIFETIME[purpose])
    await _make.run(conn, opaque.digest(token), user_id, purpose, link.expires_at)
    return link


async def find(conn: Conn, token: str) -> Owner:
    """Whose link this is; raises ``LinkNotValid``."""
    return _valid(await _find.first(conn, opaque.digest(token)))


async def use(conn: Conn, now: datetime, token: str) -> Owner:
    """Use the link up; of two at once one raises ``LinkNotValid``."""
    return _valid(await _use.first(conn, opaque.digest(token), now))


async def withdraw(conn: Conn, user_id: int) -> None:
    """Delete a person's links that were not used."""
    await _withdraw.run(conn, user_id)


def _valid(owner: Owner | None) -> Owner:
    if owner is None:
        raise LinkNotValid
    return owner
