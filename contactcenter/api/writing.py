"""Writing about a ticket: to the customer, or for colleagues."""

import secrets
from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import addressing, desk, ticket_views
from contactcenter.api.inputs import Id, Line, Text
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.rights import check_may_work
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

#: Mail addresses that get a copy.
Copies = Annotated[
    tuple[Annotated[str, Meta(min_length=3, max_length=254, examples=["info@example.com"])], ...],
    Meta(max_length=20),
]


class NewReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message to the customer; it goes where he last wrote from unless an address is named.

    A mail may have a ``subject`` of its own, else that of what it answers, and copies (``cc``).
    """

    text: Text
    attachment_ids: tuple[Id, ...] = ()
    identity_id: Id | None = None
    entry_point_id: Id | None = None
    subject: Line | None = None
    cc: Copies = ()


class NewNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only colleagues read."""

    text: Text


class Written(Struct, frozen=True, kw_only=True):
    """The interaction that was written."""

    interaction_id: int


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
    await tickets.lock(call.conn, ticket_id)  # and then the clock: instants in the order of changes
    interaction_id = await desk.reply(
        call.conn,
        await call.clock(),
        ticket_id,
        addressing.Letter(
            text=body.text,
            correlation_id=secrets.token_hex(16),
            attachment_ids=body.attachment_ids,
            identity_id=body.identity_id,
            entry_point_id=body.entry_point_id,
            subject=body.subject,
            cc=body.cc,
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
    return Written(interaction_id=await written_note(call, ticket, body.text, kind="note"))


async def written_note(call: Call, ticket: Ticket, text: str, *, kind: str) -> int:
    """Write an internal note in the actor's name; returns the interaction's id."""
    return await desk.note(
        call.conn,
        await call.clock(),
        ticket,
        text,
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        kind=kind,
    )
