"""What happened with a contact: the timeline over every channel, and the tickets."""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from contactcenter import timeline
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.interactions import InteractionView, entry_views
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Problem
from contactcenter.db import Conn

_TIMELINE: Final = Cursor("contact-timeline", tuple[int])
_TICKETS: Final = Cursor("contact-tickets", tuple[int])


class ContactTicket(Struct, frozen=True, kw_only=True):
    """A ticket of the contact; of a ``restricted`` one nothing but its id is told."""

    id: int
    restricted: bool
    subject: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    channel: str | UnsetType = UNSET
    tier: int | UnsetType | None = UNSET
    queue_id: int | UnsetType | None = UNSET
    queue_name: str | UnsetType | None = UNSET
    agent_id: int | UnsetType | None = UNSET
    agent_name: str | UnsetType | None = UNSET
    temperament: str | UnsetType = UNSET
    opened_at: datetime | UnsetType = UNSET
    last_customer_message_at: datetime | UnsetType | None = UNSET
    last_reply_at: datetime | UnsetType | None = UNSET
    solved_at: datetime | UnsetType | None = UNSET
    version: int | UnsetType = UNSET


@operation("GET", "/contacts/{contact_id}/timeline", tag="contacts", roles=AGENT, via="read")
async def read_contact_timeline(
    call: Call, contact_id: int, query: PageQuery
) -> Page[InteractionView]:
    """Read what happened with a person on every channel, newest first.

    It holds what belongs to tickets you may read.
    """
    last = _TIMELINE.read(query.cursor)
    return await timeline_page(
        call.conn,
        call.actor.user_id,
        contact_id,
        before_id=last[0] if last else MAX_ID,
        limit=query.limit,
    )


async def timeline_page(
    conn: Conn, viewer_id: int, contact_id: int, *, before_id: int, limit: int
) -> Page[InteractionView]:
    """A page of what happened with a person, below an interaction's id, for who may read it.

    Raises ``NotFound``, or ``ContactMerged`` naming the contact it is now.
    """
    found = await timeline.of_contact(
        conn, viewer_id, contact_id, before_id=before_id, limit=limit + 1
    )
    if found is None:
        await contacts.find(conn, contact_id)  # says why
    page = _TIMELINE.page(found or [], limit, lambda i: (i["id"],))
    return Page(items=await entry_views(conn, page.items), next=page.next)


@operation("GET", "/contacts/{contact_id}/tickets", tag="contacts", roles=AGENT, via="read")
async def list_contact_tickets(
    call: Call, contact_id: int, query: PageQuery
) -> Page[ContactTicket]:
    """List a contact's tickets, newest first: those you may read.

    Of a ticket of a restricted team that you are not in you are told only that it exists.
    """
    await contacts.find(call.conn, contact_id)
    last = _TICKETS.read(query.cursor)
    found = await contacts.tickets(
        call.conn,
        call.actor.user_id,
        contact_id,
        before_id=last[0] if last else MAX_ID,
        limit=query.limit + 1,
    )
    page = _TICKETS.page(found, query.limit, lambda t: (t.id,))
    return Page(items=[contact_ticket(problem) for problem in page.items], next=page.next)


def contact_ticket(problem: Problem) -> ContactTicket:
    """What may be told of a ticket: of one of a restricted team only that it exists."""
    if not problem.readable:
        return ContactTicket(id=problem.id, restricted=True)
    told = msgspec.structs.asdict(problem)
    del told["readable"]
    return ContactTicket(restricted=False, **told)
