"""Who may pass: the session cookie or the token of a request, its origin, its role, its scope."""

import hmac
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from contactcenter.access import sessions, tokens
from contactcenter.access.actor import Actor, PasswordChangeRequired
from contactcenter.api.operation import PUBLIC, Operation
from contactcenter.db import Conn
from contactcenter.errors import Forbidden, NotSignedIn
from contactcenter.settings import Settings

#: Who was signed in, for the log line of the request.
ACTOR: Final = web.RequestKey("actor", Actor)
CSRF_HEADER: Final = "X-CSRF-Token"


class ForeignOrigin(Forbidden):
    """The page that sent this is not one of ours."""

    code = "foreign_origin"


class CsrfMismatch(Forbidden):
    """Send the csrf_token of your session as X-CSRF-Token."""

    code = "csrf_mismatch"


class ScopeMissing(Forbidden):
    """The token does not allow this."""

    code = "scope_missing"


def cookie_name(settings: Settings) -> str:
    """The session cookie; under https the prefix pins it to this host and to https."""
    prefix = "__Host-" if is_https(settings) else ""
    return f"{prefix}contactcenter_session"


def is_https(settings: Settings) -> bool:
    """Whether the world reaches us over https."""
    return settings.public_url.startswith("https:")


def origins(settings: Settings) -> frozenset[str]:
    """The origins whose pages may call us: our own and the allowed foreign consoles."""
    own = urlsplit(settings.public_url)
    return frozenset({f"{own.scheme}://{own.netloc}".lower(), *settings.allowed_origins})


async def admit(
    conn: Conn | None, request: web.Request, operation: Operation, settings: Settings
) -> Actor | None:
    """Tell who asks, or refuse; None for a PUBLIC operation, which needs no ``conn``.

    Raises ``NotSignedIn`` or a kind of ``Forbidden``.
    """
    if operation.roles is PUBLIC:
        if not operation.is_safe:
            _check_origin(request, settings)
        return None
    assert conn is not None, "whoever is signed in is looked up"
    actor = await _actor(conn, request, settings)
    request[ACTOR] = actor
    if actor.kind == "session" and not operation.is_safe:
        _check_origin(request, settings)
        _check_csrf(request, actor)
    if actor.must_change_password and not operation.before_password_change:
        raise PasswordChangeRequired
    if not actor.is_at_least(operation.roles):
        raise Forbidden(f"This needs the role {operation.roles.name.lower()}.")
    if actor.kind == "token" and operation.scope not in actor.scopes:
        if operation.scope is None:
            raise ScopeMissing("No token allows this; sign in.")
        raise ScopeMissing(f"The token lacks the scope {operation.scope}.", scope=operation.scope)
    return actor


async def _actor(conn: Conn, request: web.Request, settings: Settings) -> Actor:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, value = authorization.partition(" ")
        actor = None
        if scheme.lower() == "bearer":
            actor = await tokens.find_actor(conn, value.strip())
        if actor is None:
            raise NotSignedIn("The token is unknown, revoked or expired.")
        return actor
    cookie = request.cookies.get(cookie_name(settings))
    if cookie is None:
        raise NotSignedIn
    actor = await sessions.find_actor(conn, cookie)
    if actor is None:
        raise NotSignedIn("The session is over; sign in again.")
    return actor


def _check_origin(request: web.Request, settings: Settings) -> None:
    """Refuse what a foreign page has sent, by what only browsers say and no page can change.

    Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin.lower() not in origins(settings):
            raise ForeignOrigin
    elif request.headers.get("Sec-Fetch-Site", "none").lower() not in {"same-origin", "none"}:
        raise ForeignOrigin


def _check_csrf(request: web.Request, actor: Actor) -> None:
    given = request.headers.get(CSRF_HEADER, "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(sha256(given).digest(), actor.csrf_sha256 or b""):
        raise CsrfMismatch
