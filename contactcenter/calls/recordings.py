"""What was recorded of calls, and messages that callers left: their rows and their bytes.

What the provider tells of a recording comes late, doubled and in any order: a row is what all of
it says together. Its bytes are a blob of its own, so that erasing one never takes another's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct, structs

from contactcenter import blobs, db, events
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound

Kind = Literal["call", "voicemail"]
State = Literal["recording", "completed", "absent", "fetched", "failed", "erased"]
#: Shorter than this nobody said anything: he hung up when he heard the tone.
LEAST_MESSAGE_S: Final = 2
#: How many are erased in one transaction.
_ERASED_AT_ONCE: Final = 20
#: What is known stays known, whatever comes later; a completed one is not absent after all.
_RANKS: Final[Mapping[str, int]] = {
    "recording": 0,
    "absent": 1,
    "completed": 2,
    "fetched": 3,
    "failed": 3,
    "erased": 4,
}


class Told(Struct, frozen=True, kw_only=True):
    """What one hook tells of a recording. ``external_id`` is the provider's id of it.

    ``account`` is the one there that holds it, and alone tells of it.

    ``caller`` and ``called`` are needed where the call itself has left no trace.
    """

    external_id: str
    account: str
    kind: Kind
    state: Literal["recording", "completed", "absent"]
    started_at: datetime | None = None
    duration_s: int | None = None
    source_url: str | None = None
    leg_external_id: str | None = None
    conference: str | None = None
    caller: str | None = None
    called: str | None = None


class Recording(Struct, frozen=True, kw_only=True):
    """A row of ``call_recording`` as those who carry it on need it.

    ``ticket_id``, ``contact_id`` and ``team_ids`` are those of its call, or of its own timeline
    entry; none where nobody knows whose it is. ``keeps_at_provider`` is what its number says now.
    """

    id: int
    external_id: str
    kind: Kind
    call_id: int | None
    entry_point_id: int | None
    leg_external_id: str | None
    conference: str | None
    caller: str | None
    called: str | None
    state: State
    started_at: datetime | None
    duration_s: int | None
    source_url: str | None
    sha256: bytes | None
    size_bytes: int | None
    content_type: str | None
    interaction_id: int | None
    filed_at: datetime | None
    erase_at: datetime
    provider_state: str
    erases_at_provider: bool
    ticket_id: int | None
    contact_id: int | None
    team_ids: list[int]


class RecordingRuns(Conflict):
    """It is being recorded: end or pause the call first."""

    code = "recording_runs"


_SQL = db.Statements(__name__)
_begin = _SQL.command("begin")
_lock_by_external = _SQL.take("lock_by_external", Recording)
_lock = _SQL.take("lock", Recording)
_change = _SQL.command("change")
_match = _SQL.take("match", int)
_store = _SQL.command("store")
_give_up = _SQL.command("give_up")
_attach = _SQL.command("attach")
_transcribe = _SQL.command("transcribe")
_due_to_erase = _SQL.take("due_to_erase", int)
_forget = _SQL.command("forget")
_let_go = _SQL.command("let_go")


async def note(
    conn: Conn, now: datetime, told: Told, *, call_id: int | None, entry_point_id: int | None
) -> Recording:
    """Take in what a hook tells; the same again changes nothing. Tells of what is new in it."""
    await _begin.run(conn, told.external_id, told.kind, call_id, entry_point_id, now, told.account)
    before = await _lock_by_external.one(conn, told.external_id, told.account)
    after = merged(before, told, call_id=call_id, entry_point_id=entry_point_id)
    if after == before:
        return before
    await _save(conn, now, after)
    found = await _lock_by_external.one(conn, told.external_id, told.account)
    await _tell(conn, now, before, found)
    return found


async def match(
    conn: Conn,
    call_id: int,
    *,
    account: str,
    leg: str | None = None,
    conference: str | None = None,
) -> int:
    """Let a call have what was told of its telephone or its room before it was known.

    Returns how many recordings these were.
    """
    return len(await _match.all(conn, call_id, leg, conference, account))


def merged(
    row: Recording, told: Told, *, call_id: int | None, entry_point_id: int | None
) -> Recording:
    """The row with what is told: whatever the order, the same comes out."""
    higher = _RANKS[told.state] > _RANKS[row.state]
    return structs.replace(
        row,
        kind="voicemail" if "voicemail" in (row.kind, told.kind) else "call",
        call_id=row.call_id if call_id is None else call_id,
        entry_point_id=row.entry_point_id if entry_point_id is None else entry_point_id,
        leg_external_id=row.leg_external_id or told.leg_external_id,
        conference=row.conference or told.conference,
        caller=row.caller or told.caller,
        called=row.called or told.called,
        state=told.state if higher else row.state,
        started_at=_first(row.started_at, told.started_at),
        duration_s=_most(row.duration_s, told.duration_s),
        source_url=row.source_url or told.source_url,
    )


async def store(
    conn: Conn, now: datetime, recording_id: int, content: bytes, content_type: str
) -> bool:
    """Keep the bytes of one that was fetched; False where that is not wanted (any more).

    Then nothing may be committed of it: the bytes would be nobody's.
    """
    recording = await lock(conn, recording_id)
    if recording.state != "completed":
        return False
    sha256 = await blobs.store_apart(conn, content, recording.external_id)
    await _store.run(conn, recording_id, sha256, len(content), content_type)
    if recording.erases_at_provider:
        await _let_go.run(conn, recording_id, now)
    await attach(conn, recording_id)
    await events.record(conn, _fact("recording_stored", now, recording, size_bytes=len(content)))
    return True


async def give_up(
    conn: Conn, now: datetime, recording_id: int, *, attempts: int, error: str
) -> None:
    """It will not be fetched any more, and why."""
    recording = await lock(conn, recording_id)
    if await _give_up.run(conn, recording_id, error):
        failed = _fact("recording_failed", now, recording, attempts=attempts)
        await events.record(conn, failed)


async def attach(conn: Conn, recording_id: int) -> None:
    """Show it on the timeline as soon as both are there: its bytes, and what it belongs to."""
    await _attach.run(conn, recording_id)


async def transcribe(
    conn: Conn, now: datetime, recording: Recording, *, text: str | None, language: str
) -> None:
    """Keep what the provider wrote down; without a text, that it could not. The first stands."""
    if await _transcribe.run(conn, recording.id, text, language):
        failed = text is None
        await events.record(conn, _fact("recording_transcribed", now, recording, failed=failed))


async def lock(conn: Conn, recording_id: int) -> Recording:
    """Read one and lock it; raises ``NotFound``."""
    recording = await _lock.first(conn, recording_id)
    if recording is None:
        raise NotFound(f"there is no recording {recording_id}")
    return recording


async def erase(
    conn: Conn, now: datetime, recording: Recording, *, actor: str, reason: Literal["time", "asked"]
) -> None:
    """Let nobody hear a locked one any more, here or at the provider; its row stays.

    Raises ``RecordingRuns``.
    """
    if recording.state == "erased":
        return
    if recording.state == "recording" and reason == "asked":
        raise RecordingRuns
    await _forget.run(conn, recording.id, now)
    if recording.sha256 is not None:
        await blobs.erase(conn, recording.sha256)
    if recording.provider_state == "kept":
        await _let_go.run(conn, recording.id, now)
    erased = _fact("recording_erased", now, recording, actor=actor, reason=reason)
    await events.record(conn, erased)


async def erase_due(conn: Conn, now: datetime) -> int:
    """Erase some whose time is over; returns how many these were."""
    due = await _due_to_erase.all(conn, now, _ERASED_AT_ONCE)
    for recording_id in due:
        await erase(conn, now, await lock(conn, recording_id), actor="system", reason="time")
    return len(due)


async def _save(conn: Conn, now: datetime, recording: Recording) -> None:
    """What is new to be done follows from the row: to fetch it, and to file a message."""
    await _change.run(
        conn,
        recording.id,
        recording.kind,
        recording.call_id,
        recording.entry_point_id,
        recording.leg_external_id,
        recording.conference,
        recording.caller,
        recording.called,
        recording.state,
        recording.started_at,
        recording.duration_s,
        recording.source_url,
        now,
    )


async def _tell(conn: Conn, now: datetime, before: Recording, after: Recording) -> None:
    is_new = before.state == "recording" and before.started_at is None
    if is_new and after.kind == "call" and after.started_at is not None:
        await events.record(conn, _fact("recording_started", now, after))
    if before.state == "recording" and after.state in ("completed", "absent"):
        ended = _fact("recording_ended", now, after, state=after.state, duration_s=after.duration_s)
        await events.record(conn, ended)


def _fact(
    kind: str, now: datetime, recording: Recording, *, actor: str = "system", **data: Any
) -> events.Event:
    about = {
        "recording_id": recording.id,
        "call_id": recording.call_id,
        "what": recording.kind,
    }
    return events.Event(
        kind=kind,
        at=now,
        actor=actor,
        ticket_id=recording.ticket_id,
        contact_id=recording.contact_id,
        team_ids=tuple(recording.team_ids),
        data=about | data,
    )


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    times = [time for time in (one, other) if time is not None]
    return min(times) if times else None


def _most(one: int | None, other: int | None) -> int | None:
    lengths = [length for length in (one, other) if length is not None]
    return max(lengths) if lengths else None
