"""Who works on a ticket: accept, decline, claim, hand on, give back."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import ticket_views
from contactcenter.api.inputs import Id, Reason
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.rights import check_may_work, view, view_if_left
from contactcenter.api.writing import written_note
from contactcenter.dispatch import holding, transferring
from contactcenter.errors import BadInput
from contactcenter.ticket_views import TicketView
from contactcenter.tickets import tickets

#: A hand-over note: the next person starts with what this one knows.
Note = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]


class NewTransfer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the ticket goes: another queue, or a named agent; exactly one of them."""

    note: Note
    queue_id: Id | None = None
    agent_id: Id | None = None


class NewAssignment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to hold the ticket."""

    agent_id: Id


class NewRelease(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the ticket goes back to its queue."""

    reason: Reason


@operation(
    "POST", "/tickets/{ticket_id}/acceptances", tag="work", roles=AGENT, via="dispatch", status=201
)
async def accept_offer(call: Call, ticket_id: int) -> TicketView:
    """Take the ticket that rings at you; a late answer is told how the offer ended."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.accept(call.conn, call.now, ticket_id, call.actor.user_id)
    return await view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/declines", tag="work", roles=AGENT, via="dispatch", status=201
)
async def decline_offer(call: Call, ticket_id: int) -> TicketView | None:
    """Say no to the ticket that rings at you; the next agent is asked at once."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.decline(call.conn, call.now, ticket_id, call.actor.user_id)
    return await view_if_left(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/claims", tag="work", roles=AGENT, via="dispatch", status=201
)
async def claim_ticket(call: Call, ticket_id: int) -> TicketView:
    """Take a waiting ticket out of a queue you serve."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await holding.claim(call.conn, call.now, ticket_id, call.actor.user_id)
    return await view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/transfers", tag="work", roles=AGENT, via="dispatch", status=201
)
async def transfer_ticket(call: Call, ticket_id: int, body: NewTransfer) -> TicketView | None:
    """Hand the ticket to another queue or to a colleague, with a note.

    To a queue of a lower tier it is a return that anyone there may take, see ``/returns``.
    """
    await check_may_work(call, ticket_id)
    if (body.queue_id is None) == (body.agent_id is None):
        raise BadInput("body.queue_id", "name either a queue or an agent")
    ticket = await tickets.lock(call.conn, ticket_id)
    note_id = await written_note(call, ticket, body.note, kind="hand_over")
    ticket = await tickets.lock(call.conn, ticket_id)
    if body.queue_id is not None:
        await transferring.transfer(
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
    return await view_if_left(call, ticket_id)


@operation(
    "POST",
    "/tickets/{ticket_id}/assignments",
    tag="work",
    roles=SUPERVISOR,
    via="dispatch",
    status=201,
)
async def assign_ticket(call: Call, ticket_id: int, body: NewAssignment) -> TicketView | None:
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
    return await view_if_left(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/releases", tag="work", roles=AGENT, via="dispatch", status=201
)
async def release_ticket(call: Call, ticket_id: int, body: NewRelease) -> TicketView | None:
    """Give the ticket back to its queue, as old as it is."""
    await check_may_work(call, ticket_id)
    await holding.release(
        call.conn, call.now, ticket_id, actor=call.actor.reference, reason=body.reason
    )
    return await view_if_left(call, ticket_id)
