"""Agents' telephones: where calls ring at them. Whoever has none is asked about no calls."""

from datetime import datetime

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.dispatch import seek


class AgentPhone(Struct, frozen=True, kw_only=True):
    """Where an agent's telephone is: a number (E.164), ``sip:…`` or ``client:…``; null: none."""

    agent_id: int
    address: str | None


_SQL = db.Statements(__name__)
_find = _SQL.take("find", AgentPhone)
_put = _SQL.command("put")


async def find(conn: Conn, agent_id: int) -> AgentPhone:
    """Where the telephone of an agent is, who is known to exist."""
    return await _find.one(conn, agent_id)


async def put(
    conn: Conn, now: datetime, agent_id: int, address: str | None, *, actor: str
) -> AgentPhone:
    """Let calls of an agent whose row is locked ring there, or nowhere; under the routing lock.

    The address is canonical, as ``Telephony.number`` makes it. Whoever has one now looks for calls
    at once; what rings already goes on ringing where it does.
    """
    before = await _find.one(conn, agent_id)
    if before.address == address:
        return before
    after = AgentPhone(agent_id=agent_id, address=address)
    await _put.run(conn, agent_id, address)
    changed = {"phone_address": {"from": _told(before), "to": _told(after)}}
    await configuration.record(conn, now, "agent", agent_id, changed, actor=actor)
    await seek.tickets_for(conn, now, agent_id)
    return after


def _told(phone: AgentPhone) -> str | None:
    """What an event tells of it: its kind and how it ends, for addresses are not in events."""
    if phone.address is None:
        return None
    kind, colon, _ = phone.address.partition(":")
    return kind if colon else f"…{phone.address[-3:]}"
