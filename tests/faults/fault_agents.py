"""An agent at the API who answers customers, and asks again until he is told that it is done."""

import asyncio
import random
import secrets
import time
from typing import Any, Self

import aiohttp
from fault_ledger import FaultLedger
from fault_world import World

from contactcenter.access.passwords import hashed

_PASSWORD = "a long enough password"
_AGAIN_S = 0.25


class AnsweringAgent:
    """Writes replies until stopped. A reply's text is its name in the ledger."""

    def __init__(self, world: World, agent_id: int, ledger: FaultLedger) -> None:
        self.ledger = ledger
        self._world = world
        self._agent_id = agent_id
        self._chance = random.Random(agent_id)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._tickets: list[int] = []

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=15),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()
        self.ledger.close()

    async def sign_in(self) -> None:
        """Begin a session, which outlives the server's processes, and see what is his."""
        async with self._world.connection() as conn:
            email = await conn.fetchval(
                "UPDATE user_account SET password_hash = $2 WHERE id = $1 RETURNING email",
                self._agent_id,
                hashed(_PASSWORD),
            )
            rows = await conn.fetch("SELECT id FROM ticket WHERE agent_id = $1", self._agent_id)
        self._tickets = [row["id"] for row in rows]
        credentials = {"email": email, "password": _PASSWORD}
        status, session = await self.call("POST", "/session", credentials)
        assert status == 201, session
        self._http.headers["X-CSRF-Token"] = session["csrf_token"]

    def cookie(self) -> str:
        """The header that makes another client him."""
        return "; ".join(f"{item.key}={item.value}" for item in self._http.cookie_jar)

    async def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """One request to the API, and its answer as it is."""
        url = f"{self._world.server.url}/api/v1{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._http.request(method, url, json=body, headers=named) as answer:
            return answer.status, await answer.json(content_type=None)

    def begin(self, *, at_once: int) -> None:
        self._stopping.clear()
        self._tasks = [asyncio.create_task(self._write_on()) for _ in range(at_once)]

    async def finish(self, *, within_s: float) -> None:
        """Begin no new reply, and ask until every one that was begun is acknowledged."""
        self._stopping.set()
        done, pending = await asyncio.wait(self._tasks, timeout=within_s)
        assert not pending, f"{len(pending)} replies were not acknowledged within {within_s} s"
        for task in done:
            task.result()
        self._tasks = []

    async def _write_on(self) -> None:
        while not self._stopping.is_set():
            text, key = f"Reply {secrets.token_hex(8)}", secrets.token_hex(16)
            ticket_id = self._chance.choice(self._tickets)
            while not await self._reply(ticket_id, text, key):
                await asyncio.sleep(_AGAIN_S)

    async def _reply(self, ticket_id: int, text: str, key: str) -> bool:
        self.ledger.sent(text)
        began = time.monotonic()
        path = f"/tickets/{ticket_id}/replies"
        try:
            status, told = await self.call("POST", path, {"text": text}, Idempotency_Key=key)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self.ledger.broken(text, type(error).__name__, time.monotonic() - began)
            return False
        self.ledger.answered(text, status, time.monotonic() - began, str(told)[:200])
        assert status == 201 or status >= 500 or status == 409, told
        return status == 201
