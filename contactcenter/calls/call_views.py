"""Calls as the people who may know of them see them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from channels import Attestation
from contactcenter import db
from contactcenter.calls.call_legs import Party, Purpose
from contactcenter.calls.call_legs import State as LegState
from contactcenter.calls.call_supervisions import Mode
from contactcenter.calls.call_transfers import Failure
from contactcenter.calls.call_transfers import State as TransferState
from contactcenter.calls.calls import Direction, Outcome, State
from contactcenter.db import Conn
from contactcenter.errors import NotFound


class LegView(Struct, frozen=True, kw_only=True):
    """One telephone in a call; ``user_name`` is whose, of ours."""

    id: int
    party: Party
    purpose: Purpose
    user_id: int | None
    user_name: str | None
    state: LegState
    end_reason: str | None
    began_at: datetime
    answered_at: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None


class _Leg(LegView, frozen=True, kw_only=True):
    call_id: int
    is_secret: bool


class TransferView(Struct, frozen=True, kw_only=True):
    """How a call was handed on; ``agent_id`` is who is asked or consulted, ``note`` is for him."""

    id: int
    is_warm: bool
    from_agent_id: int
    from_agent_name: str
    to_queue_id: int | None
    to_queue_name: str | None
    to_agent_id: int | None
    to_number: str | None
    reason: str | None
    agent_id: int | None
    agent_name: str | None
    leg_id: int | None
    note: str | None
    state: TransferState
    failure: Failure | None
    began_at: datetime
    joined_at: datetime | None
    ended_at: datetime | None


class _Transfer(TransferView, frozen=True, kw_only=True):
    call_id: int


class _Row(Struct, frozen=True, kw_only=True):
    id: int
    direction: Direction
    state: State
    outcome: Outcome | None
    entry_point_id: int
    entry_point: str
    address_kind: str
    address: str
    attestation: Attestation | None
    language: str | None
    service_tag: str | None
    choices: list[str]
    ticket_id: int | None
    contact_id: int | None
    contact_name: str | None
    temperament: str | None
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    interaction_id: int | None
    callback_id: int | None
    began_at: datetime
    parked_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    waits_since: datetime | None
    position: int | None
    account: dict[str, Any]
    version: int


class CallView(_Row, frozen=True, kw_only=True):
    """A call: who talks with whom, since when, and how long it took.

    ``address`` is the customer's, ``entry_point`` the number of ours; ``attestation`` is how surely
    the carriers say that it is his: ``full``, ``partial``, ``gateway``, ``failed``, or null where
    they say nothing. ``waits_since`` is the start
    of his wait, kept through every transfer, ``position`` his place among the calls of the queue
    while nobody has it. ``is_held`` is whether he is to hear music, ``state`` what the provider
    told last. ``account`` has the seconds and phases as the provider's hooks tell them.
    """

    is_held: bool
    legs: list[LegView]
    transfers: list[TransferView]


class SupervisionView(Struct, frozen=True, kw_only=True):
    """A supervisor was in a call in this way; ``agent_id`` talked with the customer then."""

    id: int
    supervisor_id: int
    supervisor_name: str
    agent_id: int | None
    mode: Mode
    is_told: bool
    began_at: datetime
    ended_at: datetime | None


class _Held(Struct, frozen=True, kw_only=True):
    call_id: int
    is_held: bool


class _Details(Struct, frozen=True, kw_only=True):
    """What belongs to calls, by their ids: telephones, transfers, who is to hear music."""

    legs: defaultdict[int, list[LegView]]
    transfers: defaultdict[int, list[TransferView]]
    is_held: dict[int, bool]


class Filter(Struct, frozen=True, kw_only=True):
    """Which calls; None lets everything pass. ``own`` are those in which the reader is himself."""

    live: bool = False
    queue_id: int | None = None
    ticket_id: int | None = None
    call_id: int | None = None
    own: bool = False


_SQL = db.Statements(__name__)
_page = _SQL.take("page", _Row)
_legs_of = _SQL.take("legs_of", _Leg)
_transfers_of = _SQL.take("transfers_of", _Transfer)
_held = _SQL.take("held", _Held)
_supervisions_of = _SQL.take("supervisions_of", SupervisionView)

#: Above every id.
_ANY = 2**62


async def page(
    conn: Conn,
    viewer_id: int,
    wanted: Filter,
    *,
    before_id: int = _ANY,
    limit: int,
    sees_secrets: bool,
) -> list[CallView]:
    """List newest first what this person may know of.

    A supervisor of whom the agent is not told is shown to those who see secrets alone.
    """
    rows = await _read(conn, viewer_id, wanted, before_id=before_id, limit=limit)
    details = await _details(conn, [row.id for row in rows], sees_secrets=sees_secrets)
    return [_view(row, details) for row in rows]


async def find(conn: Conn, viewer_id: int, call_id: int, *, sees_secrets: bool) -> CallView:
    """Read one; ``NotFound`` where there is none that this person may know of."""
    wanted = Filter(call_id=call_id)
    found = await page(conn, viewer_id, wanted, limit=1, sees_secrets=sees_secrets)
    if not found:
        raise NotFound(f"there is no call {call_id}", call_id=call_id)
    return found[0]


async def check_may_read(conn: Conn, viewer_id: int, call_id: int) -> int | None:
    """The ticket of a call; raises ``NotFound`` where this person may not know of the call."""
    rows = await _read(conn, viewer_id, Filter(call_id=call_id), before_id=_ANY, limit=1)
    if not rows:
        raise NotFound(f"there is no call {call_id}", call_id=call_id)
    return rows[0].ticket_id


async def supervisions_of(conn: Conn, call_id: int) -> list[SupervisionView]:
    """Who listened to a call, whispered or was heard, in order."""
    return await _supervisions_of.all(conn, call_id)


async def _read(
    conn: Conn, viewer_id: int, wanted: Filter, *, before_id: int, limit: int
) -> list[_Row]:
    """Calls without what belongs to them; a plan of its own for each set of filters."""
    async with conn.transaction(readonly=True):
        # Which index serves depends on which filters are set: a shared plan would read all calls.
        await conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        return await _page.all(
            conn,
            viewer_id,
            before_id,
            limit,
            wanted.live,
            wanted.queue_id,
            wanted.ticket_id,
            wanted.call_id,
            wanted.own,
        )


async def _details(conn: Conn, call_ids: Sequence[int], *, sees_secrets: bool) -> _Details:
    details = _Details(legs=defaultdict(list), transfers=defaultdict(list), is_held={})
    if not call_ids:
        return details
    for leg in await _legs_of.all(conn, call_ids):
        if sees_secrets or not leg.is_secret:
            details.legs[leg.call_id].append(_as(LegView, leg))
    for one in await _transfers_of.all(conn, call_ids):
        details.transfers[one.call_id].append(_as(TransferView, one))
    details.is_held.update({one.call_id: one.is_held for one in await _held.all(conn, call_ids)})
    return details


def _view(row: _Row, details: _Details) -> CallView:
    return CallView(
        **msgspec.structs.asdict(row),
        is_held=details.is_held.get(row.id, False) and row.ended_at is None,
        legs=details.legs[row.id],
        transfers=details.transfers[row.id],
    )


def _as(kind: type[Any], row: Struct) -> Any:
    return kind(**{name: getattr(row, name) for name in kind.__struct_fields__})
