"""Where the provider fetches what callers hear: our music, and prompts by addresses nobody guesses.

What stands at an address never changes, so that it may be kept for ever: another sound of a prompt
is at another address.
"""

import asyncio
from typing import Final

from aiohttp import hdrs, web

from contactcenter import blobs
from contactcenter.api.services import Services
from contactcenter.calls import hold_music, prompts

#: A provider has fetched a sound within this.
DEADLINE_S: Final = 30.0
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def routes(services: Services) -> list[web.RouteDef]:
    """The addresses of sounds, which need no sign-in: a provider has none."""

    async def music(_request: web.Request) -> web.Response:
        return _response(await asyncio.to_thread(hold_music.wav), hold_music.CONTENT_TYPE)

    async def prompt(request: web.Request) -> web.Response:
        async with asyncio.timeout(DEADLINE_S), services.db.read() as conn:
            sound = await prompts.sound_of(conn, request.match_info["token"])
            if sound is None:
                raise web.HTTPNotFound
            content = await blobs.content(conn, sound.sha256)
        return _response(content, sound.content_type)

    return [
        web.get(hold_music.PATH, music),
        web.get(prompts.PATH + "{token:[A-Za-z0-9_-]{43}}", prompt),
    ]


def _response(content: bytes, content_type: str) -> web.Response:
    headers = {hdrs.CACHE_CONTROL: _FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=content, content_type=content_type, headers=headers)
