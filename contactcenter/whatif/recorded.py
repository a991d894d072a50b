"""A day as the database has it: read once, in one transaction that changes nothing."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from msgspec import Struct

from contactcenter import db, ticket_facts, timers
from contactcenter.configuration_document import checking, reading, rows
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.findings import World
from contactcenter.configuration_document.naming import Names
from contactcenter.configuration_document.problems import InvalidConfiguration
from contactcenter.db import Conn, Database
from contactcenter.errors import DomainError
from contactcenter.segments import conditions
from routing import entry

#: A day with more stays of tickets in queues and hands is too large for one look.
MOST_LEGS: Final = 2_000_000
#: How long reading a day may take.
DEADLINE_S: Final = 300
#: Facts are read of tickets that came within so long together: what was known then.
_TOGETHER: Final = timedelta(minutes=1)
#: Triage has looked by then.
_LOOKED: Final = timedelta(seconds=2)


class DayTooLarge(DomainError):
    """There is more in the span than can be played."""

    code = "day_too_large"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Leg(Struct, frozen=True, kw_only=True, gc=False):
    """A leg with what is known of its ticket."""

    ticket_id: int
    episode: int
    queue_id: int
    agent_id: int | None
    from_at: datetime
    to_at: datetime | None
    ended_by: str | None
    channel: str
    weight: int
    entry_point_id: int | None


class Work(Struct, frozen=True, kw_only=True, gc=False):
    """A ticket an agent accepted; ``worked_s`` is how long he was there for it in the span."""

    ticket_id: int
    agent_id: int
    offered_at: datetime
    answered_at: datetime
    ended_at: datetime | None
    worked_s: float


class Presence(Struct, frozen=True, kw_only=True):
    """Where an agent was, clipped to the span."""

    agent_id: int
    presence: str
    from_at: datetime
    to_at: datetime


class Entered(Struct, frozen=True, kw_only=True):
    """What a ticket was granted when it came, or came back to who had solved it."""

    ticket_id: int
    at: datetime
    solver_id: int | None
    credits: dict[str, int]
    temperament: str | None
    language: str | None


class FirstOffer(Struct, frozen=True, kw_only=True):
    """At whom a ticket rang first."""

    ticket_id: int
    agent_id: int
    offered_at: datetime


class Agent(Struct, frozen=True, kw_only=True):
    """Who there is."""

    id: int
    email: str
    name: str
    capacity: int


class Recorded(Struct, frozen=True, kw_only=True):
    """Everything of one span of time, as it is known at one instant.

    ``until_at`` is the end of the span, or now where that is earlier.
    """

    from_at: datetime
    until_at: datetime
    now: datetime
    document: Document
    names: Names
    queues: dict[int, str]
    agents: list[Agent]
    legs: list[Leg]
    work: list[Work]
    presences: list[Presence]
    entered: list[Entered]
    offers: list[FirstOffer]
    problems: dict[int, entry.Problem]


_SQL = db.Statements(__name__)
_legs = _SQL.take("legs", Leg)
_work = _SQL.take("work", Work)
_presences = _SQL.take("presences", Presence)
_entered = _SQL.take("entered", Entered)
_first_offers = _SQL.take("first_offers", FirstOffer)
_agents = _SQL.take("agents", Agent)


async def read(
    database: Database,
    from_at: datetime,
    to_at: datetime,
    *,
    document: Document | None = None,
    channels: Collection[str] = (),
    most_legs: int = MOST_LEGS,
    deadline_s: int = DEADLINE_S,
) -> Recorded:
    """Read a span; raises ``DayTooLarge``, or ``InvalidConfiguration`` with all that is wrong.

    Of a ``document`` to be played it also reads what rules may ask of the tickets, which takes
    longer; ``channels`` are those that are installed.
    """
    async with _reading(database, deadline_s) as conn:
        now = await timers.clock(conn)
        until_at = min(to_at, now)
        found = await rows.read(conn)
        if document is not None:
            await _check(conn, document, found, channels)
        legs = await _legs.all(conn, from_at, until_at, most_legs + 1)
        if len(legs) > most_legs:
            raise DayTooLarge(
                f"the span has more than {most_legs} legs of tickets; choose a shorter one"
            )
        ids = sorted({leg.ticket_id for leg in legs})
        return Recorded(
            from_at=from_at,
            until_at=until_at,
            now=now,
            document=reading.read(found),
            names=Names(found),
            queues={queue.id: queue.name for queue in found.queues},
            agents=await _agents.all(conn),
            legs=legs,
            work=await _work.all(conn, ids, from_at, now),
            presences=await _presences.all(conn, from_at, until_at),
            entered=await _entered.all(conn, ids, until_at),
            offers=await _first_offers.all(conn, ids, from_at, until_at),
            problems={} if document is None else await _problems(conn, legs, from_at),
        )


async def _check(
    conn: Conn, document: Document, found: rows.Rows, channels: Collection[str]
) -> None:
    """Refuse what could not become active; that some queue is in use is no reason here."""
    known = await conditions.known(conn, channels)
    world = World(rows=found, channels=frozenset(channels), known=known, in_use=frozenset())
    errors = checking.check(document, world).errors
    if errors:
        raise InvalidConfiguration(errors)


@asynccontextmanager
async def _reading(database: Database, deadline_s: int) -> AsyncIterator[Conn]:
    """One view of everything, in which nothing can be changed, for so long at most."""
    conn = await database.connect("whatif")
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            await conn.execute(
                f"SET LOCAL statement_timeout = '{deadline_s}s';"
                "SET LOCAL plan_cache_mode = force_custom_plan;"
                "SET LOCAL idle_in_transaction_session_timeout = '60s'"
            )
            yield conn
    finally:
        await conn.close(timeout=5)


async def _problems(conn: Conn, legs: list[Leg], from_at: datetime) -> dict[int, entry.Problem]:
    """What was known of each ticket when it came, by the minute."""
    came = {leg.ticket_id: leg.from_at for leg in reversed(legs)}
    minutes: dict[int, list[int]] = {}
    for ticket_id, at in came.items():
        minutes.setdefault((at - from_at) // _TOGETHER, []).append(ticket_id)
    problems: dict[int, entry.Problem] = {}
    for ticket_ids in minutes.values():
        at = max(came[ticket_id] for ticket_id in ticket_ids) + _LOOKED
        problems |= await ticket_facts.read_all(conn, ticket_ids, at)
    return problems
