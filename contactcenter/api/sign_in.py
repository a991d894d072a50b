"""Signing in and out, and choosing a password."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.access import opaque, sessions, throttle
from contactcenter.access.actor import Actor, RoleName
from contactcenter.api import guard
from contactcenter.api.operation import AGENT, PUBLIC, Call, operation
from contactcenter.api.passwords import Password
from contactcenter.errors import NotSignedIn


class WrongCredentials(NotSignedIn):
    """The e-mail address or the password is wrong."""

    code = "wrong_credentials"


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in."""

    email: Annotated[str, Meta(max_length=254)]
    password: Password


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is signed in, as what.

    ``csrf_token`` goes into X-CSRF-Token of every change; null for a token, which needs none.
    ``team_ids`` are the teams one is a member of.
    """

    user_id: int
    name: str
    role: RoleName
    language: str
    team_ids: tuple[int, ...]
    must_change_password: bool
    csrf_token: str | None


@operation(
    "POST", "/session", tag="session", status=201, roles=PUBLIC, via="none", refuses=(401, 429)
)
async def sign_in(call: Call, body: Credentials) -> SignedIn:
    """Sign in with e-mail address and password.

    The session is a cookie that scripts cannot read. An unknown address takes as long as a wrong
    password and is answered the same. After five failures in a row one has to wait, longer each
    time (`too_many_attempts`); a right password is not looked at meanwhile.
    """
    services = call.services
    async with services.db.transaction() as conn:
        attempt = await throttle.of_account(conn, body.email, call.client)
        account = await sessions.find_account(conn, body.email)
    usable = account if account is not None and account.is_enabled else None
    password_hash = None if usable is None else usable.password_hash
    if not await services.passwords.is_right(password_hash, body.password) or usable is None:
        raise WrongCredentials
    lifetime = timedelta(hours=services.settings.session_ttl_h)
    async with services.db.transaction() as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        session = await sessions.begin(conn, now, usable, lifetime=lifetime)
        if session is None:
            raise WrongCredentials
        actor = await sessions.find_actor(conn, session.token)
        await throttle.succeeded(conn, now, attempt)
    assert actor is not None, "the session was begun in this transaction"
    call.set_cookie(
        guard.cookie_name(services.settings),
        session.token,
        max_age_s=int(lifetime.total_seconds()),
        secure=guard.is_https(services.settings),
    )
    return _signed_in(actor, session.csrf_token)


@operation("GET", "/session", tag="session", roles=AGENT, via="none", before_password_change=True)
async def find_session(call: Call) -> SignedIn:
    """Tell who is signed in, and the session's CSRF token again."""
    cookie = call.cookie(guard.cookie_name(call.services.settings))
    is_session = call.actor.kind == "session" and cookie is not None
    return _signed_in(call.actor, opaque.csrf_of(cookie) if is_session and cookie else None)


@operation(
    "DELETE",
    "/session",
    tag="session",
    roles=AGENT,
    via="transaction",
    scope=None,
    before_password_change=True,
)
async def sign_out(call: Call) -> None:
    """End this session."""
    await sessions.end(call.conn, await call.clock(), call.actor)
    settings = call.services.settings
    call.set_cookie(guard.cookie_name(settings), "", max_age_s=0, secure=guard.is_https(settings))


def _signed_in(actor: Actor, csrf_token: str | None) -> SignedIn:
    return SignedIn(
        user_id=actor.user_id,
        name=actor.name,
        role=actor.role,
        language=actor.language,
        team_ids=actor.team_ids,
        must_change_password=actor.must_change_password,
        csrf_token=csrf_token,
    )
