"""Calls: who talks with whom now, on hold and back, who else is in it, and its end."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import ticket_views
from contactcenter.access.actor import Role
from contactcenter.administration import entry_points
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.rights import check_may_work
from contactcenter.call_control import holding, parties, talks
from contactcenter.call_control.talks import NotTalkedIn, Talk
from contactcenter.calls import call_views
from contactcenter.calls.call_views import CallView, LegView
from contactcenter.calls.telephones import dialled

_CALLS = Cursor("calls", tuple[int])
#: Above every id.
_NEWEST = 2**62
#: A number in a body; what may be dialled is said by the channel that makes calls.
Number = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"\S", examples=["+442071838750"])
]


class CallQuery(PageQuery, frozen=True, kw_only=True):
    """Which calls; ``live`` ones by default."""

    live: bool = True
    queue_id: Id | None = None


class NewParticipant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call into the room: a number outside the house, such as an interpreter's."""

    number: Number


@operation("GET", "/calls", tag="calls", roles=AGENT, via="read")
async def list_calls(call: Call, query: CallQuery) -> Page[CallView]:
    """List calls, those that are live now by default: who talks with whom, who waits and how long.

    Supervisors see those of their teams, administrators all; agents those they are in themselves,
    or whose ticket they have.
    """
    after = _CALLS.read(query.cursor)
    found = await call_views.page(
        call.conn,
        call.actor.user_id,
        call_views.Filter(live=query.live, queue_id=query.queue_id, own=not _leads(call)),
        before_id=after[0] if after else _NEWEST,
        limit=query.limit + 1,
        sees_secrets=_leads(call),
    )
    return _CALLS.page(found, query.limit, lambda one: (one.id,))


@operation("GET", "/calls/{call_id}", tag="calls", roles=AGENT, via="read")
async def read_call(call: Call, call_id: int) -> CallView:
    """Read one call: its telephones, how it was handed on, and what every second of it was."""
    return await seen(call, call_id)


@operation("GET", "/tickets/{ticket_id}/calls", tag="calls", roles=AGENT, via="read")
async def list_calls_of_ticket(call: Call, ticket_id: int) -> list[CallView]:
    """List the calls about a ticket, the newest first; at most one of them is live."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await call_views.page(
        call.conn,
        call.actor.user_id,
        call_views.Filter(ticket_id=ticket_id),
        limit=200,
        sees_secrets=_leads(call),
    )


@operation(
    "POST", "/calls/{call_id}/holds", tag="calls", roles=AGENT, via="transaction", status=201
)
async def hold_call(call: Call, call_id: int) -> CallView:
    """Put the customer on hold: he hears music, those in the room go on talking.

    409 ``already_on_hold``, ``call_is_not_talked_in`` or ``call_is_over`` where it does not apply.
    """
    talk = await locked(call, call_id)
    await holding.hold(call.conn, await call.clock(), talk, actor=call.actor.reference)
    return await seen(call, call_id)


@operation(
    "POST",
    "/calls/{call_id}/resumptions",
    tag="calls",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def resume_call(call: Call, call_id: int) -> CallView:
    """Take the customer off hold; 409 ``not_on_hold`` where he is not."""
    talk = await locked(call, call_id)
    await holding.resume(call.conn, await call.clock(), talk, actor=call.actor.reference)
    return await seen(call, call_id)


@operation("GET", "/calls/{call_id}/participants", tag="calls", roles=AGENT, via="read")
async def list_participants(call: Call, call_id: int) -> list[LegView]:
    """List who is on the telephone in a call now, or is being called."""
    return [leg for leg in (await seen(call, call_id)).legs if leg.ended_at is None]


@operation(
    "POST",
    "/calls/{call_id}/participants",
    tag="calls",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def invite_participant(call: Call, call_id: int, body: NewParticipant) -> CallView:
    """Call somebody outside into the room, beside the customer; he hears and is heard by all.

    Colleagues come by a transfer that is talked over, supervisors by supervision. 403
    ``destination_not_allowed`` where nobody may be called there from here, 409
    ``call_limit_reached``.
    """
    talk = await locked(call, call_id)
    number = await permitted(call, talk, "body.number", body.number)
    await parties.invite(call.conn, call.now, talk, number, actor=call.actor.reference)
    return await seen(call, call_id)


@operation(
    "DELETE",
    "/calls/{call_id}/participants/{participant_id}",
    tag="calls",
    roles=AGENT,
    via="dispatch",
)
async def take_out_participant(call: Call, call_id: int, participant_id: int) -> CallView:
    """Let one of the telephones in the room hang up.

    Neither the customer's nor that of who holds the ticket: 409 ``is_the_call``.
    """
    talk = await locked(call, call_id)
    await parties.take_out(call.conn, call.now, talk, participant_id, actor=call.actor.reference)
    return await seen(call, call_id)


@operation("POST", "/calls/{call_id}/endings", tag="calls", roles=AGENT, via="dispatch", status=201)
async def end_call(call: Call, call_id: int) -> CallView:
    """Let everybody hang up; the ticket stays with its holder, who wraps up."""
    talk = await locked(call, call_id)
    await parties.end(call.conn, call.now, talk, actor=call.actor.reference)
    return await seen(call, call_id)


async def locked(call: Call, call_id: int) -> Talk:
    """The call and its ticket, locked, for somebody who may work on it.

    Raises ``NotFound``, ``NotYourTicket``, or ``NotTalkedIn`` where it has no ticket yet.
    """
    ticket_id = await call_views.check_may_read(call.conn, call.actor.user_id, call_id)
    if ticket_id is None:
        raise NotTalkedIn(f"call {call_id} is not about a ticket yet")
    await check_may_work(call, ticket_id)
    return await talks.lock(call.conn, call_id)


async def permitted(call: Call, talk: Talk, field: str, text: str) -> str:
    """The number to be called into this call, canonical; under the routing lock, and counted.

    Raises ``BadInput`` that names the field, ``DestinationNotAllowed`` or ``CallLimitReached``.
    """
    number = dialled(call.services.channels, field, text)
    ours = await entry_points.find(call.conn, talk.call.entry_point_id)
    await call.services.dial_guard.permit(
        call.conn,
        call.now,
        call_id=talk.call.id,
        address=number,
        entry_point=ours.address,
        user_id=call.actor.user_id,
    )
    return number


async def seen(call: Call, call_id: int) -> CallView:
    """The call as the person who asks sees it; ``NotFound`` where he may not."""
    return await call_views.find(call.conn, call.actor.user_id, call_id, sees_secrets=_leads(call))


def _leads(call: Call) -> bool:
    return call.actor.is_at_least(Role.SUPERVISOR)
