"""Tickets whose customer is on the line, or to be called: what that changes of them, and back."""

from datetime import datetime

from contactcenter import db, offers
from contactcenter.calls import ringing
from contactcenter.db import Conn
from contactcenter.dispatch import holding, seek
from contactcenter.dispatch.connection import rules_of
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn

_SQL = db.Statements(__name__)
_reweigh = _SQL.command("reweigh")


async def with_call(conn: Conn, ticket: Ticket, call_id: int | None) -> Ticket:
    """Only somebody with a telephone may have it; None: the customer is to be called."""
    weight = (await rules_of(conn)).weight("phone")
    return await tickets.set_phone(
        conn, ticket, live_call_id=call_id, needs_phone=True, weight=weight
    )


async def without_call(conn: Conn, ticket: Ticket) -> Ticket:
    """It takes what its channel takes from now on, also of whoever holds it."""
    weight = (await rules_of(conn)).weight(ticket.channel)
    if ticket.state == "assigned":
        weight = min(weight, ticket.weight)
        await _reweigh.run(conn, ticket.id, weight)
    return await tickets.set_phone(
        conn, ticket, live_call_id=None, needs_phone=False, weight=weight
    )


async def go_on_without(conn: Conn, now: datetime, ticket: Ticket) -> None:
    """The ticket goes on without a call: what rings is taken back, and anybody may have it."""
    if ticket.state == "offered":
        ticket = await asked_anew(conn, now, ticket)
    elif ticket.state == "waiting":
        await seek.agent_for(conn, now, ticket)
    await ringing.follow(conn, now, [ticket.id])


async def asked_anew(conn: Conn, now: datetime, ticket: Ticket) -> Ticket:
    """What rings is taken back, and looks for somebody as it is now."""
    offer = await offers.live(conn, ticket.id)
    assert offer is not None, "what is offered has an offer"
    ticket = await holding.take_back(conn, now, ticket, offer, "rescinded", actor="system")
    ticket = await seek.agent_for(conn, now, ticket)
    await seek.tickets_for(conn, now, offer.agent_id)
    return ticket


async def put_back(conn: Conn, now: datetime, ticket: Ticket) -> None:
    """Who held it was cut off: the customer waits again, as old as he is, and the next is asked."""
    former_id = ticket.agent_id
    ticket, waits = holding.waiting_again(now, ticket)
    cut_off = fact(
        ticket, "ticket_released", now, "system", agent_id=former_id, reason="call_cut_off"
    )
    turn = Turn(
        ticket=ticket, event=cut_off, leg_ended_by="released", leg_begins_at=now, waits=waits
    )
    await holding.look_around(conn, now, await holding.let_go(conn, now, turn))
