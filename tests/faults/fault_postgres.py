"""A PostgreSQL that can be killed: durable, as in production, and without a keeper of its own."""

import asyncio
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

import asyncpg
from databases import run, with_database

from contactcenter.postgres import cluster, keeper, server
from contactcenter.postgres.binaries import find_postgres_bin, reachable_bin
from contactcenter.postgres.health import ensure_app_database
from contactcenter.postgres.home import PORT, SUPERUSER, Home

_START_S = 60.0
_LOOK_S = 0.02


class KillablePostgres:
    """One cluster in a folder; ``options`` are further settings of the server."""

    def __init__(self, folder: Path, **options: str) -> None:
        self._home = Home.open(folder)
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.dsn = ""

    async def start(self) -> None:
        """Start it, the first time make it; returns when it answers a question."""
        deadline = time.monotonic() + _START_S
        while True:
            await asyncio.to_thread(self.launch)
            conn = await self._connected(deadline)
            if conn is not None:
                break
        try:
            await ensure_app_database(conn, self._home)
        finally:
            await conn.close()
        self.dsn = server._dsn(self._home)

    def launch(self) -> None:
        """Start the process and return at once."""
        home = self._home
        bin_dir = reachable_bin(find_postgres_bin(), home.account, home.path)
        lock = home.lock_file("starting")
        try:
            cluster.initialise(home, bin_dir, lock, durable=True)
        finally:
            os.close(lock)
        socket_dir = home.make_socket_dir()
        command = cluster.server_command(home, bin_dir, socket_dir, durable=True)
        for name, value in self._options.items():
            command += ["-c", f"{name}={value}"]
        self._process = keeper.launch(
            {
                "home": str(home.path),
                "socket_dir": str(socket_dir),
                "command": command,
                "environment": cluster.ENVIRONMENT,
                "uid": None if home.account.is_me else home.account.uid,
                "gid": None if home.account.is_me else home.account.gid,
            }
        )

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """``kill -9`` of the postmaster: its children find out by themselves."""
        self._end(signal.SIGKILL)

    def stop_immediately(self) -> None:
        """What ``pg_ctl stop -m immediate`` does: no checkpoint, recovery at the next start."""
        self._end(signal.SIGQUIT)

    async def new_database(self) -> str:
        """Make an empty database; returns its DSN."""
        name = f"fault_{secrets.token_hex(6)}"
        await run(self.dsn, f'CREATE DATABASE "{name}"')
        return with_database(self.dsn, name)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or self.has_ended:
            return
        self._process.send_signal(how)
        self._process.wait(_START_S)

    async def _connected(self, deadline: float) -> asyncpg.Connection | None:
        """A superuser's connection; None if the process ended before it answered."""
        while time.monotonic() < deadline:
            if self.has_ended:  # the last one's children were still about
                await asyncio.sleep(_LOOK_S)
                return None
            try:
                return await asyncpg.connect(
                    host=str(self._home.socket_dir()),
                    port=PORT,
                    user=SUPERUSER,
                    password=self._home.password(),
                    database="postgres",
                    timeout=5,
                )
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(_LOOK_S)
        raise AssertionError(f"PostgreSQL did not answer within {_START_S} s")
