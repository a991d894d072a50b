"""The folder of one embedded server: its data, password, sockets and locks.

    DATA_DIR/postgres/            the home; for root it may be a link, see ``Home.open``
        data/                     PostgreSQL's own folder, owned by the server's account
        data/log/                 the server's log, one file a weekday
        password                  the superuser's password; readable by the owner only
        socket_dir                where the running server's socket lies
        start.log                 what the server printed before its own log was open
        starting, users, keeper   three lock files; only held locks count, never their content

Locks are ``flock`` locks: the kernel lets go of them when a process ends, however it ends.
``starting`` is held while somebody starts or stops the server, ``users`` is shared by every process
that uses it, ``keeper`` belongs to the process that watches it.
"""

import fcntl
import hmac
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from contactcenter.postgres.account import Account, is_reachable, server_account
from contactcenter.postgres.problems import DataDirUnusable

ROOTS_PLACE = Path("/var/lib/contactcenter")

SUPERUSER = "postgres"
APP = "contactcenter"
PORT = 5432  # names the socket file only; no TCP port is opened

_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.-]+")
_LONGEST_SOCKET_PATH_BYTES = 100  # 103 on macOS, 107 on Linux


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return ``$XDG_DATA_HOME/contactcenter``, else ``~/.local/share/contactcenter``."""
    configured = environ.get("XDG_DATA_HOME", "")
    # Source: https://specifications.freedesktop.org/basedir-spec/latest/ (relative: ignore it)
    base = Path(configured) if configured.startswith("/") else Path.home() / ".local" / "share"
    return base / "contactcenter"


@contextmanager
def throwaway_data_dir(*rather: str) -> Iterator[Path]:
    """Make a folder for data that are worth nothing, and remove it with all that is in it.

    Unlike ``tempfile``'s, it can be reached by the account that runs the server for root.
    ``rather`` are places that would be better than the usual ones, the best first.
    """
    places = (*rather, tempfile.gettempdir(), "/tmp", "/var/tmp")  # noqa: S108 -- mkdtemp is safe
    account = server_account(Path("/nonexistent"))
    reachable = (place for place in places if is_reachable(Path(place), account))
    folder = Path(tempfile.mkdtemp(prefix="contactcenter-", dir=next(reachable, None)))
    if not account.is_me:
        folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


class Home:
    """One server's folder."""

    def __init__(self, path: Path, account: Account) -> None:
        self.path = path
        self.account = account
        self.data = path / "data"

    @classmethod
    def open(cls, data_dir: Path) -> "Home":
        """Make the folder if it is missing, and check that the server's account can work in it.

        It is ``data_dir/postgres``. If this process is root, and the account that runs the server
        cannot pass through ``data_dir`` (say below ``/root``, 0700), it is a folder of its own
        below ``/var/lib/contactcenter``, named by a digest of ``data_dir``, and
        ``data_dir/postgres`` is a link to it. No existing folder's mode is ever changed.

        Raises:
            DataDirUnusable: when the folder is not safe, or the account cannot reach it.
            OSError: when a folder cannot be made.
        """
        data_dir = data_dir.expanduser().absolute()
        path = _place(data_dir)
        account = server_account(path / "data")
        _refuse_unsafe(path)
        if not is_reachable(path, account):
            msg = f"The account {account.name}, which runs the server, cannot reach {path}."
            raise DataDirUnusable(f"{msg} Name another folder with --data.")
        return cls(path, account)

    def lock_file(self, name: str) -> int:
        """Open one of the lock files; the caller closes the descriptor to let go of its lock."""
        return self._create(name, os.O_RDWR)

    def log_file(self) -> int:
        """Open ``start.log``, emptied."""
        return self._create("start.log", os.O_RDWR | os.O_TRUNC)

    def password(self) -> str:
        """Return the superuser's password, made at first use."""
        file = self.path / "password"
        if not file.exists():
            if self.data.exists():
                msg = f"{file} is missing, and the database in {self.data} needs it. Restore it."
                raise DataDirUnusable(msg)
            self._write("password", secrets.token_urlsafe(32))
        return file.read_text()

    def app_password(self) -> str:
        """Return the password of the application's role; it does not tell the superuser's."""
        return hmac.new(self.password().encode(), APP.encode(), sha256).hexdigest()

    def make_socket_dir(self) -> Path:
        """Make the folder for the server's socket: here, or a short one if this path is no good."""
        here = self.path / "run"
        # Addresses are short, and a comma in one would be read as the end of a host's name.
        is_short = len(os.fsencode(here / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH_BYTES
        if is_short and _PLAIN_PATH.fullmatch(str(here)):
            here.mkdir(mode=0o700, exist_ok=True)
            folder = here
        else:
            short = "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 -- mkdtemp is safe
            folder = Path(tempfile.mkdtemp(prefix="cc-", dir=short))
        self.give(folder)
        self._write("socket_dir", str(folder))
        return folder

    def socket_dir(self) -> Path | None:
        """Return where the server's socket lies, or None if it was never started."""
        file = self.path / "socket_dir"
        return Path(file.read_text()) if file.exists() else None

    def holds(self, data: str) -> bool:
        """Tell whether ``data`` is this server's data folder, under whatever name."""
        return self.data.exists() and self.data.samefile(data)

    def give(self, path: Path) -> None:
        """Make the server's account the owner of something this process just made."""
        if not self.account.is_me:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def _write(self, name: str, text: str) -> None:
        """Replace a small file in one step."""
        new = self._create(f"{name}.new", os.O_WRONLY | os.O_TRUNC)
        with os.fdopen(new, "w") as file:
            file.write(text)
        (self.path / f"{name}.new").replace(self.path / name)

    def _create(self, name: str, flags: int) -> int:
        # O_NOFOLLOW: root may be working in a folder that belongs to somebody else.
        file = os.open(self.path / name, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        owner = Account.owner_of(self.path)
        if not owner.is_me:
            os.fchown(file, owner.uid, owner.gid)
        return file


def try_lock(file: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file at once, or return False."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _place(data_dir: Path) -> Path:
    link = data_dir / "postgres"
    if link.exists():
        return link.resolve()
    _make(data_dir)
    account = server_account(link / "data")
    if is_reachable(data_dir, account):
        _make(link)
        return link
    elsewhere = ROOTS_PLACE / f"postgres-{sha256(os.fsencode(data_dir)).hexdigest()[:12]}"
    _make(ROOTS_PLACE)
    _make(elsewhere)
    new_link = data_dir / f".postgres-{secrets.token_hex(4)}"
    new_link.symlink_to(elsewhere)
    new_link.replace(link)  # also over a link whose target is gone
    return elsewhere


def _make(folder: Path) -> None:
    """Make a folder that root lets other accounts pass through, but not list.

    It has its mode from its first moment on: whoever comes at the same time decides by the mode.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    if os.geteuid() == 0:
        new.chmod(0o711)
    try:
        new.rename(folder)  # also over one that somebody else just made, while it is empty
    except OSError:
        new.rmdir()
        if not folder.is_dir():
            raise


def _refuse_unsafe(path: Path) -> None:
    found = path.stat()
    if found.st_uid not in (0, os.geteuid()) and os.geteuid() != 0:
        msg = f"{path} belongs to {Account.owner_of(path).name}; you are {Account.me().name}."
        raise DataDirUnusable(f"{msg} Name another folder with --data.")
    if found.st_mode & 0o022:
        msg = f"{path} may be written by other accounts. Take that right away (chmod go-w)."
        raise DataDirUnusable(msg)
