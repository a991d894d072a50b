"""Tickets: list, read, open by writing first, describe, tag."""

import secrets
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import addressing, desk, labels, offers, ticket_views, timeline
from contactcenter.api.inputs import MAX_ID, Id, Line, Text
from contactcenter.api.interactions import InteractionView, views
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.rights import view
from contactcenter.api.writing import Copies
from contactcenter.contacts import contacts
from contactcenter.errors import BadInput
from contactcenter.temperaments import temperaments
from contactcenter.ticket_views import TicketView
from contactcenter.tickets import legs, tickets
from routing.states import State
from routing.temperament import Label
from routing.text import fold

Tag = Annotated[
    str, Meta(min_length=1, max_length=50, description="Compared and kept folded, once each.")
]

_TICKETS = Cursor("tickets", tuple[int])
_TIMELINE = Cursor("ticket-timeline", tuple[int])


class TicketQuery(PageQuery, frozen=True, kw_only=True):
    """What to list; ``mine`` is short for the tickets one holds."""

    queue_id: Id | None = None
    state: tuple[State, ...] = ()
    agent_id: Id | None = None
    contact_id: Id | None = None
    tag: Tag | None = None
    temperament: Label | None = None
    mine: bool = False


class FirstMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message to a customer who has not written about this.

    A mail may have copies (``cc``); one that is written to many (``bulk``) tells its readers how to
    leave the list.
    """

    contact_id: Id
    channel: Annotated[str, Meta(min_length=2, max_length=31)]
    text: Text
    subject: Annotated[str, Meta(max_length=200)] = ""
    entry_point_id: Id | None = None
    identity_id: Id | None = None
    attachment_ids: tuple[Id, ...] = ()
    cc: Copies = ()
    bulk: bool = False


class Description(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a ticket is about."""

    subject: Line | UnsetType = UNSET
    category_id: Id | UnsetType | None = UNSET


class Tags(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly these tags."""

    tags: tuple[Tag, ...]


class Temperament(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent who knows the person says of him; it stands until it is taken back."""

    label: Label
    note: Annotated[str, Meta(max_length=500)] | None = None


@operation("GET", "/tickets", tag="tickets", roles=AGENT, via="read")
async def list_tickets(call: Call, query: TicketQuery) -> Page[ticket_views.Line]:
    """List the tickets one may read, newest first.

    Filters are joined by *and*; ``state`` may be repeated. A tag is compared folded, so that
    Persian and Arabic spellings meet.
    """
    after = _TICKETS.read(query.cursor)
    if query.mine and query.agent_id not in (None, call.actor.user_id):
        raise BadInput("query.mine", "mine and another agent_id exclude one another")
    wanted = ticket_views.Filter(
        queue_id=query.queue_id,
        states=list(query.state) or None,
        agent_id=call.actor.user_id if query.mine else query.agent_id,
        contact_id=query.contact_id,
        tag=fold(query.tag).strip() if query.tag is not None else None,
        temperament=query.temperament,
    )
    found = await ticket_views.page(
        call.conn,
        call.actor.user_id,
        wanted,
        before_id=after[0] if after else MAX_ID,
        limit=query.limit + 1,
    )
    return _TICKETS.page(found, query.limit, lambda line: (line.id,))


@operation("GET", "/tickets/{ticket_id}", tag="tickets", roles=AGENT, via="read")
async def find_ticket(call: Call, ticket_id: int) -> TicketView:
    """Read a ticket: who is accountable, how old it is, and how to treat this person."""
    return await ticket_views.find(call.conn, call.actor.user_id, ticket_id)


@operation("POST", "/tickets", tag="tickets", roles=AGENT, via="dispatch", status=201)
async def open_ticket(call: Call, body: FirstMessage) -> TicketView:
    """Open a ticket by writing first.

    The author holds it and it is the customer's turn, so it takes none of his capacity. If the
    contact already has an unsolved ticket there, 409 names it.
    """
    ticket = await desk.write_first(
        call.conn,
        call.now,
        addressing.Letter(
            text=body.text,
            correlation_id=secrets.token_hex(16),
            attachment_ids=body.attachment_ids,
            identity_id=body.identity_id,
            entry_point_id=body.entry_point_id,
            cc=body.cc,
            bulk=body.bulk,
        ),
        contact_id=body.contact_id,
        channel=body.channel,
        subject=body.subject,
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        channels=call.services.channels,
    )
    call.ring("outbox")
    return await view(call, ticket.id)


@operation("PATCH", "/tickets/{ticket_id}", tag="tickets", roles=AGENT, via="transaction")
async def describe_ticket(call: Call, ticket_id: int, body: Description) -> TicketView:
    """Say what the ticket is about; what is left out stays."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    call.check_version(ticket.version)
    await labels.describe(
        call.conn,
        await call.clock(),
        ticket,
        subject=body.subject.strip() if isinstance(body.subject, str) else ticket.subject,
        category_id=ticket.category_id if body.category_id is UNSET else body.category_id,
        actor=call.actor.reference,
    )
    return await view(call, ticket_id)


@operation("PUT", "/tickets/{ticket_id}/tags", tag="tickets", roles=AGENT, via="transaction")
async def tag_ticket(call: Call, ticket_id: int, body: Tags) -> TicketView:
    """Give the ticket exactly these tags."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.lock(call.conn, ticket_id)
    call.check_version(ticket.version)
    now = await call.clock()
    await labels.tag(call.conn, now, ticket, body.tags, actor=call.actor.reference)
    return await view(call, ticket_id)


@operation("PUT", "/tickets/{ticket_id}/temperament", tag="tickets", roles=AGENT, via="dispatch")
async def retag_ticket(call: Call, ticket_id: int, body: Temperament) -> TicketView:
    """Correct the temperament of the ticket's contact.

    It stays corrected: the model goes on looking, but what a person said counts.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    contact_id = (await tickets.find(call.conn, ticket_id)).contact_id
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    call.check_version((await tickets.lock(call.conn, ticket_id)).version)
    await temperaments.override(
        call.conn, call.now, contact, body.label, note=body.note, actor=call.actor.reference
    )
    return await view(call, ticket_id)


@operation("GET", "/tickets/{ticket_id}/timeline", tag="tickets", roles=AGENT, via="read")
async def read_ticket_timeline(
    call: Call, ticket_id: int, query: PageQuery
) -> Page[InteractionView]:
    """Read what was said about this ticket, newest first."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    after = _TIMELINE.read(query.cursor)
    found = await timeline.of_ticket(
        call.conn, ticket_id, before_id=after[0] if after else MAX_ID, limit=query.limit + 1
    )
    page = _TIMELINE.page(found, query.limit, lambda i: (i.id,))
    return Page(items=await views(call.conn, page.items), next=page.next)


@operation("GET", "/tickets/{ticket_id}/legs", tag="tickets", roles=AGENT, via="read")
async def list_legs(call: Call, ticket_id: int) -> list[legs.Leg]:
    """Who had the ticket, from when to when, and how each stay ended."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await legs.of_ticket(call.conn, ticket_id)


@operation("GET", "/tickets/{ticket_id}/offers", tag="tickets", roles=AGENT, via="read")
async def list_offers(call: Call, ticket_id: int) -> list[offers.Explained]:
    """Whom the ticket was offered to, and the numbers that led to each choice."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await offers.of_ticket(call.conn, ticket_id)
