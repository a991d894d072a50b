"""Callers who hang up before they wait: on their timeline, with no ticket."""

import asyncpg
import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.calls import calls
from contactcenter.calls.calls import Call
from contactcenter.db import Conn

#: How often somebody else may be faster with the same person.
_TRIES = 3


class _Noted(Struct, frozen=True, kw_only=True):
    interaction_id: int
    contact_id: int


_SQL = db.Statements(__name__)
_note = _SQL.take("note", _Noted)


async def note(conn: Conn, call: Call) -> Call:
    """Put a call that is over onto the timeline of whoever called, unless it is; it is locked.

    Who leaves a message or is to be called back is there with that. Returns the call as it is then.
    """
    is_there = call.interaction_id is not None or call.outcome in ("voicemail", "callback")
    if not call.is_over or is_there or call.direction == "outbound":
        return call
    for left in range(_TRIES - 1, -1, -1):
        try:
            async with conn.transaction():
                noted = await _note.one(
                    conn,
                    call.address_kind,
                    call.address,
                    call.entry_point_id,
                    f"call:{call.id}",
                    {"call_id": str(call.id)},
                    call.began_at,
                    call.ended_at,
                )
        except asyncpg.SerializationError:
            if not left:
                raise
        else:
            break
    return await calls.save(
        conn,
        msgspec.structs.replace(
            call, contact_id=noted.contact_id, interaction_id=noted.interaction_id
        ),
    )
