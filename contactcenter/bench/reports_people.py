"""The centre that reports are of: people, queues, and a year's tickets, promises and messages.

They are the tickets whose facts ``bench.reports`` makes: the same numbers, queues, agents, times.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import filling, messages
from contactcenter.db import OwnConnection

_AT_ONCE: Final = 50_000
#: A person has so many problems in the year.
_TICKETS_EACH: Final = 5
#: So many wait, and as many are held, but at most a tenth of all.
_WAITING: Final = 2000


class People(Struct, frozen=True, kw_only=True):
    """Who asks: who leads three teams of ten, and who sees all."""

    supervisor_id: int
    administrator_id: int


class Year(Struct, frozen=True, kw_only=True):
    """The tickets of a year from ``from_at`` on, as they are at ``now``, near its end."""

    from_at: datetime
    now: datetime
    tickets: int
    interactions: int
    agents: int


_SQL = db.Statements(__name__)
_of_teams = tuple(_SQL.command(name) for name in ("teams", "queues"))
_people = _SQL.command("people")
_agents = _SQL.command("agents")
_of_agents = tuple(_SQL.command(name) for name in ("memberships", "team_members"))
_contacts = _SQL.command("contacts")
_tickets = _SQL.command("tickets")
_promises = _SQL.command("promises")
_interactions = _SQL.command("interactions")


async def settle(conn: OwnConnection, year: Year, say: Callable[[str], None]) -> People:
    """Make the centre, and what it did in the year."""
    for statement in _of_teams:
        await statement.run(conn)
    await _people.run(conn, year.agents)
    await _agents.run(conn, year.agents, year.now)
    for statement in _of_agents:
        await statement.run(conn, year.agents)
    contacts = max(1, year.tickets // _TICKETS_EACH)
    async with filling.bare(conn, "contact"):
        await _contacts.run(conn, 1, contacts)
    await _fill_tickets(conn, year, contacts)
    say(f"{year.tickets:,} tickets with their promises")
    texts = [text for text, _ in messages.TEXTS]
    async with filling.bare(conn, "interaction"):
        for first in range(1, year.tickets + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, year.tickets)
            each = year.interactions // year.tickets
            await _interactions.run(conn, first, last, each, texts)
    say(f"{year.interactions:,} interactions")
    return People(supervisor_id=year.agents + 1, administrator_id=year.agents + 2)


def waiting_of(tickets: int) -> int:
    """How many of so many tickets wait."""
    return min(_WAITING, tickets // 10)


async def _fill_tickets(conn: OwnConnection, year: Year, contacts: int) -> None:
    waiting = waiting_of(year.tickets)
    async with filling.bare(conn, "sla_clock"), filling.bare(conn, "ticket"):
        for first in range(1, year.tickets + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, year.tickets)
            of = (first, last, year.agents, year.tickets, contacts, waiting)
            await _tickets.run(conn, year.from_at, *of, year.now)
            await _promises.run(conn, first, last, year.now)
