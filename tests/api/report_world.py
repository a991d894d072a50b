"""A small world to report on."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import asyncpg
import factories as make
from callers import Staff

from contactcenter.dispatch import ending, holding
from contactcenter.reporting import kept_facts

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"


async def three_solved(staff: Staff, table: asyncpg.Connection) -> SimpleNamespace:
    """Bahar solved one ticket in two minutes, Omid two in four and seven."""
    await make.prepare(table)
    team_id = await make.team(table)
    queue_id = await make.queue(table, team_id=team_id)
    bahar = await staff.account("agent", name="بهار", email="bahar@desk.test")
    omid = await staff.account("agent", name="Omid", email="omid@desk.test")
    await table.execute("UPDATE agent SET capacity = 9")
    tickets = []
    for agent_id, minutes in ((bahar, 2), (omid, 4), (omid, 7)):
        ticket = await make.queued_ticket(table, MONDAY, queue_id=queue_id, temperament="warm")
        tickets.append(ticket.id)
        await holding.give_to(table, MONDAY, ticket.id, agent_id, actor="system", note_id=None)
        await make.reply(table, MONDAY + timedelta(seconds=30), ticket.id, agent_id)
        at = MONDAY + timedelta(minutes=minutes)
        await ending.solve(
            table,
            at,
            ticket.id,
            actor=f"user:{agent_id}",
            disposition="solved",
            reopen_window_s=3600,
        )
    await kept_facts.renew(table, tickets)
    return SimpleNamespace(team_id=team_id, queue_id=queue_id, bahar=bahar, omid=omid)
