"""A ticket as the person who asks may see it, and whether he may work on it."""

from contactcenter import ticket_views
from contactcenter.access.actor import Role
from contactcenter.api.operation import Call
from contactcenter.db import Conn
from contactcenter.dispatch import promises
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.errors import Forbidden, NotFound
from contactcenter.ticket_views import TicketView
from contactcenter.tickets import tickets


class NotYourTicket(Forbidden):
    """Only who holds the ticket, or a supervisor, may do this."""

    code = "not_your_ticket"


class NotYours(Forbidden):
    """Only who it was given to, or a supervisor, may do this."""

    code = "not_yours"


async def check_may_work(call: Call, ticket_id: int) -> None:
    """Refuse who may not read the ticket (``NotFound``) or neither holds nor supervises it."""
    await check_may_work_in(call, call.conn, ticket_id)


async def check_may_work_in(call: Call, conn: Conn, ticket_id: int) -> None:
    """The same over a connection of its own, for what is done without a transaction around it."""
    await ticket_views.check_may_read(conn, call.actor.user_id, ticket_id)
    if call.actor.is_at_least(Role.SUPERVISOR):
        return
    ticket = await tickets.find(conn, ticket_id)
    if ticket.agent_id != call.actor.user_id:
        raise NotYourTicket(f"ticket {ticket_id} is not yours", agent_id=ticket.agent_id)


async def view(call: Call, ticket_id: int) -> TicketView:
    """The ticket as the person who asks sees it; ``NotFound`` where he may not."""
    if type(call.conn) is RoutingConnection:  # so that it shows what is promised after the change
        await promises.catch_up(call.conn, call.now)
    return await ticket_views.find(call.conn, call.actor.user_id, ticket_id)


async def view_if_left(call: Call, ticket_id: int) -> TicketView | None:
    """The ticket after a change that may take it out of one's sight; None where it has.

    Whoever hands a ticket to a restricted team, or lets go of one that he could read only because
    he held it, has done so all the same.
    """
    try:
        return await view(call, ticket_id)
    except NotFound:
        return None
