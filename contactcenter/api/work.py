"""Work on a ticket: answer, note, accept, decline, claim, hand on, escalate, pause, solve."""

import secrets
from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import desk, labels, ticket_views, tickets
from contactcenter.access.actor import Role
from contactcenter.api.inputs import Id, Instant
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.dispatch import ending, holding, moving
from contactcenter.errors import BadInput, Forbidden
from contactcenter.ticket_views import TicketView
from contactcenter.tickets import Ticket

Text = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]
#: A hand-over note: the next person starts with what this one knows.
Note = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]


class NotYourTicket(Forbidden):
    """Only who holds the ticket, or a supervisor, may do this."""

    code = "not_your_ticket"


class NewReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message to the customer; it goes where he last wrote from unless an address is named."""

    text: Text
    attachment_ids: tuple[Id, ...] = ()
    identity_id: Id | None = None
    entry_point_id: Id | None = None


class NewNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only colleagues read."""

    text: Text


class Written(Struct, frozen=True, kw_only=True):
    """The interaction that was written."""

    interaction_id: int


class NewTransfer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the ticket goes: another queue, or a named agent; exactly one of them."""

    note: Note
    queue_id: Id | None = None
    agent_id: Id | None = None


class NewAssignment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to hold the ticket."""

    agent_id: Id


class NewEscalation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the more specialised tier needs to know; without a queue it goes to the next tier."""

    note: Note
    queue_id: Id | None = None


class NewPending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is the customer's turn; at ``wake_at`` it is ours again even if he does not write."""

    wake_at: Instant | None = None


class NewHold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What we wait for, and until when."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    wake_at: Instant


class NewRelease(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the ticket goes back to its queue."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class NewSolution(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it was solved: the code of a disposition."""

    disposition: Annotated[str, Meta(min_length=2, max_length=41)]


@operation(
    "POST",
    "/tickets/{ticket_id}/replies",
    tag="work",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def write_reply(call: Call, ticket_id: int, body: NewReply) -> Written:
    """Write to the customer; it is sent exactly when this is answered with 201."""
    await check_may_work(call, ticket_id)
    interaction_id = await desk.reply(
        call.conn,
        await call.clock(),
        ticket_id,
        desk.Letter(
            text=body.text,
            correlation_id=secrets.token_hex(16),
            attachment_ids=body.attachment_ids,
            identity_id=body.identity_id,
            entry_point_id=body.entry_point_id,
        ),
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        channels=call.services.channels,
    )
    call.ring("outbox")
    return Written(interaction_id=interaction_id)


@operation(
    "POST", "/tickets/{ticket_id}/notes", tag="work", roles=AGENT, via="transaction", status=201
)
async def write_note(call: Call, ticket_id: int, body: NewNote) -> Written:
    """Write an internal note; everybody who may read the ticket may."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    return Written(interaction_id=await _note(call, ticket, body.text, kind="note"))


@operation(
    "POST", "/tickets/{ticket_id}/acceptances", tag="work", roles=AGENT, via="dispatch", status=201
)
async def accept_offer(call: Call, ticket_id: int) -> TicketView:
    """Take the ticket that rings at you; a late answer is told how the offer ended."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.accept(call.conn, call.now, ticket_id, call.actor.user_id)
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/declines", tag="work", roles=AGENT, via="dispatch", status=201
)
async def decline_offer(call: Call, ticket_id: int) -> TicketView:
    """Say no to the ticket that rings at you; the next agent is asked at once."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.decline(call.conn, call.now, ticket_id, call.actor.user_id)
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/claims", tag="work", roles=AGENT, via="dispatch", status=201
)
async def claim_ticket(call: Call, ticket_id: int) -> TicketView:
    """Take a waiting ticket out of a queue you serve."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.claim(call.conn, call.now, ticket_id, call.actor.user_id)
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/transfers", tag="work", roles=AGENT, via="dispatch", status=201
)
async def transfer_ticket(call: Call, ticket_id: int, body: NewTransfer) -> TicketView:
    """Hand the ticket to another queue (sideways or back down) or to a colleague, with a note."""
    await check_may_work(call, ticket_id)
    if (body.queue_id is None) == (body.agent_id is None):
        raise BadInput("body.queue_id", "name either a queue or an agent")
    ticket = await tickets.lock(call.conn, ticket_id)
    note_id = await _note(call, ticket, body.note, kind="hand_over")
    ticket = await tickets.lock(call.conn, ticket_id)
    if body.queue_id is not None:
        await moving.transfer(
            call.conn, call.now, ticket, body.queue_id, actor=call.actor.reference, note_id=note_id
        )
    elif body.agent_id is not None:
        await holding.give_to(
            call.conn,
            call.now,
            ticket_id,
            body.agent_id,
            actor=call.actor.reference,
            note_id=note_id,
        )
    return await _view(call, ticket_id)


