"""Legs of calls: one telephone each, the customer's or one that we dialled.

The row of a telephone that we dial is written before the provider is asked to, so that whatever is
told of it finds its call.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.calls import matching
from contactcenter.db import Conn
from contactcenter.errors import NotFound

Party = Literal["customer", "agent", "supervisor", "number"]
Purpose = Literal[
    "customer",
    "offer",
    "callback",
    "outbound",
    "consultation",
    "transfer",
    "listen",
    "whisper",
    "barge",
]
State = Literal["wanted", "dialling", "ringing", "answered", "joined", "left", "ended"]


class CallLeg(Struct, frozen=True, kw_only=True):
    """A row of ``call_leg``; ``external_id`` is the provider's, None until it was told.

    ``end_reason`` is completed, busy, no_answer, failed, canceled, lost,
    not_accepted or not_allowed.
    """

    id: int
    call_id: int
    party: Party
    user_id: int | None
    address: str
    purpose: Purpose
    offer_id: int | None
    external_id: str | None
    state: State
    end_reason: str | None
    began_at: datetime
    answered_at: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None
    looked_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether this telephone has hung up."""
        return self.ended_at is not None

    @property
    def label(self) -> str:
        """Who this is, as ``channels.CallEvent`` says it."""
        if self.party == "customer":
            return "customer"
        return f"{self.party}:{self.id if self.party == 'number' else self.user_id}"


_SQL = db.Statements(__name__)
_find = _SQL.take("find", CallLeg)
_of_call = _SQL.take("of_call", CallLeg)
_by_external_id = _SQL.take("by_external_id", CallLeg)
_add = _SQL.take("add", CallLeg)
_dialled = _SQL.take("dialled", CallLeg)
_save = _SQL.command("save")


async def find(conn: Conn, leg_id: int) -> CallLeg:
    """Read one; raises ``NotFound``."""
    leg = await _find.first(conn, leg_id)
    if leg is None:
        raise NotFound(f"there is no leg {leg_id} of a call", leg_id=leg_id)
    return leg


async def of_call(conn: Conn, call_id: int) -> list[CallLeg]:
    """All telephones of a call, in the order in which they came to it."""
    return await _of_call.all(conn, call_id)


async def by_external_id(conn: Conn, external_id: str) -> CallLeg | None:
    """The telephone that the provider calls by this id."""
    return await _by_external_id.first(conn, external_id)


async def add(
    conn: Conn,
    now: datetime,
    *,
    call_id: int,
    party: Party,
    purpose: Purpose,
    address: str,
    user_id: int | None = None,
    offer_id: int | None = None,
    external_id: str | None = None,
    state: State = "wanted",
) -> CallLeg:
    """Write down a telephone, one of ours before it is dialled."""
    return await _add.one(
        conn, call_id, party, purpose, address, user_id, offer_id, external_id, state, now
    )


async def dialled(conn: Conn, leg_id: int, external_id: str, *, account: str) -> CallLeg:
    """Note the provider's id of a telephone; what it told of it before we knew is its call's.

    ``account`` is the one there that dialled it.

    Locks what hooks lock as well: in a transaction that holds no other lock. Fold the call anew
    afterwards (``accounts.refresh``).
    """
    await matching.lock(conn, external_id, None)
    leg = await _dialled.one(conn, leg_id, external_id)
    await matching.adopt(conn, leg.call_id, account=account, leg=external_id)
    return leg


async def save(conn: Conn, leg: CallLeg) -> CallLeg:
    """Write back what hooks told of a telephone; its call is locked."""
    await _save.run(
        conn,
        leg.id,
        leg.state,
        leg.end_reason,
        leg.external_id,
        leg.answered_at,
        leg.joined_at,
        leg.ended_at,
        leg.looked_at,
    )
    return leg


def ended(leg: CallLeg, now: datetime, reason: str) -> CallLeg:
    """The leg as it is once its telephone has hung up; the first reason stands."""
    if leg.is_over:
        return leg
    return msgspec.structs.replace(leg, state="ended", end_reason=reason, ended_at=now)
