"""Hands events to every subscriber who may see them: each frame is built once, put in a loop.

Events that come together are written together: to write takes far longer than to look whether one
may see, so many events at once cost each socket one write, not many.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET, UnsetType

from contactcenter.db import Conn
from contactcenter.feed import credentials, frames
from contactcenter.feed.cursor import Cursor, Position
from contactcenter.feed.frames import EventBody, EventFrame, Gone
from contactcenter.feed.reader import Entry
from contactcenter.feed.subscriber import SIGNED_OUT, Subscriber
from contactcenter.feed.visibility import Subject, Viewer, Visibility, subject_of
from contactcenter.ticket_views import Guidance, card_of, guidance_for

#: After so many looks at who may see what the other tasks of the process get their turn.
_AT_A_STRETCH: Final = 20_000
#: So many events travel together at most.
TOGETHER: Final = 50
#: The credentials of thousands at once would be a pause in which nobody is told anything.
_ASKED_TOGETHER: Final = 500
#: Kinds after which somebody's session or token may be over.
_ENDINGS: Final = frozenset({"session_ended", "token_revoked", "password_changed"})
#: Kinds with which an agent gets to know the person he will speak to.
_BEFORE_THE_FIRST_WORD: Final = frozenset({"ticket_offered", "ticket_assigned"})


class Telling:
    """One event made ready for everybody: whom it concerns, and its frames, each built once."""

    __slots__ = ("_entry", "_event", "_gone", "cursor", "position", "subject")

    def __init__(self, entry: Entry, epoch: int) -> None:
        self.position: Final = entry.position
        self.subject: Final[Subject] = subject_of(entry)
        self.cursor: Final[Cursor] = entry.cursor(epoch)
        self._entry = entry
        self._event: bytes | None = None
        self._gone: bytes | None = None

    def frame_for(self, viewer: Viewer, visibility: Visibility) -> bytes | None:
        """The frame this person gets; None where there is nothing for his eyes."""
        match visibility.sight(viewer, self.subject):
            case "event":
                self._event = self._event or self._built()
                return self._event
            case "gone":
                self._gone = self._gone or self._built_gone()
                return self._gone
            case "nothing":
                return None

    def _built(self) -> bytes:
        e = self._entry
        body = EventBody(
            id=e.id,
            at=e.at,
            kind=e.kind,
            ticket_id=e.ticket_id,
            version=e.version,
            contact_id=e.contact_id,
            agent_id=e.agent_id,
            actor=e.actor,
            data=e.data,
            guidance=_guidance(e),
            contact_card=_card(e),
        )
        return frames.encode(EventFrame(cursor=self.cursor.written(), event=body))

    def _built_gone(self) -> bytes:
        assert self._entry.ticket_id is not None, "only a ticket can go to another team"
        return frames.encode(Gone(cursor=self.cursor.written(), ticket_id=self._entry.ticket_id))


def _card(entry: Entry) -> str | UnsetType:
    """Where to read of the person, with what brings a ticket to an agent."""
    if entry.kind in _BEFORE_THE_FIRST_WORD and entry.of_contact_id is not None:
        return card_of(entry.of_contact_id)
    return UNSET


def _guidance(entry: Entry) -> Guidance | UnsetType:
    """How to treat the person, with what brings a ticket to an agent or changes its tone."""
    data: Mapping[str, Any] = {}
    if entry.kind in _BEFORE_THE_FIRST_WORD:
        data = entry.data
    elif entry.kind == "ticket_changed":
        changed = entry.data.get("changed", {}).get("temperament", {})
        data = {"temperament": changed.get("to")}
    label = data.get("temperament")
    return UNSET if label is None else guidance_for(label)


class Hub:
    """The subscribers of this process, by person, and how far they have been told."""

    def __init__(self) -> None:
        self.visibility: Final = Visibility()
        #: Everything up to here was handed to whoever is live.
        self.position = Position(0, 0)
        #: Parts of this process that want every event.
        self.listeners: Final[list[Callable[[Sequence[Entry]], None]]] = []
        self._subscribers: dict[Viewer, set[Subscriber]] = {}

    def join(self, subscriber: Subscriber) -> None:
        """Take a subscriber in; it is handed events once it is live."""
        self._subscribers.setdefault(subscriber.viewer, set()).add(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """Let a subscriber go."""
        sockets = self._subscribers.get(subscriber.viewer, set())
        sockets.discard(subscriber)
        if not sockets:
            self._subscribers.pop(subscriber.viewer, None)

    @property
    def subscribers(self) -> list[Subscriber]:
        """Everybody who is connected here and not being sent away."""
        sockets = (s for sockets in self._subscribers.values() for s in sockets)
        return [s for s in sockets if s.ending is None]

    async def tell(self, conn: Conn, epoch: int, entries: list[Entry]) -> None:
        """Hand these events, which follow the hub's position, to whoever may see them."""
        await self.visibility.learn(conn, entries)
        if entries:
            self.tell_listeners(entries)
        if any(e.kind in _ENDINGS or e.kind.startswith("user_") for e in entries):
            await self.check_credentials(conn)
        if not self._subscribers and entries:
            self.position = entries[-1].position
            return
        for together in _bundles(entries, len(self._subscribers)):
            self._hand_over([Telling(entry, epoch) for entry in together])
            self.position = together[-1].position
            await asyncio.sleep(0)

    def tell_listeners(self, entries: Sequence[Entry]) -> None:
        """Hand these to every listener; none stands for a gap."""
        for listener in list(self.listeners):
            listener(entries)

    async def check_credentials(self, conn: Conn) -> None:
        """Ask whether every session and token here is still good, some hundreds a statement."""
        asked = self.subscribers
        for start in range(0, len(asked), _ASKED_TOGETHER):
            some = asked[start : start + _ASKED_TOGETHER]
            left = await credentials.left_s(conn, [s.credential for s in some])
            for subscriber, left_s in zip(some, left, strict=True):
                if left_s > 0:
                    subscriber.good_for(left_s)
                else:
                    subscriber.end(SIGNED_OUT)

    def present(self) -> Collection[int]:
        """Whose open sockets tell that they are there."""
        return {s.viewer.user_id for s in self.subscribers if s.keeps_presence}

    def _hand_over(self, tellings: list[Telling]) -> None:
        """Put the frames of these events to everybody who is live; the hub's position is next."""
        if len(tellings) == 1:  # most of the time, and then every microsecond is one a socket
            self._hand_over_one(tellings[0])
            return
        joined: dict[tuple[bytes, ...], bytes] = {}  # most people see the same
        for viewer, sockets in self._subscribers.items():
            seen = [
                (telling.position, frame)
                for telling in tellings
                if (frame := telling.frame_for(viewer, self.visibility)) is not None
            ]
            for subscriber in sockets:
                key = tuple(f for position, f in seen if subscriber.is_live_before(position))
                if not key:
                    continue
                if key not in joined:
                    joined[key] = b"".join(key)
                subscriber.put(joined[key])

    def _hand_over_one(self, telling: Telling) -> None:
        position, visibility = telling.position, self.visibility
        for viewer, sockets in self._subscribers.items():
            frame = telling.frame_for(viewer, visibility)
            if frame is None:
                continue
            for subscriber in sockets:
                if subscriber.is_live_before(position):
                    subscriber.put(frame)


def _bundles(entries: list[Entry], viewers: int) -> Iterator[list[Entry]]:
    """The events in their order, in parts that leave the other tasks their turns."""
    size = max(1, min(TOGETHER, _AT_A_STRETCH // max(1, viewers)))
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
