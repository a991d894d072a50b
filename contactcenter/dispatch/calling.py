"""What a call does to its ticket, under the routing lock: it comes, is talked in, and is over.

``follow`` compares what is known of a call's telephones with its ticket and lets the ticket follow:
whatever order the provider's hooks came in, and however often. Why so: docs/decisions/0047.
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import agents, db, offers, timers, turns
from contactcenter.calls import ringing
from contactcenter.db import Conn
from contactcenter.dispatch import (
    calling_back,
    conversing,
    ending,
    holding,
    keeping,
    moving,
    on_the_line,
    pausing,
    seek,
    wrapping,
)
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn, Turned
from routing.eligibility import SIGNED_IN

#: How the telephone of an agent ends where he could not have answered it.
NOT_HIS: Final = frozenset({"canceled", "lost"})


class CallNow(Struct, frozen=True, kw_only=True):
    """A call and the customer's telephone in it; one that was not dialled yet has no state."""

    id: int
    ticket_id: int | None
    interaction_id: int | None
    callback_id: int | None
    is_over: bool
    customer_leg_id: int | None
    customer_state: str | None
    customer_end_reason: str | None
    customer_came: bool

    @property
    def customer_is_gone(self) -> bool:
        """Whether nobody is at the other end any more."""
        return self.is_over or self.customer_state == "ended"


class Telephone(Struct, frozen=True, kw_only=True):
    """An agent's telephone in a call."""

    id: int
    user_id: int
    offer_id: int | None
    state: str
    end_reason: str | None
    accepted_at: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None


_SQL = db.Statements(__name__)
_call_now = _SQL.take("call_now", CallNow)
_telephones = _SQL.take("telephones", Telephone)
_is_fresh = _SQL.take("is_fresh", bool)
_others_talk = _SQL.take("others_talk", bool)
_let_agents_go = _SQL.command("let_agents_go")
_dial_customer = _SQL.command("dial_customer")
_hang_up_customer = _SQL.command("hang_up_customer")


async def find(conn: Conn, call_id: int) -> CallNow | None:
    """A call as it is known now."""
    return await _call_now.first(conn, call_id)


async def enter(conn: Conn, now: datetime, ticket: Ticket, call_id: int, queue_id: int) -> Ticket:
    """A customer who waits on the line comes to his ticket, which is locked; then it looks.

    Who has it lets go of it: it is kept for him for the window of telephones, where he could take
    the call. A call that is over by now is treated as words of his.
    """
    call = await _call_now.one(conn, call_id)
    if await calling_back.is_promised(conn, now, ticket, call_id):
        return await calling_back.line_up(conn, now, ticket, queue_id)
    if call.customer_is_gone:
        return await _called_in_vain(conn, now, ticket, queue_id)
    ticket = await on_the_line.with_call(conn, ticket, call_id)
    match ticket.state:
        case "new":
            ticket = await moving.enqueue(conn, now, ticket, queue_id, rule_id=None)
        case "offered":
            return await on_the_line.asked_anew(conn, now, ticket)
        case "assigned" | "pending" | "on_hold":
            return await holding.look_around(conn, now, await _released(conn, now, ticket))
        case "solved" | "closed":
            actor, because = "customer", "customer_called"
            return await ending.reopen(conn, now, ticket, actor=actor, because=because)
        case "waiting":
            ticket = await tickets.save(conn, ticket)
    return await seek.agent_for(conn, now, ticket)


async def follow(conn: Conn, now: datetime, call_id: int) -> None:
    """Let the ticket of a call, and the agents in it, follow what is known of its telephones."""
    call = await _call_now.first(conn, call_id)
    if call is None:
        return
    if call.ticket_id is not None:
        ticket = await tickets.lock(conn, call.ticket_id)
        ticket = await conversing.note(conn, now, ticket, call_id)
        if ticket.live_call_id == call_id:
            await _follow(conn, now, ticket, call)
            await ringing.follow(conn, now, [ticket.id])
        await _dial_customer.run(conn, ticket.id, now, calling_back.RINGS_S)
    telephones = await _telephones.all(conn, call_id)
    await wrapping.begin(conn, now, call_id)
    for agent_id in {one.user_id for one in telephones if one.ended_at is not None}:
        await seek.tickets_for(conn, now, agent_id)


async def caller_gone(conn: Conn, now: datetime, call_id: int) -> None:
    """The provider says that nobody is there any more, before its hooks have told us."""
    call = await _call_now.first(conn, call_id)
    if call is None or call.ticket_id is None:
        return
    ticket = await tickets.lock(conn, call.ticket_id)
    if ticket.live_call_id == call_id:
        await over(conn, now, ticket, call)


async def leave_line(conn: Conn, now: datetime, call_id: int) -> None:
    """The caller does not wait any more, but is not gone: his ticket waits without him."""
    call = await _call_now.first(conn, call_id)
    if call is None or call.ticket_id is None:
        return
    ticket = await tickets.lock(conn, call.ticket_id)
    if ticket.live_call_id == call_id:
        await on_the_line.go_on_without(conn, now, await on_the_line.without_call(conn, ticket))


