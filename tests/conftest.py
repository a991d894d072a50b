"""A real PostgreSQL for the tests: one server a run, one migrated template, copies of it.

``dsn`` is a fresh database of one test, ``bare_dsn`` one as an operator has it at first, ``conn`` a connection whose transaction is rolled back.
``CONTACTCENTER_TEST_DATABASE_URL`` names a server to use instead of the embedded one; its role
must be allowed to create databases.
"""

import asyncio
import fcntl
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import factories
import pytest
from databases import Copies, connect, drop, run, with_database
from hypothesis import settings

from contactcenter.migrate import migrate
from contactcenter.postgres import EmbeddedPostgres, throwaway_data_dir
from contactcenter.postgres.health import ready
from contactcenter.postgres.home import APP, Home

# One folder a run, handed to the xdist workers, which are children, by the environment.
RUN_DIR = "CONTACTCENTER_TEST_RUN_DIR"
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 -- the folder in it is made with mkdtemp
_ROOM_BYTES = 2 << 30
_SCRAM_ITERATIONS_SINCE = 16
#: Ends the name of the template in which events have a place.
READY = "_ready"
CLOSED_AT_END = pytest.StashKey[ExitStack]()

# Half of what hypothesis does by itself, every time: runs are many, and each draws other examples.
# `--hypothesis-profile thorough` does more in one. None is timed: speed is measured in benchmarks.
settings.register_profile("every run", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.load_profile("every run")


def pytest_configure(config: pytest.Config) -> None:
    # The many processes that tests start need not each compile the program anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A shell that runs us in the background has everybody ignore Ctrl-C, the programs we start too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        return
    # Not one of pytest's own: root lends the server an account that must pass through.
    run_dir = config.stash.setdefault(CLOSED_AT_END, ExitStack()).enter_context(
        throwaway_data_dir(*_in_memory())
    )
    os.environ[RUN_DIR] = str(run_dir)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Nothing of what is collected becomes garbage."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of tests and modules stay to the end: let the collector not look at them again."""
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[CLOSED_AT_END].close()
        os.environ.pop(RUN_DIR, None)


@pytest.fixture(scope="session")
def run_dir() -> Path:
    """A folder shared by all workers of this run."""
    return Path(os.environ[RUN_DIR])


@pytest.fixture(scope="session")
def server_dsn(run_dir: Path) -> Iterator[str]:
    """A server whose role may create databases; not durable, shared by all workers."""
    external = os.environ.get("CONTACTCENTER_TEST_DATABASE_URL")
    if external:
        yield external
        return
    server = EmbeddedPostgres(run_dir, durable=False)
    try:
        dsn = asyncio.run(server.start())
        with _locked(run_dir / "sign-in.lock"):
            asyncio.run(_make_sign_in_cheap(run_dir))
        yield dsn
    finally:
        asyncio.run(server.stop())


@pytest.fixture(scope="session")
def template(server_dsn: str, run_dir: Path) -> Iterator[str]:
    """The name of a migrated database to copy; made by the first worker that asks.

    Beside it stands one of the same name and ``READY``, where events have a place already.
    """
    name = f"template_{run_dir.name.rpartition('-')[2].lower()}"
    users = os.open(run_dir / "template.users", os.O_RDWR | os.O_CREAT, 0o600)
    with _locked(run_dir / "template.lock"):
        fcntl.flock(users, fcntl.LOCK_SH)
        if not (run_dir / "template.made").exists():
            asyncio.run(_make_templates(server_dsn, name))
            (run_dir / "template.made").touch()
    yield name
    with _locked(run_dir / "template.lock"):
        os.close(users)
        users = os.open(run_dir / "template.users", os.O_RDWR)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # another worker goes on
        else:
            asyncio.run(drop(server_dsn, name))
            asyncio.run(drop(server_dsn, name + READY))
            (run_dir / "template.made").unlink()
        finally:
            os.close(users)


@pytest.fixture(scope="session")
def copies(server_dsn: str, template: str) -> Iterator[Copies]:
    """Fresh, migrated databases, as many as are asked for: as an operator has them at first."""
    with Copies(server_dsn, template) as copies:
        yield copies


@pytest.fixture(scope="session")
def ready_copies(server_dsn: str, template: str) -> Iterator[Copies]:
    """The same with a place for events of any time; making it takes as long as the copy."""
    with Copies(server_dsn, template + READY) as copies:
        yield copies


@pytest.fixture
def dsn(ready_copies: Copies) -> Iterator[str]:
    """The DSN of a fresh, migrated database of this test alone, with a place for events."""
    dsn = ready_copies.take()
    yield dsn
    ready_copies.drop(dsn)


@pytest.fixture
def bare_dsn(copies: Copies) -> Iterator[str]:
    """The same for the application itself, which makes its own places for events."""
    dsn = copies.take()
    yield dsn
    copies.drop(dsn)


@pytest.fixture(scope="session")
def worker_dsn(ready_copies: Copies) -> Iterator[str]:
    """The DSN of a migrated database that this worker's tests share and leave unchanged."""
    dsn = ready_copies.take()
    yield dsn
    ready_copies.drop(dsn)


@pytest.fixture
async def conn(worker_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction that is rolled back when the test ends."""
    connection = await connect(worker_dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        if not connection.is_closed():
            await transaction.rollback()
        await connection.close()


def _in_memory() -> list[str]:
    """A file system in memory that has room for a run, if there is one.

    Databases are made and dropped by the hundred, half a thousand files each; on ext4 every new
    file costs a look at all that were just deleted.
    """
    try:
        found = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return []
    has_room = found.f_bavail * found.f_frsize >= _ROOM_BYTES
    # PostgreSQL's programs may have to be copied into the folder, and run from there.
    return [_SHARED_MEMORY] if has_room and not found.f_flag & os.ST_NOEXEC else []


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


async def _make_templates(server_dsn: str, name: str) -> None:
    await run(server_dsn, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    await migrate(with_database(server_dsn, name))
    # The first connection notes for all that follow what they need to know of the tables.
    await run(with_database(server_dsn, name), "SELECT")
    await run(server_dsn, f'CREATE DATABASE "{name}{READY}" TEMPLATE "{name}"')
    ready = await asyncpg.connect(with_database(server_dsn, name + READY))
    await factories.prepare(ready)
    await ready.close()
    await run(with_database(server_dsn, name + READY), "SELECT")


async def _make_sign_in_cheap(run_dir: Path) -> None:
    """Check the application's password in one round: 4096 of them take 3 ms a connection."""
    home = Home.open(run_dir)
    conn = await ready(home, time.monotonic() + 60)
    try:
        if conn.get_server_version().major >= _SCRAM_ITERATIONS_SINCE:
            await conn.execute("SET scram_iterations = 1")
            await conn.execute(f"ALTER ROLE {APP} PASSWORD '{home.app_password()}'")
    finally:
        await conn.close()
