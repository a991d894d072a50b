"""Recordings of calls and messages that callers left: heard in pieces, by whom is written down."""

from collections.abc import AsyncIterator
from typing import Final

from msgspec import Struct

from contactcenter import blobs
from contactcenter.access.actor import Role
from contactcenter.api import byte_ranges
from contactcenter.api.byte_ranges import ByteRange
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.operation import ADMIN, AGENT, SUPERVISOR, Answer, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.rights import check_may_work
from contactcenter.calls import recording_accesses, recording_pauses, recording_views, recordings
from contactcenter.calls.recording_accesses import Access
from contactcenter.calls.recording_views import Audio, PauseView, RecordingView
from contactcenter.db import Database
from contactcenter.errors import Conflict, Forbidden

_ACCESSES: Final = Cursor("recording_accesses", tuple[int])
_SUFFIXES: Final = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/mp4": "m4a"}


class NotHere(Conflict):
    """There is nothing to be heard: not yet, not any more, or never."""

    code = "recording_not_here"


class AudioQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether it is to be kept as a file: for supervisors alone."""

    download: bool = False


@operation("GET", "/calls/{call_id}/recordings", tag="recordings", roles=AGENT, via="read")
async def list_recordings(call: Call, call_id: int) -> list[RecordingView]:
    """List what was recorded of a call, and what its caller left for us."""
    return await recording_views.of_call(call.conn, call.actor.user_id, call_id)


@operation("GET", "/recordings/{recording_id}", tag="recordings", roles=AGENT, via="read")
async def read_recording(call: Call, recording_id: int) -> RecordingView:
    """Read what is known of a recording: its state, its gaps, how long it is kept."""
    return await recording_views.find(call.conn, call.actor.user_id, recording_id)


@operation(
    "GET",
    "/recordings/{recording_id}/audio",
    tag="recordings",
    roles=AGENT,
    via="transaction",
    ranged=True,
    produces=("audio/*",),
    refuses=(409,),
)
async def hear_recording(call: Call, recording_id: int, query: AudioQuery) -> Answer:
    """Hear a recording, all of it or the range of bytes that `Range` names.

    Whoever may read its ticket may hear it; who does, and which part, is written down before the
    first byte is sent. HEAD tells the size. What is not with us is answered 409
    ``recording_not_here``.
    """
    if query.download and not call.actor.is_at_least(Role.SUPERVISOR):
        raise Forbidden("A recording is kept as a file by supervisors alone.")
    audio = await recording_views.audio(call.conn, call.actor.user_id, recording_id)
    if audio.sha256 is None or audio.size_bytes is None:
        raise NotHere(f"recording {recording_id} is {audio.state}", state=audio.state)
    etag = f'"{audio.sha256.hex()}"'
    call.headers["ETag"] = etag
    call.headers["Accept-Ranges"] = "bytes"
    call.headers["Cache-Control"] = "private, no-store"
    header = None if call.is_head else call.header("Range")
    size = audio.size_bytes
    asked = byte_ranges.asked(header, call.header("If-Range"), etag=etag, size=size)
    if asked == "unsatisfiable":
        call.headers["Content-Range"] = f"bytes */{size}"
        return Answer(content_type="application/octet-stream", status=416)
    part = ByteRange(first=0, last=size - 1, is_asked=False) if asked == "whole" else asked
    if part.is_asked:
        call.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    if not call.is_head:
        await recording_accesses.note(
            call.conn,
            await call.clock(),
            recording_id,
            call.actor,
            purpose="download" if query.download else "listen",
            first=part.first,
            last=part.last,
        )
    return _answer(call.services.db, audio, audio.sha256, part, query)


@operation(
    "GET", "/recordings/{recording_id}/accesses", tag="recordings", roles=SUPERVISOR, via="read"
)
async def list_accesses(call: Call, recording_id: int, query: PageQuery) -> Page[Access]:
    """List who heard a recording, and which bytes of it, the latest first."""
    await recording_views.find(call.conn, call.actor.user_id, recording_id)
    after = _ACCESSES.read(query.cursor)
    found = await recording_accesses.page(
        call.conn,
        recording_id,
        before_id=after[0] if after else MAX_ID,
        limit=query.limit + 1,
    )
    return _ACCESSES.page(found, query.limit, lambda access: (access.id,))


@operation("DELETE", "/recordings/{recording_id}", tag="recordings", roles=ADMIN, via="transaction")
async def erase_recording(call: Call, recording_id: int) -> None:
    """Erase a recording before its time: here at once, at the provider as soon as it answers.

    What is known of it stays, with who heard it. One that is still being recorded is answered 409.
    """
    recording = await recordings.lock(call.conn, recording_id)
    await recordings.erase(
        call.conn, await call.clock(), recording, actor=call.actor.reference, reason="asked"
    )
    call.ring("media")


@operation(
    "POST",
    "/calls/{call_id}/recording/pause",
    tag="recordings",
    roles=AGENT,
    via="transaction",
    status=202,
)
async def pause_recording(call: Call, call_id: int) -> PauseView:
    """Keep nothing of a call for a while, such as the number of a card.

    Let the customer go on when the feed says ``recording_paused``, not before: until then the
    provider still records. If it cannot pause, ``recording_not_paused`` says so. Asked again, the
    answer is the same.
    """
    await _check_on_call(call, call_id)
    now = await call.clock()
    pause = await recording_pauses.pause(call.conn, now, call_id, user_id=call.actor.user_id)
    return recording_views.gap(pause)


@operation(
    "POST",
    "/calls/{call_id}/recording/resume",
    tag="recordings",
    roles=AGENT,
    via="transaction",
    status=202,
)
async def resume_recording(call: Call, call_id: int) -> PauseView | None:
    """Record a call again; nothing happens where it is not paused."""
    await _check_on_call(call, call_id)
    now = await call.clock()
    pause = await recording_pauses.resume(call.conn, now, call_id, user_id=call.actor.user_id)
    return None if pause is None else recording_views.gap(pause)


async def _check_on_call(call: Call, call_id: int) -> None:
    """Refuse who neither talks in the call nor may work on its ticket."""
    user_id = call.actor.user_id
    if await recording_views.is_on_call(call.conn, user_id, call_id):
        return
    await recording_views.check_may_read_call(call.conn, user_id, call_id)
    ticket_id = await recording_views.ticket_of_call(call.conn, call_id)
    if ticket_id is not None:
        await check_may_work(call, ticket_id)


def _answer(
    database: Database,
    audio: Audio,
    sha256: bytes,
    part: ByteRange,
    query: AudioQuery,
) -> Answer:
    content_type = audio.content_type or "application/octet-stream"
    suffix = _SUFFIXES.get(content_type, "bin")
    return Answer(
        content_type=content_type,
        file_name=f"{audio.kind}-{audio.id}.{suffix}",
        disposition="attachment" if query.download else "inline",
        pieces=_pieces(database, sha256, part),
        size_bytes=part.length,
        status=206 if part.is_asked else None,
    )


async def _pieces(database: Database, sha256: bytes, part: ByteRange) -> AsyncIterator[bytes]:
    """A chunk at a time, and no connection held while a slow reader takes his."""
    for position in range(part.first // blobs.CHUNK_BYTES, part.last // blobs.CHUNK_BYTES + 1):
        async with database.read() as conn:
            chunk = await blobs.chunk(conn, sha256, position)
        if chunk is None:  # erased meanwhile: what was promised cannot be sent
            return
        begins = position * blobs.CHUNK_BYTES
        yield chunk[max(0, part.first - begins) : part.last - begins + 1]
