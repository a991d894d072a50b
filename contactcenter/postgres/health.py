"""Talks to the server as its superuser: is it well, has it a keeper, has it our database?"""

import asyncio
import os
import signal
import time
from contextlib import suppress

import asyncpg
import structlog
from asyncpg import DuplicateDatabaseError, DuplicateObjectError, UniqueViolationError
from asyncpg.connect_utils import SessionAttribute

from contactcenter.postgres import keeper
from contactcenter.postgres.home import APP, PORT, SUPERUSER, Home, try_lock
from contactcenter.postgres.problems import DataDirUnusable, DidNotStart

log = structlog.get_logger()

LOOK_EVERY_S = 0.02
CONNECT_DEADLINE_S = 10.0
CREATE_DEADLINE_S = 120.0  # it copies 8 MB and waits for the disk

_NOT_YET = (
    OSError,  # TimeoutError is one
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.PostgresConnectionError,
)


async def ready(home: Home, deadline: float) -> asyncpg.Connection:
    """Connect and ask a question, until it is answered: nothing else proves a server's health."""
    while True:
        try:
            return await _connect(home)
        except _NOT_YET as problem:
            why: BaseException = problem
        if is_unkept(home):
            msg = f"PostgreSQL ended while starting. {last_words(home)}"
            raise DidNotStart(msg) from why
        if time.monotonic() > deadline:
            msg = f"PostgreSQL gave no answer in time. {last_words(home)}"
            raise DidNotStart(msg) from why
        await asyncio.sleep(LOOK_EVERY_S)


async def _connect(home: Home) -> asyncpg.Connection:
    """Connect as the superuser and ask whose data the server serves."""
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
            target_session_attrs=SessionAttribute.any,  # whatever PG* variables say
            timeout=CONNECT_DEADLINE_S,
            command_timeout=CONNECT_DEADLINE_S,
        )
    except asyncpg.InvalidPasswordError as problem:
        msg = f"The password in {home.path / 'password'} is not the database's. Restore that file."
        raise DataDirUnusable(msg) from problem
    try:
        serves = await conn.fetchval("SHOW data_directory")
        if not home.holds(serves):  # this folder is a copy of that server's
            raise FileNotFoundError(home.data)
    except BaseException:
        conn.terminate()
        raise
    return conn


async def end_orphan(home: Home, deadline: float) -> None:
    """Stop a server whose keeper was killed, so that it gets a keeper again.

    Raises:
        DidNotStart: when it does not stop, or is not on this machine.
    """
    pid = await _orphans_pid(home, deadline)
    if pid is None:
        return
    if not keeper.is_postmaster(pid, home.data):  # else a stranger would be stopped, and it not
        msg = f"A server over {home.path} runs in another container or on another machine."
        raise DidNotStart(f"{msg} Stop it there.")
    log.warning("postgres_orphan_found", data_dir=str(home.path))
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    while keeper.is_postmaster(pid, home.data):
        if time.monotonic() > deadline:
            msg = f"A server left over in {home.path} does not stop. {last_words(home)}"
            raise DidNotStart(msg)
        await asyncio.sleep(LOOK_EVERY_S)


async def _orphans_pid(home: Home, deadline: float) -> int | None:
    """Ask the server that answers here for its process number; None if none answers."""
    while time.monotonic() < deadline:
        try:
            conn = await _connect(home)
        except (asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
            await asyncio.sleep(LOOK_EVERY_S)
            continue
        except (OSError, asyncpg.PostgresConnectionError):
            break  # if there is a server all the same, the new one will say so
        try:
            # The living server itself reads the file, so the number in it is its own.
            return int((await conn.fetchval("SELECT pg_read_file('postmaster.pid')")).split()[0])
        finally:
            conn.terminate()
    return None


async def ensure_app_database(conn: asyncpg.Connection, home: Home) -> None:
    """Make the application's role and database; the role is no superuser.

    The server may still be carrying out what a starter asked for that was killed meanwhile. It
    then refuses ours as made already, in the words of one index or of the other, and only once
    the other is committed: what was wanted stands.
    """
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", APP):
        password = home.app_password()
        with suppress(DuplicateObjectError, UniqueViolationError):
            async with conn.transaction():
                await conn.execute(f"CREATE ROLE {APP} LOGIN CREATEDB PASSWORD '{password}'")
                await conn.execute(f"GRANT pg_monitor, pg_checkpoint TO {APP}")
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", APP):
        with suppress(DuplicateDatabaseError, UniqueViolationError):
            await conn.execute(f"CREATE DATABASE {APP} OWNER {APP}", timeout=CREATE_DEADLINE_S)


def is_unkept(home: Home) -> bool:
    """Tell whether no keeper runs; only the keeper itself ever holds this lock for long."""
    lock = home.lock_file("keeper")
    try:
        return try_lock(lock, shared=True)
    finally:
        os.close(lock)


def last_words(home: Home) -> str:
    """Return the end of what the server printed, for an error message."""
    logs = sorted((home.data / "log").glob("*.log"), key=lambda file: file.stat().st_mtime)
    words = [
        text
        for file in (home.path / "start.log", *logs[-1:])
        if file.exists() and (text := file.read_text(errors="replace")[-1000:].strip())
    ]
    return "It said: {}".format(" | ".join(words)) if words else "It said nothing."
