"""What is refused of who would hold a ticket: its state, its call or his room does not allow it."""

from contactcenter.agents import Agent
from contactcenter.errors import Conflict
from contactcenter.tickets.tickets import Ticket
from routing import states


class OfferNotYours(Conflict):
    """The ticket does not ring at you."""

    code = "offer_not_yours"


class AgentFull(Conflict):
    """The agent has no room for it."""

    code = "agent_full"


class NotInQueue(Conflict):
    """The agent does not serve the ticket's queue."""

    code = "not_in_queue"


class Refused(Conflict):
    """The ticket's state does not allow it."""

    code = "transition_refused"


class AnswerByPhone(Conflict):
    """The customer is on the telephone: the agent takes the call there, not on the screen."""

    code = "answer_by_phone"


class CallIsLive(Conflict):
    """They are talking: the call is ended or transferred first."""

    code = "call_is_live"


class NoTelephone(Conflict):
    """The customer is on the telephone, and the agent has none that is free."""

    code = "no_telephone"


def check_not_talking(ticket: Ticket) -> None:
    """Raise ``CallIsLive`` where the holder talks with the customer."""
    if ticket.live_call_id is not None and ticket.state == "assigned":
        raise CallIsLive(
            f"the call of ticket {ticket.id} is not over: end it or transfer it",
            call_id=ticket.live_call_id,
        )


def check(ticket: Ticket, action: states.Action) -> states.State:
    """The state after the action; raises ``Refused`` with the reason."""
    try:
        return states.after(ticket.state, action)
    except states.TransitionRefused as refused:
        raise Refused(str(refused), state=ticket.state, allowed=refused.allowed) from None


def check_room(agent: Agent, ticket: Ticket, *, given_back: int = 0) -> None:
    """Raise ``AgentFull`` where he has not the room; ``given_back`` is what he gets rid of."""
    free = agent.capacity - agent.load + given_back
    if free < ticket.weight:
        raise AgentFull(
            f"{agent.name} has {free} of {agent.capacity} units free; the ticket takes "
            f"{ticket.weight}",
            free=free,
            capacity=agent.capacity,
        )