@operation(
    "POST",
    "/tickets/{ticket_id}/assignments",
    tag="work",
    roles=SUPERVISOR,
    via="dispatch",
    status=201,
)
async def assign_ticket(call: Call, ticket_id: int, body: NewAssignment) -> TicketView:
    """Give the ticket to a named agent who has room for it."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.give_to(
        call.conn,
        call.now,
        ticket_id,
        body.agent_id,
        actor=call.actor.reference,
        note_id=None,
    )
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/escalations", tag="work", roles=AGENT, via="dispatch", status=201
)
async def escalate_ticket(call: Call, ticket_id: int, body: NewEscalation) -> TicketView:
    """Refer the ticket to a more specialised tier, history and all, with a hand-over note.

    Its age is kept, it gains credit, and you are free at once. This never counts against you.
    """
    await check_may_work(call, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    note_id = await _note(call, ticket, body.note, kind="hand_over")
    await moving.escalate(
        call.conn,
        call.now,
        ticket,
        "agent",
        actor=call.actor.reference,
        queue_id=body.queue_id,
        note_id=note_id,
    )
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/pendings", tag="work", roles=AGENT, via="dispatch", status=201
)
async def make_pending(call: Call, ticket_id: int, body: NewPending) -> TicketView:
    """It is the customer's turn: you stay accountable and are free for other work."""
    await check_may_work(call, ticket_id)
    await ending.pend(
        call.conn, call.now, ticket_id, actor=call.actor.reference, wake_at=body.wake_at
    )
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/holds", tag="work", roles=AGENT, via="dispatch", status=201
)
async def hold_ticket(call: Call, ticket_id: int, body: NewHold) -> TicketView:
    """It waits for us, for a reason and until a date."""
    await check_may_work(call, ticket_id)
    await ending.hold(
        call.conn,
        call.now,
        ticket_id,
        actor=call.actor.reference,
        reason=body.reason,
        wake_at=body.wake_at,
    )
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/resumptions", tag="work", roles=AGENT, via="dispatch", status=201
)
async def resume_ticket(call: Call, ticket_id: int) -> TicketView:
    """Go on with a pending or held ticket."""
    await check_may_work(call, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    await ending.resume(call.conn, call.now, ticket, actor=call.actor.reference, because="agent")
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/releases", tag="work", roles=AGENT, via="dispatch", status=201
)
async def release_ticket(call: Call, ticket_id: int, body: NewRelease) -> TicketView:
    """Give the ticket back to its queue, as old as it is."""
    await check_may_work(call, ticket_id)
    await holding.release(
        call.conn, call.now, ticket_id, actor=call.actor.reference, reason=body.reason
    )
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/solutions", tag="work", roles=AGENT, via="dispatch", status=201
)
async def solve_ticket(call: Call, ticket_id: int, body: NewSolution) -> TicketView:
    """The problem is solved; if the customer writes again in time, it is reopened."""
    await check_may_work(call, ticket_id)
    await labels.check_disposition(call.conn, body.disposition)
    await ending.solve(
        call.conn,
        call.now,
        ticket_id,
        actor=call.actor.reference,
        disposition=body.disposition,
        reopen_window_s=call.services.settings.reopen_window_h * 3600,
    )
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/reopenings", tag="work", roles=AGENT, via="dispatch", status=201
)
async def reopen_ticket(call: Call, ticket_id: int) -> TicketView:
    """The problem is not solved after all."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    await ending.reopen(call.conn, call.now, ticket, actor=call.actor.reference, because="agent")
    return await _view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/spam_marks", tag="work", roles=AGENT, via="dispatch", status=201
)
async def mark_spam(call: Call, ticket_id: int) -> TicketView:
    """It is no customer's problem: closed, and out of every figure."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await ending.mark_spam(call.conn, call.now, ticket_id, actor=call.actor.reference)
    return await _view(call, ticket_id)


async def check_may_work(call: Call, ticket_id: int) -> None:
    """Refuse who may not read the ticket (``NotFound``) or neither holds nor supervises it."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    if call.actor.is_at_least(Role.SUPERVISOR):
        return
    ticket = await tickets.find(call.conn, ticket_id)
    if ticket.agent_id != call.actor.user_id:
        raise NotYourTicket(f"ticket {ticket_id} is not yours", agent_id=ticket.agent_id)


async def _note(call: Call, ticket: Ticket, text: str, *, kind: str) -> int:
    return await desk.note(
        call.conn,
        await call.clock(),
        ticket,
        text,
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        kind=kind,
    )


async def _view(call: Call, ticket_id: int) -> TicketView:
    return await ticket_views.find(call.conn, call.actor.user_id, ticket_id)
