"""A call as those who talk in it have it: who is in its room, and what may be done there now."""

from msgspec import Struct

from contactcenter.calls import call_legs, calls
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call
from contactcenter.db import Conn
from contactcenter.errors import Conflict
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


class CallIsOver(Conflict):
    """Everybody has hung up."""

    code = "call_is_over"


class NotTalkedIn(Conflict):
    """Nobody talks with the customer yet."""

    code = "call_is_not_talked_in"


class NobodyThere(Conflict):
    """This telephone is not in the call (any more)."""

    code = "not_in_the_call"


class Talk(Struct, frozen=True, kw_only=True):
    """A call with its telephones and its ticket; the rows of ticket and call are locked."""

    call: Call
    ticket: Ticket
    legs: list[CallLeg]

    @property
    def customer(self) -> CallLeg | None:
        """The customer's telephone while it is in the room."""
        return next((leg for leg in self.legs if leg.party == "customer" and is_in(leg)), None)

    @property
    def holder(self) -> CallLeg | None:
        """The telephone of who holds the ticket while it is in the room."""
        return self.of_agent(self.ticket.agent_id)

    def of_agent(self, user_id: int | None) -> CallLeg | None:
        """The telephone of this agent while it is in the room."""
        found = (leg for leg in self.legs if leg.party == "agent" and leg.user_id == user_id)
        return next(filter(is_in, found), None)

    def leg(self, leg_id: int | None) -> CallLeg | None:
        """One of the telephones."""
        return next((leg for leg in self.legs if leg.id == leg_id), None)

    def check_talked_in(self) -> CallLeg:
        """The customer's telephone; raises ``CallIsOver`` or ``NotTalkedIn``."""
        check_not_over(self.call)
        customer = self.customer
        if customer is None or self.call.conference is None:
            raise NotTalkedIn(call_state=self.call.state)
        return customer


def is_in(leg: CallLeg) -> bool:
    """Whether a telephone is in the room now."""
    return leg.state == "joined"


def is_live(leg: CallLeg) -> bool:
    """Whether a telephone is in the room, or on its way there."""
    return leg.ended_at is None and leg.state != "left"


def check_not_over(call: Call) -> None:
    """Raises ``CallIsOver``."""
    if call.is_over:
        raise CallIsOver(f"call {call.id} is over")


async def lock(conn: Conn, call_id: int) -> Talk:
    """Read a call and lock its ticket and it; raises ``NotFound``, ``NotTalkedIn`` without ticket.

    The ticket comes before the call, and nobody takes a call out of its ticket.
    """
    call = await calls.find(conn, call_id)
    if call.ticket_id is None:
        check_not_over(call)
        raise NotTalkedIn(call_state=call.state)
    ticket = await tickets.lock(conn, call.ticket_id)
    call = await calls.lock(conn, call_id)
    return Talk(call=call, ticket=ticket, legs=await call_legs.of_call(conn, call_id))
