"""How a ticket ends, and comes back: solved, reopened, abandoned, closed, spam."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from contactcenter import offers, queues, turns
from contactcenter.db import Conn
from contactcenter.dispatch import keeping, overflowing, seek, tier_clock, wrapping
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.holding import let_go, let_go_all
from contactcenter.dispatch.refusals import Refused, check, check_not_talking
from contactcenter.feedback import follow_ups
from contactcenter.queues import Queue
from contactcenter.tickets import ticket_credits, tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn
from routing import escalation


class Solution(Struct, frozen=True, kw_only=True):
    """What is said of a problem that is solved; it may come back within ``reopen_window_s``."""

    ticket_id: int
    actor: str
    disposition: str
    reopen_window_s: int


async def solve(
    conn: Conn, now: datetime, ticket_id: int, *, actor: str, disposition: str, reopen_window_s: int
) -> Ticket:
    """The problem is solved; it may come back for a while."""
    solution = Solution(
        ticket_id=ticket_id, actor=actor, disposition=disposition, reopen_window_s=reopen_window_s
    )
    (ticket,) = await solve_all(conn, now, [solution])
    return ticket


async def solve_all(conn: Conn, now: datetime, solutions: Sequence[Solution]) -> list[Ticket]:
    """Solve many in one go, or none: raises what the first is refused for."""
    locked = await tickets.lock_all(conn, [solution.ticket_id for solution in solutions])
    ended = [_solved(now, locked[solution.ticket_id], solution) for solution in solutions]
    turned = await let_go_all(conn, now, ended)
    await follow_ups.ask_undecided(conn, now, [one.ticket.id for one in turned])
    for freed in turns.freed_by(turned):
        await wrapping.solved(conn, now, freed.agent_id, [one.ticket.id for one in turned])
        await seek.tickets_for(conn, now, freed.agent_id)
    return [one.ticket for one in turned]


def _solved(now: datetime, ticket: Ticket, solution: Solution) -> Turn:
    state = check(ticket, "solve")
    check_not_talking(ticket)
    solver_id = ticket.agent_id
    assert solver_id is not None
    ticket = msgspec.structs.replace(
        ticket,
        state=state,
        agent_id=None,
        wake_at=None,
        hold_reason=None,
        escalation_left_s=None,
        disposition=solution.disposition,
        solved_at=now,
        solved_by_id=solver_id,
        overflow=[],
        **keeping.NOBODY,
    )
    done = fact(
        ticket,
        "ticket_solved",
        now,
        solution.actor,
        agent_id=solver_id,
        disposition=solution.disposition,
        took_s=(now - ticket.enqueued_at).total_seconds(),
        temperament=ticket.temperament,
    )
    ends_at = now + timedelta(seconds=solution.reopen_window_s)
    waits: tier_clock.Waits = {"escalation": None, "reopen_end": ends_at}
    return Turn(ticket=ticket, event=done, leg_ended_by="solved", waits=waits, asks_anew=True)


async def reopen(conn: Conn, now: datetime, ticket: Ticket, *, actor: str, because: str) -> Ticket:
    """The problem came back: a new episode, kept for its solver if that was not long ago."""
    state = check(ticket, "reopen")
    if ticket.spam:
        raise Refused(f"ticket {ticket.id} is spam", state=ticket.state)
    solver_id = ticket.solved_by_id
    ticket, queue = await _in_standing_queue(conn, ticket)
    rules = await rules_of(conn)
    ticket, kept = await keeping.keep_for_solver(conn, now, ticket)
    worth_s = rules.credit_s("reopened", default=escalation.CREDIT_REOPENED_S)
    ticket, granted = await ticket_credits.begin(conn, now, ticket, {"reopened": worth_s})
    if await tickets.unsolved_twin(conn, ticket) is not None:
        ticket = msgspec.structs.replace(ticket, intake_queue_id=None)
    ticket = msgspec.structs.replace(
        ticket,
        state=state,
        episode=ticket.episode + 1,
        reopens=ticket.reopens + 1,
        enqueued_at=now,
        solved_at=None,
        closed_at=None,
        disposition=None,
        solved_by_id=None,
        abandoned_at=None,
        weight=rules.weight("phone" if ticket.needs_phone else ticket.channel),
    )
    ticket, steps = overflowing.with_chain(rules, now, ticket)
    again = fact(
        ticket,
        "ticket_reopened",
        now,
        actor,
        agent_id=solver_id,
        because=because,
        temperament=ticket.temperament,
        value=await tickets.value_then(conn, now, ticket),
        credits=granted,
    )
    waits = {**tier_clock.whole(now, queue, rules, ticket), **kept, **steps}
    turn = Turn(ticket=ticket, event=again, leg_begins_at=now, waits=waits, asks_anew=True)
    return await seek.agent_for(conn, now, (await turns.make(conn, turn)).ticket)


async def abandon(conn: Conn, now: datetime, ticket_id: int) -> Ticket:
    """The customer left before anybody had answered; an agent it rang at looks for other work."""
    ticket = await tickets.lock(conn, ticket_id)
    state, rang_at = check(ticket, "abandon"), await offers.live(conn, ticket_id)
    ticket = msgspec.structs.replace(
        ticket, state=state, closed_at=now, abandoned_at=now, overflow=[], **keeping.NOBODY
    )
    left = fact(
        ticket,
        "ticket_abandoned",
        now,
        "customer",
        agent_id=rang_at.agent_id if rang_at is not None else None,
        waited_s=(now - ticket.enqueued_at).total_seconds(),
        temperament=ticket.temperament,
    )
    waits: tier_clock.Waits = {"escalation": None}
    turn = Turn(ticket=ticket, event=left, leg_ended_by="abandoned", waits=waits, asks_anew=True)
    turned = await let_go(conn, now, turn)
    if turned.freed is not None:
        await seek.tickets_for(conn, now, turned.freed.agent_id)
    return turned.ticket


async def close(conn: Conn, now: datetime, ticket_id: int) -> None:
    """The time to come back is over; a later message opens a new ticket."""
    ticket = await tickets.lock(conn, ticket_id)
    if ticket.state != "solved":
        return
    ticket = msgspec.structs.replace(ticket, state=check(ticket, "close"), closed_at=now)
    closed = fact(ticket, "ticket_closed", now, "system")
    await turns.make(conn, Turn(ticket=ticket, event=closed))


async def mark_spam(conn: Conn, now: datetime, ticket_id: int, *, actor: str) -> Ticket:
    """It was no customer's problem: closed, and out of every figure."""
    ticket = await tickets.lock(conn, ticket_id)
    state = check(ticket, "mark_spam")
    former_id, was_open = ticket.agent_id, ticket.state not in ("new", "solved")
    if ticket.queue_id is None:  # before triage: it leaves by the queue it would have entered
        ticket = await _into_intake_queue(conn, ticket)
    ticket = msgspec.structs.replace(
        ticket,
        state=state,
        agent_id=None,
        wake_at=None,
        hold_reason=None,
        solved_at=ticket.solved_at or now,
        closed_at=now,
        spam=True,
        overflow=[],
        **keeping.NOBODY,
    )
    marked = fact(ticket, "ticket_marked_spam", now, actor, agent_id=former_id)
    turn = Turn(
        ticket=ticket,
        event=marked,
        leg_ended_by="spam" if was_open else None,
        waits={"escalation": None},
        asks_anew=True,
    )
    turned = await let_go(conn, now, turn)
    if turned.freed is not None:
        await seek.tickets_for(conn, now, turned.freed.agent_id)
    return turned.ticket


async def _in_standing_queue(conn: Conn, ticket: Ticket) -> tuple[Ticket, Queue]:
    """The ticket in its queue, or where that has been archived in the one it would enter today."""
    assert ticket.queue_id is not None
    queue = await queues.find(conn, ticket.queue_id)
    if queue.archived_at is None:
        return ticket, queue
    wanted = ticket.intake_queue_id or queue.id
    queue = await queues.entered(conn, wanted, ticket.entry_point_id)
    return seek.queue_for_ticket(queue, ticket), queue


async def _into_intake_queue(conn: Conn, ticket: Ticket) -> Ticket:
    queue = await queues.entered(conn, ticket.intake_queue_id or 0, ticket.entry_point_id)
    return seek.queue_for_ticket(queue, ticket)
