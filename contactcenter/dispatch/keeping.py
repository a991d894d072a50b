"""For whom a ticket is kept: one that comes back waits for who had it, for a while.

While the window is open and its agent signed in nobody else may have it; afterwards he comes first.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from contactcenter import agents, db, events
from contactcenter.db import Conn
from contactcenter.dispatch import seek
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.tier_clock import Waits
from contactcenter.tickets import ticket_changes, tickets
from contactcenter.tickets.ticket_changes import ChangedTicket
from contactcenter.tickets.tickets import Ticket
from routing.eligibility import SIGNED_IN

_SQL = db.Statements(__name__)
_kept_for = _SQL.take("kept_for", int)
_kept_in = _SQL.take("kept_in", int)
_forget = _SQL.take("forget", ChangedTicket)

#: Nobody had it, or who had it does not matter any more.
NOBODY: Final = {"sticky_agent_id": None, "sticky_until": None}


async def keep_for(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    agent_id: int,
    *,
    default_s: int | None = None,
) -> tuple[Ticket, Waits]:
    """The ticket, kept for this agent for as long as its channel says. Not saved yet.

    That of a customer who is on the line is the telephone, and who had it comes first at least.

    It is kept for nobody where the channel has no window and none is the default, or the agent does
    not serve its queue.
    """
    channel = "phone" if ticket.needs_phone else ticket.channel
    default_s = 0 if ticket.needs_phone and default_s is None else default_s
    window_s = (await rules_of(conn)).sticky.window_s.get(channel, default_s)
    assert ticket.queue_id is not None
    if window_s is None or not await agents.works_in(conn, agent_id, ticket.queue_id):
        return msgspec.structs.replace(ticket, **NOBODY), {}
    until_at = now + timedelta(seconds=window_s)
    waits: Waits = {"sticky_end": until_at} if window_s else {}
    return msgspec.structs.replace(ticket, sticky_agent_id=agent_id, sticky_until=until_at), waits


async def keep_for_solver(conn: Conn, now: datetime, ticket: Ticket) -> tuple[Ticket, Waits]:
    """A solved ticket that comes back, kept for its solver if it is not too long ago."""
    if ticket.solved_at is None or ticket.solved_by_id is None:
        return ticket, {}
    if now - ticket.solved_at > timedelta(days=(await rules_of(conn)).sticky.forget_after_days):
        return ticket, {}
    return await keep_for(conn, now, ticket, ticket.solved_by_id)


async def look_elsewhere(conn: Conn, now: datetime, agent_id: int) -> None:
    """What was kept for an agent who has gone looks for another, the smallest rank first."""
    for ticket_id in await _kept_for.all(conn, agent_id, now):
        await seek.agent_for(conn, now, await tickets.lock(conn, ticket_id))


async def forget(
    conn: Conn, now: datetime, queue_id: int, agent_id: int, *, actor: str
) -> list[int]:
    """Nothing of the queue is his any more, for he does not serve it; when it waits again, either.

    Returns what was kept for him alone and has to look, the smallest rank first.
    """
    kept_ids = await _kept_in.all(conn, agent_id, now, queue_id)
    forgotten = await _forget.all(conn, agent_id, queue_id)
    changed = {"sticky_agent_id": {"from": agent_id, "to": None}}
    told = [ticket_changes.fact(one, now, actor, **changed) for one in forgotten]
    await events.record(conn, *told)
    return kept_ids


def ends_window(former: str, presence: str) -> bool:
    """Whether going from one presence to the other closes the windows of what is kept for him."""
    return former in SIGNED_IN and presence not in SIGNED_IN
