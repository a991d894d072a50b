"""Up a tier and down: refer a ticket, send it back, tell of a failed solution, read it all."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from msgspec import Struct

from contactcenter import desk, escalations, ticket_views
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.rights import check_may_work, view_if_left
from contactcenter.api.work import Note
from contactcenter.api.writing import written_note
from contactcenter.call_control import talks, transfers
from contactcenter.call_control.transfers import HandOver
from contactcenter.calls.call_transfers import Target
from contactcenter.dispatch import escalating, transferring
from contactcenter.escalations import Escalation
from contactcenter.ticket_views import TicketView
from contactcenter.tickets import tickets
from routing import escalation

#: Why a person refers a ticket; the other reasons are those of rules.
EscalationReason = Literal[
    "cannot_solve", "needs_access", "customer_asked", "wrong_team", "solution_failed", "other"
]


class NewEscalation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the more specialised tier needs to know; without a queue it goes to the next tier.

    Codes of ``reason`` are read at ``/escalation_reasons``; without one it says ``agent``.
    """

    note: Note
    reason: EscalationReason | None = None
    queue_id: Id | None = None


class NewReturn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the lower tier needs to know, such as the fix that is known.

    Without a queue it goes back to the one it came up from. It is kept for who had it there last,
    unless anyone may have it (``to_anyone``): what has become routine.
    """

    note: Note
    reason: escalation.ReturnReason | None = None
    queue_id: Id | None = None
    to_anyone: bool = False


class NewFailure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A solution that was tried and is none; ``note`` is for colleagues."""

    reason: escalation.Failure
    note: Note | None = None


class ReasonName(Struct, frozen=True, kw_only=True):
    """A code with its name in both languages."""

    code: str
    name_en: str
    name_fa: str


class Reasons(Struct, frozen=True, kw_only=True):
    """Every reason there is; ``by_person`` are those of ``escalation`` that a person may give."""

    escalation: list[ReasonName]
    by_person: list[EscalationReason]
    returning: list[ReasonName]
    failure: list[ReasonName]


@operation(
    "POST", "/tickets/{ticket_id}/escalations", tag="work", roles=AGENT, via="dispatch", status=201
)
async def escalate_ticket(call: Call, ticket_id: int, body: NewEscalation) -> TicketView | None:
    """Refer the ticket to a more specialised tier, history and all, with a hand-over note.

    Its age is kept, it gains credit, and you are free at once. This never counts against you.
    Without a queue it goes where the escalation rule for agents' requests says, else to the next
    tier. Until somebody there takes it, the lead of that queue's team is accountable.

    While you talk with the customer by phone it is a warm transfer: he is put on hold, somebody
    there is called and reads the note, and the ticket rises when you complete the transfer (see
    ``/calls/{call_id}/transfers``). 409 ``nobody_free`` where nobody there can be called.
    """
    await check_may_work(call, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    note_id = await written_note(call, ticket, body.note, kind="hand_over")
    if await _talked_over(call, ticket.live_call_id, body, note_id):
        return await view_if_left(call, ticket_id)
    await escalating.refer_up(
        call.conn,
        call.now,
        ticket,
        body.reason or "agent",
        actor=call.actor.reference,
        queue_id=body.queue_id,
        note_id=note_id,
    )
    return await view_if_left(call, ticket_id)


async def _talked_over(call: Call, call_id: int | None, body: NewEscalation, note_id: int) -> bool:
    """Begin a warm transfer to the tier above, where the holder talks with the customer now."""
    if call_id is None:
        return False
    talk = await talks.lock(call.conn, call_id)
    if talk.customer is None or talk.holder is None:
        return False
    queue_id = await escalating.target_above(call.conn, call.now, talk.ticket, body.queue_id)
    hand_over = HandOver(
        target=Target(queue_id=queue_id),
        actor=call.actor.reference,
        note_id=note_id,
        reason=body.reason,
    )
    await transfers.begin_warm(call.conn, call.now, talk, hand_over)
    return True


@operation(
    "POST", "/tickets/{ticket_id}/returns", tag="work", roles=AGENT, via="dispatch", status=201
)
async def return_ticket(call: Call, ticket_id: int, body: NewReturn) -> TicketView | None:
    """Send the ticket back to a lower tier, with a note.

    Its age is kept. A ticket may be sent back so often as the configuration says, by itself twice:
    409 ``returned_too_often``.
    """
    await check_may_work(call, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    note_id = await written_note(call, ticket, body.note, kind="hand_over")
    await transferring.give_back(
        call.conn,
        call.now,
        ticket,
        body.reason,
        actor=call.actor.reference,
        note_id=note_id,
        queue_id=body.queue_id,
        to_anyone=body.to_anyone,
    )
    return await view_if_left(call, ticket_id)


@operation("GET", "/tickets/{ticket_id}/escalations", tag="tickets", roles=AGENT, via="read")
async def list_escalations(call: Call, ticket_id: int) -> list[Escalation]:
    """How the ticket went up and came back: why, by whom or which rule, and who took it when."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await escalations.of_ticket(call.conn, ticket_id)


@operation(
    "POST",
    "/tickets/{ticket_id}/failed_solutions",
    tag="work",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def tell_of_failure(call: Call, ticket_id: int, body: NewFailure) -> TicketView | None:
    """Tell that a solution was tried and did not help; you go on holding the ticket.

    An escalation rule may ask for it (``resolution_failed``) and refer the ticket a moment later.
    """
    await check_may_work(call, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    note_id = None
    if body.note is not None:
        note_id = await written_note(call, ticket, body.note, kind="note")
    await desk.tell_of_failure(
        call.conn,
        await call.clock(),
        ticket,
        body.reason,
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        note_id=note_id,
    )
    return await view_if_left(call, ticket_id)


@operation("GET", "/escalation_reasons", tag="tickets", roles=AGENT, via="read")
async def list_escalation_reasons(call: Call) -> Reasons:  # noqa: ARG001 - as every handler
    """List the codes of reasons, with their names in English and in Persian."""
    return Reasons(
        escalation=_named(escalation.REASONS["en"], escalation.REASONS["fa"]),
        by_person=list(get_args(EscalationReason)),
        returning=_named(escalation.RETURN_REASONS["en"], escalation.RETURN_REASONS["fa"]),
        failure=_named(escalation.FAILURES["en"], escalation.FAILURES["fa"]),
    )


def _named(en: Mapping[Any, str], fa: Mapping[Any, str]) -> list[ReasonName]:
    return [ReasonName(code=code, name_en=en[code], name_fa=fa[code]) for code in en]
