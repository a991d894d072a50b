"""Callbacks under the routing lock: promised, kept in line, tried again, kept or given up.

Whoever asks to be called back keeps his place: the ticket waits on, as old as it is, for somebody
with a telephone. Who that is takes it like any call; then the customer is dialled.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from channels import CallEvent
from contactcenter import db, events, timeline
from contactcenter.calls import accounts, call_hooks, callbacks, calls, ringing
from contactcenter.calls.callbacks import Callback
from contactcenter.db import Conn
from contactcenter.dispatch import ending, moving, on_the_line, pausing, seek
from contactcenter.errors import Conflict, NotFound
from contactcenter.events import Event
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact

#: How often a customer is dialled who does not answer, and how long he is left alone in between.
ATTEMPTS: Final = 3
AGAIN_AFTER_S: Final = 15 * 60
#: How long the customer's telephone rings.
RINGS_S: Final = 30

#: What became of a call that was to keep a promise: the agent may not have come as far as that.
Outcome = Literal["answered", "unanswered", "undialled", "not_allowed"]


#: What the accountable person reads where a promise to call back could not be kept.
_GIVEN_UP: Final = {
    "no_answer": (
        "Called back {attempts} times; the customer did not answer. Nobody calls him again by"
        " itself.\n"
        "{attempts} بار با مشتری تماس گرفته شد و پاسخ نداد. دیگر خودکار با او تماس گرفته نمی‌شود."
    ),
    "not_allowed": (
        "The customer was not called back: calls to his number are not allowed here.\n"
        "با مشتری تماس گرفته نشد: تماس با شمارهٔ او از اینجا مجاز نیست."
    ),
}


class CallbackOver(Conflict):
    """It was kept, given up or cancelled before."""

    code = "callback_is_over"


class _Asked(Struct, frozen=True, kw_only=True):
    ticket_id: int | None
    entry_point_id: int
    address_kind: str
    address: str
    language: str | None
    leg: str | None


_SQL = db.Statements(__name__)
_asked = _SQL.take("asked", _Asked)


async def promise(conn: Conn, now: datetime, call_id: int) -> int | None:
    """Call back who is on the line instead of letting him wait; he keeps his place.

    None where he cannot be called, or the call is on nobody's timeline yet.
    """
    asked = await _asked.first(conn, call_id)
    if asked is None or asked.ticket_id is None or asked.address_kind != "phone":
        return None
    ticket = await tickets.lock(conn, asked.ticket_id)
    promised = await callbacks.latest_of_call(conn, call_id)
    if promised is not None:  # whoever asks twice is told the same
        return promised
    if ticket.live_call_id not in (None, call_id):
        return None
    callback_id = await callbacks.ask(
        conn,
        now,
        ticket_id=ticket.id,
        entry_point_id=asked.entry_point_id,
        address=asked.address,
        language=asked.language,
        call_id=call_id,
    )
    told = CallEvent(kind="callback_asked", received_at=now, at=now, leg=asked.leg)
    key = f"callback:{call_id}"
    if await call_hooks.note(
        conn, call_id, name="agent_ui", key=key, events=[told], received_at=now
    ):
        await accounts.refresh(conn, now, await calls.lock(conn, call_id))
        await _tell(conn, now, ticket, callback_id, state="waiting", because=None, actor="customer")
    if ticket.state in ("waiting", "offered"):
        await _wait_without(conn, now, await on_the_line.with_call(conn, ticket, None))
    return callback_id


async def is_promised(conn: Conn, now: datetime, ticket: Ticket, call_id: int) -> bool:
    """Whether this call ended with a promise; one of an earlier call ends with this one."""
    promised = await callbacks.open_of(conn, ticket.id)
    if promised is None:
        return False
    if promised.asked_in_call_id == call_id:
        return True
    await _end(
        conn, now, ticket, promised, state="cancelled", because="called_again", actor="customer"
    )
    return False


async def line_up(conn: Conn, now: datetime, ticket: Ticket, queue_id: int) -> Ticket:
    """The ticket of who was promised a call before it had a queue waits in line from now on."""
    if ticket.state in ("waiting", "offered", "assigned"):
        return await tickets.save(conn, ticket)
    ticket = await on_the_line.with_call(conn, ticket, None)
    if ticket.state == "new":
        ticket = await moving.enqueue(conn, now, ticket, queue_id, rule_id=None)
        return await seek.agent_for(conn, now, ticket)
    because = "customer_called"
    if ticket.state in ("solved", "closed"):
        return await ending.reopen(conn, now, ticket, actor="customer", because=because)
    return await pausing.resume(conn, now, ticket, actor="customer", because=because)


async def goes_on(
    conn: Conn, now: datetime, ticket: Ticket, callback_id: int, outcome: Outcome
) -> bool:
    """A call that was to keep a promise is over; returns whether it has yet to be kept.

    Who did not answer is called again after a while; his ticket is his agent's until then.
    """
    callback = await callbacks.open_of(conn, ticket.id)
    if callback is None or callback.id != callback_id:
        return False
    if outcome == "answered":
        await _end(conn, now, ticket, callback, state="kept", because="answered", actor="system")
        return False
    if outcome == "not_allowed" or (outcome == "unanswered" and callback.attempts >= ATTEMPTS):
        await _give_up(conn, now, ticket, callback, outcome)
        return False
    ticket = await on_the_line.with_call(conn, ticket, None)
    due_at = now + timedelta(seconds=AGAIN_AFTER_S if outcome == "unanswered" else 0)
    await callbacks.again(conn, callback.id, due_at)
    if ticket.state == "assigned":
        await _leave(conn, now, ticket, due_at)
    else:
        await _wait_without(conn, now, ticket)
    return True


async def _give_up(
    conn: Conn, now: datetime, ticket: Ticket, callback: Callback, outcome: Outcome
) -> None:
    """Nobody calls there again; whoever has the ticket reads why, in either language."""
    because = "not_allowed" if outcome == "not_allowed" else "no_answer"
    await _end(conn, now, ticket, callback, state="unanswered", because=because, actor="system")
    note_id = await timeline.append(
        conn,
        now,
        contact_id=ticket.contact_id,
        ticket_id=ticket.id,
        channel="internal",
        direction="internal",
        kind="note",
        author_id=None,
        body=_GIVEN_UP[because].format(attempts=callback.attempts),
        state="recorded",
    )
    written = Event(
        kind="note_written",
        at=now,
        actor="system",
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        team_ids=tuple(ticket.team_ids),
        data={"interaction_id": note_id, "kind": "note"},
    )
    await events.record(conn, written)


async def cancel(conn: Conn, now: datetime, callback_id: int, *, actor: str) -> None:
    """Nobody is to be called back any more: the ticket waits like any other.

    Raises ``CallbackOver``, also while he is being called.
    """
    found = await callbacks.find(conn, callback_id)
    if found is None:
        raise NotFound(f"there is no callback {callback_id}", callback_id=callback_id)
    ticket = await tickets.lock(conn, found.ticket_id)
    callback = await callbacks.open_of(conn, ticket.id)
    if callback is None or callback.id != callback_id:
        raise CallbackOver(f"callback {callback_id} is over")
    if ticket.state == "assigned":
        raise CallbackOver(f"the customer of callback {callback_id} is being called")
    await _end(conn, now, ticket, callback, state="cancelled", because="cancelled", actor=actor)
    await on_the_line.go_on_without(conn, now, await on_the_line.without_call(conn, ticket))


async def _leave(conn: Conn, now: datetime, ticket: Ticket, due_at: datetime) -> None:
    """The agent is free; he is asked first when it is time, at once where he never dialled."""
    if due_at > now:
        await pausing.pend(conn, now, ticket.id, actor="system", wake_at=due_at)
        return
    await on_the_line.put_back(conn, now, ticket)


async def _wait_without(conn: Conn, now: datetime, ticket: Ticket) -> None:
    """It waits without anybody on the line: what rings stops, and is asked anew."""
    await on_the_line.go_on_without(conn, now, ticket)
    await ringing.follow(conn, now, [ticket.id])


async def _end(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    callback: Callback,
    *,
    state: callbacks.Ending,
    because: str,
    actor: str,
) -> None:
    await callbacks.end(conn, now, callback.id, state, because)
    await _tell(conn, now, ticket, callback.id, state=state, because=because, actor=actor)


async def _tell(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    callback_id: int,
    *,
    state: str,
    because: str | None,
    actor: str,
) -> None:
    told = fact(
        ticket,
        "callback_changed",
        now,
        actor,
        callback_id=callback_id,
        callback_state=state,
        because=because,
    )
    await events.record(conn, told)
