"""Tells all facts of reports anew, a few tickets at a time, while everything runs.

Only what differs is written, so that reports are right throughout, and what it changes of closed
days is a correction like any other.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Database
from contactcenter.reporting import kept_facts, roll_ups

#: So many tickets in one transaction: some tenths of a second.
BATCH: Final = 200


class Rebuilt(Struct, frozen=True, kw_only=True):
    """How many tickets were told anew, and how many facts were none or had been missing."""

    tickets: int
    gone: int
    new: int


_SQL = db.Statements(__name__)
_alone = _SQL.command("alone")
_next_tickets = _SQL.take("next_tickets", int)


async def rebuild(database: Database, say: Callable[[Rebuilt], None]) -> Rebuilt:
    """Tell every ticket anew; ``say`` is told after each batch how far it is."""
    done, last_id = Rebuilt(tickets=0, gone=0, new=0), 0
    while True:
        async with database.transaction() as conn:
            await _alone.run(conn)
            ids = await _next_tickets.all(conn, last_id, BATCH)
            if not ids:
                return done
            changed = await kept_facts.renew(conn, ids)
            await roll_ups.mark(conn, (*changed.gone, *changed.new))
        last_id = ids[-1]
        done = Rebuilt(
            tickets=done.tickets + len(ids),
            gone=done.gone + len(changed.gone),
            new=done.new + len(changed.new),
        )
        say(done)
