"""The database: connections, transactions, and the named statements beside each module.

Statements live in ``<module>.sql``; each starts with ``-- name: find_one`` and a line on what for.
A module binds its own to a row type, at import; a test compares them with its fields.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from contactcenter import metrics
from contactcenter.errors import NoDatabase
from contactcenter.known_types import KnowingConnection

Row = TypeVar("Row")
T = TypeVar("T")

if TYPE_CHECKING:  # the stubs are generic, the classes are not
    OwnConnection = asyncpg.Connection[asyncpg.Record]
    PooledConnection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    OwnConnection, PooledConnection, Pool = KnowingConnection, PoolConnectionProxy, asyncpg.Pool

#: What a function that touches the database takes first.
Conn = OwnConnection | PooledConnection

CONNECT_TIMEOUT_S: Final = 3.0
#: A request that cannot get a connection is told so within this time (answers 503 within 5 s).
ACQUIRE_TIMEOUT_S: Final = 4.0
#: The lock that orders all routing changes is protected from a stopped process by these.
SESSION: Final[Mapping[str, str]] = {
    "application_name": "contactcenter",
    "default_transaction_isolation": "read committed",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "jit": "off",
    "timezone": "UTC",
}

_HEADER = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
)


class Statement(Generic[Row]):
    """One named statement and the type its rows become."""

    def __init__(self, module: str, name: str, sql: str, row: type[Row] | None) -> None:
        self.module = module
        self.name = name
        self.sql = sql
        self.row = row
        self._is_struct = row is not None and issubclass(row, msgspec.Struct)

    async def all(self, conn: Conn, *args: Any) -> list[Row]:
        """Every row, in the statement's order."""
        return [self._made(record) for record in await conn.fetch(self.sql, *args)]

    async def first(self, conn: Conn, *args: Any) -> Row | None:
        """The first row, or None."""
        record = await conn.fetchrow(self.sql, *args)
        return None if record is None else self._made(record)

    async def one(self, conn: Conn, *args: Any) -> Row:
        """The row that is certainly there."""
        row = await self.first(conn, *args)
        assert row is not None, f"{self.module}.{self.name} returned no row"
        return row

    async def run(self, conn: Conn, *args: Any) -> int:
        """Execute, and tell how many rows it touched."""
        tag = await conn.execute(self.sql, *args)
        last = tag.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def many(self, conn: Conn, rows: list[tuple[Any, ...]]) -> None:
        """Execute once a row, in one round trip."""
        if rows:
            await conn.executemany(self.sql, rows)

    def _made(self, record: asyncpg.Record) -> Row:
        if not self._is_struct:  # a single value: int, str, bool
            return record[0]  # type: ignore[no-any-return]
        row: Any = self.row
        return row(**dict(record.items()))  # type: ignore[no-any-return]


class Statements:
    """The ``.sql`` file beside a module; ``taken`` is checked against it by a test."""

    #: Every file read so far, by module: what the tests walk through.
    registry: Final[dict[str, "Statements"]] = {}

    def __init__(self, module: str) -> None:
        package, _, stem = module.rpartition(".")
        text = (resources.files(package) / f"{stem}.sql").read_text(encoding="utf-8")
        parts = _HEADER.split(text)[1:]
        self.module = module
        self.texts = dict(zip(parts[0::2], (t.strip() for t in parts[1::2]), strict=True))
        self.taken: dict[str, Statement[Any]] = {}
        Statements.registry[module] = self

    def take(self, name: str, row: type[Row]) -> Statement[Row]:
        """Bind a statement to the type of its rows: a struct, or int, str, … for one column."""
        return self._take(name, row)

    def command(self, name: str) -> Statement[None]:
        """Bind a statement that returns nothing."""
        return self._take(name, None)

    def _take(self, name: str, row: type[Any] | None) -> Statement[Any]:
        if name in self.taken:
            raise ValueError(f"{self.module}: statement {name} is bound twice")
        statement: Statement[Any] = Statement(self.module, name, self.texts[name], row)
        self.taken[name] = statement
        return statement


