"""Calling a customer about his ticket: the agent's telephone rings first, then the customer's."""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import db, events, offers, timeline
from contactcenter.call_control.ringing import telephone_of
from contactcenter.calls import call_legs, calls, commands
from contactcenter.calls.calls import Call
from contactcenter.calls.dial_guard import DialGuard
from contactcenter.db import Conn
from contactcenter.dispatch import pausing
from contactcenter.dispatch.refusals import CallIsLive
from contactcenter.errors import Conflict, NotFound
from contactcenter.events import Event
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

#: The agent has asked for it just now: he is there, or he is not.
RING_S: Final = 20


class NotHeldByYou(Conflict):
    """Who calls the customer has the ticket: take it first."""

    code = "not_held_by_you"


class NoNumber(Conflict):
    """Nobody knows a number of this customer."""

    code = "no_number"


class CallWish(Struct, frozen=True, kw_only=True):
    """An agent wants to call the customer of a ticket.

    ``number`` is canonical; None for the one the customer last called from, or wrote from.
    ``entry_point_id`` is the number of ours he sees; None for what is at hand.
    """

    ticket_id: int
    user_id: int
    number: str | None = None
    entry_point_id: int | None = None


class _Ours(Struct, frozen=True, kw_only=True):
    id: int
    address: str


_SQL = db.Statements(__name__)
_ours = _SQL.take("ours", _Ours)
_last_number = _SQL.take("last_number", str)
_identity = _SQL.take("identity", int)


async def call_customer(
    conn: Conn, now: datetime, wish: CallWish, *, guard: DialGuard, actor: str
) -> Call:
    """Let the agent's telephone ring; who presses the key there has the customer called.

    Under the routing lock. Raises ``NotHeldByYou``, ``CallIsLive``, ``NoTelephone``,
    ``OnTheTelephone``, ``NoNumber``, ``DestinationNotAllowed`` or ``CallLimitReached``.
    """
    ticket = await _held(conn, now, wish, actor=actor)
    telephone = await telephone_of(conn, wish.user_id)
    call, ours = await _begun(conn, now, ticket, wish)
    await guard.permit(
        conn,
        now,
        call_id=call.id,
        address=call.address,
        entry_point=ours.address,
        user_id=wish.user_id,
    )
    call = await put_on_timeline(conn, now, call, author_id=wish.user_id, actor=actor)
    await tickets.set_phone(
        conn, ticket, live_call_id=call.id, needs_phone=True, weight=ticket.weight
    )
    await _ring(conn, now, call, user_id=wish.user_id, telephone=telephone)
    return call


async def put_on_timeline(
    conn: Conn, now: datetime, call: Call, *, author_id: int, actor: str
) -> Call:
    """Let a call of ours stand on its contact's timeline, by who makes it; once."""
    if call.interaction_id is not None:
        return call
    assert call.contact_id is not None
    assert call.ticket_id is not None
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=call.contact_id,
        ticket_id=call.ticket_id,
        channel=calls.CHANNEL,
        direction="outbound",
        kind="call",
        author_id=author_id,
        body="",
        state="recorded",
        entry_point_id=call.entry_point_id,
        identity_id=await _identity.first(conn, call.contact_id, call.address),
        details={"call_id": call.id},
    )
    ticket = await tickets.find(conn, call.ticket_id)
    begun = Event(
        kind="call_dialled",
        at=now,
        actor=actor,
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        agent_id=author_id,
        team_ids=tuple(ticket.team_ids),
        data={"call_id": call.id, "interaction_id": interaction_id},
    )
    await events.record(conn, begun)
    return await calls.save(conn, msgspec.structs.replace(call, interaction_id=interaction_id))


async def _held(conn: Conn, now: datetime, wish: CallWish, *, actor: str) -> Ticket:
    """The ticket, assigned to who wants to call; what waited for the customer goes on."""
    ticket = await tickets.lock(conn, wish.ticket_id)
    if ticket.live_call_id is not None:
        raise CallIsLive(f"there is a call of ticket {ticket.id}", call_id=ticket.live_call_id)
    if ticket.agent_id == wish.user_id and ticket.state in ("pending", "on_hold"):
        ticket = await pausing.resume(conn, now, ticket, actor=actor, because="call")
    if ticket.agent_id != wish.user_id or ticket.state != "assigned":
        raise NotHeldByYou(f"ticket {ticket.id} is {ticket.state}", state=ticket.state)
    return ticket


async def _begun(conn: Conn, now: datetime, ticket: Ticket, wish: CallWish) -> tuple[Call, _Ours]:
    """The call, and the number of ours it is made from; nobody is dialled yet."""
    ours = await _from(conn, ticket, wish.entry_point_id)
    number = wish.number or await _last_number.first(conn, ticket.contact_id)
    if number is None:
        raise NoNumber(f"nobody knows a number of contact {ticket.contact_id}")
    call = await calls.create(
        conn,
        entry_point_id=ours.id,
        direction="outbound",
        address_kind="phone",
        address=number,
        began_at=now,
        contact_id=ticket.contact_id,
        ticket_id=ticket.id,
        queue_id=ticket.queue_id,
    )
    return call, ours


async def _ring(conn: Conn, now: datetime, call: Call, *, user_id: int, telephone: str) -> None:
    """The agent's own telephone rings first."""
    assert call.ticket_id is not None
    offer = await offers.live(conn, call.ticket_id)
    leg = await call_legs.add(
        conn,
        now,
        call_id=call.id,
        party="agent",
        purpose="outbound",
        address=telephone,
        user_id=user_id,
        offer_id=None if offer is None else offer.id,
    )
    await commands.write(conn, now, call.id, "offer", leg_id=leg.id, name="offer", timeout_s=RING_S)


async def _from(conn: Conn, ticket: Ticket, entry_point_id: int | None) -> _Ours:
    """Which number of ours is shown: the named one, the ticket's, or the first there is."""
    ours = await _ours.first(conn, entry_point_id, ticket.entry_point_id)
    if ours is None:
        raise NotFound(
            "there is no such entry point for calls; set one up first",
            entry_point_id=entry_point_id,
        )
    return ours
