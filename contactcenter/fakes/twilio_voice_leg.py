"""A telephone in a call as the fake Twilio keeps it, and what is posted about it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from contactcenter.fakes.twilio_voice_people import Caller, Memory, Message, Phone

#: Statuses that end a call. Source: https://www.twilio.com/docs/voice/api/call-resource
OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
#: Under which name progress is asked for, by the status that is then posted.
_PROGRESS: Final = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


class HungUp(Exception):
    """The telephone's call is over. ``status`` is what it ends as."""

    def __init__(self, status: str = "completed", *, by_person: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.by_person = by_person


class Moved(Exception):
    """The product let the call go on elsewhere: at an address, or by a document it gave."""

    def __init__(self, url: str = "", document: bytes = b"") -> None:
        super().__init__(url)
        self.url = url
        self.document = document


class Leg:
    """One telephone. ``number`` counts the network's calls, the same in each run of a test."""

    def __init__(
        self,
        *,
        sid: str,
        number: int,
        account_sid: str,
        direction: str,
        from_: str,
        to: str,
        person: Caller | Phone,
        created_at: datetime,
    ) -> None:
        self.sid = sid
        self.number = number
        self.account_sid = account_sid
        self.direction = direction
        self.from_ = from_
        self.to = to
        self.person = person
        self.memory = Memory(person.replies)
        self.status = "queued"
        self.created_at = created_at
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.fallback_url = ""
        self.status_url = ""
        self.status_events: Sequence[str] = ()
        self.posted = 0  # hooks about it, to name them
        self.heard: list[str] = []
        self._sequence = 0
        self._interrupt: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._interrupt.add_done_callback(_looked_at)

    @property
    def message(self) -> Message | None:
        """What the person says after a tone."""
        return self.person.message

    @property
    def interrupt(self) -> "asyncio.Future[None]":
        """Fails with ``HungUp`` or ``Moved`` when the call goes on otherwise."""
        return self._interrupt

    def is_live(self) -> bool:
        """Whether it was answered and is not over."""
        return self.status == "in-progress" and not self.is_ending()

    def is_ending(self) -> bool:
        """Whether it is over, or hangs up at this moment."""
        return self.status in OVER or (
            self._interrupt.done() and isinstance(self._interrupt.exception(), HungUp)
        )

    def hang_up(self, status: str = "completed", *, by_person: bool = True) -> None:
        """End it, whatever it is doing."""
        if self.is_ending():
            return
        if self._interrupt.done():
            self.renew()
        self._interrupt.set_exception(HungUp(status, by_person=by_person))

    def move(self, moved: Moved) -> None:
        """Let it go on elsewhere, whatever it is doing."""
        if self._interrupt.done():
            self.renew()
        self._interrupt.set_exception(moved)

    def renew(self) -> None:
        """What interrupted it was seen to."""
        self._interrupt = asyncio.get_running_loop().create_future()
        self._interrupt.add_done_callback(_looked_at)

    def form(self) -> list[tuple[str, str]]:
        """What every hook about it carries.

        Source: https://www.twilio.com/docs/voice/twiml#request-parameters
        """
        verstat = self.person.verstat if isinstance(self.person, Caller) else ""
        return [
            ("CallSid", self.sid),
            ("AccountSid", self.account_sid),
            ("From", self.from_),
            ("To", self.to),
            ("Caller", self.from_),
            ("Called", self.to),
            ("CallStatus", self.status),
            ("ApiVersion", "2010-04-01"),
            ("Direction", self.direction),
            *([("StirVerstat", verstat)] if verstat else []),
        ]

    def seconds(self) -> int:
        """How long it was answered, in whole seconds."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return int((self.ended_at - self.answered_at).total_seconds())

    def progress_form(self, now: datetime) -> list[tuple[str, str]] | None:
        """What is posted now that its status has changed; None where nobody asked for it.

        ``Duration`` is in minutes, begun ones counted, ``CallDuration`` in seconds.
        Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent
        """
        name = "completed" if self.status in OVER else _PROGRESS.get(self.status, "")
        if not self.status_url or name not in self.status_events:
            return None
        params = self.form()
        if self.status in OVER:
            seconds = self.seconds()
            params += [("Duration", str(-(-seconds // 60))), ("CallDuration", str(seconds))]
        params += [
            ("Timestamp", rfc2822(now)),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(self._sequence)),
        ]
        self._sequence += 1
        return params


def rfc2822(at: datetime) -> str:
    """An instant as Twilio writes it, in whole seconds."""
    return format_datetime(at.replace(microsecond=0)).replace("GMT", "+0000")


def _looked_at(future: "asyncio.Future[None]") -> None:
    """An interruption nobody waited for is no mistake."""
    if not future.cancelled():
        future.exception()
