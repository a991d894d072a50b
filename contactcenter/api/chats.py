"""Web chats from the agents' side: whether the visitor is there, and how to reach him if not."""

from contactcenter import chat_views, ticket_views, tickets
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.chat_views import ChatView


@operation("GET", "/tickets/{ticket_id}/chat", tag="work", roles=AGENT, via="read")
async def read_chat(call: Call, ticket_id: int) -> ChatView:
    """Read who chats about a ticket: there or gone, what he told of himself, other ways to him.

    404 also where the ticket has no chat.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    ticket = await tickets.find(call.conn, ticket_id)
    return await chat_views.of_ticket(call.conn, await call.clock(), ticket, call.services.channels)
