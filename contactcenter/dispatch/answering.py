"""How an agent takes a call: his telephone rings, he presses a key, the customer is brought to him.

Only when the customer is there the ticket is his. Who hangs up meanwhile has left, and nobody
missed anything.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db, offers, timers
from contactcenter.calls import commands
from contactcenter.db import Conn
from contactcenter.dispatch import holding
from contactcenter.offers import Offer
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

#: Who picks up in the last moment has so long to hear what it is and to press the key.
KEY_S: Final = 12
#: The customer is brought to the agent within a second or two; longer than this he does not come.
CONNECT_S: Final = 30

#: The key that takes a call, and the one that declines it.
TAKES: Final = "1"
DECLINES: Final = "2"
#: What a telephone is told next.
Answer = Literal["ask", "join", "over"]


class _Rung(Struct, frozen=True, kw_only=True):
    """A telephone that was rung up, its call, and the offer it rings for."""

    leg_id: int
    call_id: int
    ticket_id: int
    user_id: int
    offer_id: int
    callback_id: int | None
    customer_leg_id: int | None
    customer_is_gone: bool
    accepted_at: datetime | None


_SQL = db.Statements(__name__)
_rung = _SQL.take("rung", _Rung)
_came_in_vain = _SQL.take("came_in_vain", bool)
_accept = _SQL.command("accept_at")


async def pick_up(conn: Conn, now: datetime, leg_id: int) -> Answer:
    """Somebody, or something, answers the telephone: it is asked for the key."""
    found = await _of(conn, leg_id)
    if found is None:
        return "over"
    rung, ticket, offer = found
    if rung.accepted_at is not None:
        return "join"
    least_at = now + timedelta(seconds=KEY_S)
    due_at = await timers.due_for_ticket(conn, "offer_expiry", ticket.id)
    if due_at is not None and due_at < least_at and offer.state == "pending":
        await timers.set_for_ticket(conn, "offer_expiry", ticket.id, least_at)
    return "ask"


async def press(conn: Conn, now: datetime, leg_id: int, key: str | None) -> Answer:
    """A key was pressed, or none: 1 takes the call, 2 declines it, anything else misses it."""
    found = await _of(conn, leg_id)
    if found is None:
        return "over"
    rung, ticket, offer = found
    if rung.accepted_at is not None:
        return "join"
    if key == TAKES:
        await _bring(conn, now, rung, ticket, offer)
        return "join"
    if offer.state != "pending":  # the holder calls out, and does not want to now
        return "over"
    if key == DECLINES:
        await holding.refuse(conn, now, ticket, offer)
    else:
        await holding.miss(conn, now, ticket, offer)
    return "over"


async def connected(conn: Conn, now: datetime, leg_id: int) -> bool:
    """The customer is with the agent, who has the ticket from now on; False if it is too late."""
    found = await _of(conn, leg_id)
    if found is None:
        return False
    _, ticket, offer = found
    if offer.state == "pending":
        await holding.take(conn, now, ticket, offer)
    return True


async def came_in_vain(conn: Conn, leg_id: int) -> bool:
    """Whether an agent pressed the key for a customer who did not come any more."""
    return bool(await _came_in_vain.first(conn, leg_id))


async def _bring(conn: Conn, now: datetime, rung: _Rung, ticket: Ticket, offer: Offer) -> None:
    """Let the customer come; one who is to be called back is dialled when the agent is there."""
    await _accept.run(conn, rung.leg_id, now)
    if rung.customer_leg_id is None:
        if offer.state == "pending":
            await holding.take(conn, now, ticket, offer)
        return
    until_at = now + timedelta(seconds=CONNECT_S)
    await timers.set_for_ticket(conn, "offer_expiry", ticket.id, until_at)
    await commands.write(
        conn,
        now,
        rung.call_id,
        "connect",
        leg_id=rung.customer_leg_id,
        agent_leg_id=rung.leg_id,
    )


async def _of(conn: Conn, leg_id: int) -> tuple[_Rung, Ticket, Offer] | None:
    """What rings at a telephone, if its offer stands and its customer has not hung up.

    That he did may be stored before his ticket follows: whoever presses meanwhile takes nothing.
    """
    rung = await _rung.first(conn, leg_id)
    if rung is None:
        return None
    ticket = await tickets.lock(conn, rung.ticket_id)
    rung = await _rung.one(conn, leg_id)
    offer = await offers.live(conn, ticket.id)
    if offer is None or offer.id != rung.offer_id or ticket.live_call_id != rung.call_id:
        return None
    if rung.customer_is_gone:
        return None
    return rung, ticket, offer
