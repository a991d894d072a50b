"""Makes a new database cluster and says how its server is run."""

import os
import shutil
import subprocess
from pathlib import Path

from contactcenter.postgres.binaries import major_version
from contactcenter.postgres.home import PORT, SUPERUSER, Home
from contactcenter.postgres.problems import DataDirUnusable, DidNotStart, OtherVersion

# Only what a server needs: no PG* variable of the caller, no language of his shell.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

# Classes of letters must cover Persian, or trigram search finds nothing; macOS has no C.UTF-8.
_LOCALES = ("C.UTF-8", "en_US.UTF-8")
_BUILTIN_LOCALES_SINCE = 17

_GIB = 1 << 30

_ALWAYS = {
    "listen_addresses": "",  # the socket only
    "port": str(PORT),
    "unix_socket_permissions": "0600",
    "max_connections": "200",
    "default_transaction_isolation": "read committed",
    "timezone": "UTC",
    "jit": "off",  # compiling costs more than it saves on short statements
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",  # seven files, each written over after a week
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # a DETAIL line would copy customers' data into the log
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def initialise(home: Home, bin_dir: Path, lock: int, *, durable: bool) -> None:
    """Make the cluster if there is none; checks the version of the one that is there.

    It is made beside its final place and moved there in one step, so a crash leaves no half.
    ``lock`` is the open lock under which this happens: initdb inherits it, and so keeps others
    out to its end even if this process is killed.

    Raises:
        OtherVersion: when the data belong to another major version.
        DidNotStart: when initdb fails.
    """
    if home.data.exists():
        _check_version(home, bin_dir)
        return
    password = home.password()
    new, password_file = home.path / "data.new", home.path / "initdb-password"
    shutil.rmtree(new, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    new.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    home.give(new)
    home.give(password_file)
    try:
        _initdb(home, bin_dir, new, password_file, lock, durable=durable)
    finally:
        password_file.unlink()
    new.rename(home.data)


def _check_version(home: Home, bin_dir: Path) -> None:
    try:
        of_data = (home.data / "PG_VERSION").read_text().strip()
    except OSError as problem:
        msg = f"{home.data} does not hold a readable database ({problem.strerror})."
        raise DataDirUnusable(f"{msg} Name another folder with --data.") from problem
    if of_data != str(major_version(bin_dir)):
        msg = (
            f"The database in {home.data} was written by PostgreSQL {of_data}, but the programs "
            f"in {bin_dir} are version {major_version(bin_dir)}. Name the folder of version "
            f"{of_data}'s programs in CONTACTCENTER_POSTGRES_BIN, or move the data with "
            "pg_upgrade or pg_dump."
        )
        raise OtherVersion(msg)


def _initdb(
    home: Home, bin_dir: Path, data: Path, password_file: Path, lock: int, *, durable: bool
) -> None:
    said = ""
    for locale in _LOCALES:
        command = [str(bin_dir / "initdb"), "-D", str(data), "-U", SUPERUSER]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"]
        command += [f"--locale={locale}", "--no-instructions"]
        if major_version(bin_dir) >= _BUILTIN_LOCALES_SINCE:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not durable:
            command.append("--no-sync")
        done = _run_as_account(home, command, inherit=(lock,))
        if done.returncode == 0:
            return
        said = done.stderr.strip()
        if "locale" not in said:
            break
    msg = f"A new database could not be made in {home.path}: {said}."
    raise DidNotStart(msg)


def _run_as_account(
    home: Home, command: list[str], inherit: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as the server's account."""
    account = home.account
    try:
        return subprocess.run(  # noqa: S603 -- programs of find_postgres_bin, our own arguments
            command,
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            check=False,
            pass_fds=inherit,
            user=None if account.is_me else account.uid,
            group=None if account.is_me else account.gid,
            extra_groups=None if account.is_me else [],
        )
    except PermissionError as problem:
        msg = f"{command[0]} could not be run as the account {account.name}: {problem.strerror}."
        raise DataDirUnusable(msg) from problem


def server_command(home: Home, bin_dir: Path, socket_dir: Path, *, durable: bool) -> list[str]:
    """Return the postmaster's arguments."""
    # A list setting: quoted, so that a comma or a space in the path is part of the path.
    quoted_dir = '"{}"'.format(str(socket_dir).replace('"', '""'))
    options = {
        **_ALWAYS,
        **(_DURABLE if durable else _NOT_DURABLE),
        "unix_socket_directories": quoted_dir,
        "shared_buffers": "256MB" if durable and _memory_bytes() >= 4 * _GIB else "128MB",
    }
    command = [str(bin_dir / "postgres"), "-D", str(home.data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    compression = "lz4" if _has_lz4(home, bin_dir) else "off"
    return [*command, "-c", f"wal_compression={compression}"]


def _has_lz4(home: Home, bin_dir: Path) -> bool:
    asked = [str(bin_dir / "postgres"), "-D", str(home.data), "-c", "wal_compression=lz4"]
    return _run_as_account(home, [*asked, "-C", "wal_compression"]).returncode == 0


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
