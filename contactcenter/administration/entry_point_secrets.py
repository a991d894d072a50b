"""Secrets of single entry points: set and removed, never shown again; encrypted in the table.

Values travel as parameters, already encrypted, and stand in no event, log line or answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import BadOption, check_own, settings_of
from contactcenter import configuration, db
from contactcenter.db import Conn, Database
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.secret_keys import KeyMissing, NotDecrypted, SecretKeys

MAX_LENGTH: Final = 4096
#: How many are encrypted anew in one transaction.
BATCH: Final = 100


class SecretName(Struct, frozen=True, kw_only=True):
    """That an entry point has a secret of this name, and since when."""

    name: str
    set_at: datetime


class SealedSecret(Struct, frozen=True, kw_only=True):
    """A row of ``entry_point_secret`` with the address it belongs to."""

    entry_point_id: int
    channel: str
    address: str
    name: str
    sealed: bytes


class Rotated(Struct, frozen=True, kw_only=True):
    """What became of all secrets: how many got the first key, how many had it, which are lost."""

    sealed_anew: int
    left_alone: int
    lost: tuple[SealedSecret, ...]


class SecretKeyMissing(Conflict):
    """The key of the secrets is missing on this server: ask whoever runs it."""

    code = "secret_key_missing"


_SQL = db.Statements(__name__)
_channel_of = _SQL.take("channel_of", str)
_any = _SQL.take("any", bool)
_names = _SQL.take("names", SecretName)
_put = _SQL.take("put", bool)
_remove = _SQL.command("remove")
_every = _SQL.take("every", SealedSecret)
_lock_some = _SQL.take("lock_some", SealedSecret)
_seal_anew = _SQL.command("seal_anew")


async def names(conn: Conn, entry_point_id: int) -> list[SecretName]:
    """Which secrets an entry point has; raises ``NotFound``."""
    await _channel(conn, entry_point_id)
    return await _names.all(conn, entry_point_id)


async def every(conn: Conn) -> list[SealedSecret]:
    """All there are, sealed, by entry point."""
    return await _every.all(conn)


async def put(
    conn: Conn,
    now: datetime,
    keys: SecretKeys,
    entry_point_id: int,
    *,
    name: str,
    value: str,
    actor: str,
) -> None:
    """Set a secret, or replace it; every process uses it within 5 s.

    Raises ``NotFound``, ``BadInput`` or ``SecretKeyMissing``.
    """
    channel = await _channel(conn, entry_point_id)
    try:
        check_own(channel, name, value, secret=True)
    except BadOption as error:
        known = {setting.key for setting in settings_of(channel) if setting.own}
        raise BadInput("body.value" if name in known else "path.name", str(error)) from error
    if not await _any.one(conn):
        keys.make()
    try:
        sealed = keys.seal((entry_point_id, name), value)
    except KeyMissing as missing:
        raise SecretKeyMissing from missing
    was_there = not await _put.one(conn, entry_point_id, name, sealed, now)
    changed = {"from": "set" if was_there else None, "to": "replaced" if was_there else "set"}
    await _record(conn, now, entry_point_id, {name: changed}, actor=actor)


async def remove(conn: Conn, now: datetime, entry_point_id: int, name: str, *, actor: str) -> None:
    """Remove a secret; what the settings hold for all is used again. Raises ``NotFound``."""
    await _channel(conn, entry_point_id)
    if not await _remove.run(conn, entry_point_id, name):
        raise NotFound("The entry point has no secret of this name.")
    await _record(conn, now, entry_point_id, {name: {"from": "set", "to": None}}, actor=actor)


async def rotate(database: Database, keys: SecretKeys) -> Rotated:
    """Encrypt everything under the first key, in batches; raises ``KeyMissing``.

    What no key decrypts stays as it is. It may be run again at any time.
    """
    sealed_anew = left_alone = 0
    lost: list[SealedSecret] = []
    last: tuple[int, str] = (0, "")
    while True:
        async with database.transaction() as conn:
            batch = await _lock_some.all(conn, *last, BATCH)
            anew, lost_here = _resealed(keys, batch)
            await _seal_anew.many(conn, anew)
        sealed_anew += len(anew)
        left_alone += len(batch) - len(anew) - len(lost_here)
        lost += lost_here
        if not batch:
            return Rotated(sealed_anew=sealed_anew, left_alone=left_alone, lost=tuple(lost))
        last = (batch[-1].entry_point_id, batch[-1].name)


def _resealed(
    keys: SecretKeys, batch: Sequence[SealedSecret]
) -> tuple[list[tuple[int, str, bytes]], list[SealedSecret]]:
    anew, lost = [], []
    for one in batch:
        try:
            sealed = keys.resealed((one.entry_point_id, one.name), one.sealed)
        except NotDecrypted:
            lost.append(one)
        else:
            if sealed is not None:
                anew.append((one.entry_point_id, one.name, sealed))
    return anew, lost


async def _channel(conn: Conn, entry_point_id: int) -> str:
    channel = await _channel_of.first(conn, entry_point_id)
    if channel is None:
        raise NotFound(f"there is no entry point {entry_point_id}")
    return channel


async def _record(
    conn: Conn, now: datetime, entry_point_id: int, changed: dict[str, object], *, actor: str
) -> None:
    await configuration.record(
        conn, now, "entry_point_secret", entry_point_id, changed, actor=actor
    )
