"""Ratings: what visitors who chatted thought of it, for whoever may read the ticket."""

from typing import Annotated, Final

from msgspec import Meta

from contactcenter import ticket_views
from contactcenter.api.inputs import MAX_ID, Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.chats import chat_ratings
from contactcenter.chats.chat_ratings import Rating

_LIST: Final = Cursor("ratings", int)


class RatingsQuery(PageQuery, frozen=True, kw_only=True):
    """Which to list: of one agent, or with a score of ``at_most``."""

    agent_id: Id | None = None
    at_most: Annotated[int, Meta(ge=1, le=5, description="1 is worst, 5 is best.")] | None = None


@operation("GET", "/tickets/{ticket_id}/ratings", tag="ratings", roles=AGENT, via="read")
async def list_ratings_of_ticket(call: Call, ticket_id: int) -> list[Rating]:
    """List what visitors thought of a ticket: one rating an episode, and whose it is."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await chat_ratings.of_ticket(call.conn, ticket_id)


@operation("GET", "/ratings", tag="ratings", roles=AGENT, via="read")
async def list_ratings(call: Call, query: RatingsQuery) -> Page[Rating]:
    """List what visitors thought of the tickets you may read, the newest first."""
    found = await chat_ratings.page(
        call.conn,
        call.actor.user_id,
        agent_id=query.agent_id,
        at_most=query.at_most,
        before_id=_LIST.read(query.cursor) or MAX_ID,
        limit=query.limit + 1,
    )
    return _LIST.page(found, query.limit, lambda one: one.id)
