"""Recordings as the people who may read their ticket see them."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.calls import recording_pauses
from contactcenter.calls.recordings import Kind
from contactcenter.db import Conn
from contactcenter.errors import NotFound

#: ``completed`` is over and still on its way to us, ``fetched`` can be heard.
ShownState = Literal["recording", "paused", "completed", "absent", "fetched", "failed", "erased"]


class PauseView(Struct, frozen=True, kw_only=True):
    """A gap: nothing was kept between ``paused_at`` and ``ended_at``.

    While its state is ``asked`` the provider has not confirmed it, and still records.
    """

    id: int
    state: recording_pauses.PauseState
    asked_by_id: int
    asked_at: datetime
    paused_at: datetime | None
    resumes_at: datetime | None
    resumed_by_id: int | None
    ended_at: datetime | None


class RecordingView(Struct, frozen=True, kw_only=True):
    """A recording of a call, or a message that a caller left.

    ``duration_s`` is the file's: shorter than the call, since silence and pauses are not in it.
    ``erase_at`` is when its time is over; ``at_provider`` whether the provider has a copy.
    ``transcription`` is what the provider wrote down of a message in English.
    """

    id: int
    kind: Kind
    state: ShownState
    call_id: int | None
    ticket_id: int | None
    interaction_id: int | None
    started_at: datetime | None
    duration_s: int | None
    content_type: str | None
    size_bytes: int | None
    error: str | None
    transcription_state: Literal["none", "completed", "failed"]
    transcription: str | None
    transcription_language: str | None
    at_provider: Literal["kept", "erasing", "erased", "refused"]
    erase_at: datetime
    erased_at: datetime | None
    pauses: tuple[PauseView, ...] = ()


class Audio(Struct, frozen=True, kw_only=True):
    """The bytes of a recording as they are served; there are none without ``sha256``."""

    id: int
    kind: Kind
    state: str
    sha256: bytes | None
    size_bytes: int | None
    content_type: str | None


class _Row(Struct, frozen=True, kw_only=True):
    id: int
    kind: Kind
    state: ShownState
    call_id: int | None
    ticket_id: int | None
    interaction_id: int | None
    started_at: datetime | None
    duration_s: int | None
    content_type: str | None
    size_bytes: int | None
    error: str | None
    transcription_state: Literal["none", "completed", "failed"]
    transcription: str | None
    transcription_language: str | None
    at_provider: Literal["kept", "erasing", "erased", "refused"]
    erase_at: datetime
    erased_at: datetime | None


_SQL = db.Statements(__name__)
_may_read_call = _SQL.take("may_read_call", bool)
_of_call = _SQL.take("of_call", _Row)
_find = _SQL.take("find", _Row)
_audio = _SQL.take("audio", Audio)
_ticket_of_call = _SQL.take("ticket_of_call", int)
_is_on_call = _SQL.take("is_on_call", bool)


async def check_may_read_call(conn: Conn, viewer_id: int, call_id: int) -> None:
    """Refuse who may not read the call's ticket; raises ``NotFound``."""
    if not await _may_read_call.first(conn, viewer_id, call_id):
        raise NotFound(f"there is no call {call_id}")


async def is_on_call(conn: Conn, user_id: int, call_id: int) -> bool:
    """Whether a telephone of this person is in the call now."""
    return await _is_on_call.one(conn, user_id, call_id)


async def ticket_of_call(conn: Conn, call_id: int) -> int | None:
    """Which ticket a call is about, if any."""
    return await _ticket_of_call.first(conn, call_id)


async def of_call(conn: Conn, viewer_id: int, call_id: int) -> list[RecordingView]:
    """Every recording of a call, in order; raises ``NotFound``."""
    await check_may_read_call(conn, viewer_id, call_id)
    return [await _view(conn, row) for row in await _of_call.all(conn, call_id)]


async def find(conn: Conn, viewer_id: int, recording_id: int) -> RecordingView:
    """One whose ticket the viewer may read; what nobody knows whose it is, administrators may.

    Raises ``NotFound``.
    """
    row = await _find.first(conn, viewer_id, recording_id)
    if row is None:
        raise NotFound(f"there is no recording {recording_id}")
    return await _view(conn, row)


async def audio(conn: Conn, viewer_id: int, recording_id: int) -> Audio:
    """Where the bytes of one are that the viewer may read; raises ``NotFound``."""
    found = await _audio.first(conn, viewer_id, recording_id)
    if found is None:
        raise NotFound(f"there is no recording {recording_id}")
    return found


async def _view(conn: Conn, row: _Row) -> RecordingView:
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    if row.kind == "voicemail" or row.call_id is None:
        return RecordingView(**values)
    pauses = [p for p in await recording_pauses.of_call(conn, row.call_id) if p.state != "failed"]
    if row.state == "recording" and pauses and pauses[-1].state in ("paused", "resuming"):
        values["state"] = "paused"
    return RecordingView(**values, pauses=tuple(gap(p) for p in pauses))


def gap(pause: recording_pauses.Pause) -> PauseView:
    """A pause as it is shown."""
    return PauseView(**{name: getattr(pause, name) for name in PauseView.__struct_fields__})
