"""Tells all facts of reports anew, a few tickets at a time, while everything runs.

Only what differs is written, so that reports are right throughout, and what it changes of closed
days is a correction like any other.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct, structs

from contactcenter import db, timers
from contactcenter.db import Conn, Database
from contactcenter.reporting import agent_times, kept_facts, roll_ups

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
                return await _agents(conn, done)
            changed = await kept_facts.renew(conn, ids)
            await roll_ups.mark(conn, (*changed.gone, *changed.new))
        last_id = ids[-1]
        done = Rebuilt(
            tickets=done.tickets + len(ids),
            gone=done.gone + len(changed.gone),
            new=done.new + len(changed.new),
        )
        say(done)


async def _agents(conn: Conn, done: Rebuilt) -> Rebuilt:
    """What agents did with their time is told of last, for it is made of facts of tickets, too."""
    now = await timers.clock(conn)
    for agent_id in await agent_times.agents_of_all(conn):
        changed = await agent_times.renew(conn, {agent_id: agent_times.FROM_THE_FIRST}, now)
        done = structs.replace(
            done, gone=done.gone + len(changed.gone), new=done.new + len(changed.new)
        )
    return done
