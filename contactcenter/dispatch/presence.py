"""How agents come and go, and what that does to their offers and to who is asked next."""

from datetime import datetime
from typing import Final, Literal

from contactcenter import agents, offers, timers
from contactcenter.agents import Agent
from contactcenter.calls import calls
from contactcenter.db import Conn
from contactcenter.dispatch import holding, keeping, pausing, seek, wrapping
from contactcenter.errors import BadInput, Conflict
from contactcenter.tickets import tickets

Wanted = Literal["offline", "available", "away", "draining"]

#: A console that has been silent for this long is gone.
LOST_AFTER_S: Final = 30


async def change(
    conn: Conn, now: datetime, agent_id: int, wanted: Wanted, reason: str | None, *, actor: str
) -> Agent:
    """Go to another presence.

    Offline and draining take ringing offers back, all of them before any ticket looks; away keeps
    them. Either way what was kept for him looks for another then. Tickets that are held stay held:
    nobody loses a conversation because he went to lunch.
    """
    agent = await agents.lock(conn, agent_id)
    if not agent.enabled and wanted != "offline":
        raise Conflict(f"agent {agent_id} is disabled")
    if wanted == "away" and not reason:
        raise BadInput("body.reason", "say why you are away")
    if wanted == "draining" and agent.load == 0:
        wanted = "offline"
    if (agent.presence, agent.presence_reason) == (wanted, reason):
        return agent
    await timers.clear_for_agent(conn, "wrap_up_end", agent_id)
    await agents.set_presence(conn, now, agent, wanted, reason, actor=actor)
    await _leave_calls(conn, now, agent_id)
    if wanted in ("offline", "draining"):
        await holding.rescind_all(conn, now, await offers.pending_of_agent(conn, agent_id))
    if keeping.ends_window(agent.presence, wanted):
        await keeping.look_elsewhere(conn, now, agent_id)
    await seek.tickets_for(conn, now, agent_id)
    await seek.catch_up(conn, now)  # what he is answered tells what he has now
    return await agents.find(conn, agent_id)


async def end_wrap_up(conn: Conn, now: datetime, agent_id: int, *, actor: str) -> Agent:
    """The agent is ready for the next ticket; nothing happens where he is not wrapping up.

    What he still holds of the calls he wrapped up is the customer's turn from now on.
    """
    await _leave_calls(conn, now, agent_id)
    agent = await agents.lock(conn, agent_id)
    if agent.presence == "wrap_up":
        await timers.clear_for_agent(conn, "wrap_up_end", agent_id)
        await agents.set_presence(conn, now, agent, "available", None, actor=actor)
        await seek.tickets_for(conn, now, agent_id)
        await seek.catch_up(conn, now)
    return await agents.find(conn, agent_id)


async def _leave_calls(conn: Conn, now: datetime, agent_id: int) -> None:
    """Nobody keeps a call's place of an agent who does not wrap it up any more."""
    for done in await wrapping.end(conn, now, agent_id):
        if done.ticket_id is not None:
            await pausing.pend(conn, now, done.ticket_id, actor="system", wake_at=None)


async def lose(conn: Conn, now: datetime, agent_id: int) -> None:
    """Sign off an agent whose console has gone silent, unless it was heard of meanwhile."""
    if agent_id in await agents.lost(conn, LOST_AFTER_S):
        await change(conn, now, agent_id, "offline", "lost", actor="system")


async def retire(conn: Conn, now: datetime, agent_id: int) -> None:
    """Sign off a person who may no longer work here; what he held goes back to its queues.

    Where his telephone is in a call, as a supervisor's or a second agent's, it leaves that soon.
    """
    agent = await agents.lock(conn, agent_id)
    if agent.presence != "offline":
        await change(conn, now, agent_id, "offline", "disabled", actor="system")
    for ticket_id in await tickets.held_by(conn, agent_id):
        await holding.release(conn, now, ticket_id, actor="system", reason="agent_disabled")
    await calls.unsettle_of(conn, now, agent_id)
