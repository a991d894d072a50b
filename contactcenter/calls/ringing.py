"""Telephones follow their tickets: who is offered a call is rung up, whose offer is over is not.

``turns`` tells here what became of tickets whose customer is on the line or to be called, and
``dispatch.calling`` where that ends, in the transaction in which it happens. What the tables say is
compared, so that to follow once more changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from contactcenter import db, events
from contactcenter.calls import accounts, calls
from contactcenter.db import Conn
from contactcenter.events import Event


class _Forgotten(Struct, frozen=True, kw_only=True):
    """A promise to call somebody back about what is over, and its ticket."""

    id: int
    ticket_id: int
    contact_id: int
    team_ids: Sequence[int]
    state: str
    queue_id: int | None
    tier: int | None
    version: int

    def told(self, now: datetime) -> Event:
        """That nobody calls back any more."""
        data = {"state": self.state, "queue_id": self.queue_id, "tier": self.tier}
        promise = {"callback_id": self.id, "callback_state": "cancelled", "because": "solved"}
        return Event(
            kind="callback_changed",
            at=now,
            actor="system",
            ticket_id=self.ticket_id,
            version=self.version,
            contact_id=self.contact_id,
            team_ids=tuple(self.team_ids),
            data={**data, **promise},
        )


_SQL = db.Statements(__name__)
_begin_callbacks = _SQL.command("begin_callbacks")
_ring = _SQL.command("ring")
_adopt = _SQL.command("adopt")
_forget_promises = _SQL.take("forget_promises", _Forgotten)
_forget = _SQL.take("forget", int)
_hold = _SQL.command("hold")
_hang_up = _SQL.command("hang_up")
_has_rung_in_vain = _SQL.take("has_rung_in_vain", bool)
_is_reachable = _SQL.take("is_reachable", bool)
_is_in_call = _SQL.take("is_in_call", bool)
_rings_s = _SQL.take("rings_s", int)


async def follow(conn: Conn, now: datetime, ticket_ids: Sequence[int]) -> None:
    """Ring up who is offered one of these tickets, and let go of who is not any more.

    A customer who is left in the room hears music meanwhile.
    """
    ids = sorted(ticket_ids)
    forgotten = await _forget_promises.all(conn, ids, now)
    await events.record(conn, *(one.told(now) for one in forgotten))
    await _adopt.run(conn, ids, now)
    for call_id in {one for one in await _forget.all(conn, ids, now) if one}:
        await accounts.refresh(conn, now, await calls.lock(conn, call_id))  # it may be over by that
    await _hold.run(conn, ids, now)
    await _hang_up.run(conn, ids, now)
    await _begin_callbacks.run(conn, ids, now)
    await _ring.run(conn, ids, now)


async def has_rung_in_vain(conn: Conn, offer_id: int) -> bool:
    """Whether an agent's telephone rang and he did not press the key."""
    return await _has_rung_in_vain.one(conn, offer_id)


async def is_reachable(conn: Conn, agent_id: int) -> bool:
    """Whether he has a telephone, and nothing rings or talks there."""
    return await _is_reachable.one(conn, agent_id)


async def rings_s(conn: Conn, queue_id: int) -> int:
    """How long the telephone of an agent rings for a call of this queue."""
    return await _rings_s.one(conn, queue_id)


async def is_in_call(conn: Conn, call_id: int | None, agent_id: int) -> bool:
    """Whether the agent talks in this call, or stands by."""
    return call_id is not None and await _is_in_call.one(conn, call_id, agent_id)
