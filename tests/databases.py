"""Databases of the test server: their addresses, copies of the template, how to be rid of them."""

import asyncio
import itertools
import os
import secrets
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from contactcenter.bench.scratch import drop_database
from contactcenter.known_types import KnowingConnection

T = TypeVar("T")


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


class Copies:
    """Databases of one's own, copied from a template: the next one is made while a test runs.

    A thread with one connection makes and drops them; what fails there is raised by whoever asks
    next, or by leaving.
    """

    def __init__(self, server_dsn: str, template: str) -> None:
        self._server_dsn = server_dsn
        self._template = template
        self._mark = f"test_{os.getpid()}_{secrets.token_hex(4)}"
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="databases")
        self._next: Future[str] | None = None
        self._drops: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._begun(asyncpg.connect(self._server_dsn)).result()
        # The connection does one thing at a time.
        self._turn = asyncio.Lock()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._next is not None:
                self.drop(self._next.result())
            for dropped in self._drops:
                dropped.result()
        finally:
            self._begun(self._server.close()).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def take(self) -> str:
        """The DSN of a fresh copy."""
        made = self._next or self._begun(self._copy())
        dsn = made.result()
        self._next = self._begun(self._copy())
        return dsn

    def drop(self, dsn: str) -> None:
        """Let it be dropped soon, whoever is connected to it."""
        while self._drops and self._drops[0].done():
            self._drops.pop(0).result()
        self._drops.append(self._begun(self._drop(urlsplit(dsn).path[1:])))

    def _begun(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _copy(self) -> str:
        name = f"{self._mark}_{next(self._numbers)}"
        # FILE_COPY is the faster of the two where nothing is synced to disk.
        statement = f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY'
        async with self._turn:
            await self._server.execute(statement)
        return with_database(self._server_dsn, name)

    async def _drop(self, name: str) -> None:
        async with self._turn:
            await drop_database(self._server, name)


async def connect(dsn: str) -> asyncpg.Connection:
    """A connection that does not ask again what PostgreSQL itself has, as the application's."""
    return await asyncpg.connect(dsn, connection_class=KnowingConnection)


async def run(dsn: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def drop(server_dsn: str, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    connection = await asyncpg.connect(server_dsn)
    try:
        await drop_database(connection, name)
    finally:
        await connection.close()
