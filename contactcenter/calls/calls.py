"""Calls: one conversation by telephone each, as it stands.

What is measured of a call comes from what the provider told of it (``call_hooks``, ``accounts``);
the row repeats it. Whoever changes one has it locked: after the routing lock, the ticket's row and
the agent's, before nothing.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from channels import Attestation
from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import NotFound

Direction = Literal["inbound", "outbound"]
State = Literal[
    "dialling", "menu", "waiting", "connecting", "talking", "on_hold", "voicemail", "ended"
]
Outcome = Literal["answered", "abandoned", "short_abandoned", "voicemail", "callback", "failed"]

#: The channel of all calls.
CHANNEL = "phone"


class Call(Struct, frozen=True, kw_only=True):
    """A row of ``call``.

    ``address`` is the customer's, ``conference`` the provider's id of the room, ``parked_in`` of
    where he waits, ``attestation`` how surely the number is the caller's. ``unsettled_at`` is since
    when routing has yet to see what became of it.
    """

    id: int
    entry_point_id: int
    direction: Direction
    address_kind: str
    address: str
    contact_id: int | None
    ticket_id: int | None
    interaction_id: int | None
    callback_id: int | None
    state: State
    outcome: Outcome | None
    language: str | None
    attestation: Attestation | None
    choices: list[str]
    queue_id: int | None
    service_tag: str | None
    conference: str | None
    parked_in: str | None
    began_at: datetime
    parked_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    account: dict[str, Any]
    unsettled_at: datetime | None
    version: int

    @property
    def is_over(self) -> bool:
        """Whether nobody is on the telephone any more."""
        return self.ended_at is not None

    @property
    def room(self) -> str:
        """The name of its room, at any provider."""
        return f"call-{self.id}"


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Call)
_lock = _SQL.take("lock", Call)
_of_interaction = _SQL.take("of_interaction", Call)
_create = _SQL.take("create", Call)
_save = _SQL.take("save", int)
_settled = _SQL.command("settled")
_unsettle_of = _SQL.command("unsettle_of")
_unsettled = _SQL.take("unsettled", int)


async def find(conn: Conn, call_id: int) -> Call:
    """Read one; raises ``NotFound``."""
    return _there(await _find.first(conn, call_id), call_id)


async def lock(conn: Conn, call_id: int) -> Call:
    """Read one and lock its row until the end of the transaction; raises ``NotFound``."""
    return _there(await _lock.first(conn, call_id), call_id)


async def of_interaction(conn: Conn, interaction_id: int) -> Call | None:
    """The call that stands on the timeline there."""
    return await _of_interaction.first(conn, interaction_id)


async def create(
    conn: Conn,
    *,
    entry_point_id: int,
    direction: Direction,
    address_kind: str,
    address: str,
    began_at: datetime,
    contact_id: int | None = None,
    ticket_id: int | None = None,
    interaction_id: int | None = None,
    queue_id: int | None = None,
    callback_id: int | None = None,
) -> Call:
    """Begin a call: one that comes in is in the menu, one of ours is being dialled."""
    return await _create.one(
        conn,
        entry_point_id,
        direction,
        address_kind,
        address,
        began_at,
        "menu" if direction == "inbound" else "dialling",
        contact_id,
        ticket_id,
        interaction_id,
        queue_id,
        callback_id,
    )


async def save(conn: Conn, call: Call) -> Call:
    """Write an edited call back, locked before; returns it with its new version."""
    version = await _save.one(conn, *columns(call))
    return msgspec.structs.replace(call, version=version)


def columns(call: Call) -> tuple[Any, ...]:
    """Its id and all that may change of it, as ``save`` writes them."""
    return (
        call.id,
        call.contact_id,
        call.ticket_id,
        call.interaction_id,
        call.callback_id,
        call.state,
        call.outcome,
        call.language,
        call.choices,
        call.queue_id,
        call.service_tag,
        call.conference,
        call.parked_in,
        call.began_at,
        call.parked_at,
        call.answered_at,
        call.ended_at,
        call.account,
        call.unsettled_at,
        call.attestation,
    )


async def settled(conn: Conn, seen: Call) -> None:
    """Routing goes by the call as it was seen; what was told of it since has yet to be followed."""
    await _settled.run(conn, seen.id, seen.version)


async def unsettle_of(conn: Conn, now: datetime, user_id: int) -> None:
    """Let routing look anew at the calls of somebody who may not be in them any more."""
    await _unsettle_of.run(conn, user_id, now)


async def unsettled(conn: Conn, before: datetime, *, at_most: int) -> list[int]:
    """Calls of which routing has yet to see what became of them, for longer than since then."""
    return await _unsettled.all(conn, before, at_most)


def _there(call: Call | None, call_id: int) -> Call:
    if call is None:
        raise NotFound(f"there is no call {call_id}", call_id=call_id)
    return call
