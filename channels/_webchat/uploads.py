"""Files of a conversation over HTTP: a visitor hands one over, and fetches those he was sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import msgspec
import structlog
from aiohttp import hdrs, web

from channels._base import Env
from channels._chat import ChatFile, ChatRefused, Chatroom, Guest
from channels._failures import NotStored
from channels._problem import problem
from channels._webchat import settings
from channels._webchat.codes import TOO_MANY, TRY_LATER
from channels._webchat.door import Door, Refused, cors, origin_of, refusal
from channels._webchat.frames import FileBody

PATH: Final = "/hooks/webchat/files"
_LONGEST_NAME: Final = 255
_LONGEST_TOKEN: Final = 500
#: A browser has saved a file within this.
DOWNLOAD_S: Final = 120.0
_PREFLIGHT_KEPT_S: Final = "600"
#: What a browser may show in a page; everything else it only saves.
_SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

log = structlog.get_logger()


class TooLarge(Exception):
    """The file has more bytes than we take."""


class Uploads:
    """Files in and out."""

    def __init__(self, env: Env, door: Door) -> None:
        self._env = env
        self._door = door

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Upload with its preflight, and download."""
        return [
            web.post(PATH, self._on_upload),
            web.options(PATH, self._on_preflight),
            web.get(PATH + "/{token}", self._on_download),
        ]

    async def _on_preflight(self, request: web.Request) -> web.Response:
        origin = origin_of(request)
        try:
            self._door.options(request.query.get("entry_point", ""), origin)
        except Refused as refused:
            return refusal(refused)
        allowed: dict[str, str] = {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "POST",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type",
            hdrs.ACCESS_CONTROL_MAX_AGE: _PREFLIGHT_KEPT_S,
        }
        return web.Response(status=HTTPStatus.NO_CONTENT, headers={**cors(origin), **allowed})

    async def _on_upload(self, request: web.Request) -> web.Response:
        origin = origin_of(request)
        try:
            self._door.options(request.query.get("entry_point", ""), origin)
        except Refused as refused:
            return refusal(refused)
        answer = await self._uploaded(request)
        answer.headers.update(cors(origin))
        return answer

    async def _uploaded(self, request: web.Request) -> web.Response:
        address = self._door.address(request)
        try:
            with self._door.uploading(address):
                file = await self._stored(request, address)
        except Refused as refused:
            return refusal(refused)
        except TooLarge:
            detail = f"A file may have {self._door.limits.upload_bytes} bytes."
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail)
        except ChatRefused as refused:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, refused.code, str(refused))
        except (NotStored, TimeoutError) as error:
            log.warning("chat_file_not_stored", error=type(error).__name__)
            return refusal(Refused(TRY_LATER))
        if file is None:
            detail = "This is no visitor's token at this widget."
            return problem(HTTPStatus.UNAUTHORIZED, "unknown_visitor", detail)
        return web.Response(
            status=HTTPStatus.CREATED,
            body=msgspec.json.encode(FileBody(**msgspec.structs.asdict(file))),
            content_type="application/json",
        )

    async def _stored(self, request: web.Request, address: str) -> ChatFile | None:
        """The file, once it is stored; None where the token is nobody's."""
        limits, room = self._door.limits, self._env.chatroom
        if room is None:
            raise Refused(TRY_LATER)
        async with asyncio.timeout(limits.room_s):
            guest = await self._guest(request, room)
        if guest is None:
            return None
        self._door.check_upload(guest.address)
        with self._door.holding() as hold:
            body = await self._body(request, hold)
            async with asyncio.timeout(limits.room_s):
                guest = await self._known(request, room, guest, address)
                return await room.upload(guest, _name(request), body)

    async def _guest(self, request: web.Request, room: Chatroom) -> Guest | None:
        """Whose token it is; None where it is nobody's at this widget."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
            return None
        guest = await room.greet(request.query["entry_point"], token)
        return guest if guest.token == token else None

    async def _known(
        self, request: web.Request, room: Chatroom, guest: Guest, address: str
    ) -> Guest:
        """Have a visitor stored before the first thing he does."""
        if guest.is_known:
            return guest
        if not self._door.may_begin(address):
            raise Refused(TOO_MANY)
        options = self._door.options_of(guest.entry_point)
        spoken = settings.language(options, request.query.get("language"))
        return await room.keep(guest, language=spoken)

    async def _body(self, request: web.Request, hold: Callable[[int], None]) -> bytes:
        """All of the file; those that are on their way at once stay within bounds together."""
        most = self._door.limits.upload_bytes
        if (request.content_length or 0) > most:
            raise TooLarge
        received = bytearray()
        try:
            async with asyncio.timeout(self._door.limits.upload_s):
                async for chunk in request.content.iter_any():
                    hold(len(chunk))
                    received += chunk
                    if len(received) > most:
                        raise TooLarge
        except (web.RequestPayloadError, ConnectionError) as error:
            raise NotStored("The file did not come.") from error
        return bytes(received)

    async def _on_download(self, request: web.Request) -> web.StreamResponse:
        room = self._env.chatroom
        try:
            if room is None:
                raise Refused(TRY_LATER)
            if not self._door.may_fetch(self._door.address(request)):
                raise Refused(TOO_MANY)
            async with asyncio.timeout(self._door.limits.room_s):
                found = await room.file(request.match_info["token"])
        except Refused as refused:
            return refusal(refused)
        except (NotStored, TimeoutError):
            return refusal(Refused(TRY_LATER))
        if found is None:
            return problem(HTTPStatus.NOT_FOUND, "not_found", "There is no such file.")
        return await _downloaded(request, *found)


async def _downloaded(
    request: web.Request, file: ChatFile, pieces: AsyncIterator[bytes]
) -> web.StreamResponse:
    """Send a file piece by piece, as fast as it is read; a reader who takes too long is cut."""
    response = _download(file)
    await response.prepare(request)
    try:
        async with asyncio.timeout(DOWNLOAD_S):
            async for piece in pieces:
                await response.write(piece)
            await response.write_eof()
    except (NotStored, TimeoutError) as error:
        log.warning("chat_file_not_sent", error=type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    return response


def _download(file: ChatFile) -> web.StreamResponse:
    """Nothing in a file may ever run on our address: it is saved, and images may be shown."""
    is_shown = file.content_type in _SHOWN
    kind = file.content_type if is_shown else "application/octet-stream"
    way = "inline" if is_shown else "attachment"
    return web.StreamResponse(
        headers={
            hdrs.CONTENT_TYPE: kind,
            hdrs.CONTENT_LENGTH: str(file.size_bytes),
            hdrs.CONTENT_DISPOSITION: f"{way}; filename*=UTF-8''{quote(file.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
            hdrs.CACHE_CONTROL: "private, max-age=3600, immutable",
        },
    )


def _name(request: web.Request) -> str:
    """What the file is called, as the browser says; the app decides what of it is kept."""
    return request.query.get("name", "")[:_LONGEST_NAME]
