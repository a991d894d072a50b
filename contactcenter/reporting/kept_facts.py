"""The facts that reports are made of, kept: those of a ticket are made anew whenever it changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, structs

from contactcenter import calendars, db
from contactcenter.db import Conn
from contactcenter.history import Entry, Fact, Id, facts_of_ticket
from contactcenter.history.spans import calendars as calendar_of
from routing.calendars import Calendar

#: What is ``agent_id`` in a table and an event is ``agent`` in a history.
_IDS: Final = ("ticket", "contact", "agent", "team", "queue", "entry_point", "category")
_COLUMNS: Final = (
    *("ticket", "contact", "kind", "episode", "from_at", "at", "agent", "team", "queue", "tier"),
    *("channel", "entry_point", "category", "temperament", "value", "outcome", "is_first"),
    *("since_at", "to_tier", "promise", "score", "load", "contacts", "transfers", "escalations"),
    *("came_back_s", "calendar_s", "business_s"),
)


class _Event(Struct, frozen=True, kw_only=True):
    id: int
    at: datetime
    kind: str
    ticket_id: int
    contact_id: int | None
    agent_id: int | None
    actor: str
    data: Mapping[str, Any]


class _Team(Struct, frozen=True, kw_only=True):
    queue_id: int
    team_id: int


class Kept(Struct, frozen=True, kw_only=True):
    """A fact as it is stored."""

    id: int
    ticket_id: int | None
    contact_id: int | None
    kind: str
    episode: int
    from_at: datetime
    at: datetime | None
    agent_id: int | None
    team_id: int | None
    queue_id: int | None
    tier: int | None
    channel: str | None
    entry_point_id: int | None
    category_id: int | None
    temperament: str
    value: str
    outcome: str | None
    is_first: bool
    since_at: datetime | None
    to_tier: int | None
    promise: str | None
    score: int | None
    load: int | None
    contacts: int | None
    transfers: int | None
    escalations: int | None
    came_back_s: float | None
    calendar_s: float | None
    business_s: float | None


class Changed(Struct, frozen=True, kw_only=True):
    """Facts that are none any more, and facts that were none before."""

    gone: Sequence[Fact]
    new: Sequence[Fact]


_SQL = db.Statements(__name__)
_entries = _SQL.take("entries", _Event)
_of_tickets = _SQL.take("of_tickets", Kept)
_teams = _SQL.take("teams", _Team)
_read_at = _SQL.take("read_at", datetime)
_forget = _SQL.command("forget")
_put = _SQL.command("put")


async def tell(conn: Conn, ticket_ids: Sequence[int]) -> list[Fact]:
    """The facts of these tickets, made of their events; nothing is stored."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    team_of = {of.queue_id: of.team_id for of in await _teams.all(conn)}
    for event in await _entries.all(conn, list(ticket_ids)):
        entries[event.ticket_id].append(_entry(event, team_of))
    queues = {e.data["queue"] for told in entries.values() for e in told if e.data.get("queue")}
    hours: dict[Id, Calendar] = {
        queue: await calendars.of_queue(conn, queue) for queue in sorted(queues)
    }
    looked_up = calendar_of(hours)
    return [f for told in entries.values() for f in facts_of_ticket(told, looked_up)]


async def kept(conn: Conn, ticket_ids: Sequence[int]) -> list[Fact]:
    """The facts that are stored of these tickets."""
    return [fact(row) for row in await _of_tickets.all(conn, list(ticket_ids))]


async def renew(conn: Conn, ticket_ids: Sequence[int]) -> Changed:
    """Make the facts of these tickets anew and store the difference, in one transaction."""
    told = await tell(conn, ticket_ids)
    return await replace(conn, await _of_tickets.all(conn, list(ticket_ids)), told)


async def replace(conn: Conn, stored: Iterable[Kept], told: Iterable[Fact]) -> Changed:
    """Store what is told in place of what was stored, and leave alone what is the same."""
    ids_of: dict[Fact, list[int]] = defaultdict(list)
    for row in stored:
        ids_of[fact(row)].append(row.id)
    new = []
    for one in told:
        if ids_of[one]:
            ids_of[one].pop()
        else:
            new.append(one)
    gone = {id_: one for one, ids in ids_of.items() for id_ in ids}
    if gone:
        await _forget.run(conn, sorted(gone))
    if new:
        await _put.run(conn, *_columns(new))
    return Changed(gone=list(gone.values()), new=new)


async def read_at(conn: Conn) -> datetime | None:
    """Until when the facts tell of what happened; None before anything was read."""
    return await _read_at.first(conn)


def _entry(event: _Event, team_of: Mapping[int, int]) -> Entry:
    data = dict(event.data)
    for name in _IDS:
        if f"{name}_id" in data:
            data[name] = data.pop(f"{name}_id")
    if data.get("queue") is not None:
        data["team"] = team_of.get(data["queue"])
    return Entry(
        id=event.id,
        at=event.at,
        kind=event.kind,
        ticket=event.ticket_id,
        contact=event.contact_id,
        agent=event.agent_id,
        actor=event.actor,
        data=data,
    )


def fact(row: Kept) -> Fact:
    """A fact that is stored, as it was told."""
    told = structs.asdict(row)
    del told["id"]
    return Fact(**{name.removesuffix("_id"): value for name, value in told.items()})


def _columns(facts: Iterable[Fact]) -> list[list[Any]]:
    rows = [[getattr(one, name) for name in _COLUMNS] for one in facts]
    return [list(column) for column in zip(*rows, strict=True)]
