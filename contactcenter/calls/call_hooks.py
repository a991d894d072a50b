"""What the provider told of calls: each thing once, whatever it is, with the bytes it came in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels import CallEvent, CallHook, HookName
from contactcenter import blobs, db
from contactcenter.calls.call_legs import CallLeg
from contactcenter.db import Conn

#: Hooks of a call that is over for longer are deleted, see ``upkeep``: its figures stand.
KEPT_FOR: Final = timedelta(days=30)


class Known(Struct, frozen=True, kw_only=True):
    """What a call is counted by: its telephones, and all that was told of it."""

    legs: list[CallLeg]
    events: list[CallEvent]


class Kept(Struct, frozen=True, kw_only=True):
    """A hook that is stored; ``delivery_id`` has its bytes, None where it was stored before.

    ``known`` is what its call is counted by, with it; None where that was not asked for.
    ``is_missed`` tells of one whose call was not locked that the call may be over without it.
    """

    delivery_id: int | None
    known: Known | None
    is_missed: bool = False

    @property
    def is_new(self) -> bool:
        """Whether it was stored just now."""
        return self.delivery_id is not None


class _Known(Struct, frozen=True, kw_only=True):
    legs: list[dict[str, Any]] | None
    told: list[list[dict[str, Any]]] | None


class _Kept(_Known, frozen=True, kw_only=True):
    delivery_id: int | None
    is_missed: bool


_SQL = db.Statements(__name__)
_keep = _SQL.take("keep", _Kept)
_note = _SQL.take("note", int)
_known = _SQL.take("known", _Known)


async def keep(
    conn: Conn,
    hook: CallHook,
    call_id: int | None,
    *,
    reads: bool = False,
    is_locked: bool = True,
) -> Kept:
    """Store a hook, once by its key; ``reads`` also what is known of its call, which is locked.

    ``is_locked`` is False for one of a call that goes on, whose lock nobody waits for.
    """
    body = hook.raw.body
    is_large = len(body) > blobs.INLINE_BYTES
    kept = await _keep.one(
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
        reads,
        not is_locked,
    )
    is_new = kept.delivery_id is not None
    fresh = hook.events if is_new else ()
    return Kept(
        delivery_id=kept.delivery_id,
        known=_made(kept, fresh) if reads else None,
        is_missed=is_new and kept.is_missed,
    )


async def known(conn: Conn, call_id: int) -> Known:
    """What a call is counted by, in one read; it is locked."""
    return _made(await _known.one(conn, call_id), ())


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


def _made(row: _Known, fresh: Sequence[CallEvent]) -> Known:
    told = msgspec.convert(row.told or [], list[list[CallEvent]])
    return Known(
        legs=msgspec.convert(row.legs or [], list[CallLeg]),
        events=[*chain.from_iterable(told), *fresh],
    )
