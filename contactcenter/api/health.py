"""Whether the process lives, and whether it can do its work: for load balancers and containers."""

import asyncio
from typing import Final

import asyncpg
from aiohttp import web

from contactcenter import migrate
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.readiness import Readiness

READINESS: Final = web.AppKey("readiness", Readiness)

_DEADLINE_S: Final = 2.0


def routes(database: Database) -> list[web.RouteDef]:
    """``/healthz`` answers as long as the process does; ``/readyz`` tells what is missing."""
    newest = migrate.newest()

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        readiness = request.app.get(READINESS)
        missing = [] if readiness is None else readiness.missing()
        missing += await _missing_database(database, newest)
        if missing:
            return web.json_response({"status": "not_ready", "missing": missing}, status=503)
        return web.json_response({"status": "ok"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


async def _missing_database(database: Database, newest: int) -> list[str]:
    """Ask the database; a schema newer than ours is fine, a rolling upgrade looks like that."""
    try:
        async with asyncio.timeout(_DEADLINE_S), database.read() as conn:
            has = await migrate.applied_version(conn)
    except (NoDatabase, TimeoutError, asyncpg.PostgresError):
        return ["database"]
    return [] if has >= newest else ["migrations"]
