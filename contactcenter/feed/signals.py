"""Hands on what is over in a moment, such as that a visitor types: to whoever may read the ticket.

Signals come from the bell, are never stored and have no place in the order of events. Whose ticket
it is is asked of the database once for all that came together, so that rights are those of now.
"""

import asyncio
from typing import Final, get_args

import structlog
from msgspec import Struct

from contactcenter import bell, db
from contactcenter.db import Database, is_unreachable
from contactcenter.errors import NoDatabase
from contactcenter.feed import frames
from contactcenter.feed.frames import SignalFrame, SignalKind
from contactcenter.feed.hub import TOGETHER, Hub

#: What comes within this time is looked up together, and twice the same is told once.
PAUSE_S: Final = 0.05
#: More than this at once is not told: nobody could look at it.
WAITING: Final = 5_000

_KINDS: Final[frozenset[str]] = frozenset(get_args(SignalKind))
#: So many tickets are asked about in one statement.
_ASKED_TOGETHER: Final = 500

log = structlog.get_logger()


class _Subject(Struct, frozen=True, kw_only=True):
    ticket_id: int
    contact_id: int
    team_ids: list[int]


_SQL = db.Statements(__name__)
_subjects = _SQL.take("subjects", _Subject)


class Signals:
    """The signals of one process, on their way to the subscribers of its hub."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        #: By kind and ticket, in the order in which they came.
        self._waiting: dict[tuple[SignalKind, int], None] = {}
        self._came = asyncio.Event()

    def hear(self, signal: bell.Signal) -> None:
        """Take a signal from the bell; where nobody is connected it is dropped."""
        kind, ticket_id = signal.get("kind"), signal.get("ticket_id")
        if kind not in _KINDS or not isinstance(ticket_id, int) or not self._hub.subscribers:
            return
        if len(self._waiting) < WAITING:
            self._waiting[kind, ticket_id] = None
            self._came.set()

    async def run(self) -> None:
        """Hand them on until cancelled; what cannot be looked up is dropped."""
        while True:
            await self._came.wait()
            await asyncio.sleep(PAUSE_S)
            self._came.clear()
            waiting, self._waiting = list(self._waiting), {}
            for start in range(0, len(waiting), _ASKED_TOGETHER):
                try:
                    await self._tell(waiting[start : start + _ASKED_TOGETHER])
                except Exception as error:
                    if not isinstance(error, NoDatabase) and not is_unreachable(error):
                        log.exception("signals_failed", error=type(error).__name__)
                    else:
                        log.warning("signals_dropped", error=type(error).__name__)

    async def _tell(self, waiting: list[tuple[SignalKind, int]]) -> None:
        async with self._database.read() as conn:
            found = await _subjects.all(conn, sorted({ticket_id for _, ticket_id in waiting}))
        subjects = {subject.ticket_id: subject for subject in found}
        told = [(kind, subjects[id_]) for kind, id_ in waiting if id_ in subjects]
        for start in range(0, len(told), TOGETHER):
            self._hand_over([_Told(kind, subject) for kind, subject in told[start:][:TOGETHER]])
            await asyncio.sleep(0)

    def _hand_over(self, told: list["_Told"]) -> None:
        """Write to everybody what he may know of these, in one go."""
        may_read = self._hub.visibility.may_read
        for subscriber in self._hub.subscribers:
            if subscriber.cursor is None:
                continue
            viewer = subscriber.viewer
            seen = [t.frame for t in told if may_read(viewer, t.team_ids, t.contact_id)]
            if seen:
                subscriber.mention(b"".join(seen))


class _Told:
    """A signal made ready for everybody."""

    __slots__ = ("contact_id", "frame", "team_ids")

    def __init__(self, kind: SignalKind, subject: _Subject) -> None:
        self.team_ids: Final = frozenset(subject.team_ids)
        self.contact_id: Final = subject.contact_id
        self.frame: Final = frames.encode(
            SignalFrame(kind=kind, ticket_id=subject.ticket_id, contact_id=subject.contact_id)
        )
