"""Gaps in a recording: while a customer says the number of his card, nothing is kept of it.

A pause is true only when the provider has said so: until then the customer must not go on, and
where it fails, the agent who asked for it is told at once.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.calls import commands, recording_policies
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound

PauseState = Literal["asked", "paused", "resuming", "over", "failed"]
_RESUMED_AT_ONCE: Final = 50


class Pause(Struct, frozen=True, kw_only=True):
    """A row of ``recording_pause``. ``resumed_by_id`` is None where it ended by itself."""

    id: int
    call_id: int
    state: PauseState
    asked_by_id: int
    asked_at: datetime
    paused_at: datetime | None
    resumes_at: datetime | None
    resumed_by_id: int | None
    ended_at: datetime | None
    error: str | None


class NotRecorded(Conflict):
    """Nobody records this call."""

    code = "not_recorded"


class CallIsOver(Conflict):
    """The call is over, and with it its recording."""

    code = "call_is_over"


class _Call(Struct, frozen=True, kw_only=True):
    entry_point_id: int
    is_over: bool
    ticket_id: int | None
    contact_id: int | None
    team_ids: list[int]


_SQL = db.Statements(__name__)
_lock_call = _SQL.take("lock_call", _Call)
_last = _SQL.take("last", Pause)
_of_call = _SQL.take("of_call", Pause)
_ask = _SQL.take("ask", Pause)
_resume = _SQL.take("resume", Pause)
_of_command = _SQL.take("of_command", Pause)
_begin = _SQL.command("begin")
_end = _SQL.command("end")
_stay = _SQL.command("stay")
_close = _SQL.command("close")
_due = _SQL.take("due", int)
_is_pausing = _SQL.take("is_pausing", bool)


async def of_call(conn: Conn, call_id: int) -> list[Pause]:
    """Every pause of a call, in order."""
    return await _of_call.all(conn, call_id)


async def pause(conn: Conn, now: datetime, call_id: int, *, user_id: int) -> Pause:
    """Ask for a pause; who asks again while there is one gets the same.

    Raises ``NotFound``, ``CallIsOver`` or ``NotRecorded``.
    """
    call = await _locked(conn, call_id)
    if call.is_over:
        raise CallIsOver
    if not await recording_policies.is_recorded(conn, call_id):
        raise NotRecorded
    last = await _last.first(conn, call_id)
    if last is not None and last.state in ("asked", "paused"):
        return last
    command_id = await commands.write(conn, now, call_id, "pause_recording")
    return await _ask.one(conn, call_id, user_id, now, command_id)


async def resume(conn: Conn, now: datetime, call_id: int, *, user_id: int | None) -> Pause | None:
    """Ask for the end of a pause; the last one as it is where none is to be ended, None without.

    Without ``user_id`` it ends by itself, if its time has come. Raises ``NotFound``.
    """
    await _locked(conn, call_id)
    last = await _last.first(conn, call_id)
    if last is None or last.state not in ("asked", "paused"):
        return last
    if user_id is None and (last.resumes_at is None or last.resumes_at > now):
        return last  # one that somebody has asked for meanwhile
    command_id = await commands.write(conn, now, call_id, "resume_recording")
    return await _resume.one(conn, last.id, user_id, command_id)


async def command_ended(
    conn: Conn, now: datetime, command_id: int, *, error: str | None = None
) -> None:
    """Take in what became of a command; without an error the provider has done it.

    A command that has nothing to do with pauses, or was told of before, changes nothing.
    """
    found = await _of_command.first(conn, command_id)
    if found is None or found.ended_at is not None:
        return
    call = await _locked(conn, found.call_id)
    if await _is_pausing.one(conn, found.id, command_id):
        await _pausing_ended(conn, now, call, found, error)
    else:
        await _resuming_ended(conn, now, call, found, error)


async def call_ended(conn: Conn, now: datetime, call_id: int) -> None:
    """Nothing is recorded any more: no pause lasts longer than its recording."""
    await _close.run(conn, call_id, now)


async def resume_due(conn: Conn, now: datetime) -> int:
    """End pauses whose time is over; returns how many these were."""
    due = await _due.all(conn, now, _RESUMED_AT_ONCE)
    for call_id in due:
        await resume(conn, now, call_id, user_id=None)
    return len(due)


async def _pausing_ended(
    conn: Conn, now: datetime, call: _Call, found: Pause, error: str | None
) -> None:
    if found.paused_at is not None:
        return
    if error is not None:
        await _end.run(conn, found.id, "failed", now, error)
        await events.record(conn, _fact("recording_not_paused", now, call, found))
        return
    policy = await recording_policies.find(conn, call.entry_point_id)
    after_s = policy.resumes_after_s
    resumes_at = None if after_s is None else now + timedelta(seconds=after_s)
    await _begin.run(conn, found.id, now, resumes_at)
    await events.record(conn, _fact("recording_paused", now, call, found))


async def _resuming_ended(
    conn: Conn, now: datetime, call: _Call, found: Pause, error: str | None
) -> None:
    if error is not None:
        await _stay.run(conn, found.id, error)
        await events.record(conn, _fact("recording_not_resumed", now, call, found))
        return
    await _end.run(conn, found.id, "over", now, None)
    by_itself = found.resumed_by_id is None
    resumed = _fact("recording_resumed", now, call, found, by_itself=by_itself)
    await events.record(conn, resumed)


async def _locked(conn: Conn, call_id: int) -> _Call:
    call = await _lock_call.first(conn, call_id)
    if call is None:
        raise NotFound(f"there is no call {call_id}")
    return call


def _fact(kind: str, now: datetime, call: _Call, found: Pause, **data: Any) -> events.Event:
    """Whoever asked for the pause sees it, whatever becomes of the ticket meanwhile."""
    return events.Event(
        kind=kind,
        at=now,
        actor="system",
        ticket_id=call.ticket_id,
        contact_id=call.contact_id,
        agent_id=found.asked_by_id,
        team_ids=tuple(call.team_ids),
        data={"call_id": found.call_id, "pause_id": found.id} | data,
    )
