"""The escalation rules of a queue as ``routing.escalation`` wants them, and their limits.

What is configured comes first. Behind it stand the two that every queue has: its own time
(``escalate_after_s``), and the customer's words, unless a configured rule asks for those.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from contactcenter.queues import Queue
from contactcenter.rules import Rules
from routing import escalation
from routing.calendars import ALWAYS_OPEN

#: The name under which the rules stand that nobody configured: no configured one can have it.
TIME_IN_QUEUE: Final = "(time_in_tier)"
WORDS: Final = "(customer_words)"
#: More than any rule asks for.
_MANY: Final = 10**6
_LONG: Final = timedelta(days=36_500)
_MOMENT: Final = timedelta(seconds=1)
#: What a customer's words may start or be.
_HEARD: Final = frozenset({"customer_request", "keyword", "minutes_without_reply"})


def rules_of_queue(rules: Rules, queue: Queue) -> list[escalation.Rule]:
    """Every rule that may move a ticket out of this queue, in order."""
    found = [
        escalation.Rule(
            name=rule.name,
            condition=rule.condition,
            from_queue_id=rule.from_queue_id,
            to_queue_id=rule.to_queue_id,
            moves=rule.moves,
            notify=rule.notify,
        )
        for rule in rules.escalation
        if rule.from_queue_id in (None, queue.id)
    ]
    if queue.escalate_to_id is None:
        return found
    if not any(escalation.asks_for(rule.condition, {"customer_request"}) for rule in found):
        found.append(escalation.Rule(name=WORDS, condition={"customer_request": True}))
    if queue.escalate_after_s is not None:
        minutes = queue.escalate_after_s / 60
        found.append(
            escalation.Rule(
                name=TIME_IN_QUEUE, condition={"business_minutes_in_queue": minutes}, cools=False
            )
        )
    return found


def name_of(rule: escalation.Rule) -> str | None:
    """The name of a configured rule; None for those that every queue has."""
    return None if rule.name in (TIME_IN_QUEUE, WORDS) else rule.name


def reason_of(rule: escalation.Rule) -> escalation.Reason:
    """What is kept as the reason of a ticket that the rule has moved."""
    if rule.name == TIME_IN_QUEUE:
        return "time_in_tier"
    return "customer_words" if rule.name == WORDS else "rule"


def limits_of(rules: Rules) -> escalation.Limits:
    """What no rule may exceed."""
    return escalation.Limits(
        escalations=rules.limits.escalations_per_ticket,
        cooldown=timedelta(seconds=rules.limits.cooldown_s),
    )


def is_asked(rules: Rules, leaves: Collection[str]) -> bool:
    """Whether a configured rule rests on one of these leaves."""
    return any(escalation.asks_for(rule.condition, leaves) for rule in rules.escalation)


def hears_words(rules: Rules) -> bool:
    """Whether a configured rule listens to what customers write."""
    return is_asked(rules, _HEARD)


def first_look(
    now: datetime, queue: Queue, rules: Rules, *, reopens: int, escalations: int
) -> datetime | None:
    """No rule can be due before this for a ticket that has just come to the queue; None: ever.

    Attributes are not asked: what a rule wants of them may be so. Closed hours are not counted: the
    rules are asked too early then, and asked again.
    """
    come = escalation.Facts(at=now, unanswered=timedelta(), reopens=reopens)
    return _earliest(come, queue, rules, escalations=escalations)


def first_look_at_all(now: datetime, queue: Queue, rules: Rules) -> timedelta | None:
    """The same for tickets that are there, of which nothing is known: how long after they came."""
    broken = escalation.Promise(target=_MOMENT, due_at=now - _LONG, calendar=ALWAYS_OPEN)
    anything = escalation.Facts(
        at=now,
        unanswered=timedelta(),
        replies=_MANY,
        reopens=_MANY,
        transfers=_MANY,
        offers_unanswered=_MANY,
        customer_request=True,
        failures=frozenset(escalation.FAILURES["en"]),
        promises=(broken,),
    )
    at = _earliest(anything, queue, rules, escalations=0)
    return None if at is None else at - now


def _earliest(
    facts: escalation.Facts, queue: Queue, rules: Rules, *, escalations: int
) -> datetime | None:
    book = rules_of_queue(rules, queue)
    if not book:
        return None
    to = [rule.to_queue_id for rule in book if rule.to_queue_id is not None]
    if queue.escalate_to_id is not None:
        to.append(queue.escalate_to_id)
    standing = escalation.Standing(
        queue_id=queue.id,
        tier=queue.tier,
        next_queue_id=queue.escalate_to_id,
        tiers=dict.fromkeys(to, queue.tier + 1),
        escalations=escalations,
    )
    limits = limits_of(rules)
    if escalation.first_due(book, facts, standing, limits) is not None:
        return facts.at
    return escalation.next_instant(book, facts, standing, limits)
