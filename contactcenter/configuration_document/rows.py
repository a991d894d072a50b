"""The rows that a document is made of and becomes, with what it may name: read in one go."""

from collections.abc import Collection
from typing import Any, Literal

import msgspec
from msgspec import Struct

from contactcenter import calendars, db
from contactcenter.calendars import Calendar
from contactcenter.db import Conn
from contactcenter.rules import CreditRule, EscalationRule, OverflowStep, SlaPolicy


class Row(Struct, frozen=True, kw_only=True):
    """A row of the table that its attribute of ``Rows`` is named after."""


class Team(Row, frozen=True, kw_only=True):
    """Who works together."""

    id: int
    name: str
    lead_id: int | None


class Person(Row, frozen=True, kw_only=True):
    """Whoever can hold tickets, with what he takes at once."""

    id: int
    email: str
    capacity: int
    enabled: bool


class TeamMember(Row, frozen=True, kw_only=True):
    """Somebody who is in a team of his own, not only because he serves a queue of it."""

    team_id: int
    agent_id: int


class Queue(Row, frozen=True, kw_only=True):
    """A queue, also one that is archived."""

    id: int
    name: str
    team_id: int
    tier: int
    auto_accept: list[str]
    offer_timeout_s: int
    offer_timeouts: dict[str, int]
    wrap_up_s: int
    return_after_s: int | None
    requirements: dict[str, dict[str, int]]
    escalate_after_s: int | None
    escalate_to_id: int | None
    calendar_id: int | None
    archived: bool


class TermsRow(Row, frozen=True, kw_only=True):
    """On what terms a queue is served."""

    queue_id: int
    level: int
    delay_s: int
    handicap_s: int
    band: int


class TeamQueue(TermsRow, frozen=True, kw_only=True):
    """A team serves a queue."""

    team_id: int


class Membership(TermsRow, frozen=True, kw_only=True):
    """An agent serves a queue."""

    agent_id: int
    source: Literal["own", "team"]


class AgentSkill(Row, frozen=True, kw_only=True):
    """What an agent knows."""

    agent_id: int
    kind: Literal["skill", "language", "product"]
    name: str
    level: int


class EntryRule(Row, frozen=True, kw_only=True):
    """A line of the entry table."""

    id: int
    condition: dict[str, Any]
    queue_id: int


class EntryPoint(Row, frozen=True, kw_only=True):
    """One of our addresses; nobody has set a discovered one up yet.

    ``menu_queue_ids`` are the queues to which its phone menu leads.
    """

    id: int
    channel: str
    address: str
    queue_id: int
    calendar_id: int | None
    options: dict[str, str]
    discovered: bool
    menu_queue_ids: list[int]

    @property
    def key(self) -> str:
        """Its name in a document."""
        return f"{self.channel}:{self.address}"


class Category(Row, frozen=True, kw_only=True):
    """What problems are about."""

    id: int
    parent_id: int | None
    name_en: str
    archived: bool


class Rows(Struct, frozen=True, kw_only=True):
    """Everything of one instant; ``calendars`` are those that are not archived."""

    version: int
    settings: dict[str, dict[str, Any]]
    teams: list[Team]
    people: list[Person]
    team_members: list[TeamMember]
    queues: list[Queue]
    team_queues: list[TeamQueue]
    memberships: list[Membership]
    skills: list[AgentSkill]
    credits: list[CreditRule]
    entry: list[EntryRule]
    entry_points: list[EntryPoint]
    overflow: list[OverflowStep]
    escalation: list[EscalationRule]
    sla: list[SlaPolicy]
    categories: list[Category]
    calendars: list[Calendar]


class _Read(Struct, frozen=True, kw_only=True):
    rows: dict[str, Any]


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Read)
_in_use = _SQL.take("in_use", int)


async def read(conn: Conn) -> Rows:
    """All of it; where it must be of one instant with what follows, under the routing lock."""
    found = (await _read.one(conn)).rows
    hours = await calendars.list_all(conn, archived=False)
    rows = msgspec.convert({**found, "calendars": []}, Rows)
    return msgspec.structs.replace(rows, calendars=hours)


async def in_use(conn: Conn, queue_ids: Collection[int]) -> frozenset[int]:
    """Of these queues those with unsolved tickets."""
    return frozenset(await _in_use.all(conn, list(queue_ids))) if queue_ids else frozenset()
