"""Lets a second telephone ring in a call: a colleague's, a supervisor's, one outside the house."""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import agents, db
from contactcenter.call_control.talks import Talk
from contactcenter.calls import call_legs, call_transfers, commands
from contactcenter.calls.call_legs import CallLeg, Purpose
from contactcenter.calls.call_transfers import CallTransfer
from contactcenter.db import Conn
from contactcenter.dispatch.refusals import AgentFull
from contactcenter.errors import BadInput, Conflict

#: For so long a second telephone rings, before nobody is taken to be there.
RING_S: Final = 20


class NoTelephone(Conflict):
    """Nobody has said where his telephone is."""

    code = "no_telephone"


class OnTheTelephone(Conflict):
    """He is on the telephone."""

    code = "on_the_telephone"


class AgentNotThere(Conflict):
    """The agent is not at his desk."""

    code = "agent_not_there"


class _Telephone(Struct, frozen=True, kw_only=True):
    address: str | None
    is_busy: bool


_SQL = db.Statements(__name__)
_telephone = _SQL.take("telephone", _Telephone)


async def telephone_of(conn: Conn, user_id: int) -> str:
    """Where this person's telephone is; raises ``NoTelephone`` or ``OnTheTelephone``."""
    telephone = await _telephone.first(conn, user_id)
    if telephone is None or telephone.address is None:
        raise NoTelephone(f"nobody has said where the telephone of {user_id} is", agent_id=user_id)
    if telephone.is_busy:
        raise OnTheTelephone(f"{user_id} is on the telephone", agent_id=user_id)
    return telephone.address


async def dial(
    conn: Conn, now: datetime, talk: Talk, user_id: int, purpose: Purpose, *, asks_for_key: bool
) -> CallLeg:
    """Let the telephone of one of us ring; with ``asks_for_key`` a voicemail cannot take it.

    Raises ``NoTelephone`` or ``OnTheTelephone``.
    """
    leg = await call_legs.add(
        conn,
        now,
        call_id=talk.call.id,
        party="agent" if purpose == "consultation" else "supervisor",
        purpose=purpose,
        address=await telephone_of(conn, user_id),
        user_id=user_id,
    )
    name = "offer" if asks_for_key else "join"
    await commands.write(
        conn, now, talk.call.id, "offer", leg_id=leg.id, name=name, timeout_s=RING_S
    )
    return leg


async def dial_number(conn: Conn, now: datetime, talk: Talk, number: str) -> CallLeg:
    """Let a telephone outside the house ring; whoever answers is let into the room.

    By ``join``, so that he is told first where the call is recorded.
    """
    leg = await call_legs.add(
        conn,
        now,
        call_id=talk.call.id,
        party="number",
        purpose="transfer",
        address=number,
    )
    await commands.write(
        conn, now, talk.call.id, "offer", leg_id=leg.id, name="join", timeout_s=RING_S
    )
    return leg


async def hang_up(conn: Conn, now: datetime, leg: CallLeg) -> None:
    """End a telephone's part, also one that rings or is yet to be dialled."""
    if not leg.is_over:
        await commands.call_off(conn, now, leg.id, "offer")
        await commands.write(conn, now, leg.call_id, "hang_up", leg_id=leg.id)


async def ask(
    conn: Conn, now: datetime, talk: Talk, transfer: CallTransfer, agent_id: int
) -> CallTransfer:
    """Let a colleague's telephone ring and keep room for the ticket. Not saved yet.

    Raises ``AgentNotThere``, ``AgentFull``, ``NoTelephone`` or ``OnTheTelephone``.
    """
    agent = await agents.lock(conn, agent_id, field="body.to.agent_id")
    if not agent.enabled:
        raise BadInput("body.to.agent_id", f"agent {agent_id} is disabled")
    if agent.presence not in {"available", "wrap_up"}:
        raise AgentNotThere(f"{agent.name} is {agent.presence}", presence=agent.presence)
    if agent.capacity - agent.load < talk.ticket.weight:
        free = agent.capacity - agent.load
        raise AgentFull(f"{agent.name} has {free} of {agent.capacity} units free", free=free)
    leg = await dial(conn, now, talk, agent_id, "consultation", asks_for_key=True)
    transfer = await call_transfers.keep_room(conn, transfer, agent_id, talk.ticket.weight)
    return msgspec.structs.replace(transfer, leg_id=leg.id)
