"""Which call a hook is about; and hooks that came before anybody knew.

A hook names its telephone by our id where we dialled it, else by the provider's; what happens in a
room names the room. Hooks overtake one another, and the provider's answer to a request of ours may
come after the first hooks about it. What nobody knows is kept without a call, and becomes the
call's in the transaction in which its telephone or its room becomes known: both sides take the
same lock first, so that whoever is second sees what the other wrote.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels import CallHook
from contactcenter import db
from contactcenter.calls import recordings
from contactcenter.calls.calls import Call
from contactcenter.db import Conn

#: A telephone waits for the answer: no lock is waited for longer.
_WAITS_AT_MOST: Final = "500ms"


class _Known(Struct, frozen=True, kw_only=True):
    call_id: int | None
    leg_id: int | None
    is_named: bool
    is_one: bool
    entry_point: str | None
    is_room_known: bool
    at: datetime
    call: dict[str, Any] | None


class _Waits(Struct, frozen=True, kw_only=True):
    call: dict[str, Any]
    entry_point: str
    at: datetime


class Waiting(Struct, frozen=True, kw_only=True):
    """A call whose caller waits, as it was at this moment of the database's clock.

    ``entry_point`` is its number of ours.
    """

    call: Call
    entry_point: str
    at: datetime


class Place(Struct, frozen=True, kw_only=True):
    """Where a hook belongs: its call, locked, and the database's clock after that.

    ``is_named`` tells whether we know the provider's id of its leg, ``is_room_known`` that of its
    room, where it is about one. ``is_one`` is False where the hook names two telephones, or one
    and another's call: nobody honest does. ``entry_point`` is the call's number of ours.
    """

    call: Call | None
    leg_id: int | None
    is_named: bool
    is_one: bool
    entry_point: str | None
    is_room_known: bool
    at: datetime

    @property
    def call_id(self) -> int | None:
        """The id of its call; None of nobody's."""
        return None if self.call is None else self.call.id


#: What is told of all who are in a room, at one address.
_OF_ROOMS: Final = frozenset({"conference", "recording", "transcription"})

_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_place = _SQL.take("place", _Known)
_waiting = _SQL.take("waiting", _Waits)
_adopt_leg = _SQL.command("adopt_leg")
_adopt_conference = _SQL.command("adopt_conference")
_unknown = _SQL.take("unknown", int)


async def lock(conn: Conn, leg: str | None, conference: str | None) -> None:
    """Order what is told of a telephone and of a room with what makes them known.

    Before the row of any call is locked.
    """
    await _lock.run(conn, leg, conference, None)


async def place(conn: Conn, hook: CallHook) -> Place:
    """The call and the leg of a hook, as far as they are known; the call is locked from here on.

    From here on the transaction waits for no lock longer than half a second. Where something
    becomes known by it, that is ordered with whatever else makes it known, see ``lock``.
    """
    if not _may_begin(hook):
        found = await _find(conn, hook, is_ordered=False)
        if found.call is not None:
            return found
    await _lock.run(conn, hook.leg, hook.conference, _WAITS_AT_MOST)
    return await _find(conn, hook, is_ordered=True)


async def _find(conn: Conn, hook: CallHook, *, is_ordered: bool) -> Place:
    our_leg, call_id = _named(hook)
    known = await _place.one(
        conn, our_leg, hook.leg, call_id, hook.conference, is_ordered, _WAITS_AT_MOST
    )
    return Place(
        call=None if known.call is None else msgspec.convert(known.call, Call),
        leg_id=known.leg_id,
        is_named=known.is_named,
        is_one=known.is_one,
        entry_point=known.entry_point,
        is_room_known=known.is_room_known,
        at=known.at,
    )


def _may_begin(hook: CallHook) -> bool:
    """Whether a call begins by it, as a rule: then there is no use in looking for it before."""
    return hook.name == "voice" and "leg" not in hook.query


async def waiting(conn: Conn, hook: CallHook) -> Waiting | None:
    """The call of who is known to wait for us by the telephone of a hook; nothing is locked.

    None also where the hook names another telephone, or another call.
    """
    found = await _waiting.first(conn, hook.leg, *_named(hook))
    if found is None:
        return None
    call = msgspec.convert(found.call, Call)
    return Waiting(call=call, entry_point=found.entry_point, at=found.at)


async def adopt(
    conn: Conn,
    call_id: int,
    *,
    account: str,
    leg: str | None = None,
    conference: str | None = None,
) -> int:
    """Give a call what was told of its telephone or its room before; after ``lock``.

    By its own ``account`` at the provider: what another one told is not about it. Returns how
    many hooks that were.
    """
    adopted = 0
    if leg is not None:
        adopted += await _adopt_leg.run(conn, call_id, leg, account)
    if conference is not None:
        adopted += await _adopt_conference.run(conn, call_id, conference, account)
    await recordings.match(conn, call_id, account=account, leg=leg, conference=conference)
    return adopted


async def unknown(conn: Conn) -> int:
    """How many hooks were told of calls that nobody knows, 1,000 at most."""
    return await _unknown.one(conn)


def _named(hook: CallHook) -> tuple[int | None, int | None]:
    """Our own ids of the telephone and the call, as the address of a hook or its room has them."""
    # All who are in a room share the address their hooks come to.
    our_leg = None if hook.name in _OF_ROOMS else _number(hook.query.get("leg", ""))
    call_id = _number(hook.query.get("call", ""))
    if call_id is None and hook.room is not None and hook.room.startswith("call-"):
        call_id = _number(hook.room.removeprefix("call-"))
    return our_leg, call_id


def _number(text: str) -> int | None:
    """An id of ours as it stands in an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004
