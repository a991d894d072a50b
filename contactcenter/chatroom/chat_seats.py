"""The sockets of visitors in this process, and what each has been told.

One task looks for all of them: whoever may have something new is asked for together with the
others, in one statement a question. A seat is told every line after the one it had, once and in
order, because only this task reads lines, and it goes on from what it has told; to take a seat is
nothing but to be behind. What fails is looked for anew, so a lost database delays lines and skips
none.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any, Final

import asyncpg
import structlog

from channels import Line, Seat, Standing, Typing
from contactcenter import logs, metrics, timers
from contactcenter.bell import Bell, Signal, rung
from contactcenter.chats import chat_lines, chat_visitors
from contactcenter.chats.chat_connection import ChatConnection
from contactcenter.chats.chat_visitors import Visitor
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.feed import Feed

#: Everybody is looked for this often, whether or not anything was heard.
LOOK_EVERY_S: Final = 2.0
#: So many visitors are asked for in one statement; of how it stands with them fewer.
TOGETHER: Final = 500
_WHOLE_TOGETHER: Final = 100
#: A question that takes longer is a database that does not answer.
WITHIN_S: Final = 4.5
#: Events that change neither how it stands nor, but for what is signalled, what there is to read.
_OF_NO_MATTER: Final = frozenset(
    {"interaction_received", "interaction_status_changed", "reply_sent"}
)
#: How it stands with somebody who does not wait changes with an event, or by the clock.
_STANDS_FOR_S: Final = 30.0
_PAUSE_S: Final = 0.5
#: While one is told what was read, the next is read.
_READERS: Final = 2

Standings = Callable[[Conn, datetime, Sequence[int]], Awaitable[Mapping[int, Standing]]]

log = structlog.get_logger()


class Sitting:
    """One socket of a visitor: how far it has been told, and how it was told that it stands."""

    __slots__ = ("seat", "standing", "told", "visitor_id")

    def __init__(self, visitor_id: int, seat: Seat, told: int) -> None:
        self.visitor_id: Final = visitor_id
        self.seat: Final = seat
        self.told = told
        self.standing: Standing | None = None


class Place:
    """A visitor who is connected here, as he was when we last looked."""

    __slots__ = ("sittings", "stood_s", "visitor", "waits")

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.sittings: Final[list[Sitting]] = []
        self.stood_s = float("-inf")
        self.waits = False

    @property
    def reached(self) -> int:
        """The line that all of his sockets have been told."""
        return min(one.told for one in self.sittings)


class ChatSeats:
    """One a process."""

    def __init__(self, database: Database, bell: Bell, standings: Standings) -> None:
        self._readers = [ChatConnection(database) for _ in range(_READERS)]
        self._standings = standings
        self._clock = time.monotonic
        self._places: dict[int, Place] = {}
        self._of_ticket: dict[int, set[int]] = {}
        #: Whom to look for; with how it stands, or only for new lines.
        self._dirty: dict[int, bool] = {}
        self._looked_s = float("-inf")
        self._news = asyncio.Event()
        bell.listen("visitors", self.heard)

    @property
    def places(self) -> Mapping[int, Place]:
        """Who is connected here, by visitor."""
        return self._places

    def take(self, visitor: Visitor, seat: Seat, *, after: int) -> Sitting:
        """Let a seat have every line after that one; one that has more than there is, all lines."""
        place = self._places.get(visitor.id)
        if place is None:
            place = self._places[visitor.id] = Place(visitor)
            self._concern(visitor.id, None, visitor.ticket_id)
        told = after if after <= visitor.last_sequence else 0
        sitting = Sitting(visitor.id, seat, told)
        place.sittings.append(sitting)
        metrics.CHAT_SOCKETS.inc()
        self._look_for([visitor.id], whole=True)
        return sitting

    def leave(self, sitting: Sitting) -> bool:
        """Let a seat go; returns whether it was the visitor's last one here."""
        place = self._places.get(sitting.visitor_id)
        if place is None or sitting not in place.sittings:
            return False
        place.sittings.remove(sitting)
        metrics.CHAT_SOCKETS.dec()
        if place.sittings:
            return False
        del self._places[sitting.visitor_id]
        self._dirty.pop(sitting.visitor_id, None)
        self._concern(sitting.visitor_id, place.visitor.ticket_id, None)
        return True

    def heard(self, signal: Signal) -> None:
        """Hear what another part, here or in another process, says of visitors."""
        kind = signal.get("kind")
        if kind in {"leaving", "here"}:  # of who is where, not of what he is told
            return
        concerned = self._concerned(signal)
        if kind == "typing":
            for visitor_id in concerned:
                self._tell(self._places[visitor_id].sittings, [Typing(agent=signal["agent"])])
        elif concerned:
            self._look_for(concerned, whole=kind != "line")

    def happened(self, entries: Sequence[Any]) -> None:
        """Hear of events, in order; of none where some may have been left out."""
        if not entries:
            self._looked_s = float("-inf")
            self._news.set()
        for entry in entries:
            if entry.ticket_id in self._of_ticket and entry.kind not in _OF_NO_MATTER:
                self._look_for(self._of_ticket[entry.ticket_id], whole=True)

    async def run(self, feed: Feed) -> None:
        """Tell everybody what is new until cancelled."""
        with ExitStack() as closing, ExitStack() as following:
            for reader in self._readers:
                closing.callback(reader.close)
            is_following = False
            while True:
                if bool(self._places) != is_following:  # the feed reads for nobody otherwise
                    is_following = not is_following
                    if is_following:
                        following.enter_context(feed.listening(self.happened))
                    else:
                        following.close()
                await rung(self._news, at_most_s=LOOK_EVERY_S)
                await self._look()

    async def _look(self) -> None:
        """Look until nothing is left to be told; what cannot be read now stays to be looked for."""
        try:
            if self._clock() - self._looked_s >= LOOK_EVERY_S:
                async with asyncio.timeout(WITHIN_S), self._readers[0].connection() as conn:
                    await self._look_around(conn)
            while self._dirty:
                needed = 1 + (len(self._dirty) > _WHOLE_TOGETHER)
                async with asyncio.TaskGroup() as tasks:
                    for n, reader in enumerate(self._readers[:needed]):
                        tasks.create_task(self._look_at_next(reader, whole=n > 0))
        except* (NoDatabase, TimeoutError, asyncpg.PostgresError) as errors:
            kinds = sorted({type(error).__name__ for error in errors.exceptions})
            metrics.CHAT_READ_FAILURES.inc()
            log.warning("chat_not_read", errors=kinds, visitors=len(self._places))
            self._news.set()
            await asyncio.sleep(_PAUSE_S)

    async def _look_at_next(self, reader: ChatConnection, *, whole: bool) -> None:
        if self._dirty:
            async with asyncio.timeout(WITHIN_S), reader.connection() as conn:
                await self._look_at_some(conn, self._next(whole=whole))

    def _next(self, *, whole: bool) -> dict[int, bool]:
        """Take whom to look for now: new lines do not wait for how it stands with others."""
        size = _WHOLE_TOGETHER if whole else TOGETHER
        mine = [one for one, is_whole in self._dirty.items() if is_whole is whole][:size]
        taken = mine or list(self._dirty)[:_WHOLE_TOGETHER]
        return {visitor_id: self._dirty.pop(visitor_id) for visitor_id in taken}

    async def _look_around(self, conn: Conn) -> None:
        """Look whether anybody has news we have not heard of: one question for all."""
        now_s = self._clock()
        known = [
            chat_visitors.Known(visitor=place.visitor, reached=place.reached)
            for place in self._places.values()
        ]
        changed = await chat_visitors.changed(conn, known) if known else []
        for visitor_id in changed:
            if visitor_id in self._places:
                self._dirty[visitor_id] = True
        late = [
            (place.stood_s, visitor_id)
            for visitor_id, place in self._places.items()
            if place.waits or now_s - place.stood_s >= _STANDS_FOR_S
        ]
        for _, visitor_id in sorted(late)[:TOGETHER]:  # longest ago first; the others at the next
            self._dirty[visitor_id] = True
        self._looked_s = now_s

    async def _look_at_some(self, conn: Conn, some: dict[int, bool]) -> None:
        """Read and tell what is new for some; who could not be told stays to be looked for."""
        try:
            reached = {one: self._places[one].reached for one in some if one in self._places}
            for visitor_id, lines in (await chat_lines.after(conn, reached)).items():
                if (place := self._places.get(visitor_id)) is not None:
                    self._show(place, reached[visitor_id], lines)
                    some[visitor_id] |= any(line.by != "agent" for line in lines)
            if stand := [one for one, whole in some.items() if whole and one in self._places]:
                self._renew(stand, await chat_visitors.by_id(conn, stand))
                found = await self._standings(conn, await timers.clock(conn), stand)
                for visitor_id, standing in found.items():
                    if (place := self._places.get(visitor_id)) is not None:
                        self._stand(place, standing)
        except BaseException:
            for visitor_id, whole in some.items():
                if visitor_id in self._places:
                    self._dirty[visitor_id] = whole or self._dirty.get(visitor_id, False)
            raise

    def _show(self, place: Place, read_after: int, lines: Sequence[Line]) -> None:
        """Tell each socket the lines it lacks; one that came meanwhile is looked for by itself."""
        for sitting in list(place.sittings):
            if sitting.told < read_after:
                continue
            lacking = [line for line in lines if line.sequence > sitting.told]
            if [line.sequence for line in lacking] != list(
                range(sitting.told + 1, sitting.told + 1 + len(lacking))
            ):
                log.error("chat_lines_have_a_gap", visitor_id=sitting.visitor_id)
                sitting.seat.end()
            elif lacking:
                sitting.told = lacking[-1].sequence
                self._tell([sitting], lacking)
        if len(lines) == chat_lines.PAGE:
            self._look_for([place.visitor.id], whole=False)

    def _stand(self, place: Place, standing: Standing) -> None:
        place.stood_s = self._clock()
        place.waits = standing.state == "waiting"
        for sitting in list(place.sittings):
            if sitting.standing != standing:
                sitting.standing = standing
                self._tell([sitting], [standing])

    def _tell(self, sittings: Iterable[Sitting], news: Sequence[Line | Standing | Typing]) -> None:
        for sitting in list(sittings):
            try:
                sitting.seat.tell(news)
            except Exception as error:
                log.exception("chat_seat_failed", exc_info=logs.unquoted(error))
                sitting.seat.end()

    def _renew(self, ids: Sequence[int], visitors: Sequence[Visitor]) -> None:
        """Take over how visitors are by now; who is no more is sent away."""
        found = {visitor.id: visitor for visitor in visitors}
        for visitor_id in ids:
            if (place := self._places.get(visitor_id)) is None:
                continue
            if (visitor := found.get(visitor_id)) is None:
                for sitting in place.sittings:
                    sitting.seat.end()
                continue
            self._concern(visitor_id, place.visitor.ticket_id, visitor.ticket_id)
            place.visitor = visitor

    def _concern(self, visitor_id: int, before: int | None, now: int | None) -> None:
        """Remember whom what happens to a ticket concerns."""
        if before is not None and before != now:
            self._of_ticket[before].discard(visitor_id)
            if not self._of_ticket[before]:
                del self._of_ticket[before]
        if now is not None:
            self._of_ticket.setdefault(now, set()).add(visitor_id)

    def _concerned(self, signal: Signal) -> list[int]:
        named = [
            *signal.get("visitor_ids", ()),
            *self._of_ticket.get(signal.get("ticket_id", 0), ()),
        ]
        return [visitor_id for visitor_id in named if visitor_id in self._places]

    def _look_for(self, visitor_ids: Iterable[int], *, whole: bool) -> None:
        for visitor_id in visitor_ids:
            self._dirty[visitor_id] = whole or self._dirty.get(visitor_id, False)
        self._news.set()
