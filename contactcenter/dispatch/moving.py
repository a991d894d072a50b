"""Where a ticket goes: into its first queue, and up to a more specialised tier."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType

import msgspec

from contactcenter import db, escalations, queues, turns
from contactcenter.db import Conn
from contactcenter.dispatch import keeping, overflowing, seek, tier_clock
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.holding import let_go, look_around
from contactcenter.dispatch.refusals import check
from contactcenter.errors import BadInput, Conflict
from contactcenter.events import Event
from contactcenter.queues import Queue
from contactcenter.tickets import legs, ticket_credits, tickets
from contactcenter.tickets.tickets import Ticket, fact
from contactcenter.turns import Turn, Turned
from routing import escalation
from routing.escalation import Held

_SQL = db.Statements(__name__)
_policy = _SQL.take("policy", str)
_rule_number = _SQL.take("rule_number", int)


class NoHigherTier(Conflict):
    """There is no more specialised queue to refer the ticket to."""

    code = "no_higher_tier"


async def enqueue(
    conn: Conn, now: datetime, ticket: Ticket, queue_id: int, *, rule_id: int | None
) -> Ticket:
    """A new problem enters its first queue; the leg begins when the problem did."""
    queue = await queues.entered(conn, queue_id, ticket.entry_point_id)
    rules = await rules_of(conn)
    ticket, granted = await ticket_credits.begin(conn, now, ticket)
    ticket = seek.queue_for_ticket(queue, ticket)
    ticket, steps = overflowing.with_chain(rules, now, ticket)
    ticket = msgspec.structs.replace(
        ticket,
        state=check(ticket, "queue"),
        weight=rules.weight("phone" if ticket.needs_phone else ticket.channel),
    )
    queued = fact(
        ticket,
        "ticket_queued",
        now,
        "system",
        rule_id=rule_id if rule_id is not None and rule_id > 0 else None,
        rule_number=await _rule_number.one(conn, rule_id) or None,
        policy=await _policy.first(conn, rule_id),
        temperament=ticket.temperament,
        value=await tickets.value_then(conn, now, ticket),
        language=ticket.language,
        credits=granted,
    )
    turn = Turn(
        ticket=ticket,
        event=queued,
        leg_begins_at=ticket.enqueued_at,
        waits={**tier_clock.whole(now, queue, rules, ticket), **steps},
    )
    return (await turns.make(conn, turn)).ticket


async def escalate(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    reason: escalation.Reason,
    *,
    actor: str,
    queue_id: int | None = None,
    note_id: int | None = None,
    rule: str | None = None,
    because: Sequence[Held] = (),
    taken_by: int | None = None,
) -> Ticket:
    """Refer the ticket, history and all, to a more specialised queue.

    Its age is kept and it gains credit; the junior is free at once. The ticket looks first, then
    he does. ``note_id`` is the hand-over note on the timeline, ``because`` what held of a rule,
    ``taken_by`` who takes it there at once.
    """
    check(ticket, "escalate")
    assert ticket.queue_id is not None
    assert ticket.tier is not None
    target = await target_above(conn, await queues.find(conn, ticket.queue_id), queue_id)
    rules = await rules_of(conn)
    per_tier_s = rules.credit_s("escalated_per_tier", default=escalation.CREDIT_PER_TIER_S)
    credit_s = escalation.credit_s(tier=ticket.tier, target_tier=target.tier, per_tier_s=per_tier_s)
    await escalations.record(
        conn,
        now,
        ticket,
        "escalated",
        target,
        reason=reason,
        actor=actor,
        configuration_version=rules.version,
        rule=rule,
        because=because,
        note_id=note_id,
    )
    return await refer(
        conn,
        now,
        ticket,
        target,
        reason,
        credit_s=credit_s,
        actor=actor,
        note_id=note_id,
        rule=rule,
        because=because,
        taken_by=taken_by,
    )


async def refer(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    target: Queue,
    reason: escalation.Reason,
    *,
    credit_s: int,
    actor: str,
    note_id: int | None = None,
    rule: str | None = None,
    because: Sequence[Held] = (),
    taken_by: int | None = None,
) -> Ticket:
    """Let the ticket rise to this queue for so much credit; the caller knows that it may."""
    state = check(ticket, "escalate")
    former_queue_id, former_tier, former_id = ticket.queue_id, ticket.tier, ticket.agent_id
    ticket = await tickets.grant_credit(conn, ticket, "escalated", credit_s)
    ticket = msgspec.structs.replace(
        seek.queue_for_ticket(target, awake(ticket)),
        state=state,
        agent_id=None,
        escalations=ticket.escalations + 1,
    )
    risen = fact(
        ticket,
        "ticket_escalated",
        now,
        actor,
        agent_id=former_id,
        reason=reason,
        rule=rule,
        because=escalations.as_rows(because),
        from_queue_id=former_queue_id,
        from_tier=former_tier,
        hand_over_id=note_id,
        temperament=ticket.temperament,
        credits={"escalated": credit_s} if credit_s else {},
    )
    turned = await arrive(conn, ticket, target, risen, leg_ended_by="escalated")
    return await look_around(conn, now, turned, taken_by=taken_by, actor=actor)


def awake(ticket: Ticket) -> Ticket:
    """Whatever it waited for, it is the next queue's turn, with a whole clock. Not saved yet.

    Who had it and where it would have gone by itself is forgotten.
    """
    return msgspec.structs.replace(
        ticket,
        wake_at=None,
        hold_reason=None,
        escalation_left_s=None,
        overflow=[],
        **keeping.NOBODY,
    )


async def target_above(conn: Conn, current: Queue, queue_id: int | None) -> Queue:
    """The queue above to which a ticket is referred; raises ``NoHigherTier`` or ``BadInput``."""
    if queue_id is None:
        if current.escalate_to_id is None:
            raise NoHigherTier(f"queue {current.id} refers to no other queue", tier=current.tier)
        return await queues.find(conn, current.escalate_to_id)
    target = await queues.find(conn, queue_id, field="body.queue_id")
    if target.tier <= current.tier:
        raise BadInput(
            "body.queue_id",
            f"queue {target.id} is of tier {target.tier}, not above {current.tier}: "
            "transfer the ticket instead",
        )
    return target


async def arrive(
    conn: Conn,
    ticket: Ticket,
    queue: Queue,
    event: Event,
    *,
    leg_ended_by: legs.Ending,
    kept: tier_clock.Waits = MappingProxyType({}),
) -> Turned:
    """What waiting for the former queue meant is over; the new one's clock starts."""
    turn = Turn(
        ticket=ticket,
        event=event,
        leg_ended_by=leg_ended_by,
        leg_begins_at=event.at,
        waits={**tier_clock.whole(event.at, queue, await rules_of(conn), ticket), **kept},
        asks_anew=True,
    )
    return await let_go(conn, event.at, turn)
