"""Starts, shares and stops the embedded server."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import asyncpg
import structlog

from contactcenter.postgres import cluster, keeper
from contactcenter.postgres.binaries import find_postgres_bin, reachable_bin
from contactcenter.postgres.health import (
    CONNECT_DEADLINE_S,
    LOOK_EVERY_S,
    end_orphan,
    ensure_app_database,
    is_unkept,
    last_words,
    ready,
)
from contactcenter.postgres.home import APP, PORT, Home, try_lock
from contactcenter.postgres.problems import Busy, DataDirUnusable, DidNotStart

log = structlog.get_logger()

START_DEADLINE_S = 300.0  # crash recovery replays up to max_wal_size
STOP_DEADLINE_S = 60.0


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
        deadline = time.monotonic() + START_DEADLINE_S
        try:
            home = self._home = Home.open(self._data_dir)
            async with _only_starter(home, deadline) as lock:
                self._users = home.lock_file("users")
                if not try_lock(self._users, shared=True):  # only who holds the other lock may
                    msg = f"Another program locks {home.path / 'users'}."
                    raise Busy(msg)
                joined = await self._join_or_launch(home, lock, deadline)
        except OSError as problem:
            self._leave()
            msg = f"The data folder {self._data_dir} cannot be used: {problem}."
            msg = f"{msg} Name another one with --data."
            raise DataDirUnusable(msg) from problem
        except BaseException:
            self._leave()
            raise
        event = "postgres_joined" if joined else "postgres_started"
        log.info(event, data_dir=str(home.path), account=home.account.name)
        return _dsn(home)

    async def stop(self) -> None:
        """Leave the server; as its last user, wait until it has stopped. Does nothing twice."""
        if self._users is None or self._home is None:
            return
        self._leave()
        deadline = time.monotonic() + STOP_DEADLINE_S
        while not is_unkept(self._home) and await _is_unused(self._home, deadline):
            if time.monotonic() > deadline:
                log.warning("postgres_stop_unfinished", data_dir=str(self._home.path))
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def __aenter__(self) -> str:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _join_or_launch(self, home: Home, lock: int, deadline: float) -> bool:
        """Leave behind a healthy server with our database; True if it ran before."""
        conn = None
        if not is_unkept(home):
            with suppress(DidNotStart):  # its keeper gave up while we waited: start anew
                conn = await ready(home, deadline)
        joined = conn is not None
        if conn is None:
            await end_orphan(home, deadline)
            await _in_thread(partial(self._launch, home, lock))
            conn = await ready(home, deadline)
        try:
            await self._check_durability(conn)
            await ensure_app_database(conn, home)
        finally:
            await conn.close(timeout=CONNECT_DEADLINE_S)
        return joined

    def _launch(self, home: Home, lock: int) -> None:
        found = find_postgres_bin(self._bin_dir)
        bin_dir = reachable_bin(found, home.account, home.path)
        cluster.initialise(home, bin_dir, lock, durable=self._durable)
        socket_dir = home.make_socket_dir()
        command = cluster.server_command(home, bin_dir, socket_dir, durable=self._durable)
        job = {
            "lock": lock,
            "home": str(home.path),
            "socket_dir": str(socket_dir),
            "command": command,
            "environment": cluster.ENVIRONMENT,
            "uid": None if home.account.is_me else home.account.uid,
            "gid": None if home.account.is_me else home.account.gid,
        }
        _start_keeper(home, json.dumps(job), lock)

    async def _check_durability(self, conn: asyncpg.Connection) -> None:
        if self._durable and await conn.fetchval("SHOW fsync") != "on":
            msg = f"Another process runs the server over {self._data_dir} without crash safety."
            raise DataDirUnusable(f"{msg} Stop it first, or name another folder with --data.")

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None


async def _in_thread(work: Callable[[], None]) -> None:
    """Run it beside the event loop; when cancelled, wait for its end, as locks protect it."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        task.exception()  # looked at, so that nobody complains that it was not
        raise


@asynccontextmanager
async def _only_starter(home: Home, deadline: float) -> AsyncIterator[int]:
    """Hold the lock under which servers are started and stopped; yields its descriptor."""
    lock = home.lock_file("starting")
    try:
        while not try_lock(lock):
            if time.monotonic() > deadline:
                msg = f"Another process has been starting or stopping the server in {home.path}"
                raise Busy(f"{msg} for {START_DEADLINE_S:.0f} s; look into its start.log.")
            await asyncio.sleep(LOOK_EVERY_S)
        os.close(home.lock_file("keeper"))  # made here, so that it has the right owner
        yield lock
    finally:
        os.close(lock)


async def _is_unused(home: Home, deadline: float) -> bool:
    """Tell whether no process uses the server, and none is about to."""
    async with AsyncExitStack() as stack:
        starting, users = home.lock_file("starting"), home.lock_file("users")
        stack.callback(os.close, starting)
        stack.callback(os.close, users)
        while not try_lock(starting):  # somebody starts it, or its keeper stops it
            if is_unkept(home) or time.monotonic() > deadline:
                return True
            await asyncio.sleep(LOOK_EVERY_S)
        return try_lock(users)


def _start_keeper(home: Home, job: str, lock: int) -> None:
    environment = dict(cluster.ENVIRONMENT)
    if libraries := os.environ.get("LD_LIBRARY_PATH"):  # some Pythons do not start without it
        environment["LD_LIBRARY_PATH"] = libraries
    output = home.log_file()
    try:
        subprocess.run(  # noqa: S603 -- this Python and our own module
            [sys.executable or "python3", "-I", "-S", keeper.__file__, job],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(lock,),
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        msg = f"The server's keeper could not be started ({problem}). {last_words(home)}"
        raise DidNotStart(msg) from problem
    finally:
        os.close(output)


def _dsn(home: Home) -> str:
    password, socket_dir = quote(home.app_password()), quote(str(home.socket_dir()), safe="")
    return f"postgresql://{APP}:{password}@/{APP}?host={socket_dir}&port={PORT}"
