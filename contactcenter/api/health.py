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


def routes(database: Database, *, deadline_s: float = _DEADLINE_S) -> list[web.RouteDef]:
    """``/healthz`` answers as long as the process does; ``/readyz`` tells what is missing.

    A database that has said nothing for ``deadline_s`` is missing.
    """
    probe = _Probe(database, migrate.newest(), deadline_s)

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        readiness = request.app.get(READINESS)
        missing = [] if readiness is None else readiness.missing()
        missing += await probe.missing()
        if missing:
            return web.json_response({"status": "not_ready", "missing": missing}, status=503)
        return web.json_response({"status": "ok"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


class _Probe:
    """Asks the database, once for all who want to know at the same time."""

    def __init__(self, database: Database, newest: int, deadline_s: float) -> None:
        self._database = database
        self._newest = newest
        self._deadline_s = deadline_s
        self._asking: asyncio.Task[list[str]] | None = None

    async def missing(self) -> list[str]:
        """What is missing of the database, within the deadline whatever becomes of the question.

        To call it off takes time as well: a database that is frozen has to be told, too.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait([self._asking], timeout=self._deadline_s)
        return self._asking.result() if done else ["database"]

    async def _ask(self) -> list[str]:
        """A schema newer than ours is fine, a rolling upgrade looks like that."""
        try:
            async with asyncio.timeout(self._deadline_s), self._database.read() as conn:
                has = await migrate.applied_version(conn)
        except (NoDatabase, TimeoutError, asyncpg.PostgresError):
            return ["database"]
        return [] if has >= self._newest else ["migrations"]
