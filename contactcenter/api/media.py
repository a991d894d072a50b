"""Where providers fetch the files of the messages we send: by a secret address, for a week."""

import asyncio
from typing import Final

from aiohttp import hdrs, web

from contactcenter import attachments, blobs
from contactcenter.api.file_answers import attachment_header
from contactcenter.api.services import Services

#: A provider has fetched a file within this.
DEADLINE_S: Final = 60.0


def routes(services: Services) -> list[web.RouteDef]:
    """The one address, which needs no sign-in: whoever has the token was given it."""

    async def fetch(request: web.Request) -> web.StreamResponse:
        async with services.db.read() as conn:
            file = await attachments.find_media(conn, request.match_info["token"])
        if file is None or file.sha256 is None:
            raise web.HTTPNotFound
        response = web.StreamResponse()
        response.content_type = file.content_type
        response.content_length = file.size_bytes
        response.headers[hdrs.CONTENT_DISPOSITION] = attachment_header(file.file_name)
        response.headers[hdrs.CACHE_CONTROL] = "private, max-age=3600"
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            async with asyncio.timeout(DEADLINE_S):
                await _write(response, services, file.sha256)
        return response

    return [web.get("/media/{token}", fetch)]


async def _write(response: web.StreamResponse, services: Services, sha256: bytes) -> None:
    """A chunk at a time, and no connection held while a slow reader takes his."""
    position = 0
    while True:
        async with services.db.read() as conn:
            chunk = await blobs.chunk(conn, sha256, position)
        if chunk is None:
            break
        await response.write(chunk)
        position += 1
    await response.write_eof()
