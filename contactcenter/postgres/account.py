"""Which account runs the server, and which folders that account can reach.

PostgreSQL refuses to run as root. Root therefore lends it an existing unprivileged account by its
number; everybody else runs it as himself.
"""

import os
import pwd
import stat
from pathlib import Path
from typing import Self

import msgspec

from contactcenter.postgres.problems import DataDirUnusable

# The first of these that exists. An operator who wants one of his own creates the first.
_ACCOUNTS_FOR_ROOT = ("contactcenter", "postgres", "nobody")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A system account by number."""

    uid: int
    gid: int

    @classmethod
    def me(cls) -> Self:
        """Return the account of this process."""
        return cls(uid=os.geteuid(), gid=os.getegid())

    @classmethod
    def owner_of(cls, path: Path) -> Self:
        """Return the account a file or folder belongs to."""
        found = path.stat()
        return cls(uid=found.st_uid, gid=found.st_gid)

    @property
    def is_me(self) -> bool:
        """True if this process already runs as the account."""
        return self.uid == os.geteuid()

    @property
    def name(self) -> str:
        """The account's name, or its number where it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


def server_account(data: Path) -> Account:
    """Return the account that runs the server over the folder ``data``.

    Existing data keep their owner for ever; new data get this process's account, or for root the
    first of a short list of unprivileged accounts.

    Raises:
        DataDirUnusable: when the data belong to somebody this process cannot become.
    """
    mine = os.geteuid()
    if data.exists():
        owner = Account.owner_of(data)
        if owner.uid == 0 or mine not in (0, owner.uid):
            msg = f"The database in {data} belongs to {owner.name}; you are {Account.me().name}."
            raise DataDirUnusable(f"{msg} Name another folder with --data.")
        return owner
    if mine != 0:
        return Account.me()
    parent = Account.owner_of(data.parent) if data.parent.exists() else Account.me()
    if parent.uid != 0:  # root helps out in somebody's folder: the data are that person's
        return parent
    for name in _ACCOUNTS_FOR_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    msg = "PostgreSQL does not run as root, and none of the accounts it could use instead exists "
    raise DataDirUnusable(f"{msg}({', '.join(_ACCOUNTS_FOR_ROOT)}). Create one of them.")


def is_reachable(path: Path, account: Account) -> bool:
    """Tell whether ``account`` may pass through, or run, each part of the absolute ``path``."""
    real = path.resolve()
    return all(_may_pass(part.stat(), account) for part in (real, *real.parents))


def _may_pass(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
