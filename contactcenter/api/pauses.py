"""How a ticket pauses and ends: pending, on hold, resumed, solved, reopened, spam."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import labels, ticket_views, timeline
from contactcenter.api.inputs import Id, Instant, Reason
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.rights import check_may_work, view, view_if_left
from contactcenter.dispatch import ending, pausing
from contactcenter.errors import Conflict
from contactcenter.ticket_views import TicketView
from contactcenter.tickets import tickets


class CustomerWaits(Conflict):
    """The customer has written what you have not answered; ``interaction_id`` is his message."""

    code = "customer_waits"


class NewPending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is the customer's turn; at ``wake_at`` it is ours again even if he does not write.

    If the customer spoke last, ``seen_interaction_id`` says that his words need no answer.
    """

    wake_at: Instant | None = None
    seen_interaction_id: Id | None = None


class NewHold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What we wait for, and until when."""

    reason: Reason
    wake_at: Instant


class NewSolution(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it was solved: the code of a disposition.

    With ``seen_interaction_id``, the newest message on your screen, it is refused if the customer
    has written since.
    """

    disposition: Annotated[str, Meta(min_length=2, max_length=41)]
    seen_interaction_id: Id | None = None


@operation(
    "POST", "/tickets/{ticket_id}/pendings", tag="work", roles=AGENT, via="dispatch", status=201
)
async def make_pending(call: Call, ticket_id: int, body: NewPending) -> TicketView:
    """It is the customer's turn: you stay accountable and are free for other work."""
    await check_may_work(call, ticket_id)
    await _check_seen(call, ticket_id, body.seen_interaction_id, is_answered=False)
    await pausing.pend(
        call.conn, call.now, ticket_id, actor=call.actor.reference, wake_at=body.wake_at
    )
    return await view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/holds", tag="work", roles=AGENT, via="dispatch", status=201
)
async def hold_ticket(call: Call, ticket_id: int, body: NewHold) -> TicketView:
    """It waits for us, for a reason and until a date."""
    await check_may_work(call, ticket_id)
    await pausing.hold(
        call.conn,
        call.now,
        ticket_id,
        actor=call.actor.reference,
        reason=body.reason,
        wake_at=body.wake_at,
    )
    return await view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/resumptions", tag="work", roles=AGENT, via="dispatch", status=201
)
async def resume_ticket(call: Call, ticket_id: int) -> TicketView:
    """Go on with a pending or held ticket."""
    await check_may_work(call, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    await pausing.resume(call.conn, call.now, ticket, actor=call.actor.reference, because="agent")
    return await view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/solutions", tag="work", roles=AGENT, via="dispatch", status=201
)
async def solve_ticket(call: Call, ticket_id: int, body: NewSolution) -> TicketView | None:
    """The problem is solved; if the customer writes again in time, it is reopened."""
    await check_may_work(call, ticket_id)
    await labels.check_disposition(call.conn, body.disposition)
    await _check_seen(call, ticket_id, body.seen_interaction_id, is_answered=True)
    await ending.solve(
        call.conn,
        call.now,
        ticket_id,
        actor=call.actor.reference,
        disposition=body.disposition,
        reopen_window_s=call.services.settings.reopen_window_h * 3600,
    )
    return await view_if_left(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/reopenings", tag="work", roles=AGENT, via="dispatch", status=201
)
async def reopen_ticket(call: Call, ticket_id: int) -> TicketView:
    """The problem is not solved after all."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    await ending.reopen(call.conn, call.now, ticket, actor=call.actor.reference, because="agent")
    return await view(call, ticket_id)


@operation(
    "POST", "/tickets/{ticket_id}/spam_marks", tag="work", roles=AGENT, via="dispatch", status=201
)
async def mark_spam(call: Call, ticket_id: int) -> TicketView | None:
    """It is no customer's problem: closed, and out of every figure."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    await ending.mark_spam(call.conn, call.now, ticket_id, actor=call.actor.reference)
    return await view_if_left(call, ticket_id)


async def _check_seen(
    call: Call, ticket_id: int, seen_id: int | None, *, is_answered: bool
) -> None:
    """Refuse to turn away from a customer who wrote what the agent has not seen.

    ``is_answered``: without a word on what was seen, it is believed that all was. The row is locked
    first, so that a message stored from now on is triaged after the change and undoes it.
    """
    await tickets.lock(call.conn, ticket_id)
    last = await timeline.last_words(call.conn, ticket_id)
    seen = seen_id if seen_id is not None else (last.customer_id if is_answered else last.ours_id)
    if last.customer_id is not None and last.customer_id > (seen or 0):
        raise CustomerWaits(
            "the customer wrote last: answer, or say by seen_interaction_id that you have read it",
            interaction_id=last.customer_id,
        )