async def over(conn: Conn, now: datetime, ticket: Ticket, call: CallNow) -> None:
    """Nobody is on the line any more: who never had an answer has left, unless he was here before.

    Who talked with him keeps the ticket for the time of wrapping up.
    """
    if not call.customer_came:
        await _let_agents_go.run(conn, call.id, now)
    promised, came = call.callback_id, _came_of(call)
    if promised is not None and await calling_back.goes_on(conn, now, ticket, promised, came):
        return
    is_fresh = await _is_fresh.one(conn, ticket.id, call.interaction_id)
    ticket = await on_the_line.without_call(conn, ticket)
    if ticket.state in ("waiting", "offered") and is_fresh:
        await ending.abandon(conn, now, ticket.id)
        await ringing.follow(conn, now, [ticket.id])
    else:
        await on_the_line.go_on_without(conn, now, ticket)


def _came_of(call: CallNow) -> calling_back.Outcome:
    """What came of a call that was to keep a promise."""
    if call.customer_came:
        return "answered"
    if call.customer_end_reason == "not_allowed":
        return "not_allowed"
    return "undialled" if call.customer_leg_id is None else "unanswered"


async def _follow(conn: Conn, now: datetime, ticket: Ticket, call: CallNow) -> None:
    if ticket.state == "offered" and call.callback_id is not None:
        await _follow_offer(conn, now, ticket, call)
        ticket = await tickets.lock(conn, ticket.id)
        if ticket.live_call_id != call.id:
            return
    if call.customer_is_gone:
        await over(conn, now, ticket, call)
    elif ticket.state == "offered":
        await _follow_offer(conn, now, ticket, call)
    elif ticket.state == "assigned":
        await _follow_talk(conn, now, ticket, call)
    elif ticket.state in ("solved", "closed"):
        await _hang_up_customer.run(conn, call.id, now)


async def _follow_offer(conn: Conn, now: datetime, ticket: Ticket, call: CallNow) -> None:
    """A telephone that rang and was put down is an answer: nobody waits for the time to run out."""
    offer = await offers.live(conn, ticket.id)
    for one in await _telephones.all(conn, call.id):
        if offer is None or one.offer_id != offer.id or one.ended_at is None:
            continue
        if one.end_reason in NOT_HIS:
            await on_the_line.asked_anew(conn, now, ticket)
        elif one.accepted_at is None:
            await holding.miss(conn, now, ticket, offer)
        else:
            await holding.refuse(conn, now, ticket, offer)
        return


async def _follow_talk(conn: Conn, now: datetime, ticket: Ticket, call: CallNow) -> None:
    """Who holds the ticket has left the call: it is over, or was cut off and the next one comes."""
    his = [t for t in await _telephones.all(conn, call.id) if t.user_id == ticket.agent_id]
    if not his or any(t.ended_at is None for t in his) or await _others_talk.one(conn, call.id):
        return
    if any(t.joined_at is not None for t in his) and his[-1].end_reason not in ("failed", "lost"):
        await _hang_up_customer.run(conn, call.id, now)
        return
    await on_the_line.put_back(conn, now, ticket)


async def _released(conn: Conn, now: datetime, ticket: Ticket) -> Turned:
    """Nobody has it while its customer is on the line; it is kept for who had it."""
    assert ticket.agent_id is not None
    holder_id, was_assigned = ticket.agent_id, ticket.state == "assigned"
    ticket, waits = holding.waiting_again(now, ticket)
    released = fact(
        ticket, "ticket_released", now, "customer", agent_id=holder_id, reason="customer_called"
    )
    holder = await agents.lock(conn, holder_id)
    given_back = await _weight_held(conn, ticket.id) if was_assigned else 0
    has_room = holder.capacity - holder.load + given_back >= ticket.weight
    kept: dict[timers.Kind, datetime | None] = {}
    if holder.presence in SIGNED_IN and has_room and await ringing.is_reachable(conn, holder_id):
        ticket, until = await keeping.keep_for(conn, now, ticket, holder_id)
        kept = dict(until)
    else:
        ticket = msgspec.structs.replace(ticket, **keeping.NOBODY)
    turn = Turn(
        ticket=ticket,
        event=released,
        leg_ended_by="released",
        leg_begins_at=now,
        waits={**waits, **kept},
    )
    turned = await turns.make(conn, msgspec.structs.replace(turn, offer_ended_by="let_go"))
    if turned.freed is not None:  # he does not wrap up: he is asked first
        await holding.go_if_done(conn, now, turned.freed)
    return turned


async def _weight_held(conn: Conn, ticket_id: int) -> int:
    offer = await offers.live(conn, ticket_id)
    return 0 if offer is None else offer.weight


async def _called_in_vain(conn: Conn, now: datetime, ticket: Ticket, queue_id: int) -> Ticket:
    """He was gone before anybody looked."""
    if ticket.state == "new":
        ticket = await moving.enqueue(conn, now, ticket, queue_id, rule_id=None)
        return await ending.abandon(conn, now, ticket.id)
    if ticket.state == "pending":
        because = "customer_called"
        return await pausing.resume(conn, now, ticket, actor="customer", because=because)
    if ticket.state in ("solved", "closed"):
        because = "customer_called"
        return await ending.reopen(conn, now, ticket, actor="customer", because=because)
    return await tickets.save(conn, ticket)
