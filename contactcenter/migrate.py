"""Brings a database's schema up to date from numbered SQL files.

The files are ``migrations/NNNN_name.sql`` in dbmate's format (Source:
https://github.com/amacneil/dbmate#creating-migrations), forward only. Each is applied once, in
order, in a transaction of its own; any number of processes may try at the same time.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy

from contactcenter.sql_statements import first_word, split_statements

log = structlog.get_logger()

OLDEST_SERVER = 150000  # PostgreSQL 15, as server_version_num writes it
LOCK_DEADLINE_S = 300.0
LOCK_KEY = 0x6D696772617465  # "migrate"

_LOCK_TIMEOUT = "4s"  # a migration that waits for a lock makes everybody queue behind it
_LOOK_EVERY_S = 0.1
_TRANSACTION_WORDS = {"ABORT", "BEGIN", "COMMIT", "END", "ROLLBACK", "START"}
_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_MARKER = re.compile(r"^--\s*migrate:(up|down)\b(.*)$", re.MULTILINE)
_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class MigrationRefused(Exception):
    """The schema cannot be brought up to date; the message says why and what to do."""


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    version: int
    name: str  # the file's name without .sql
    checksum: str  # SHA-256 of the whole file, hexadecimal
    sql: str  # the part to run, with an empty line for each line before it
    in_transaction: bool


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``schema_migration``."""

    version: int
    name: str
    checksum: str


async def migrate(
    dsn: str, *, folder: Path | None = None, lock_deadline_s: float = LOCK_DEADLINE_S
) -> list[str]:
    """Apply what is missing and return the names of the files applied, in order.

    Needs a connection of its own that no transaction pooler stands in front of. Waits for another
    process that migrates.

    Raises:
        MigrationRefused: when the server, the database or the files do not fit, a file fails, or
            the lock is not free by the deadline.
    """
    migrations = read_migrations(folder or migrations_folder())
    conn = await asyncpg.connect(dsn, server_settings={"application_name": "contactcenter migrate"})
    try:
        await _check_server(conn)
        async with _only_migrator(conn, lock_deadline_s):
            await conn.execute("SET statement_timeout = 0")
            await conn.execute(_TABLE)
            todo = _missing(migrations, await _applied(conn))
            for migration in todo:
                await _apply(conn, migration)
        return [migration.name for migration in todo]
    finally:
        await conn.close(timeout=10)


async def pending(conn: asyncpg.Connection, *, folder: Path | None = None) -> list[str]:
    """Return the names of the files that the database has not seen yet, in order.

    Raises:
        MigrationRefused: when an applied file was edited or the database is newer than the code.
    """
    migrations = read_migrations(folder or migrations_folder())
    return [migration.name for migration in _missing(migrations, await _applied(conn))]


async def applied_version(conn: asyncpg.Connection | PoolConnectionProxy) -> int:
    """Return the number of the newest file that this database has seen; 0 for none."""
    version = await conn.fetchval("SELECT max(version) FROM schema_migration")
    return int(version or 0)


def newest() -> int:
    """Return the number of the newest file there is."""
    return len(read_migrations(migrations_folder()))


def migrations_folder() -> Path:
    """Return the folder of the files: in the installed package, or in the checkout beside it.

    Raises:
        MigrationRefused: when neither is there.
    """
    package = Path(__file__).parent
    for folder in (package / "migrations", package.parent / "migrations"):
        if folder.is_dir():
            return folder
    msg = f"The folder of the migrations is missing from the installation in {package}."
    raise MigrationRefused(msg)


def read_migrations(folder: Path) -> list[Migration]:
    """Read all files of a folder, in order.

    Raises:
        MigrationRefused: at a wrong name, a gap or a repetition in the numbers, or a file without
            its marker line.
    """
    found = [_read(file) for file in sorted(folder.glob("*.sql"))]
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            wrong = "is there twice" if migration.version < expected else "follows a gap"
            msg = f"{folder / migration.name}.sql: number {migration.version:04d} {wrong};"
            raise MigrationRefused(f"{msg} {expected:04d} was expected.")
    return found


def _read(file: Path) -> Migration:
    named = _FILE_NAME.fullmatch(file.name)
    if named is None:
        msg = f"{file}: a migration is named like 0007_add_things.sql."
        raise MigrationRefused(msg)
    raw = file.read_bytes()
    try:
        text = raw.decode()
    except UnicodeDecodeError as problem:
        msg = f"{file}: not UTF-8 ({problem.reason} at byte {problem.start})."
        raise MigrationRefused(msg) from problem
    sql, options = _up_section(file, text)
    return Migration(
        version=int(named[1]),
        name=file.stem,
        checksum=hashlib.sha256(raw).hexdigest(),
        sql=sql,
        in_transaction="transaction:false" not in options,
    )


