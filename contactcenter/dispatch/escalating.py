"""Asks the escalation rules about one ticket, does what they say, and sets when to ask again.

One timer a ticket (``escalation``) is due when time alone could make a rule hold, or earlier: who
asks too early asks again. What happens outside the routing lock and may matter to a rule sets
``escalation_check`` (``escalation_checks``). Nothing is asked while it is not our turn: the clock
stands still while the ticket is pending or on hold, and the rules are asked when it goes on.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from contactcenter import db, escalations, events, queues, timers
from contactcenter.db import Conn
from contactcenter.dispatch import escalation_facts, moving, rule_book
from contactcenter.dispatch.connection import rules_of
from contactcenter.tickets.tickets import Ticket, fact
from routing import escalation
from routing.escalation import Due, Limits, Standing

#: So many tickets of a queue are taken up together.
_AT_ONCE: Final = 500
#: What is due while they talk is asked again after this.
_WHILE_THEY_TALK: Final = timedelta(seconds=60)
#: What is not our turn is not asked about.
_OURS: Final = frozenset({"waiting", "offered", "assigned"})


_SQL = db.Statements(__name__)
_ask_queues = _SQL.command("ask_queues")
_go_on_through = _SQL.command("go_on_through")
_ask_some = _SQL.take("ask_some", int)


async def look(
    conn: Conn, now: datetime, ticket: Ticket, *, customer_asked: bool = False
) -> Ticket:
    """Do what the first rule that is due says, and set when to ask again.

    ``customer_asked`` says that he did so just now.
    """
    if ticket.state not in _OURS or ticket.queue_id is None:
        return ticket
    if (
        ticket.state == "assigned" and ticket.live_call_id is not None
    ):  # nobody is cut off by a rule
        await timers.set_for_ticket(conn, "escalation", ticket.id, now + _WHILE_THEY_TALK)
        return ticket
    rules, queue = await rules_of(conn), await queues.find(conn, ticket.queue_id)
    book, limits = rule_book.rules_of_queue(rules, queue), rule_book.limits_of(rules)
    if not book:
        await timers.clear_for_ticket(conn, "escalation", ticket.id)
        return ticket
    facts, standing = await escalation_facts.gather(
        conn, now, ticket, queue=queue, book=book, limits=limits
    )
    if customer_asked and not _is_cooling(now, standing, limits):
        facts = replace(facts, customer_request=True)
    while (due := escalation.first_due(book, facts, standing, limits)) is not None:
        if due.rule.notify is not None:
            await _notify(conn, now, ticket, due, rules.version)
        if due.to_queue_id is not None:
            return await _raise(conn, now, ticket, due, customer_asked=customer_asked)
        standing = replace(standing, done_here=standing.done_here | {due.rule.name})
    again_at = escalation.next_instant(book, facts, standing, limits)
    if again_at is None:
        await timers.clear_for_ticket(conn, "escalation", ticket.id)
    else:
        await timers.set_for_ticket(conn, "escalation", ticket.id, again_at)
    return ticket


async def ask_queues(conn: Conn, now: datetime, queue_ids: Collection[int] | None = None) -> None:
    """Rules, limits or hours have changed: the tickets of these queues, or of all, are asked about.

    Some at a time, so that nobody waits for all of them.
    """
    await _ask_queues.run(conn, now, None if queue_ids is None else sorted(queue_ids))


async def go_through(conn: Conn, now: datetime, queue_id: int, after_id: int) -> None:
    """Have the rules asked about the next tickets of a queue, not before one can be due."""
    queue, rules = await queues.find(conn, queue_id), await rules_of(conn)
    not_before = rule_book.first_look_at_all(now, queue, rules)
    if not_before is None:
        return
    last_id = await _ask_some.first(
        conn, queue_id, after_id, now, not_before, _AT_ONCE, escalation.LEAST_LEFT_S
    )
    if last_id is not None:
        await _go_on_through.run(conn, now, queue_id, last_id)


async def refer_up(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    reason: escalation.Reason,
    *,
    actor: str,
    queue_id: int | None,
    note_id: int | None,
) -> Ticket:
    """A person refers the ticket up; without a queue, to where the rule for that says.

    That is the first rule that holds because an agent asks (``agent_request``); where there is
    none, to the next tier. No limit holds for a person.
    """
    due = None
    if queue_id is None:
        due = await _rule_for_agents(conn, now, ticket)
    if due is None:
        return await moving.escalate(
            conn, now, ticket, reason, actor=actor, queue_id=queue_id, note_id=note_id
        )
    if due.rule.notify is not None:
        await _notify(conn, now, ticket, due, (await rules_of(conn)).version)
    return await moving.escalate(
        conn,
        now,
        ticket,
        reason,
        actor=actor,
        queue_id=due.to_queue_id,
        note_id=note_id,
        rule=due.rule.name,
        because=due.because,
    )


async def target_above(conn: Conn, now: datetime, ticket: Ticket, queue_id: int | None) -> int:
    """Where ``refer_up`` would refer the ticket to; raises ``NoHigherTier`` or ``BadInput``."""
    due = None if queue_id is not None else await _rule_for_agents(conn, now, ticket)
    if due is not None and due.to_queue_id is not None:
        return due.to_queue_id
    assert ticket.queue_id is not None
    current = await queues.find(conn, ticket.queue_id)
    return (await moving.target_above(conn, current, queue_id)).id


async def _rule_for_agents(conn: Conn, now: datetime, ticket: Ticket) -> Due | None:
    assert ticket.queue_id is not None
    rules = await rules_of(conn)
    if not rule_book.is_asked(rules, {"agent_request"}):
        return None
    queue = await queues.find(conn, ticket.queue_id)
    book = [
        rule
        for rule in rule_book.rules_of_queue(rules, queue)
        if rule.moves and escalation.asks_for(rule.condition, {"agent_request"})
    ]
    limits = replace(rule_book.limits_of(rules), escalations=ticket.escalations + 1)
    facts, standing = await escalation_facts.gather(
        conn, now, ticket, queue=queue, book=book, limits=limits
    )
    standing = replace(standing, risen_at=None, done=frozenset(), done_here=frozenset())
    facts = replace(facts, agent_request=True)
    due = escalation.first_due(book, facts, standing, limits)
    return due if due is not None and due.to_queue_id is not None else None


async def _raise(
    conn: Conn, now: datetime, ticket: Ticket, due: Due, *, customer_asked: bool
) -> Ticket:
    """Let a rule move the ticket."""
    by_customer = customer_asked and any(h.leaf == "customer_request" for h in due.because)
    return await moving.escalate(
        conn,
        now,
        ticket,
        rule_book.reason_of(due.rule),
        actor="customer" if by_customer else "system",
        queue_id=due.to_queue_id,
        rule=rule_book.name_of(due.rule),
        because=due.because,
    )


async def _notify(conn: Conn, now: datetime, ticket: Ticket, due: Due, version: int) -> None:
    """Tell the supervisors who may read the ticket."""
    await escalations.record(
        conn,
        now,
        ticket,
        "notified",
        None,
        reason="rule",
        actor="system",
        configuration_version=version,
        rule=due.rule.name,
        because=due.because,
    )
    told = fact(
        ticket,
        "supervisor_notified",
        now,
        "system",
        rule=due.rule.name,
        because=escalations.as_rows(due.because),
        configuration=version,
    )
    await events.record(conn, msgspec.structs.replace(told, agent_id=None))  # not to its holder


def _is_cooling(now: datetime, standing: Standing, limits: Limits) -> bool:
    return standing.risen_at is not None and now < standing.risen_at + limits.cooldown
