"""Web chats from the agents' side: whether the visitor is there, and how to reach him if not."""

import secrets

from msgspec import Struct

from contactcenter import ticket_views, timeline
from contactcenter.api import interactions
from contactcenter.api.inputs import Id
from contactcenter.api.interactions import InteractionView
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.rights import check_may_work
from contactcenter.chatroom import chat_forwarding
from contactcenter.chatroom.chat_forwarding import By
from contactcenter.chats import chat_views
from contactcenter.chats.chat_views import ChatView
from contactcenter.errors import BadInput, NotFound
from contactcenter.tickets import tickets


class NewForwarding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which of the ``ways`` of the chat a reply goes on; without either the first allowed one.

    ``told_id`` is an address the visitor told, ``identity_id`` one his contact has.
    ``entry_point_id`` is the address of ours it comes from, where it is not to be the nearest.
    """

    told_id: Id | None = None
    identity_id: Id | None = None
    entry_point_id: Id | None = None


@operation("GET", "/tickets/{ticket_id}/chat", tag="work", roles=AGENT, via="read")
async def read_chat(call: Call, ticket_id: int) -> ChatView:
    """Read who chats about a ticket: there or gone, what he told of himself, other ways to him.

    404 also where the ticket has no chat.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.find(call.conn, ticket_id)
    return await chat_views.of_ticket(call.conn, await call.clock(), ticket, call.services.channels)


@operation(
    "POST",
    "/interactions/{interaction_id}/forwardings",
    tag="work",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def forward_reply(call: Call, interaction_id: int, body: NewForwarding) -> InteractionView:
    """Write a reply in a chat once more as a mail or text message: the visitor is gone.

    The same words and files on the same ticket; whoever answers there goes on with it.
    """
    if body.told_id is not None and body.identity_id is not None:
        raise BadInput("body.identity_id", "name either what he told or an address of his contact")
    reply = await timeline.find(call.conn, interaction_id)
    try:
        await check_may_work(call, reply.ticket_id or 0)
    except NotFound:  # a message one may not know of is none, and its ticket is not named
        raise NotFound(f"there is no interaction {interaction_id}") from None
    ticket = await tickets.lock(call.conn, reply.ticket_id or 0)  # before the clock is read
    reply = await timeline.find(call.conn, interaction_id)
    sent_id = await chat_forwarding.forward(
        call.conn,
        await call.clock(),
        ticket,
        reply,
        By(
            told_id=body.told_id,
            identity_id=body.identity_id,
            entry_point_id=body.entry_point_id,
        ),
        correlation_id=secrets.token_hex(16),
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        channels=call.services.channels,
    )
    call.ring("outbox")
    return await interactions.view(call.conn, sent_id)
