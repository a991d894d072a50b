"""Messages that callers leave: each comes onto the timeline once, and waits as a ticket.

Whoever heard the tone and hung up has left none: that is a call nobody answered.
"""

from datetime import datetime
from typing import Final

import asyncpg
from msgspec import Struct

from channels import Address, CallArrived, Inbound, Raw
from contactcenter import db, events
from contactcenter.calls import calls, recordings
from contactcenter.calls.recordings import LEAST_MESSAGE_S, Recording
from contactcenter.db import Conn
from contactcenter.switchboard.asked import Entering

#: How often somebody else may be faster with the same person before it is left for later.
_TRIES: Final = 3
#: What addresses of callers begin with, and their kind.
_KINDS: Final = (("+", "phone"), ("sip:", "sip"), ("sips:", "sip"), ("client:", "client"))


class _Caller(Struct, frozen=True, kw_only=True):
    """Who left a message, and at which number of ours."""

    entry_point: str
    kind: str
    value: str


class _Open(Struct, frozen=True, kw_only=True):
    """The ticket of a call that goes on: a message that follows belongs to it."""

    ticket_id: int
    contact_id: int
    identity_id: int | None
    team_ids: list[int]


_SQL = db.Statements(__name__)
_caller_of_call = _SQL.take("caller_of_call", _Caller)
_known_number = _SQL.take("known_number", str)
_open_ticket = _SQL.take("open_ticket", _Open)
_append = _SQL.take("append", int)
_filed = _SQL.command("filed")
_later = _SQL.command("later")
_link = _SQL.command("link")
_drop_hang_up = _SQL.command("drop_hang_up")


async def file(
    conn: Conn, now: datetime, enter: Entering, recording_id: int, *, insists: bool = False
) -> bool:
    """Put a message onto its caller's timeline; again it changes nothing.

    One of which nobody said how long it is waits to be told, unless somebody ``insists``. False
    where nobody knows whose it is: then it waits for its call to become known.
    """
    recording = await recordings.lock(conn, recording_id)
    if recording.kind != "voicemail" or recording.state == "recording":
        return True
    if recording.interaction_id is not None:
        return True
    if recording.state == "completed" and recording.duration_s is None and not insists:
        return True
    if is_empty(recording) and not (insists and recording.duration_s is None):
        await _filed.run(conn, recording_id, None, now)
        return True
    interaction_id = await _enter(conn, now, enter, recording)
    if interaction_id is None:
        await _later.run(conn, recording_id, now)
        return False
    await _filed.run(conn, recording_id, interaction_id, now)
    if recording.call_id is not None:
        await _link.run(conn, recording.call_id, interaction_id)
        await _drop_hang_up.run(conn, recording.call_id)
    await recordings.attach(conn, recording_id)
    return True


def is_empty(recording: Recording) -> bool:
    """Whether its caller hung up at the tone."""
    return recording.state == "absent" or (recording.duration_s or 0) < LEAST_MESSAGE_S


async def _enter(conn: Conn, now: datetime, enter: Entering, recording: Recording) -> int | None:
    caller = await _caller(conn, recording)
    if caller is None:
        return None
    if recording.call_id is not None:
        going_on = await _open_ticket.first(conn, recording.call_id)
        if going_on is not None:
            return await _follow(conn, now, recording, going_on)
    item = Inbound(
        channel=calls.CHANNEL,
        entry_point=caller.entry_point,
        sender=Address(kind=caller.kind, value=caller.value),
        text="",
        raw=Raw(body=b"", content_type="application/x-www-form-urlencoded"),
        external_id=f"voicemail:{recording.external_id}",
        occurred_at=recording.started_at,
        call=CallArrived(call_id=recording.call_id, kind="voicemail"),
    )
    for left in range(_TRIES - 1, -1, -1):
        try:
            async with conn.transaction():
                arrived = await enter(conn, now, item, kept_as=None, apart=False)
                return None if arrived is None else arrived.interaction_id
        except (asyncpg.SerializationError, asyncpg.UniqueViolationError):
            if not left:  # somebody was faster with the same person each time
                raise
    raise AssertionError("unreachable")


async def _follow(conn: Conn, now: datetime, recording: Recording, going_on: _Open) -> int:
    """The caller waited first: his message belongs to the ticket that his call has."""
    interaction_id = await _append.one(
        conn,
        going_on.contact_id,
        going_on.ticket_id,
        recording.entry_point_id,
        going_on.identity_id,
        f"voicemail:{recording.external_id}",
        {"call_id": str(recording.call_id)},
        recording.started_at or now,
        now,
    )
    data = {"interaction_id": interaction_id, "channel": calls.CHANNEL}
    received = events.Event(
        kind="interaction_received",
        at=now,
        actor="customer",
        ticket_id=going_on.ticket_id,
        contact_id=going_on.contact_id,
        team_ids=tuple(going_on.team_ids),
        data=data,
    )
    await events.record(conn, received)
    return interaction_id


async def _caller(conn: Conn, recording: Recording) -> _Caller | None:
    """By its call; where that left no trace, by what the message itself was told with."""
    if recording.call_id is not None:
        return await _caller_of_call.one(conn, recording.call_id)
    if recording.called is None or recording.leg_external_id is None:
        return None
    entry_point = await _known_number.first(conn, recording.called)
    if entry_point is None:
        return None
    if not recording.caller:  # somebody else each time
        value = f"call:{recording.leg_external_id}"
        return _Caller(entry_point=entry_point, kind="withheld", value=value)
    kinds = (kind for start, kind in _KINDS if recording.caller.startswith(start))
    kind = next(kinds, "sender")
    return _Caller(entry_point=entry_point, kind=kind, value=recording.caller)
