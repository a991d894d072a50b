"""Sideways and down: a ticket goes to another queue, or back to the tier it came from."""

from datetime import datetime

import msgspec

from contactcenter import agents, escalations, queues
from contactcenter.db import Conn
from contactcenter.dispatch import keeping, moving, seek, tier_clock
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.holding import let_go, look_around, waiting_again
from contactcenter.dispatch.refusals import NotInQueue, check
from contactcenter.errors import BadInput, Conflict
from contactcenter.queues import Queue
from contactcenter.tickets import legs
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn
from routing import escalation


class ReturnedTooOften(Conflict):
    """The ticket was sent back to a lower tier as often as it may be."""

    code = "returned_too_often"


async def transfer(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    queue_id: int,
    *,
    actor: str,
    note_id: int | None,
    taken_by: int | None = None,
) -> Ticket:
    """Move the ticket to another queue, sideways or down; its age is kept.

    ``taken_by`` takes it there at once.
    """
    state = check(ticket, "transfer")
    assert ticket.queue_id is not None
    assert ticket.tier is not None
    target = await queues.find(conn, queue_id, field="body.queue_id")
    if target.id == ticket.queue_id:
        raise BadInput("body.queue_id", f"ticket {ticket.id} is in queue {target.id} already")
    if target.tier > ticket.tier:
        raise BadInput(
            "body.queue_id",
            f"queue {target.id} is of a higher tier: escalate the ticket instead",
        )
    if target.tier < ticket.tier:
        return await _give_back(
            conn,
            now,
            ticket,
            target,
            None,
            actor=actor,
            note_id=note_id,
            kept_for_id=None,
            taken_by=taken_by,
        )
    former_queue_id, former_tier, former_id = ticket.queue_id, ticket.tier, ticket.agent_id
    ticket = msgspec.structs.replace(
        seek.queue_for_ticket(target, moving.awake(ticket)), state=state, agent_id=None
    )
    moved = fact(
        ticket,
        "ticket_transferred",
        now,
        actor,
        agent_id=former_id,
        from_queue_id=former_queue_id,
        from_tier=former_tier,
        hand_over_id=note_id,
    )
    await tier_clock.ask_soon(conn, now, ticket.id, "transfers")
    turned = await moving.arrive(conn, ticket, target, moved, leg_ended_by="transferred")
    return await look_around(conn, now, turned, taken_by=taken_by, actor=actor)


async def give_back(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    reason: escalation.ReturnReason | None,
    *,
    actor: str,
    note_id: int | None,
    queue_id: int | None = None,
    to_anyone: bool = False,
) -> Ticket:
    """Send the ticket back to a lower tier: by itself to the queue it came up from.

    It is as old as it is, and kept for who had it there last, unless anyone may have it. Raises
    ``ReturnedTooOften`` where the limit is reached.
    """
    check(ticket, "transfer")
    assert ticket.tier is not None
    if queue_id is None:
        queue_id = await legs.last_queue_below(conn, ticket.id, ticket.tier)
        if queue_id is None:
            raise BadInput("body.queue_id", f"ticket {ticket.id} never came up: name a queue")
    target = await queues.find(conn, queue_id, field="body.queue_id")
    if target.tier >= ticket.tier:
        raise BadInput(
            "body.queue_id",
            f"queue {target.id} is of tier {target.tier}, not below {ticket.tier}: "
            "transfer or escalate the ticket instead",
        )
    kept_for_id = None if to_anyone else await legs.last_holder(conn, ticket.id, target.id)
    return await _give_back(
        conn, now, ticket, target, reason, actor=actor, note_id=note_id, kept_for_id=kept_for_id
    )


async def _give_back(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    target: Queue,
    reason: escalation.ReturnReason | None,
    *,
    actor: str,
    note_id: int | None,
    kept_for_id: int | None,
    taken_by: int | None = None,
) -> Ticket:
    rules = await rules_of(conn)
    _check_limit(ticket, rules.limits.returns_per_ticket)
    await escalations.record(
        conn,
        now,
        ticket,
        "returned",
        target,
        reason=reason or "other",
        actor=actor,
        configuration_version=rules.version,
        note_id=note_id,
    )
    former = ticket
    ticket = msgspec.structs.replace(
        seek.queue_for_ticket(target, moving.awake(ticket)),
        state=check(ticket, "transfer"),
        agent_id=None,
        returns=ticket.returns + 1,
    )
    ticket, kept = await _kept(conn, now, ticket, kept_for_id)
    returned = fact(
        ticket,
        "ticket_returned",
        now,
        actor,
        agent_id=former.agent_id,
        reason=reason,
        from_queue_id=former.queue_id,
        from_tier=former.tier,
        hand_over_id=note_id,
        sticky_agent_id=ticket.sticky_agent_id,
        sticky_until=ticket.sticky_until,
        returns=ticket.returns,
    )
    turned = await moving.arrive(conn, ticket, target, returned, leg_ended_by="returned", kept=kept)
    return await look_around(conn, now, turned, taken_by=taken_by, actor=actor)


async def keep_for_colleague(
    conn: Conn, now: datetime, ticket: Ticket, agent_id: int, *, actor: str, note_id: int | None
) -> Ticket:
    """Let the ticket wait in its queue for a colleague who serves it, as old as it is.

    It is kept for him a while if he is there, then it is anybody's. Raises ``NotInQueue``.
    """
    check(ticket, "release")
    assert ticket.queue_id is not None
    colleague = await agents.find(conn, agent_id, field="body.to.agent_id")
    if not await agents.works_in(conn, agent_id, ticket.queue_id):
        raise NotInQueue(f"{colleague.name} does not serve the queue of ticket {ticket.id}")
    former_id = ticket.agent_id
    ticket, waits = waiting_again(now, ticket)
    ticket, kept = await keeping.keep_for(
        conn, now, ticket, agent_id, default_s=escalation.KEPT_FOR_S
    )
    moved = fact(
        ticket,
        "ticket_transferred",
        now,
        actor,
        agent_id=agent_id,
        from_agent_id=former_id,
        hand_over_id=note_id,
    )
    turn = Turn(
        ticket=ticket,
        event=moved,
        leg_ended_by="transferred",
        leg_begins_at=now,
        waits={**waits, **kept},
        asks_anew=True,
    )
    await tier_clock.ask_soon(conn, now, ticket.id, "transfers")
    return await look_around(conn, now, await let_go(conn, now, turn))


async def _kept(
    conn: Conn, now: datetime, ticket: Ticket, agent_id: int | None
) -> tuple[Ticket, tier_clock.Waits]:
    if agent_id is None:
        return ticket, {}
    return await keeping.keep_for(conn, now, ticket, agent_id, default_s=escalation.KEPT_FOR_S)


async def check_returns(conn: Conn, ticket: Ticket, target: Queue) -> None:
    """Raise ``ReturnedTooOften`` where to go to this queue would be one return too many."""
    if ticket.tier is not None and target.tier < ticket.tier:
        _check_limit(ticket, (await rules_of(conn)).limits.returns_per_ticket)


async def can_go(conn: Conn, ticket: Ticket, target: Queue) -> bool:
    """Whether this queue is not archived meanwhile, and to go there no return too many."""
    try:
        await check_returns(conn, ticket, target)
    except ReturnedTooOften:
        return False
    return target.archived_at is None


def _check_limit(ticket: Ticket, limit: int) -> None:
    if ticket.returns >= limit:
        raise ReturnedTooOften(
            f"ticket {ticket.id} was sent back {ticket.returns} times: that is as often as it may",
            returns=ticket.returns,
            limit=limit,
        )
