"""What the provider told of calls: each thing once, whatever it is, with the bytes it came in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels import CallEvent, CallHook, HookName
from contactcenter import blobs, db
from contactcenter.db import Conn

#: Hooks of a call that is over for longer are deleted, see ``upkeep``: its figures stand.
KEPT_FOR: Final = timedelta(days=30)


class Kept(Struct, frozen=True, kw_only=True):
    """A hook that was stored just now; ``delivery_id`` has its bytes."""

    id: int
    delivery_id: int


class Told(Struct, frozen=True, kw_only=True):
    """One hook of a call, as the figures are made of it."""

    id: int
    key: str
    name: str
    told: list[dict[str, Any]]
    received_at: datetime

    @property
    def events(self) -> list[CallEvent]:
        """What it told."""
        return msgspec.convert(self.told, list[CallEvent])


class _Earlier(Struct, frozen=True, kw_only=True):
    id: int
    call_id: int | None


_SQL = db.Statements(__name__)
_keep = _SQL.take("keep", Kept)
_note = _SQL.take("note", int)
_belongs = _SQL.command("belongs")
_of_call = _SQL.take("of_call", Told)


async def keep(conn: Conn, hook: CallHook, call_id: int | None) -> Kept | None:
    """Store a hook; None where it was stored before."""
    body = hook.raw.body
    is_large = len(body) > blobs.INLINE_BYTES
    return await _keep.first(
        conn,
        hook.key,
        call_id,
        hook.leg,
        hook.conference,
        hook.name,
        msgspec.to_builtins(hook.events),
        hook.received_at,
        hook.raw.content_type,
        dict(hook.raw.headers),
        None if is_large else body,
        await blobs.store(conn, body) if is_large else None,
        hook.account,
    )


async def belongs(conn: Conn, hook_id: int, call_id: int) -> None:
    """A stored hook is about this call, which it began."""
    await _belongs.run(conn, hook_id, call_id)


async def note(
    conn: Conn,
    call_id: int,
    *,
    name: HookName,
    key: str,
    events: Sequence[CallEvent],
    received_at: datetime,
) -> bool:
    """Store what we know of a call ourselves, once by its key: no bytes came with it.

    Fold the call anew afterwards (``accounts.refresh``). Returns whether it was new.
    """
    kept = await _note.first(
        conn,
        key,
        call_id,
        events[0].leg if events else None,
        events[0].conference if events else None,
        name,
        msgspec.to_builtins(tuple(events)),
        received_at,
    )
    return kept is not None


def are_forgotten(ended_at: datetime | None, now: datetime) -> bool:
    """Whether some of a call's hooks may be gone, so that it cannot be counted anew."""
    return ended_at is not None and ended_at < now - KEPT_FOR


async def of_call(conn: Conn, call_id: int) -> list[Told]:
    """All that was told of a call, in the order in which it came."""
    return await _of_call.all(conn, call_id)
