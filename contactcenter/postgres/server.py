"""Starts, shares and stops the embedded server."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import asyncpg
import structlog

from contactcenter.postgres import cluster, keeper
from contactcenter.postgres.binaries import find_postgres_bin, reachable_bin
from contactcenter.postgres.home import APP, PORT, SUPERUSER, Home, try_lock
from contactcenter.postgres.problems import Busy, DataDirUnusable, DidNotStart

log = structlog.get_logger()

START_DEADLINE_S = 300.0  # crash recovery replays up to max_wal_size
STOP_DEADLINE_S = 60.0
_CONNECT_DEADLINE_S = 10.0
_LOOK_EVERY_S = 0.02
_NOT_YET = (
    OSError,  # TimeoutError is one
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.PostgresConnectionError,
)


class EmbeddedPostgres:
    """A PostgreSQL server over a folder, shared by all processes that use the folder.

    The first user starts it, the last one to leave stops it. A user that is killed has left.
    """

    def __init__(
        self, data_dir: Path, *, durable: bool = True, bin_dir: Path | None = None
    ) -> None:
        """``durable=False`` gives up crash safety for speed: for tests and throw-away data.

        ``bin_dir`` holds PostgreSQL's programs; None finds them.
        """
        self._data_dir = data_dir
        self._durable = durable
        self._bin_dir = bin_dir
        self._users: int | None = None
        self._home: Home | None = None

    @property
    def location(self) -> Path | None:
        """The folder where the data lie in fact, once started."""
        return self._home.path if self._home else None

    async def start(self) -> str:
        """Start the server or join the running one; return the DSN of the application's database.

        Raises:
            EmbeddedPostgresFailed: with what to do about it.
        """
        assert self._users is None, "it is started already"
        home = self._home = Home.open(self._data_dir)
        deadline = time.monotonic() + START_DEADLINE_S
        try:
            async with _only_starter(home, deadline):
                self._users = home.lock_file("users")
                assert try_lock(self._users, shared=True), "only the lock's owner excludes users"
                await self._join_or_launch(home, deadline)
        except BaseException:
            self._leave()
            raise
        return _dsn(home)

    async def stop(self) -> None:
        """Leave the server; as its last user, wait until it has stopped. Does nothing twice."""
        if self._users is None or self._home is None:
            return
        self._leave()
        deadline = time.monotonic() + STOP_DEADLINE_S
        while not _is_unkept(self._home) and await _is_unused(self._home, deadline):
            if time.monotonic() > deadline:
                log.warning("postgres_stop_unfinished", data_dir=str(self._home.path))
                return
            await asyncio.sleep(_LOOK_EVERY_S)

    async def __aenter__(self) -> str:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _join_or_launch(self, home: Home, deadline: float) -> None:
        conn = None
        if not _is_unkept(home):
            with suppress(DidNotStart):  # its keeper gave up while we waited: start anew
                conn = await _ready(home, deadline)
        if conn is None:
            await _end_orphan(home, deadline)
            await self._launch(home)
            conn = await _ready(home, deadline)
        try:
            await self._check_durability(conn)
            await _ensure_app_database(conn, home)
        finally:
            await conn.close(timeout=_CONNECT_DEADLINE_S)

    async def _launch(self, home: Home) -> None:
        found = find_postgres_bin(self._bin_dir)
        bin_dir = await asyncio.to_thread(reachable_bin, found, home.account, home.path)
        await asyncio.to_thread(cluster.initialise, home, bin_dir, durable=self._durable)
        socket_dir = home.make_socket_dir()
        command = cluster.server_command(home, bin_dir, socket_dir, durable=self._durable)
        job = {
            "home": str(home.path),
            "socket_dir": str(socket_dir),
            "command": command,
            "environment": cluster.ENVIRONMENT,
            "uid": None if home.account.is_me else home.account.uid,
            "gid": None if home.account.is_me else home.account.gid,
        }
        await asyncio.to_thread(_start_keeper, home, json.dumps(job))

    async def _check_durability(self, conn: asyncpg.Connection) -> None:
        if self._durable and await conn.fetchval("SHOW fsync") != "on":
            msg = f"Another process runs the server over {self._data_dir} without crash safety."
            raise DataDirUnusable(f"{msg} Stop it first, or name another folder with --data.")

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None


@asynccontextmanager
async def _only_starter(home: Home, deadline: float) -> AsyncIterator[None]:
    """Hold the lock under which servers are started and stopped."""
    lock = home.lock_file("starting")
    try:
        while not try_lock(lock):
            if time.monotonic() > deadline:
                msg = f"Another process has been starting or stopping the server in {home.path}"
                raise Busy(f"{msg} for {START_DEADLINE_S:.0f} s; look into its start.log.")
            await asyncio.sleep(_LOOK_EVERY_S)
        os.close(home.lock_file("keeper"))  # made here, so that it has the right owner
        yield
    finally:
        os.close(lock)


def _is_unkept(home: Home) -> bool:
    """Tell whether no keeper runs; only the keeper itself ever holds this lock for long."""
    lock = home.lock_file("keeper")
    try:
        return try_lock(lock, shared=True)
    finally:
        os.close(lock)


async def _is_unused(home: Home, deadline: float) -> bool:
    """Tell whether no process uses the server, and none is about to."""
    async with AsyncExitStack() as stack:
        starting, users = home.lock_file("starting"), home.lock_file("users")
        stack.callback(os.close, starting)
        stack.callback(os.close, users)
        while not try_lock(starting):  # somebody starts it, or its keeper stops it
            if _is_unkept(home) or time.monotonic() > deadline:
                return True
            await asyncio.sleep(_LOOK_EVERY_S)
        return try_lock(users)


async def _ready(home: Home, deadline: float) -> asyncpg.Connection:
    """Connect and ask a question, until it is answered: nothing else proves a server's health."""
    while True:
        try:
            return await _connect(home)
        except _NOT_YET as problem:
            why: BaseException = problem
        if _is_unkept(home):
            msg = f"PostgreSQL ended while starting. {_last_words(home)}"
            raise DidNotStart(msg) from why
        if time.monotonic() > deadline:
            msg = f"PostgreSQL gave no answer in {START_DEADLINE_S:.0f} s. {_last_words(home)}"
            raise DidNotStart(msg) from why
        await asyncio.sleep(_LOOK_EVERY_S)


