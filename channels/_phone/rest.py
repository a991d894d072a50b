"""Asks Twilio to do something with calls, queues, rooms and recordings, through its SDK.

Imports the SDK, which takes a third of a second: import this module only when something is asked.
"""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal, TypeVar

import aiohttp
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.response import Response

from channels._calls import CallGone
from channels._failures import OutcomeUnknown, Unavailable
from channels._phone.refusals import GONE, kind_of
from channels._twilio_account import Account
from channels._twilio_transport import client, code_of, failure

_T = TypeVar("_T")

#: The recording that is made now, by whatever id.
#: Source: https://www.twilio.com/docs/voice/api/recording#update-a-recording-resource
_CURRENT: Final = "Twilio.CURRENT"

_STRANGE: Final = (ValueError, TypeError, AttributeError, KeyError)

#: A day of one account has fewer; a page has 1000 at most.
_MOST_LISTED: Final = 100_000
_ALL: Final = {"limit": _MOST_LISTED, "page_size": 1000}

RecordingState = Literal["paused", "in-progress", "stopped"]


class Rest:
    """The calls of one account; ``deadline_s`` is for one request.

    All raise ``CallGone`` where there is nobody it could be done to, and what ``Telephony`` says.
    """

    def __init__(
        self,
        account: Account,
        *,
        http: aiohttp.ClientSession,
        api_base: str | None,
        deadline_s: float,
    ) -> None:
        self._client = client(account, http=http, api_base=api_base, deadline_s=deadline_s)
        # Loads the SDK's parts for them now: no caller should wait for that.
        self._calls = self._client.calls
        self._rooms = self._client.conferences
        self._queues = self._client.queues
        self._recordings = self._client.recordings

    async def call(self, **wanted: Any) -> str:
        """Call a telephone; returns its SID."""
        made = await _asked(self._calls.create_async(**wanted), of_nobody=True)
        return str(made.sid)

    async def redirect(self, leg: str, url: str) -> None:
        """Let a telephone that is on the line go on elsewhere."""
        await _asked(self._calls(leg).update_async(url=url, method="POST"))

    async def end(self, leg: str) -> None:
        """Hang a telephone up, whether it rings or talks."""
        await _asked(self._calls(leg).update_async(status="completed"))

    async def look(self, leg: str) -> Any:
        """A call as Twilio holds it; None where it holds none."""
        return await _read(self._calls(leg).fetch_async())

    async def dequeue(self, queue: str, leg: str, url: str) -> None:
        """Let who waits in a queue go on elsewhere."""
        await _asked(self._queues(queue).members(leg).update_async(url=url, method="POST"))

    async def is_in_room(self, room: str, leg: str) -> bool:
        """Whether a telephone is in the room of that name now."""
        found: Any = await _read(
            self._rooms.list_async(friendly_name=room, status="in-progress", limit=1)
        )
        if not found:
            return False
        return await _read(self._rooms(found[0].sid).participants(leg).fetch_async()) is not None

    async def leg_of(self, conference: str, label: str) -> str | None:
        """The telephone of who is in a room under that label."""
        there = await _read(self._rooms(conference).participants.list_async(limit=50))
        return next((str(one.call_sid) for one in there or () if one.label == label), None)

    async def add(self, conference: str, **wanted: Any) -> str:
        """Call a telephone straight into a room; returns its SID."""
        made = await _asked(self._rooms(conference).participants.create_async(**wanted))
        return str(made.call_sid)

    async def change(self, conference: str, leg: str, **wanted: Any) -> None:
        """Change how somebody is in a room."""
        await _asked(self._rooms(conference).participants(leg).update_async(**wanted))

    async def remove(self, conference: str, leg: str) -> None:
        """Take somebody out of a room."""
        await _asked(self._rooms(conference).participants(leg).delete_async())

    async def start_recording(self, leg: str, report_to: str) -> None:
        """Record what a telephone hears and says, each for itself."""
        making = self._calls(leg).recordings.create_async(
            recording_status_callback=report_to,
            recording_status_callback_method="POST",
            recording_status_callback_event=["in-progress", "completed", "absent"],
            recording_channels="dual",
            recording_track="both",
        )
        await _asked(making)

    async def change_recording(
        self, state: RecordingState, *, conference: str | None = None, leg: str | None = None
    ) -> None:
        """Stop the recording of a room or of a telephone, or do not record for a while.

        What is said meanwhile is silence: places in the file stay true to the clock.
        """
        context: Any = self._rooms(conference) if conference else self._calls(leg or "")
        wanted = {"pause_behavior": "silence"} if state == "paused" else {}
        await _asked(context.recordings(_CURRENT).update_async(status=state, **wanted))

    async def calls_since(self, since: datetime) -> Sequence[Any]:
        """All calls that began since, newest first."""
        found = await _read(self._calls.list_async(start_time_after=since, **_ALL))
        return _complete(found or ())

    async def recordings_since(self, since: datetime) -> Sequence[Any]:
        """All recordings that began since, newest first."""
        found = await _read(self._recordings.list_async(date_created_after=since, **_ALL))
        return _complete(found or ())

    async def erase_recording(self, recording: str) -> None:
        """Let Twilio forget a recording."""
        await _asked(self._recordings(recording).delete_async())


async def _asked(asking: Awaitable[_T], *, of_nobody: bool = False) -> _T:
    """Wait for the answer; ``of_nobody``: nobody is on the line yet who could be gone."""
    code: object
    try:
        return await asking
    except TwilioRestException as refusal:
        status, code, detail = refusal.status, refusal.code, refusal.msg
    except TwilioServiceException as refusal:
        status, code, detail = refusal.status, refusal.code, refusal.detail or refusal.title
    except TwilioException as refusal:  # of a list: the answer comes along
        answer = next((one for one in refusal.args if isinstance(one, Response)), None)
        status, code = (answer.status_code, code_of(answer.text)) if answer else (0, None)
        detail = str(refusal.args[0])
    except _STRANGE as error:  # what the SDK makes of an answer that is not what it should be
        raise OutcomeUnknown(f"Twilio's answer cannot be read: {type(error).__name__}.") from error
    if not of_nobody and (status == HTTPStatus.NOT_FOUND or _number(code) in GONE):
        raise CallGone(detail)
    raise failure(status, code, detail, kind_of=kind_of)


async def _read(asking: Awaitable[_T]) -> _T | None:
    """Wait for what changes nothing; None where there is no such thing."""
    try:
        return await _asked(asking)
    except CallGone:
        return None
    except OutcomeUnknown as error:
        raise Unavailable(str(error)) from error


def _complete(found: Sequence[Any]) -> Sequence[Any]:
    if len(found) >= _MOST_LISTED:
        raise Unavailable(f"Twilio lists more than {_MOST_LISTED}.")
    return found


def _number(code: object) -> int:
    text = str(code)
    return int(text) if text.isascii() and text.isdecimal() else 0
