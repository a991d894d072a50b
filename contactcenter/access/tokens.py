"""API tokens: how a program acts for the person who made the token, within its scopes."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.access import opaque
from contactcenter.access.actor import Actor, RoleName, Scope
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.events import Event, record

_SQL = db.Statements(__name__)


class ApiToken(Struct, frozen=True, kw_only=True):
    """A token without its value. ``last_used_at`` is exact to a minute."""

    id: int
    name: str
    scopes: Sequence[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class _ActorRow(Struct, frozen=True, kw_only=True):
    user_id: int
    name: str
    role: RoleName
    language: str
    must_change_password: bool
    token_id: int
    scopes: list[Scope]
    is_unused_for_a_minute: bool
    team_ids: list[int]


class _Revoked(Struct, frozen=True, kw_only=True):
    scopes: list[Scope]


_find_actor = _SQL.take("find_actor", _ActorRow)
_touch = _SQL.command("touch")
_page = _SQL.take("page", ApiToken)
_create = _SQL.take("create", ApiToken)
_revoke = _SQL.take("revoke", _Revoked)
_revoke_all = _SQL.command("revoke_all")


async def find_actor(conn: Conn, value: str) -> Actor | None:
    """Who this token acts for; None when it is unknown, over, or the owner disabled."""
    token_sha256 = opaque.digest(value)
    if token_sha256 is None:
        return None
    row = await _find_actor.first(conn, token_sha256)
    if row is None:
        return None
    if row.is_unused_for_a_minute:
        await _touch.run(conn, row.token_id)
    return Actor(
        user_id=row.user_id,
        name=row.name,
        role=row.role,
        language=row.language,
        kind="token",
        scopes=frozenset(row.scopes),
        team_ids=tuple(row.team_ids),
        must_change_password=row.must_change_password,
        token_id=row.token_id,
    )


async def page(conn: Conn, user_id: int, *, before: int, limit: int) -> list[ApiToken]:
    """A person's tokens that were not revoked, newest first, below the id ``before``."""
    return await _page.all(conn, user_id, before, limit)


async def create(
    conn: Conn,
    now: datetime,
    actor: Actor,
    *,
    name: str,
    scopes: frozenset[Scope],
    expires_at: datetime | None,
) -> tuple[ApiToken, str]:
    """Make a token of the actor's own; the value is told now and never again."""
    value = opaque.TOKEN_PREFIX + opaque.new()
    token = await _create.one(
        conn, opaque.digest(value), actor.user_id, name, sorted(scopes), now, expires_at
    )
    changed = {
        "scopes": {"from": None, "to": token.scopes},
        "expires_at": {"from": None, "to": token.expires_at},
    }
    data = {"token_id": token.id, "scopes": token.scopes, "changed": changed}
    await record(conn, Event(kind="token_created", at=now, actor=actor.reference, data=data))
    return token, value


async def revoke(conn: Conn, now: datetime, actor: Actor, token_id: int) -> None:
    """End one of the actor's own tokens at once; raises ``NotFound``."""
    revoked = await _revoke.first(conn, token_id, actor.user_id, now)
    if revoked is None:
        raise NotFound
    data = {"token_id": token_id, "changed": {"scopes": {"from": revoked.scopes, "to": None}}}
    await record(conn, Event(kind="token_revoked", at=now, actor=actor.reference, data=data))


async def revoke_all(conn: Conn, now: datetime, user_id: int) -> int:
    """End every token of a person."""
    return await _revoke_all.run(conn, user_id, now)
