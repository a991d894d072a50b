"""Whether the process lives, and whether it can do its work: for load balancers and containers."""

import asyncio
from typing import Final

from aiohttp import web

from contactcenter.api.services import Services
from contactcenter.errors import NoDatabase

_DEADLINE_S: Final = 2.0


def routes(services: Services) -> list[web.RouteDef]:
    """``/healthz`` answers as long as the process does; ``/readyz`` asks the database."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_DEADLINE_S), services.db.read() as conn:
                await conn.execute("SELECT 1")
        except (NoDatabase, TimeoutError):
            return web.json_response({"status": "no_database"}, status=503)
        return web.json_response({"status": "ok"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
