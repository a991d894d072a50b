"""Sessions: a person signed in with e-mail and password, until the time is over or it is ended."""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from contactcenter import db
from contactcenter.access import opaque
from contactcenter.access.actor import Actor, RoleName
from contactcenter.db import Conn
from contactcenter.events import Event, record

_SQL = db.Statements(__name__)


class Account(Struct, frozen=True, kw_only=True):
    """What signing in asks of an account. ``password_hash`` is None while none was set."""

    id: int
    password_hash: str | None
    is_enabled: bool


class Session(Struct, frozen=True, kw_only=True):
    """A session just begun: the secrets are known only now."""

    user_id: int
    token: str
    csrf_token: str
    expires_at: datetime


class _ActorRow(Struct, frozen=True, kw_only=True):
    user_id: int
    name: str
    role: RoleName
    language: str
    must_change_password: bool
    csrf_sha256: bytes
    team_ids: list[int]


_find_account = _SQL.take("find_account", Account)
_find_actor = _SQL.take("find_actor", _ActorRow)
_begin = _SQL.command("begin")
_end = _SQL.command("end")
_end_all = _SQL.command("end_all")


async def find_account(conn: Conn, email: str) -> Account | None:
    """The account of an e-mail address in any case."""
    return await _find_account.first(conn, email.strip().lower())


async def find_actor(conn: Conn, token: str) -> Actor | None:
    """Who holds this session; None when it is unknown, over, or the account disabled."""
    token_sha256 = opaque.digest(token)
    if token_sha256 is None:
        return None
    row = await _find_actor.first(conn, token_sha256)
    if row is None:
        return None
    return Actor(
        user_id=row.user_id,
        name=row.name,
        role=row.role,
        language=row.language,
        kind="session",
        scopes=frozenset(),
        team_ids=tuple(row.team_ids),
        must_change_password=row.must_change_password,
        session_sha256=token_sha256,
        csrf_sha256=row.csrf_sha256,
    )


async def begin(
    conn: Conn, now: datetime, account: Account, *, lifetime: timedelta
) -> Session | None:
    """Start a session of an account whose password was right.

    None if the account was disabled, or got another password, while its password was checked.
    """
    token = opaque.new()
    session = Session(
        user_id=account.id,
        token=token,
        csrf_token=opaque.csrf_of(token),
        expires_at=now + lifetime,
    )
    begun = await _begin.run(
        conn,
        _sha256(token),
        _sha256(session.csrf_token),
        account.id,
        now,
        session.expires_at,
        account.password_hash,
    )
    if not begun:
        return None
    await record(conn, Event(kind="session_started", at=now, actor=f"user:{account.id}"))
    return session


async def end(conn: Conn, now: datetime, actor: Actor) -> None:
    """Sign out: this session only."""
    await _end.run(conn, actor.session_sha256)
    await record(conn, Event(kind="session_ended", at=now, actor=actor.reference))


async def end_all(conn: Conn, user_id: int, *, but: bytes | None = None) -> int:
    """End every session of a person, except the one with the SHA-256 ``but``."""
    return await _end_all.run(conn, user_id, but)


def _sha256(text: str) -> bytes:
    return sha256(text.encode()).digest()