class PoolUse(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections of a pool are busy, how many wait, how many there may be."""

    in_use: int
    idle: int
    limit: int


class Database:
    """A pool for requests, and connections of their own for the long-lived workers."""

    def __init__(self, url: str, *, direct_url: str | None = None, pool_size: int = 10) -> None:
        """``direct_url`` bypasses a transaction pooler that ``url`` goes through."""
        self.url = url
        self.direct_url = direct_url or url
        self.pooled = direct_url is not None
        self._pool_size = pool_size
        self._pool: Pool | None = None

    async def open(self) -> Self:
        """Make the pool; connections are opened when they are needed."""
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=0,
            max_size=self._pool_size,
            init=_init,
            connection_class=OwnConnection,
            reset=_no_reset,
            timeout=CONNECT_TIMEOUT_S,
            statement_cache_size=0 if self.pooled else 500,
            max_cacheable_statement_size=0,
            server_settings=None if self.pooled else dict(SESSION),
        )
        return self

    @property
    def pool_use(self) -> PoolUse:
        """How many connections of the pool are open, and busy; all 0 while it is closed."""
        if self._pool is None:
            return PoolUse(in_use=0, idle=0, limit=self._pool_size)
        idle = self._pool.get_idle_size()
        in_use = self._pool.get_size() - idle
        return PoolUse(in_use=in_use, idle=idle, limit=self._pool_size)

    async def close(self) -> None:
        """Close what is open; a connection that does not end in 3 s is cut."""
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), 3)
        except TimeoutError:
            self._pool.terminate()

    async def connect(
        self,
        name: str,
        *,
        lock_timeout_ms: int = 0,
        generic_plans: bool = False,
        connection_class: type[OwnConnection] = OwnConnection,
    ) -> OwnConnection:
        """Open a connection of its own for the worker ``name``; raises ``NoDatabase``.

        It goes past a pooler, which would cost it prepared statements. ``generic_plans`` is for few
        large statements, planned once, perhaps on an empty table, so told to prefer their index.
        """
        session = dict(SESSION) | {
            "application_name": f"contactcenter {name}",
            "lock_timeout": str(lock_timeout_ms),
            "plan_cache_mode": "force_generic_plan" if generic_plans else "auto",
            "enable_seqscan": "off" if generic_plans else "on",
        }
        try:
            conn = await asyncpg.connect(
                self.direct_url,
                timeout=CONNECT_TIMEOUT_S,
                statement_cache_size=500,
                max_cacheable_statement_size=0,
                server_settings=session,
                connection_class=connection_class,
            )
            try:
                await _init(conn)
            except BaseException:  # cancelled, too: nobody else knows of it
                conn.terminate()
                raise
        except _UNREACHABLE as error:
            raise NoDatabase from error
        return conn

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Conn]:
        """A connection for reading, without a transaction around it."""
        async with _reachable(), self._acquired() as conn:
            yield conn

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Conn]:
        """A transaction: leaving commits, raising rolls back."""
        async with _reachable(), self._acquired() as conn, conn.transaction():
            await self._guard(conn)
            yield conn

    async def _guard(self, conn: Conn) -> None:
        """Set this transaction's limits where a pooler forbids setting the session's."""
        if self.pooled:
            await conn.execute(
                "SET LOCAL statement_timeout = '5s';"
                "SET LOCAL idle_in_transaction_session_timeout = '5s'"
            )

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[PooledConnection]:
        assert self._pool is not None, "the database is not open"
        asked_s = time.perf_counter()
        conn = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        metrics.POOL_WAIT_S.observe(time.perf_counter() - asked_s)
        try:
            yield conn
        finally:
            await self._pool.release(conn, timeout=ACQUIRE_TIMEOUT_S)


def is_unreachable(error: BaseException) -> bool:
    """Whether this error says that the database, not the statement, is at fault."""
    return isinstance(error, _UNREACHABLE)


async def retried(attempt: Callable[[], Awaitable[T]], *, tries: int = 2) -> T:
    """Run again what lost a race with another transaction: deadlock, serialisation, lock wait."""
    for left in range(tries - 1, -1, -1):
        try:
            return await attempt()
        except (
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
            asyncpg.LockNotAvailableError,
        ):
            if not left:
                raise
    raise AssertionError("unreachable")


@asynccontextmanager
async def _reachable() -> AsyncIterator[None]:
    try:
        yield
    except _UNREACHABLE as error:
        raise NoDatabase from error


async def _init(conn: OwnConnection) -> None:
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
        format="text",
    )


async def _no_reset(_conn: OwnConnection) -> None:
    """Keep no session state, so there is none to reset: a round trip saved at each release."""
