"""What the provider tells of recordings, of messages that callers leave, and of their text."""

from typing import Final, Literal

from channels import CallEvent, HangUp, Script
from contactcenter.calls import recording_pauses, recordings
from contactcenter.calls.recordings import Recording, Told
from contactcenter.switchboard import voicemails
from contactcenter.switchboard.asked import Asked

#: The provider writes down American English alone.
#: Source: https://www.twilio.com/docs/voice/twiml/record#transcribe
TRANSCRIBED: Final = "en"
_MESSAGE: Final = "voicemail"
_STATES: Final[dict[str, Literal["completed", "absent"]]] = {
    "completed": "completed",
    "absent": "absent",
    "failed": "absent",
}


async def recording(asked: Asked) -> Script:
    """Take in how a recording stands, whichever call it is of; a message comes to its ticket."""
    for event in asked.hook.events:
        if event.recording is not None and event.kind.startswith("recording_"):
            await _take_in(asked, event)
    return ()


async def voicemail(asked: Asked) -> Script:
    """A caller has left a message, or hung up at the tone; there is no more to say."""
    await recording(asked)
    return (HangUp(),)


async def transcription(asked: Asked) -> Script:
    """Keep what the provider wrote down of a message."""
    for event in asked.hook.events:
        if event.kind == "transcribed" and event.recording is not None:
            told = _told(asked, event, state="recording")
            row = await _note(asked, told)
            text = event.text if event.status != "failed" else None
            await recordings.transcribe(
                asked.conn, asked.now, row, text=text or None, language=TRANSCRIBED
            )
    return ()


async def _take_in(asked: Asked, event: CallEvent) -> None:
    ended = event.kind == "recording_ended" and event.status != "stopped"
    state = _STATES.get(event.status or "completed", "completed") if ended else "recording"
    row = await _note(asked, _told(asked, event, state=state))
    if ended and row.kind == "call" and row.call_id is not None:
        await recording_pauses.call_ended(asked.conn, asked.now, row.call_id)
    if row.kind == _MESSAGE and row.call_id is not None:
        await voicemails.file(asked.conn, asked.now, asked.enter, row.id)


async def _note(asked: Asked, told: Told) -> Recording:
    call = asked.call
    return await recordings.note(
        asked.conn,
        asked.now,
        told,
        call_id=None if call is None else call.id,
        entry_point_id=None if call is None else call.entry_point_id,
    )


def _told(
    asked: Asked, event: CallEvent, *, state: Literal["recording", "completed", "absent"]
) -> Told:
    hook = asked.hook
    assert event.recording is not None, "only what names a recording tells of one"
    is_message = event.is_message or hook.name in ("voicemail", "transcription")
    is_message = is_message or hook.query.get("kind") == _MESSAGE
    begins = event.kind == "recording_began"
    called = event.called or hook.query.get("called")
    if called is not None and asked.account_of(called) != hook.account:
        called = None  # to name another account's number makes it nobody's
    return Told(
        external_id=event.recording,
        account=hook.account,
        kind="voicemail" if is_message else "call",
        state=state,
        started_at=(event.at or event.received_at) if begins else None,
        duration_s=event.elapsed_s,
        source_url=event.url,
        leg_external_id=event.leg or hook.leg,
        conference=event.conference or hook.conference,
        caller=event.caller or hook.query.get("caller"),
        called=called,
    )
