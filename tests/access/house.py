"""The whole application as ``serve`` builds it, in a thread of its own, and people who call it.

Tests that generate their cases are plain functions: they speak HTTP over a socket, byte for byte,
while the application runs its own event loop beside them.
"""

import asyncio
import http.client
import json as json_module
import secrets
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeVar

import asyncpg
from argon2 import PasswordHasher

import channels
from contactcenter import server, storage
from contactcenter.access import sessions
from contactcenter.app import serving
from contactcenter.db import Conn, Database
from contactcenter.settings import Settings

PUBLIC_URL: Final = "http://desk.test"
PASSWORD: Final = "correct horse battery"
HASHED: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
#: Nothing that is asked of the application takes longer.
PATIENCE_S: Final = 30.0

T = TypeVar("T")


class Response(NamedTuple):
    """An answer, read to its end; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json_module.loads(self.body) if self.body else None

    @property
    def code(self) -> str | None:
        """The code of a problem; None for anything else."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        return self.json()["code"]


class Caller:
    """Somebody who calls: the name the tests know him by, and the headers he always sends."""

    def __init__(self, port: int, name: str, user_id: int, headers: Mapping[str, str]) -> None:
        self.name = name
        self.id = user_id
        self.headers = headers
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def __call__(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Call, with JSON or with exactly these bytes; any status is an answer."""
        sent = {**self.headers, **(headers or {})}
        if json is not None:
            body = json_module.dumps(json).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        for attempt in range(2):
            connection = self._connected()
            try:
                connection.request(method, path, body=body, headers=sent)
                answer = connection.getresponse()
                read = Response(
                    answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
                )
            except (ConnectionError, http.client.BadStatusLine):
                self.close()  # the server had closed it; what it refused was not done
                if attempt:
                    raise
            else:
                return read
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=PATIENCE_S
            )
        return self._connection


class House:
    """The running application, its database, and the people in it."""

    def __init__(self, dsn: str, environ: Mapping[str, str]) -> None:
        self.port = 0
        self.app: Any = None
        self._dsn = dsn
        self._environ = environ
        self._database: Database | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="house", daemon=True)
        self._callers: list[Caller] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "House":
        self._thread.start()
        assert self._ready.wait(PATIENCE_S), "the application did not start"
        if self._failed is not None:
            raise self._failed
        return self

    def stop(self) -> None:
        for caller in self._callers:
            caller.close()
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the application did not stop"

    def run(self, work: Callable[[Conn], Awaitable[T]]) -> T:
        """Do something on the application's database, in a transaction of its own."""

        async def done() -> T:
            assert self._database is not None
            async with self._database.transaction() as conn:
                return await work(conn)

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(PATIENCE_S)

    def value(self, statement: str, *arguments: Any) -> Any:
        """The first value of one statement."""
        return self.run(lambda conn: conn.fetchval(statement, *arguments))

    def rows(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        return self.run(lambda conn: conn.fetch(statement, *arguments))

    def account(self, role: str, *, name: str | None = None, must_change: bool = False) -> int:
        """A new person, who may hold tickets; the id."""
        name = name or f"{role} {secrets.token_hex(3)}"

        async def made(conn: Conn) -> int:
            user_id = await conn.fetchval(
                """INSERT INTO user_account (email, name, role, password_hash, must_change_password)
                   VALUES ($1, $2, $3, $4, $5) RETURNING id""",
                f"{secrets.token_hex(6)}@desk.test",
                name,
                role,
                HASHED,
                must_change,
            )
            await conn.execute("INSERT INTO agent (id) VALUES ($1)", user_id)
            return user_id

        return self.run(made)

    def session(self, user_id: int, name: str = "somebody") -> Caller:
        """This person at a browser."""

        async def begun(conn: Conn) -> Mapping[str, str]:
            now = await conn.fetchval("SELECT clock_timestamp()")
            account = sessions.Account(id=user_id, password_hash=HASHED, is_enabled=True)
            session = await sessions.begin(conn, now, account, lifetime=timedelta(hours=9))
            assert session is not None
            return {
                "Cookie": f"contactcenter_session={session.token}",
                "X-CSRF-Token": session.csrf_token,
            }

        return self.caller(self.run(begun), user_id=user_id, name=name)

    def token(self, user_id: int, *scopes: str, name: str = "a program") -> Caller:
        """A program that acts for this person."""
        value = "cc_" + secrets.token_urlsafe(32)
        self.value(
            "INSERT INTO api_token (token_sha256, user_id, name, scopes) VALUES ($1, $2, 'p', $3)",
            sha256(value.encode()).digest(),
            user_id,
            list(scopes),
        )
        return self.caller({"Authorization": f"Bearer {value}"}, user_id=user_id, name=name)

    def caller(self, headers: Mapping[str, str], *, user_id: int = 0, name: str = "") -> Caller:
        """Whoever sends these headers."""
        caller = Caller(self.port, name, user_id, headers)
        self._callers.append(caller)
        return caller

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  told to whoever waits for the start
            self._failed = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        environ = {
            "CONTACTCENTER_DATABASE_URL": self._dsn,
            "CONTACTCENTER_PUBLIC_URL": PUBLIC_URL,
            **self._environ,
        }
        settings = Settings.load(environ, channel_settings=channels.settings())
        async with (
            storage.opened(settings) as database,
            serving(settings, database) as app,
            server.listening(app, "127.0.0.1", 0) as port,
        ):
            self._database, self.app, self.port = database, app, port
            self._ready.set()
            await self._stop.wait()
