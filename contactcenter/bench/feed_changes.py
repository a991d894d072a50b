"""A team, its agents' sessions, and changes of its tickets that all of them are told of."""

import time
from collections.abc import Sequence
from typing import Final

import msgspec

from contactcenter import db, timers
from contactcenter.db import OwnConnection
from contactcenter.tickets import tickets

_TICKETS: Final = 50

_SQL = db.Statements(__name__)
_team = _SQL.take("team", int)
_people = _SQL.command("people")
_tickets = _SQL.take("tickets", int)
_last_event = _SQL.take("last_event", int)
_changes = _SQL.take("changes", int)
_ring = _SQL.command("ring")


async def settle(conn: OwnConnection, people: int, secret: str) -> "Changes":
    """Make a team of so many agents, each with a session that begins with ``secret``."""
    team_id = await _team.one(conn)
    await _people.run(conn, team_id, people, secret)
    ticket_ids = await _tickets.all(conn, team_id, _TICKETS)
    await conn.execute("VACUUM (ANALYZE)")
    return Changes(conn, ticket_ids)


class Changes:
    """Changes tickets as another process of the product does, and notes when."""

    def __init__(self, conn: OwnConnection, ticket_ids: Sequence[int]) -> None:
        self._conn = conn
        self._ticket_ids = ticket_ids
        self._count = 0
        #: When each commit was begun, on the monotonic clock, by its last event.
        self.committed_ns: dict[int, int] = {}

    async def make(self, count: int = 1) -> int:
        """Commit so many changes at once, ring the bell; returns the last event's id."""
        conn = self._conn
        async with conn.transaction():
            for _ in range(count):
                await self._change()
            event_id = await _last_event.one(conn)
            at_ns = time.monotonic_ns()
        await _ring.run(conn)
        self.committed_ns[event_id] = at_ns
        return event_id

    async def told(self) -> list[int]:
        """The events of all changes so far, in their order."""
        return await _changes.all(self._conn, self._ticket_ids)

    async def _change(self) -> None:
        self._count += 1
        ticket = await tickets.lock(
            self._conn, self._ticket_ids[self._count % len(self._ticket_ids)]
        )
        subject = f"After change {self._count}"
        changed = {"subject": {"from": ticket.subject, "to": subject}}
        ticket = await tickets.save(self._conn, msgspec.structs.replace(ticket, subject=subject))
        now = await timers.clock(self._conn)
        await tickets.record_change(self._conn, now, ticket, "system", changed)
