"""One open socket: what waits to be written to it, and whether it may go on."""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from contactcenter.feed.credentials import Credential
from contactcenter.feed.cursor import Cursor, Position
from contactcenter.feed.limits import Limits
from contactcenter.feed.visibility import Viewer


class Ending(Struct, frozen=True):
    """Why a socket is closed: the code and the word of the close frame."""

    code: int
    reason: str


SLOW: Final = Ending(4008, "slow")
SIGNED_OUT: Final = Ending(4001, "signed_out")
TOO_MANY: Final = Ending(4029, "too_many")
GOING_AWAY: Final = Ending(1001, "going_away")
FAILED: Final = Ending(1011, "internal_error")
TRY_LATER: Final = Ending(1013, "no_database")
AUTHENTICATION_TIMEOUT: Final = Ending(4010, "authentication_timeout")


class Line(Protocol):
    """The way to the client: the socket as the feed needs it."""

    def write_now(self, frame: bytes) -> bool:
        """Write at once if nothing waits in this process for the client to read; else False."""
        ...

    async def send(self, frame: bytes) -> None:
        """Write, and wait until the client has read enough."""
        ...

    def wake(self) -> None:
        """Have ``Feed.serve`` called, unless it is at work."""
        ...

    def end(self, ending: Ending) -> None:
        """Close the socket, but not before this returns."""
        ...


class Subscriber:
    """Writes frames to a client who keeps up, and holds them within bounds for one who does not.

    Frames are put by the hub and by commands; what has to wait is written by one task, in order.
    """

    __slots__ = (
        "_clock",
        "_frames",
        "_good_until_s",
        "_has_begun",
        "_limits",
        "_line",
        "_newest",
        "_waiting_bytes",
        "_written_since_s",
        "credential",
        "cursor",
        "ending",
        "is_live",
        "keeps_presence",
        "viewer",
    )

    def __init__(
        self,
        viewer: Viewer,
        credential: Credential,
        line: Line,
        *,
        keeps_presence: bool,
        clock: Callable[[], float],
        limits: Limits,
    ) -> None:
        self.viewer: Final = viewer
        self.credential: Final = credential
        self.keeps_presence: Final = keeps_presence
        #: Where it was in the order of events when the hub began to hand it events, or how far it
        #: has read by itself; None before it subscribes.
        self.cursor: Cursor | None = None
        #: Whether the hub hands it events; otherwise it reads pages of its own.
        self.is_live = False
        #: Whether the hub has come past where it was then: it never goes back.
        self._has_begun = False
        self.ending: Ending | None = None
        self._line = line
        self._clock = clock
        self._limits = limits
        self._good_until_s = 0.0
        #: Each with the time at which it was put.
        self._frames: deque[tuple[float, bytes]] = deque()
        self._waiting_bytes = 0
        #: What another takes the place of, unless it is written before; and when it was put.
        self._newest: tuple[float, bytes] | None = None
        #: When the frame that is being written was put.
        self._written_since_s: float | None = None

    @property
    def is_resuming(self) -> bool:
        """Whether it has to read pages of its own before the hub may hand it events."""
        return self.cursor is not None and not self.is_live

    def is_live_before(self, position: Position) -> bool:
        """Whether the hub is to hand it the event at this position; those come in their order."""
        if not self._has_begun:
            cursor = self.cursor
            self._has_begun = self.is_live and cursor is not None and cursor.position < position
        return self._has_begun

    def good_for(self, left_s: float) -> None:
        """Note how long the credential is good for, as the database has just told."""
        self._good_until_s = self._clock() + left_s

    def may_go_on(self) -> bool:
        """Whether the next frame may pass, in or out; ends the socket where it may not."""
        return self._may_go_on(self._clock())

    def put(self, frame: bytes) -> None:
        """Have a frame, or some joined, written after those that wait; too much ends the socket."""
        now_s = self._clock()
        if not self._may_go_on(now_s):
            return
        if not self._frames and self._line.write_now(frame):
            return
        self._waiting_bytes += len(frame)
        if self._waiting_bytes > self._limits.backlog_bytes:
            self.end(SLOW)
            return
        self._frames.append((now_s, frame))
        self._line.wake()

    def mention(self, frame: bytes) -> None:
        """Write a frame that may be lost: it is, where the client is far behind."""
        if self._waiting_bytes + len(frame) <= self._limits.backlog_bytes // 4:
            self.put(frame)

    def replace(self, frame: bytes) -> None:
        """Write a frame when nothing else waits; the next one put so takes its place till then."""
        now_s = self._clock()
        if not self._may_go_on(now_s):
            return
        is_first = not self._frames and self._newest is None
        if is_first and self._line.write_now(frame):
            return
        since_s = now_s if self._newest is None else self._newest[0]
        self._newest = (since_s, frame)
        self._line.wake()

    def wake(self) -> None:
        """Have what was missed read and written."""
        self._line.wake()

    async def flush(self) -> None:
        """Write everything that waits."""
        while self._frames or self._newest is not None:
            if self._frames:
                put_s, frame = self._frames.popleft()
                await self._write(frame, put_s)
                self._waiting_bytes -= len(frame)
            elif self._newest is not None:
                (put_s, frame), self._newest = self._newest, None
                await self._write(frame, put_s)

    async def write(self, frame: bytes) -> None:
        """Write a frame, or some joined, past those that wait; only the writing task calls it."""
        if self.may_go_on():
            await self._write(frame, self._clock())

    def check_speed(self) -> None:
        """End the socket if its reader has let us wait for too long."""
        since_s = self._written_since_s
        if since_s is None and self._frames:
            since_s = self._frames[0][0]
        if since_s is None and self._newest is not None:
            since_s = self._newest[0]
        if since_s is not None and self._clock() - since_s > self._limits.backlog_s:
            self.end(SLOW)

    def end(self, ending: Ending) -> None:
        """Have the socket closed; what waits is dropped, the client resumes by its cursor."""
        if self.ending is None:
            self.ending = ending
            self._frames.clear()
            self._newest = None
            self._line.end(ending)

    def _may_go_on(self, now_s: float) -> bool:
        if self.ending is None and now_s >= self._good_until_s:
            self.end(SIGNED_OUT)
        return self.ending is None

    async def _write(self, frame: bytes, put_s: float) -> None:
        self._written_since_s = put_s
        await self._line.send(frame)
        self._written_since_s = None
