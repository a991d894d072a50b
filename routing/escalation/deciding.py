"""Which rule refers a ticket now, and when time alone could make one do so.

Rules only raise: a target that is not above the ticket's tier is none. A ticket is raised
``Limits.escalations`` times at most, and not again within ``Limits.cooldown`` of the last time.
A rule that cannot raise it, because of a limit or because there is nothing above, still tells the
supervisors if it is to.

One reason raises a ticket once: a rule that has done something in this episode does so again only
in a later stay in a tier, and only if something of that stay is among its reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from routing.escalation.conditions import Facts, Held, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table. Without a queue to come from it holds in any.

    ``to_queue_id`` None is the next tier of the queue it is in; without ``moves`` somebody is told
    and that is all. ``cools`` is false for a rule that may follow at once.
    """

    name: str
    condition: Mapping[str, Any]
    from_queue_id: int | None = None
    to_queue_id: int | None = None
    moves: bool = True
    notify: Literal["supervisor"] | None = None
    cools: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What no rule may exceed; a person may.

    A customer who asks twice in one breath is not passed over the head of the tier that has just
    got him: no rule moves the ticket again within ``cooldown``.
    """

    escalations: int
    cooldown: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a ticket is and what was done to it.

    ``tiers`` are those of all queues a rule may lead to, ``risen_at`` is when it last rose.
    ``done`` are the rules that did something in this episode, ``done_here`` in this stay in a tier.
    """

    queue_id: int
    tier: int
    next_queue_id: int | None
    tiers: Mapping[int, int]
    escalations: int = 0
    risen_at: datetime | None = None
    done: frozenset[str] = field(default_factory=frozenset)
    done_here: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A rule that is due: where the ticket goes (None: nowhere), and what made it so."""

    at: datetime
    rule: Rule
    to_queue_id: int | None
    because: tuple[Held, ...]


def first_due(
    rules: Sequence[Rule], facts: Facts, standing: Standing, limits: Limits
) -> Due | None:
    """The first rule, in the order given, that is due now."""
    return next((d for d in _prospects(rules, facts, standing, limits) if d.at <= facts.at), None)


def next_instant(
    rules: Sequence[Rule], facts: Facts, standing: Standing, limits: Limits
) -> datetime | None:
    """When a rule will be due if nothing but time goes on; None: never."""
    ahead = (d.at for d in _prospects(rules, facts, standing, limits) if d.at > facts.at)
    return min(ahead, default=None)


def _prospects(
    rules: Sequence[Rule], facts: Facts, standing: Standing, limits: Limits
) -> Iterator[Due]:
    """What each rule would do, and when."""
    for rule in rules:
        if rule.from_queue_id not in (None, standing.queue_id) or rule.name in standing.done_here:
            continue
        to_queue_id = _target(rule, standing, limits)
        if to_queue_id is None and rule.notify is None:
            continue
        found = when(rule.condition, facts)
        is_again = rule.name in standing.done
        at = found.anew_at if is_again else found.at
        if at is None:
            continue
        if to_queue_id is not None and rule.cools and standing.risen_at is not None:
            at = max(at, standing.risen_at + limits.cooldown)
        because = found.anew_because if is_again else found.because
        yield Due(at=at, rule=rule, to_queue_id=to_queue_id, because=because)


def _target(rule: Rule, standing: Standing, limits: Limits) -> int | None:
    """Where the rule may send the ticket."""
    if not rule.moves or standing.escalations >= limits.escalations:
        return None
    queue_id = standing.next_queue_id if rule.to_queue_id is None else rule.to_queue_id
    if queue_id is None or standing.tiers.get(queue_id, 0) <= standing.tier:
        return None
    return queue_id
