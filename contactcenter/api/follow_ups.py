"""Follow-ups: what was promised to customers, by when and by whom, and who has not decided yet."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from contactcenter import ticket_views
from contactcenter.access.actor import Role
from contactcenter.api.inputs import Id, Instant
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.rights import NotYours
from contactcenter.contacts import contacts
from contactcenter.feedback import follow_up_rules, follow_ups
from contactcenter.feedback.follow_up_rules import Rule
from contactcenter.feedback.follow_ups import Filter, FollowUp, New, State
from contactcenter.tickets import tickets
from routing.temperament import Label

What = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"\S")]

_LIST: Final = Cursor("follow_ups", tuple[datetime, int])
_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)


class NewFollowUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What, by when, by whom: without an agent and a team, by you.

    A ``promise`` is what the customer was told that we would do.
    """

    what: What
    due_at: Instant
    kind: Literal["promise", "task"] = "promise"
    agent_id: Id | None = None
    team_id: Id | None = None


class NewCompletion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of it, if there is anything to say."""

    outcome: What | None = None


class NewDrop(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it will not be done."""

    reason: What


class FollowUpQuery(PageQuery, frozen=True, kw_only=True):
    """Which to list: ``mine``, those of an agent or a team, and those that are ``overdue``."""

    mine: bool = False
    overdue: bool = False
    state: State | None = None
    agent_id: Id | None = None
    team_id: Id | None = None
    ticket_id: Id | None = None
    contact_id: Id | None = None


class NewFollowUpRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ask again when a problem ends with this ``disposition``, and after which time."""

    disposition: Annotated[str, Meta(min_length=2, max_length=41)]
    temperament: Label
    due_after_s: Annotated[int, Meta(ge=60, le=31_536_000)]
    what_en: What
    what_fa: What


@operation(
    "POST",
    "/tickets/{ticket_id}/follow_ups",
    tag="follow_ups",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def promise_in_ticket(call: Call, ticket_id: int, body: NewFollowUp) -> FollowUp:
    """Keep what you promised the customer, or what is still to be done, of this ticket."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.find(call.conn, ticket_id)
    return await _made(call, body, contact_id=ticket.contact_id, ticket_id=ticket_id)


@operation(
    "POST",
    "/contacts/{contact_id}/follow_ups",
    tag="follow_ups",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def promise_to_contact(call: Call, contact_id: int, body: NewFollowUp) -> FollowUp:
    """Keep what was promised to a contact, of no ticket."""
    contact = await contacts.find(call.conn, contact_id)
    return await _made(call, body, contact_id=contact.id, ticket_id=None)


@operation("GET", "/follow_ups", tag="follow_ups", roles=AGENT, via="read")
async def list_follow_ups(call: Call, query: FollowUpQuery) -> Page[FollowUp]:
    """List what is to be done, what is due first on top: of tickets you may read, and yours."""
    now, me = await call.clock(), call.actor.user_id
    wanted = Filter(
        state=query.state,
        agent_id=me if query.mine else query.agent_id,
        team_id=query.team_id,
        ticket_id=query.ticket_id,
        contact_id=query.contact_id,
        overdue_at=now if query.overdue else None,
    )
    after = _LIST.read(query.cursor) or (_EARLIEST, 0)
    found = await follow_ups.page(call.conn, me, wanted, after=after, limit=query.limit + 1)
    return _LIST.page(found, query.limit, lambda one: (one.due_at, one.id))


@operation("GET", "/follow_ups/{follow_up_id}", tag="follow_ups", roles=AGENT, via="read")
async def find_follow_up(call: Call, follow_up_id: int) -> FollowUp:
    """Read one."""
    return await follow_ups.find(call.conn, call.actor.user_id, follow_up_id)


@operation(
    "POST",
    "/follow_ups/{follow_up_id}/completions",
    tag="follow_ups",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def complete_follow_up(call: Call, follow_up_id: int, body: NewCompletion) -> FollowUp:
    """Say that it is done: whoever it was for, one of the team it was for, or a supervisor."""
    return await _closed(call, follow_up_id, "done", body.outcome)


@operation(
    "POST",
    "/follow_ups/{follow_up_id}/drops",
    tag="follow_ups",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def drop_follow_up(call: Call, follow_up_id: int, body: NewDrop) -> FollowUp:
    """Say why it will not be done."""
    return await _closed(call, follow_up_id, "dropped", body.reason)


@operation("GET", "/follow_up_rules", tag="follow_ups", roles=AGENT, via="read")
async def list_follow_up_rules(call: Call) -> list[Rule]:
    """List after which endings of a problem whom we ask again by ourselves."""
    return await follow_up_rules.list_all(call.conn)


@operation(
    "PUT",
    "/follow_up_rules",
    tag="follow_ups",
    roles=ADMIN,
    via="transaction",
    versioned=False,
)
async def replace_follow_up_rules(
    call: Call, body: Annotated[list[NewFollowUpRule], Meta(max_length=200)]
) -> list[Rule]:
    """Write these rules anew as a whole.

    A ticket that is solved with the disposition by a customer of the temperament gets a follow-up,
    for its solver; what he writes or buys meanwhile is for him to see.
    """
    rules = [
        Rule(
            disposition=one.disposition,
            temperament=one.temperament,
            due_after_s=one.due_after_s,
            what_en=one.what_en,
            what_fa=one.what_fa,
        )
        for one in body
    ]
    now = await call.clock()
    return await follow_up_rules.replace(call.conn, now, rules, actor=call.actor.reference)


async def _made(
    call: Call, body: NewFollowUp, *, contact_id: int, ticket_id: int | None
) -> FollowUp:
    is_nobodys = body.agent_id is None and body.team_id is None
    new = New(
        kind=body.kind,
        what=body.what,
        due_at=body.due_at,
        contact_id=contact_id,
        ticket_id=ticket_id,
        agent_id=call.actor.user_id if is_nobodys else body.agent_id,
        team_id=body.team_id,
    )
    now = await call.clock()
    made = await follow_ups.make(call.conn, now, new, actor=call.actor.reference)
    return await follow_ups.find(call.conn, call.actor.user_id, made)


async def _closed(
    call: Call, follow_up_id: int, state: Literal["done", "dropped"], outcome: str | None
) -> FollowUp:
    me = call.actor
    found = await follow_ups.lock(call.conn, me.user_id, follow_up_id)
    is_mine = found.agent_id == me.user_id or found.team_id in me.team_ids
    if not is_mine and not me.is_at_least(Role.SUPERVISOR):
        raise NotYours(f"follow-up {follow_up_id} is not yours")
    now = await call.clock()
    await follow_ups.close(call.conn, now, found, state, outcome, actor=me.reference)
    return await follow_ups.find(call.conn, me.user_id, follow_up_id)