def _up_section(file: Path, text: str) -> tuple[str, list[str]]:
    markers = list(_MARKER.finditer(text))
    if not markers or markers[0][1] != "up" or [m[1] for m in markers].count("up") > 1:
        msg = f"{file}: the file needs one line `-- migrate:up`, before any `-- migrate:down`."
        raise MigrationRefused(msg)
    if split_statements(text[: markers[0].start()]):
        msg = f"{file}: what stands before `-- migrate:up` would never run."
        raise MigrationRefused(msg)
    options = markers[0][2].split()
    if unknown := set(options) - {"transaction:false", "transaction:true"}:
        msg = f"{file}: unknown option {min(unknown)!r} after `-- migrate:up`."
        raise MigrationRefused(msg)
    end = markers[1].start() if len(markers) > 1 else len(text)
    line = text.count("\n", 0, markers[0].end())
    return "\n" * line + text[markers[0].end() : end], options


def _missing(migrations: Sequence[Migration], applied: Sequence[Applied]) -> list[Migration]:
    """Return the files that were not applied, after comparing the others with what was."""
    if len(applied) > len(migrations):
        newest = applied[-1].name
        msg = f"The database is newer than this program: it has {newest!r}, which is unknown here."
        raise MigrationRefused(f"{msg} Install the newer version of contactcenter.")
    for migration, row in zip(migrations, applied, strict=False):
        if (row.version, row.name) != (migration.version, migration.name):
            msg = f"The database has {row.name!r} where this program has {migration.name!r}: "
            raise MigrationRefused(f"{msg}it belongs to another program or branch.")
        if row.checksum != migration.checksum:
            msg = f"{migration.name}.sql was edited after it was applied to this database."
            raise MigrationRefused(f"{msg} Restore the file, and put the change in a new one.")
    return list(migrations[len(applied) :])


async def _applied(conn: asyncpg.Connection) -> list[Applied]:
    if await conn.fetchval("SELECT to_regclass('schema_migration')") is None:
        return []
    rows = await conn.fetch("SELECT version, name, checksum FROM schema_migration ORDER BY version")
    return [Applied(**row) for row in rows]


async def _check_server(conn: asyncpg.Connection) -> None:
    version = int(await conn.fetchval("SHOW server_version_num"))
    if version < OLDEST_SERVER:
        has = await conn.fetchval("SHOW server_version")
        msg = f"The database server is PostgreSQL {has}; contactcenter needs 15 or newer."
        raise MigrationRefused(msg)
    encoding = await conn.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        msg = f"The database's encoding is {encoding}; contactcenter needs UTF8. Make the database"
        raise MigrationRefused(f"{msg} anew: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'.")


@asynccontextmanager
async def _only_migrator(conn: asyncpg.Connection, deadline_s: float) -> AsyncIterator[None]:
    """Hold the migration lock.

    It is asked for again and again. A session that waits inside ``pg_advisory_lock`` holds a
    snapshot, and CREATE INDEX CONCURRENTLY in the session that has the lock waits for that
    snapshot to go: a deadlock.
    """
    deadline = time.monotonic() + deadline_s
    while not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK_KEY):
        if time.monotonic() > deadline:
            msg = f"Another process has held the migration lock for {deadline_s:.0f} s."
            raise MigrationRefused(msg)
        await asyncio.sleep(_LOOK_EVERY_S)
    try:
        yield
    finally:
        if not conn.is_closed():  # its end frees the lock as well
            await conn.execute("SELECT pg_advisory_unlock($1)", LOCK_KEY)


async def _apply(conn: asyncpg.Connection, migration: Migration) -> None:
    began = time.monotonic()
    try:
        if migration.in_transaction:
            await _apply_whole(conn, migration)
        else:
            await _apply_by_statement(conn, migration)
    except (asyncpg.PostgresError, ValueError) as problem:
        msg = f"{migration.name}.sql{_line_of(migration, problem)} failed: {problem}"
        if not migration.in_transaction:
            msg = f"{msg}. Statements before it stay done: it runs outside of a transaction"
        raise MigrationRefused(f"{msg}.") from problem
    duration_ms = round((time.monotonic() - began) * 1000)
    log.info("migration_applied", migration=migration.name, duration_ms=duration_ms)


async def _apply_whole(conn: asyncpg.Connection, migration: Migration) -> None:
    for statement in split_statements(migration.sql):
        if (word := first_word(statement)) in _TRANSACTION_WORDS:
            msg = f"{word} is not for a migration, which has a transaction of its own"
            raise ValueError(msg)
    async with conn.transaction():
        await conn.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        await conn.execute(migration.sql)
        await _record(conn, migration)


async def _apply_by_statement(conn: asyncpg.Connection, migration: Migration) -> None:
    """Send each statement alone: several in one message would be one transaction."""
    await conn.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
    for statement in split_statements(migration.sql):
        await conn.execute(statement)
    await _record(conn, migration)


async def _record(conn: asyncpg.Connection, migration: Migration) -> None:
    await conn.execute(
        "INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
        migration.version,
        migration.name,
        migration.checksum,
    )


def _line_of(migration: Migration, problem: Exception) -> str:
    """Return where the server found the fault, as " line 12"; nothing if it did not say."""
    position = getattr(problem, "position", None)
    if position is None or not migration.in_transaction:
        return ""
    return f" line {migration.sql.count(chr(10), 0, int(position) - 1) + 1}"
