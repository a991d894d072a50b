"""Who of our chats' visitors is there, and how far he has received and read: written in sets.

Nothing of it is waited for: a browser that comes back tells again how far it is, and whoever is
connected is said to be there every ten seconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, closing
from typing import Final

import asyncpg
import structlog
from msgspec.structs import replace

from channels import Seat
from contactcenter import timers
from contactcenter.bell import Bell, Signal, rung
from contactcenter.chatroom.chat_seats import ChatSeats
from contactcenter.chats import chat_receipts, chat_visitors
from contactcenter.chats.chat_connection import ChatConnection
from contactcenter.chats.chat_signals import tell_rooms
from contactcenter.chats.chat_visitors import Visitor
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase

#: How often those who are connected are said to be there.
PRESENT_EVERY_S: Final = 10.0
#: Whoever comes back within this never left: a page was loaded anew.
GRACE_S: Final = 2.0
#: So many visitors are written together; of those who have received something fewer, since whoever
#: writes to them waits that long.
TOGETHER: Final = 500
_MARKED_TOGETHER: Final = 100
#: What comes within this time is written together: nobody waits for it.
_GATHERED_S: Final = 0.2
_WITHIN_S: Final = 4.5
_TURN_S: Final = 1.0
_PAUSE_S: Final = 0.5

log = structlog.get_logger()


class ChatAttendance:
    """One a process. ``clock`` counts seconds, from anywhere, and never goes back."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        seats: ChatSeats,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        #: How long somebody may be away before he has left.
        self.grace_s = GRACE_S
        self._writer = ChatConnection(database)
        self._bell = bell
        self._seats = seats
        self._clock = clock
        self._came: dict[int, Visitor] = {}
        self._left: dict[int, tuple[float, Visitor]] = {}
        self._marks: dict[int, chat_receipts.Mark] = {}
        self._said_s = clock()
        self._news = asyncio.Event()
        bell.listen("visitors", self.heard)

    def come(self, visitor: Visitor, seat: Seat, *, after: int) -> "Attending":
        """Give a visitor's socket its seat."""
        if visitor.id not in self._seats.places and self._left.pop(visitor.id, None) is None:
            self._came[visitor.id] = visitor
            self._news.set()
        return Attending(self, self._seats, self._bell, visitor, seat, after=after)

    def gone(self, visitor: Visitor) -> None:
        """Note that his last socket here is closed; another process may have one."""
        self._left[visitor.id] = (self._clock(), visitor)
        tell_rooms(self._bell, "leaving", [visitor.id])

    def mark(self, visitor_id: int, *, received: int = 0, seen: int = 0) -> None:
        """Note how far a visitor is; written with the others'."""
        before = self._marks.get(visitor_id, chat_receipts.Mark())
        self._marks[visitor_id] = chat_receipts.Mark(
            received=max(before.received, received, seen), seen=max(before.seen, seen)
        )
        self._news.set()

    def heard(self, signal: Signal) -> None:
        """Learn whether somebody who left here is still there elsewhere, or tell so."""
        named = signal.get("visitor_ids", ())
        if signal.get("kind") == "leaving":
            if here := [one for one in named if one in self._seats.places]:
                tell_rooms(self._bell, "here", here)
        elif signal.get("kind") == "here":
            for visitor_id in named:
                self._left.pop(visitor_id, None)

    async def run(self) -> None:
        """Write what was noted until cancelled."""
        with closing(self._writer):
            while True:
                await rung(self._news, at_most_s=_TURN_S)
                try:
                    await self.write()
                    await asyncio.sleep(_GATHERED_S)
                except (NoDatabase, TimeoutError, asyncpg.PostgresError) as error:
                    log.warning("chat_attendance_not_written", error=type(error).__name__)
                    await asyncio.sleep(_PAUSE_S)

    async def write(self) -> None:
        """Write what was noted so far; what cannot be written stays noted."""
        await self._write_marks()
        await self._write_present()
        await self._write_gone()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Conn]:
        async with (
            asyncio.timeout(_WITHIN_S),
            self._writer.connection() as conn,
            conn.transaction(),
        ):
            yield conn

    async def _write_marks(self) -> None:
        marks = list(self._marks.items())
        for start in range(0, len(marks), _MARKED_TOGETHER):
            some = dict(marks[start : start + _MARKED_TOGETHER])
            async with self._transaction() as conn:
                done = await chat_receipts.raise_marks(conn, some)
            for visitor_id in done:
                if self._marks.get(visitor_id) == some[visitor_id]:
                    del self._marks[visitor_id]
                self._marked(visitor_id, some[visitor_id])
            self._bell.ring("events")

    def _marked(self, visitor_id: int, mark: chat_receipts.Mark) -> None:
        place = self._seats.places.get(visitor_id)
        if place is None:
            return
        visitor = place.visitor
        if mark.seen > visitor.seen_sequence:
            self._tell_consoles("visitor_read", visitor)
        place.visitor = replace(
            visitor,
            received_sequence=max(visitor.received_sequence, mark.received),
            seen_sequence=max(visitor.seen_sequence, mark.seen),
        )

    async def _write_present(self) -> None:
        came = dict(self._came)
        here: Collection[int] = came
        if self._clock() - self._said_s >= PRESENT_EVERY_S:
            here = list({**came, **self._seats.places})
        ids = list(here)
        for start in range(0, len(ids), TOGETHER):
            async with self._transaction() as conn:
                now = await timers.clock(conn)
                done = await chat_visitors.note_here(conn, now, ids[start : start + TOGETHER])
            for visitor_id in done:
                visitor = self._came.pop(visitor_id, None)
                if visitor is not None and not visitor.is_present(now):
                    self._tell_consoles("visitor_came", visitor)
        if len(here) > len(came) or not self._seats.places:
            self._said_s = self._clock()

    async def _write_gone(self) -> None:
        now_s = self._clock()
        for visitor_id in [one for one in self._left if one in self._seats.places]:
            del self._left[visitor_id]
        gone = [one for one, (left_s, _) in self._left.items() if now_s - left_s >= self.grace_s]
        for start in range(0, len(gone), TOGETHER):
            some = gone[start : start + TOGETHER]
            async with self._transaction() as conn:
                done = await chat_visitors.note_gone(conn, await timers.clock(conn), some)
            for visitor_id in done:
                if (left := self._left.pop(visitor_id, None)) is not None:
                    self._tell_consoles("visitor_left", left[1])

    def _tell_consoles(self, kind: str, visitor: Visitor) -> None:
        if visitor.ticket_id is not None:
            self._bell.signal("consoles", {"kind": kind, "ticket_id": visitor.ticket_id})


