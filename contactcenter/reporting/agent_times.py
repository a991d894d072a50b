"""How agents spent their time, kept as facts: told anew from where something of it changed.

Presence is cut where it is told of, so that all that was before such an instant stays as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, structs

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.history import Entry, Fact, facts_of_agent
from contactcenter.reporting import kept_facts
from contactcenter.reporting.kept_facts import Changed, Kept

#: From here on all there is.
FROM_THE_FIRST: Final = datetime.min.replace(tzinfo=UTC)
#: What of a ticket's facts says what an agent did.
_OF_TICKETS: Final = frozenset({"stay", "offer", "handled"})


class _Start(Struct, frozen=True, kw_only=True):
    agent_id: int
    from_at: datetime | None


class _Presence(Struct, frozen=True, kw_only=True):
    id: int
    at: datetime
    agent_id: int
    state: str


_SQL = db.Statements(__name__)
_starts = _SQL.take("starts", _Start)
_presences = _SQL.take("presences", _Presence)
_work = _SQL.take("work", Kept)
_times = _SQL.take("times", Kept)
_of_all = _SQL.take("of_all", int)


def touched(facts: Iterable[Fact]) -> dict[int, datetime]:
    """Whose time these facts, which are new or gone, tell of, and from when on."""
    since: dict[int, datetime] = {}
    for fact in facts:
        if fact.kind in _OF_TICKETS and isinstance(fact.agent, int):
            since[fact.agent] = min(fact.from_at, since.get(fact.agent, fact.from_at))
    return since


def earliest(*told: Mapping[int, datetime]) -> dict[int, datetime]:
    """Each agent's first instant in any of them."""
    since: dict[int, datetime] = {}
    for one in told:
        for agent_id, at in one.items():
            since[agent_id] = min(at, since.get(agent_id, at))
    return since


async def renew(conn: Conn, since: Mapping[int, datetime], until: datetime) -> Changed:
    """Tell the time of these agents anew, each from an instant on; what goes on has no end.

    Their tickets' facts are stored before. In one transaction.
    """
    if not since:
        return Changed(gone=[], new=[])
    found = await _starts.all(conn, list(since), list(since.values()))
    starts = {one.agent_id: one.from_at for one in found}
    asked = list(starts), list(starts.values())
    entries: dict[int, list[Entry]] = defaultdict(list)
    for one in await _presences.all(conn, *asked):
        entries[one.agent_id].append(_entry(one))
    work = _by_agent(await _work.all(conn, *asked))
    told = [
        _going_on(fact, until)
        for agent_id, from_at in starts.items()
        for fact in facts_of_agent(
            agent_id, entries[agent_id], [kept_facts.fact(row) for row in work[agent_id]], until
        )
        if from_at is None or fact.from_at >= from_at
    ]
    return await kept_facts.replace(conn, await _times.all(conn, *asked), told)


async def agents_of_all(conn: Conn) -> list[int]:
    """Everybody who ever said that he is there, or had a ticket."""
    return await _of_all.all(conn)


def _entry(told: _Presence) -> Entry:
    data: dict[str, Any] = {"to": told.state}
    return Entry(
        id=told.id,
        at=told.at,
        kind="presence_changed",
        ticket=None,
        contact=None,
        agent=told.agent_id,
        actor="system",
        data=data,
    )


def _by_agent(rows: Sequence[Kept]) -> dict[int, list[Kept]]:
    found: dict[int, list[Kept]] = defaultdict(list)
    for row in rows:
        if row.agent_id is not None:
            found[row.agent_id].append(row)
    return found


def _going_on(fact: Fact, until: datetime) -> Fact:
    if fact.at != until:
        return fact
    return structs.replace(fact, at=None, calendar_s=None, business_s=None)
