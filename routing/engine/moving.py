"""How a ticket of the router in memory goes on: done, to another queue, or its customer leaves."""

from routing.engine import presence
from routing.engine.floor import Floor
from routing.engine.matching import agent_looks, ticket_looks
from routing.engine.records import Agent, Ticket
from routing.engine.watching import Moved


def finish(floor: Floor, ticket: Ticket) -> None:
    """The work is done; who did it looks for more."""
    agent = _end_of_leg(floor, ticket)
    ticket.state = "done"
    floor.end(ticket)
    agent_looks(floor, agent)


def end_leg(floor: Floor, ticket: Ticket) -> None:
    """A leg drawn beforehand is over: on to the next queue, or done."""
    course = ticket.course
    assert course is not None
    leg = len(ticket.legs) - 1
    if leg < len(course.escalate):
        escalate(floor, ticket, course.escalate[leg], course.credit_us(leg))
    else:
        finish(floor, ticket)


def escalate(floor: Floor, ticket: Ticket, queue: str, credit_us: int) -> None:
    """It goes to another tier as old as it is; it looks first, then who had it."""
    agent = _pick_up(floor, ticket)
    floor.unstick(ticket)
    floor.forget_exclusions(ticket)
    floor.clock.drop("overflow", (ticket.ticket_id,))
    ticket.overflow = ()
    ticket.add_credit("escalated", credit_us)
    _go_to(floor, ticket, queue, "escalated")
    if agent is not None:
        agent_looks(floor, agent)


def end_tier(floor: Floor, ticket: Ticket) -> None:
    """It came to this queue long ago and nobody has it: on to the next tier."""
    own = floor.rules.queues[ticket.queue]
    if ticket.state in ("waiting", "offered"):
        escalate(floor, ticket, own.escalate_to, own.escalation_credit_us)


def overflow(floor: Floor, ticket: Ticket) -> None:
    """What waits too long goes to the next queue; what rings or is held stays there."""
    step, ticket.overflow = ticket.overflow[0], ticket.overflow[1:]
    if ticket.overflow:
        due_us = ticket.enqueued_us + ticket.overflow[0].after_us
        floor.clock.set("overflow", (ticket.ticket_id,), max(due_us, floor.now_us))
    if ticket.state == "waiting":
        floor.take_out(ticket)
        floor.unstick(ticket)
        _go_to(floor, ticket, step.queue, "overflowed")


def leave(floor: Floor, ticket: Ticket) -> None:
    """The customer goes, if nobody has answered him; who it rang at looks for other work."""
    if ticket.state not in ("waiting", "offered"):
        return
    agent = _pick_up(floor, ticket)
    ticket.state = "left"
    ticket.legs.append((floor.now_us, None))
    if floor.watcher is not None:
        floor.watcher.leaves(floor.now_us, ticket)
    floor.end(ticket)
    if agent is not None:
        agent_looks(floor, agent)


def _go_to(floor: Floor, ticket: Ticket, queue: str, why: Moved) -> None:
    if floor.watcher is not None:
        floor.watcher.moves(floor.now_us, ticket, why)
    ticket.queue = queue
    floor.set_tier_end(ticket)
    floor.put(ticket)
    ticket_looks(floor, ticket)


def _pick_up(floor: Floor, ticket: Ticket) -> Agent | None:
    """Take a live ticket from where it is; returns who had it."""
    if ticket.state == "waiting":
        floor.take_out(ticket)
        return None
    if ticket.state == "assigned":
        return _end_of_leg(floor, ticket)
    return floor.let_go(ticket)


def _end_of_leg(floor: Floor, ticket: Ticket) -> Agent:
    agent = floor.let_go(ticket)
    presence.begin_wrap_up(floor, agent, ticket.queue)
    return agent