class Attending:
    """A visitor's socket in the room; implements ``channels.Attendance``."""

    def __init__(
        self,
        attendance: ChatAttendance,
        seats: ChatSeats,
        bell: Bell,
        visitor: Visitor,
        seat: Seat,
        *,
        after: int,
    ) -> None:
        self._attendance = attendance
        self._seats = seats
        self._bell = bell
        self._sitting = seats.take(visitor, seat, after=after)
        self._note(received=self._sitting.told)

    async def received(self, sequence: int) -> None:
        """His browser has every line up to here."""
        self._note(received=sequence)

    async def seen(self, sequence: int) -> None:
        """He has seen every line up to here."""
        self._note(seen=sequence)

    def typing(self) -> None:
        """He is writing: who reads his ticket is told."""
        place = self._seats.places.get(self._sitting.visitor_id)
        if place is not None and (ticket_id := place.visitor.ticket_id) is not None:
            self._bell.signal("consoles", {"kind": "visitor_typing", "ticket_id": ticket_id})

    async def leave(self) -> None:
        """The socket is closed."""
        place = self._seats.places.get(self._sitting.visitor_id)
        if self._seats.leave(self._sitting) and place is not None:
            self._attendance.gone(place.visitor)

    def _note(self, *, received: int = 0, seen: int = 0) -> None:
        """Note it unless it is nothing new; nobody has more than he was told."""
        place = self._seats.places.get(self._sitting.visitor_id)
        if place is None:
            return
        received, seen = (min(number, self._sitting.told) for number in (received, seen))
        visitor = place.visitor
        if max(received, seen) > visitor.received_sequence or seen > visitor.seen_sequence:
            self._attendance.mark(visitor.id, received=received, seen=seen)
