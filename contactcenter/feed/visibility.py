"""Who may see which event: kept in memory, never asked of the database for one frame.

Tickets follow ``may_read()``, the clause of every other statement; a test compares the two. Access
is judged when an event is delivered, not when it happened: whoever may read a ticket today sees its
whole past on resuming, as its timeline shows it, and whoever no longer may sees none of it. Two
rules on top: the agents an event names see it in any case, so that what is taken from them leaves
their screens; and where a ticket goes to a restricted team, those who could read it before are told
that it is gone.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.access.actor import RoleName
from contactcenter.db import Conn
from contactcenter.feed.reader import Entry

Audience = Literal["ticket", "everybody", "supervisors", "leaders", "mates", "concerned"]
Sight = Literal["event", "gone", "nothing"]

#: By the beginning of the kind, for events that are about no ticket; any other goes by the rule
#: for tickets, which without a team leaves the administrators and whoever serves the contact.
_AUDIENCES: Final[tuple[tuple[str, Audience], ...]] = (
    ("contact_", "everybody"),
    ("asset_", "everybody"),
    ("entitlement_", "everybody"),
    ("consent_", "everybody"),
    ("segment_", "everybody"),
    ("alert_", "leaders"),
    ("behaviour_", "supervisors"),
    ("vital_", "supervisors"),
    ("recording_", "supervisors"),
    ("configuration_", "everybody"),
    ("queue_", "everybody"),
    ("feedback_", "supervisors"),
    ("notice_changed", "supervisors"),
    ("presence_", "mates"),
    ("fairness_", "supervisors"),
    ("payload_", "supervisors"),
    ("entry_point_", "supervisors"),
    ("user_", "concerned"),
    ("session_", "concerned"),
    ("token_", "concerned"),
    ("password_", "concerned"),
)
#: What can bring a ticket under another team.
_MOVES: Final = frozenset(
    {
        "ticket_queued",
        "ticket_escalated",
        "ticket_transferred",
        "ticket_returned",
        "ticket_overflowed",
    }
)
#: What only supervisors are shown of a ticket, and whoever it names.
_FOR_SUPERVISORS: Final = ("supervisor_notified", "feedback_", "call_supervision_")


class _ViewerRow(Struct, frozen=True, kw_only=True):
    user_id: int
    role: RoleName
    is_admin: bool
    teams: list[int]
    hidden: list[int]


class _Holding(Struct, frozen=True, kw_only=True):
    ticket_id: int
    agent_id: int
    contact_id: int


_SQL = db.Statements(__name__)
_viewers = _SQL.take("viewers", _ViewerRow)
_holdings = _SQL.take("holdings", _Holding)


class Viewer:
    """What one person may see, as ``viewer()`` tells it; nothing until it was read."""

    __slots__ = (
        "hidden",
        "is_admin",
        "is_supervisor",
        "read_number",
        "sockets",
        "teams",
        "user_id",
    )

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.is_admin = False
        self.is_supervisor = False
        self.teams: frozenset[int] = frozenset()
        self.hidden: frozenset[int] = frozenset()
        self.sockets = 0
        self.read_number = 0


class Subject(Struct, frozen=True, kw_only=True):
    """Whom an event concerns, worked out once for all who may see it.

    ``names`` are the agents it is about; for accounts, sessions and tokens the person it is about.
    What is ``for_supervisors`` is shown to those among them who may read the ticket.
    """

    audience: Audience
    team_ids: frozenset[int]
    contact_id: int | None
    names: frozenset[int]
    is_move: bool
    for_supervisors: bool = False


class Visibility:
    """The people who are connected, and who holds a ticket of whom."""

    def __init__(self) -> None:
        #: Set while there is anybody.
        self.followed: Final = asyncio.Event()
        self._viewers: dict[int, Viewer] = {}
        self._listeners = 0
        self._reads = 0
        self._holder_of: dict[int, tuple[int, int]] = {}
        self._held: dict[tuple[int, int], set[int]] = defaultdict(set)

    def follow(self, user_id: int) -> Viewer:
        """Follow a person until ``leave``, once a socket; ``read`` makes the rights known."""
        viewer = self._viewers.setdefault(user_id, Viewer(user_id))
        viewer.sockets += 1
        self.followed.set()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """One socket of this person less; after the last one the person is forgotten."""
        viewer.sockets -= 1
        if viewer.sockets == 0:
            del self._viewers[viewer.user_id]
        self._doze_off()

    def listen(self) -> None:
        """A part of this process wants every event until ``hear_no_more``, whoever is connected."""
        self._listeners += 1
        self.followed.set()

    def hear_no_more(self) -> None:
        """One listener less."""
        self._listeners -= 1
        self._doze_off()

    def _doze_off(self) -> None:
        if not self._viewers and not self._listeners:
            self.followed.clear()

    async def read(self, conn: Conn, user_ids: Collection[int]) -> None:
        """Read these people's rights in one statement.

        Two reads may cross. Events ask for a read after they were committed, so the one that began
        last knows them all: an earlier one that ends later is not taken.
        """
        self._reads += 1
        number = self._reads
        for row in await _viewers.all(conn, sorted(user_ids)):
            viewer = self._viewers.get(row.user_id)
            if viewer is None or viewer.read_number > number:
                continue
            viewer.read_number = number
            viewer.is_admin = row.is_admin
            viewer.is_supervisor = row.role in ("supervisor", "admin")
            viewer.teams = frozenset(row.teams)
            viewer.hidden = frozenset(row.hidden)

    async def read_holdings(self, conn: Conn) -> None:
        """Read who holds what: at the start, and after contacts were joined or parted."""
        rows = await _holdings.all(conn)
        self._holder_of.clear()
        self._held.clear()
        for row in rows:
            self._hold(row.ticket_id, row.agent_id, row.contact_id)

    async def learn(self, conn: Conn, entries: Collection[Entry]) -> None:
        """Take in what these events change, before anybody is shown them."""
        for entry in entries:
            if entry.ticket_id is not None:
                self._hold(entry.ticket_id, entry.holder_id, entry.of_contact_id)
        if any(e.kind in ("contact_merged", "contact_unmerged") for e in entries):
            await self.read_holdings(conn)
        if changed := self._changed(entries):
            await self.read(conn, changed)

    def holds_ticket_of(self, user_id: int, contact_id: int | None) -> bool:
        """Whether this person holds a ticket of the contact now."""
        return contact_id is not None and bool(self._held.get((user_id, contact_id)))

    def may_read(self, viewer: Viewer, team_ids: frozenset[int], contact_id: int | None) -> bool:
        """The SQL function of that name, in memory."""
        if viewer.is_admin:
            return True
        return self._is_near(viewer, team_ids, contact_id) and team_ids.isdisjoint(viewer.hidden)

    def sight(self, viewer: Viewer, subject: Subject) -> Sight:
        """What this person is shown of an event."""
        if viewer.is_admin or viewer.user_id in subject.names:
            return "event"
        match subject.audience:
            case "ticket":
                return self._sight_of_ticket(viewer, subject)
            case "everybody":
                seen = True
            case "supervisors":
                seen = viewer.is_supervisor
            case "leaders":  # of the team; of what is no team's every supervisor
                is_theirs = not subject.team_ids or not subject.team_ids.isdisjoint(viewer.teams)
                seen = viewer.is_supervisor and is_theirs
            case "mates":
                seen = viewer.is_supervisor or not subject.team_ids.isdisjoint(viewer.teams)
            case "concerned":
                seen = False
        return "event" if seen else "nothing"

    def _sight_of_ticket(self, viewer: Viewer, subject: Subject) -> Sight:
        if subject.for_supervisors and not viewer.is_supervisor:
            return "nothing"
        if not self._is_near(viewer, subject.team_ids, subject.contact_id):
            return "nothing"
        if subject.team_ids.isdisjoint(viewer.hidden):
            return "event"
        return "gone" if subject.is_move else "nothing"

    def _is_near(self, viewer: Viewer, team_ids: frozenset[int], contact_id: int | None) -> bool:
        return not team_ids.isdisjoint(viewer.teams) or self.holds_ticket_of(
            viewer.user_id, contact_id
        )

    def _hold(self, ticket_id: int, agent_id: int | None, contact_id: int | None) -> None:
        former = self._holder_of.pop(ticket_id, None)
        if former is not None:
            tickets = self._held[former]
            tickets.discard(ticket_id)
            if not tickets:
                del self._held[former]
        if agent_id is not None and contact_id is not None:
            self._holder_of[ticket_id] = (agent_id, contact_id)
            self._held[agent_id, contact_id].add(ticket_id)

    def _changed(self, entries: Iterable[Entry]) -> set[int]:
        """Whose rights these events may have changed, of those who are connected."""
        changed: set[int] = set()
        for entry in entries:
            if entry.kind == "configuration_changed":
                return set(self._viewers)
            if entry.kind.startswith("user_"):
                person = concerned(entry)
                if person is None:
                    return set(self._viewers)
                changed.add(person)
        return changed & self._viewers.keys()


def subject_of(entry: Entry) -> Subject:
    """Whom the event concerns."""
    audience: Audience = "ticket"
    if entry.ticket_id is None:
        beginnings = (a for start, a in _AUDIENCES if entry.kind.startswith(start))
        audience = next(beginnings, "ticket")
    if audience == "concerned":
        names = {concerned(entry)}
    else:
        names = {entry.agent_id, _number(entry.data.get("from_agent_id"))}
    return Subject(
        audience=audience,
        team_ids=frozenset(entry.team_ids),
        contact_id=entry.of_contact_id,
        names=frozenset(n for n in names if n is not None),
        is_move=entry.kind in _MOVES,
        for_supervisors=entry.kind.startswith(_FOR_SUPERVISORS),
    )


def concerned(entry: Entry) -> int | None:
    """The person an event about an account, a session or a token is about; None if it says not.

    Sessions, tokens and passwords are their actor's own; an account is edited by somebody else.
    """
    person = _number(entry.data.get("user_id")) or entry.agent_id
    if person is not None or entry.kind.startswith("user_"):
        return person
    kind, _, number = entry.actor.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
