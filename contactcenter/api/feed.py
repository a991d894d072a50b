"""The way to the live feed: who may open the socket, and a sign of life for those without one.

A console opens ``GET /api/v1/feed`` with its session cookie and an allowed Origin, a program with a
bearer token in the handshake or in its first frame. ``feed_socket`` does the rest.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from contactcenter import presence_keeper
from contactcenter.access import sessions, tokens
from contactcenter.access.actor import Actor
from contactcenter.api import asyncapi, guard
from contactcenter.api.boards import Boards
from contactcenter.api.feed_socket import FeedSocket
from contactcenter.api.guard import ForeignOrigin
from contactcenter.api.operation import AGENT, PREFIX, Call, operation
from contactcenter.api.services import SERVICES, Services
from contactcenter.errors import DomainError, NoDatabase, NotSignedIn
from contactcenter.feed import Feed, TooManySockets
from contactcenter.feed.subscriber import GOING_AWAY

PATH: Final = f"{PREFIX}/feed"
DOCUMENT_PATH: Final = "/api/asyncapi.json"
#: Sockets of a process that are open and have not signed in yet.
STRANGERS: Final = 200

#: After a cut thousands come back at the same time. So many are looked after at once; whoever has
#: not had his turn after this is to come back later.
ADMITTED_AT_ONCE: Final = 8
TURN_WITHIN_S: Final = 10.0

FEED: Final = web.AppKey("feed", Feed)
_DOOR: Final = web.AppKey("feed_door", asyncio.Semaphore)
_BOARDS: Final = web.AppKey("feed_boards", Boards)
_SOCKETS: Final = web.AppKey("feed_sockets", set[FeedSocket])


class UpgradeRequired(DomainError):
    """This address speaks WebSocket only."""

    code = "upgrade_required"
    status = HTTPStatus.UPGRADE_REQUIRED


def install(app: web.Application, feed: Feed) -> None:
    """Give an application the feed's socket and its document; sockets are closed on shutdown."""
    app[FEED] = feed
    app[_DOOR] = asyncio.Semaphore(ADMITTED_AT_ONCE)
    app[_SOCKETS] = set()
    services = app[SERVICES]
    app[_BOARDS] = Boards(services.db, services.bell, services.today)
    app.router.add_get(PATH, open_socket)
    app.router.add_get(DOCUMENT_PATH, document)
    app.on_shutdown.append(_close_sockets)


async def open_socket(request: web.Request) -> web.StreamResponse:
    """Admit whoever comes, and serve the socket until it is closed."""
    services, sockets = request.app[SERVICES], request.app[_SOCKETS]
    async with AsyncExitStack() as at_the_door:
        await at_the_door.enter_async_context(_turn(request))
        actor = await _actor(request, services)
        socket = FeedSocket(
            request, request.app[FEED], services.db, services.bell, request.app[_BOARDS]
        )
        if not socket.is_possible:
            raise UpgradeRequired
        if actor is None and sum(s.subscriber is None for s in sockets) >= STRANGERS:
            raise TooManySockets
        sockets.add(socket)
        try:
            if actor is not None:
                await socket.sign_in(actor)
            await at_the_door.aclose()
            return await socket.serve()
        finally:
            try:
                await socket.leave()
            finally:
                sockets.discard(socket)


async def document(request: web.Request) -> web.Response:
    """The AsyncAPI document of the feed."""
    settings = request.app[SERVICES].settings
    body = asyncapi.document(settings.public_url, guard.cookie_name(settings))
    return web.Response(body=body, content_type="application/json")


@operation("POST", "/presence/heartbeat", tag="presence", roles=AGENT, via="none", idempotent=False)
async def heartbeat(call: Call) -> None:
    """Say that the agent is still there.

    For consoles without an open feed socket, every 10 seconds. Whoever is not heard of for 30
    seconds is signed off.
    """
    presence_keeper.heard(call.services.db, call.actor.user_id)


@asynccontextmanager
async def _turn(request: web.Request) -> AsyncIterator[None]:
    """Whoever came first is admitted first: where all are at once, all are done last.

    Raises ``NoDatabase`` where the turn came too late, or where nobody waits for it any more.
    """
    door = request.app[_DOOR]
    try:
        async with asyncio.timeout(TURN_WITHIN_S):
            await door.acquire()
    except TimeoutError as error:
        raise NoDatabase from error
    try:
        if request.transport is None or request.transport.is_closing():
            raise NoDatabase
        yield
    finally:
        door.release()


async def _actor(request: web.Request, services: Services) -> Actor | None:
    """Who asks; None for somebody who has yet to say so. Raises ``NotSignedIn`` or ``Forbidden``.

    A browser sends the cookie along whatever page opens the socket, and no other rule of the
    browser stands between: so with a cookie the Origin has to be there and one of ours.
    """
    authorization = request.headers.get(hdrs.AUTHORIZATION)
    if authorization is not None:
        scheme, _, value = authorization.partition(" ")
        async with services.db.read() as conn:
            actor = await tokens.find_actor(conn, value.strip())
        if actor is None or scheme.lower() != "bearer":
            raise NotSignedIn("The token is unknown, revoked or expired.")
        return actor
    cookie = request.cookies.get(guard.cookie_name(services.settings))
    if cookie is None:
        return None
    origin = request.headers.get(hdrs.ORIGIN, "")
    if origin.lower() not in guard.origins(services.settings):
        raise ForeignOrigin
    async with services.db.read() as conn:
        actor = await sessions.find_actor(conn, cookie)
    if actor is None:
        raise NotSignedIn("The session is over; sign in again.")
    return actor


async def _close_sockets(app: web.Application) -> None:
    still_open = app[_SOCKETS]
    sockets = list(still_open)
    for socket in sockets:
        socket.end(GOING_AWAY)
    for socket in sockets:
        await socket.closed()
