"""What is left to do after a call: its agent wraps up, for as long as his queue gives him.

It begins when his telephone leaves the call, and ends when he says so, solves the ticket, goes to
another presence, or the time is over. What he still holds then is the customer's turn.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from channels import CallEvent
from contactcenter import agents, db, timers
from contactcenter.calls import accounts, call_hooks, calls
from contactcenter.db import Conn

#: After a call in a queue that says nothing of wrapping up.
WRAP_UP_S: Final = 30


class _Begun(Struct, frozen=True, kw_only=True):
    user_id: int
    until_at: datetime


class Done(Struct, frozen=True, kw_only=True):
    """A call that was wrapped up, and the ticket of it that is still held; None where none is."""

    leg_id: int
    call_id: int
    external_id: str | None
    ticket_id: int | None


_SQL = db.Statements(__name__)
_begin = _SQL.take("begin", _Begun)
_is_of = _SQL.take("is_of", bool)
_end = _SQL.take("end", Done)


async def begin(conn: Conn, now: datetime, call_id: int) -> None:
    """Whose telephone has left the call after he talked wraps up from now on; once a telephone."""
    for begun in await _begin.all(conn, call_id, WRAP_UP_S, now):
        agent = await agents.lock(conn, begun.user_id)
        if agent.presence == "available":
            await agents.set_presence(conn, now, agent, "wrap_up", None, actor="system")
        until_at = max(begun.until_at, now + timedelta(seconds=1))
        await timers.set_for_agent(conn, "wrap_up_end", agent.id, until_at)


async def end(conn: Conn, now: datetime, agent_id: int) -> list[Done]:
    """Whatever the agent wraps up is done; how long it took is told with what is measured."""
    ended = await _end.all(conn, agent_id, now)
    for done in ended:
        told = CallEvent(
            kind="wrapped_up",
            received_at=now,
            at=now,
            leg=done.external_id,
            label=f"agent:{agent_id}",
        )
        key = f"wrapped_up:{done.leg_id}"
        await call_hooks.note(
            conn, done.call_id, name="agent_ui", key=key, events=[told], received_at=now
        )
        await accounts.refresh(conn, now, await calls.lock(conn, done.call_id))
    return ended


async def solved(conn: Conn, now: datetime, agent_id: int, ticket_ids: Sequence[int]) -> None:
    """He solved what he wrapped up: he is ready for the next one."""
    if not await _is_of.one(conn, agent_id, list(ticket_ids)):
        return
    await end(conn, now, agent_id)
    agent = await agents.lock(conn, agent_id)
    await timers.clear_for_agent(conn, "wrap_up_end", agent_id)
    if agent.presence == "wrap_up":
        await agents.set_presence(conn, now, agent, "available", None, actor="system")
