"""A visitor ends his chat: who waits leaves the queue, who talks lets his agent know."""

import asyncio
from datetime import datetime
from typing import Final, Literal

from channels import ChatRefused
from contactcenter import events
from contactcenter.chats import chat_endings
from contactcenter.db import Conn
from contactcenter.dispatch import ending
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import fact
from routing.states import SEEKING

#: What came of it: it is done, there was nothing to end, or his last words must be looked at first.
Outcome = Literal["done", "no_chat", "unheard"]

#: How long is waited for triage, which has a ticket looked at within two seconds.
_PATIENCE_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


async def end(dispatcher: Dispatcher, visitor_id: int) -> None:
    """End a visitor's chat, once or many times; raises ``ChatRefused`` where there is none.

    Whoever waited leaves his queue, unless somebody waits for an answer all the same. That his last
    words are looked at first keeps them from bringing the ticket back; where it takes too long, the
    ticket is left to an agent, who sees that its visitor ended the chat.
    """
    for pause_s in (*_PATIENCE_S, None):
        outcome = await dispatcher.submit(lambda conn, now: end_now(conn, now, visitor_id))
        if outcome == "no_chat":
            raise ChatRefused("no_chat", "There is no conversation to end.")
        if outcome == "done" or pause_s is None:
            return
        await asyncio.sleep(pause_s)


async def end_now(conn: Conn, now: datetime, visitor_id: int) -> Outcome:
    """Let it take effect, under the routing lock; to be asked again while ``unheard``."""
    ticket_id = await chat_endings.ticket_of(conn, visitor_id)
    if ticket_id is None:
        return "no_chat"
    ticket = await tickets.lock(conn, ticket_id)
    if await chat_endings.end_one(conn, now, visitor_id, ticket_id):
        ended = fact(ticket, "chat_ended", now, "customer", visitor_id=visitor_id)
        await events.record(conn, ended)
    if ticket.state != "new" and ticket.state not in SEEKING:
        return "done"
    outlook = await chat_endings.outlook(conn, ticket_id)
    if outlook.somebody_waits:
        return "done"
    if ticket.state == "new" or outlook.is_unheard:
        return "unheard"
    await ending.abandon(conn, now, ticket_id)
    return "done"
