"""What browsers find under ``/hooks/webchat/``: the socket, the widget's settings and scripts."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import hdrs, web

from channels._base import Env, Inbox
from channels._chat import Chatroom
from channels._failures import NotStored
from channels._problem import problem
from channels._webchat import asyncapi, settings, static_files
from channels._webchat.codes import GOING_AWAY, SLOW
from channels._webchat.door import Door, Refused, cors, origin_of, refusal
from channels._webchat.greeting import Attest
from channels._webchat.uploads import Uploads
from channels._webchat.visit import Visit
from channels._webchat.visitor_socket import VisitorSocket

_PREFIX: Final = "/hooks/webchat"
_SETTINGS_KEPT: Final = "private, max-age=300"

log = structlog.get_logger()


class Serving:
    """The sockets of a process, and what is asked for beside them."""

    def __init__(self, env: Env, door: Door, *, attest: Attest, clock: Callable[[], float]) -> None:
        self._env = env
        self._door = door
        self._attest = attest
        self._clock = clock
        self._uploads = Uploads(env, door)
        self._sockets: set[VisitorSocket] = set()
        self._is_stopping = False

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """Everything a browser asks for."""
        return [
            web.get(f"{_PREFIX}/socket", partial(self._on_socket, inbox)),
            web.get(f"{_PREFIX}/settings", self._on_settings),
            web.get(asyncapi.PATH, self._on_document),
            web.get(f"{_PREFIX}/{static_files.LOADER}", static_files.loader),
            *self._uploads.routes(),
            web.get(_PREFIX + "/{version}/{name}", static_files.versioned),
        ]

    async def hang_up(self) -> None:
        """Send everybody to another process."""
        self._is_stopping = True
        still_open = list(self._sockets)
        for socket in still_open:
            socket.end(GOING_AWAY)
        await asyncio.gather(*(socket.closed() for socket in still_open))

    async def _on_socket(self, inbox: Inbox, request: web.Request) -> web.StreamResponse:
        room = self._env.chatroom
        if room is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "no_chatroom", "No chat is served here.")
        socket = VisitorSocket(request, self._door.limits, self._clock)
        if not socket.is_possible:
            detail = "This address speaks WebSocket only."
            return problem(HTTPStatus.UPGRADE_REQUIRED, "upgrade_required", detail)
        address = self._door.address(request)
        try:
            if self._is_stopping:
                raise Refused(GOING_AWAY)
            self._door.enter(address)
        except Refused as refused:
            response = await socket.open()
            socket.end(refused.ending)
            await socket.closed()
            return response
        self._sockets.add(socket)
        try:
            return await self._served(socket, room, inbox, request, address)
        finally:
            self._sockets.discard(socket)
            self._door.leave(address)

    async def _served(
        self,
        socket: VisitorSocket,
        room: Chatroom,
        inbox: Inbox,
        request: web.Request,
        address: str,
    ) -> web.StreamResponse:
        visit = Visit(
            socket,
            door=self._door,
            room=room,
            inbox=inbox,
            attest=self._attest,
            clock=self._clock,
            address=address,
            origin=origin_of(request),
        )
        response = await socket.open()
        patience = asyncio.get_running_loop().call_later(
            self._door.limits.hello_s, _end_unless_begun, socket, visit
        )
        try:
            await socket.serve(visit.take)
        finally:
            patience.cancel()
            try:
                await visit.leave()
            except NotStored as error:
                log.warning("chat_leaving_not_stored", error=type(error).__name__)
            finally:
                await socket.closed()
        return response

    async def _on_settings(self, request: web.Request) -> web.Response:
        """How a widget looks: drawn before any socket is opened."""
        origin = origin_of(request)
        try:
            options = self._door.options(request.query.get("entry_point", ""), origin)
        except Refused as refused:
            return refusal(refused)
        spoken = settings.language(options, request.query.get("language"))
        body = settings.encoded(settings.of_widget(options, spoken))
        return web.Response(
            body=body,
            content_type="application/json",
            headers={**cors(origin), hdrs.CACHE_CONTROL: _SETTINGS_KEPT},
        )

    async def _on_document(self, _: web.Request) -> web.Response:
        """The protocol, for programs."""
        body = asyncapi.document(self._env.public_url)
        return web.Response(body=body, content_type="application/json")


def _end_unless_begun(socket: VisitorSocket, visit: Visit) -> None:
    if not visit.has_begun:
        socket.end(SLOW)