async def _connect(home: Home) -> asyncpg.Connection:
    socket_dir = home.socket_dir()
    if socket_dir is None:
        raise FileNotFoundError(home.path / "socket_dir")
    try:
        conn: asyncpg.Connection = await asyncpg.connect(
            host=str(socket_dir),
            port=PORT,
            user=SUPERUSER,
            password=home.password(),
            database="postgres",
            timeout=_CONNECT_DEADLINE_S,
            command_timeout=_CONNECT_DEADLINE_S,
        )
    except asyncpg.InvalidPasswordError as problem:
        msg = f"The password in {home.path / 'password'} is not the database's. Restore that file."
        raise DataDirUnusable(msg) from problem
    try:
        await conn.fetchval("SELECT 1")
    except BaseException:
        conn.terminate()
        raise
    return conn


async def _end_orphan(home: Home, deadline: float) -> None:
    """Stop a server whose keeper was killed, so that it gets a keeper again."""
    try:
        conn = await _connect(home)
    except asyncpg.CannotConnectNowError:
        pid = None
    except (OSError, asyncpg.PostgresConnectionError):
        return  # nothing answers; if there is a server all the same, the new one will say so
    else:
        # The living server itself reads the file, so the number in it is its own.
        pid = int((await conn.fetchval("SELECT pg_read_file('postmaster.pid')")).split()[0])
        conn.terminate()
        log.warning("postgres_orphan_found", data_dir=str(home.path))
        os.kill(pid, signal.SIGINT)
    while pid is None or keeper.is_postmaster(pid, home.data):
        if time.monotonic() > deadline:
            msg = f"A server left over in {home.path} does not stop. {_last_words(home)}"
            raise DidNotStart(msg)
        await asyncio.sleep(_LOOK_EVERY_S)
        if pid is None:
            await _end_orphan(home, deadline)
            return


async def _ensure_app_database(conn: asyncpg.Connection, home: Home) -> None:
    """Make the application's role and database; the role is no superuser."""
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", APP):
        password = home.app_password()
        await conn.execute(f"CREATE ROLE {APP} LOGIN CREATEDB PASSWORD '{password}'")
        await conn.execute(f"GRANT pg_monitor, pg_checkpoint TO {APP}")
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", APP):
        await conn.execute(f"CREATE DATABASE {APP} OWNER {APP}")


def _start_keeper(home: Home, job: str) -> None:
    environment = dict(cluster.ENVIRONMENT)
    if libraries := os.environ.get("LD_LIBRARY_PATH"):  # some Pythons do not start without it
        environment["LD_LIBRARY_PATH"] = libraries
    output = home.log_file()
    try:
        subprocess.run(  # noqa: S603 -- this Python and our own module
            [sys.executable, "-I", "-S", keeper.__file__, job],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        msg = f"The server's keeper could not be started ({problem}). {_last_words(home)}"
        raise DidNotStart(msg) from problem
    finally:
        os.close(output)


def _last_words(home: Home) -> str:
    """Return the end of what the server printed, for an error message."""
    logs = sorted((home.data / "log").glob("*.log"), key=lambda file: file.stat().st_mtime)
    words = [
        text
        for file in (home.path / "start.log", *logs[-1:])
        if file.exists() and (text := file.read_text(errors="replace")[-1000:].strip())
    ]
    return "It said: {}".format(" | ".join(words)) if words else "It said nothing."


def _dsn(home: Home) -> str:
    password, socket_dir = quote(home.app_password()), quote(str(home.socket_dir()), safe="")
    return f"postgresql://{APP}:{password}@/{APP}?host={socket_dir}&port={PORT}"
