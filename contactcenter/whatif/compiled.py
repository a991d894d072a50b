"""What a configuration document means for a day that is played."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from contactcenter.configuration_document import compiling
from contactcenter.configuration_document.document import Calendar, Document, Queue
from contactcenter.configuration_document.opening import opening_hours
from contactcenter.whatif.day import Centre, QueueTerms
from routing import calendars, escalation
from routing.engine.records import Membership, Overflow, QueueRules
from routing.instants import SECOND_US, to_us


def centre_of(
    document: Document, span: tuple[datetime, datetime] | None, *, work_stands_still: bool
) -> Centre:
    """The rules of a document; hours are those in ``span``, without which all is always open."""
    per_tier_s = credit_s(document, "escalated_per_tier", escalation.CREDIT_PER_TIER_S)
    return Centre(
        queues={
            name: QueueTerms(
                tier=queue.tier,
                rules=_rules(queue, document, per_tier_s),
                overflow=tuple(
                    (
                        Overflow(after_us=step.after_s * SECOND_US, queue=step.to),
                        frozenset(step.only),
                    )
                    for step in document.overflow.get(name, ())
                ),
                open_us=_open_us(queue, document.calendars or {}, span),
            )
            for name, queue in document.queues.items()
        },
        weights=document.capacity,
        per_tier_us=per_tier_s * SECOND_US,
        sticky_us={name: s * SECOND_US for name, s in document.sticky.window_s.items()},
        exclude_for_us=document.limits.exclude_for_s * SECOND_US,
        max_misses=document.limits.max_misses,
        work_stands_still=work_stands_still,
    )


def served(document: Document) -> dict[str, list[Membership]]:
    """Whom each agent, by address, serves; ``agents`` of the document must not be missing."""
    found: dict[str, list[Membership]] = {}
    for member in compiling.memberships(document):
        found.setdefault(member.agent, []).append(
            Membership(
                queue=member.queue,
                level=member.terms.level,
                delay_us=member.terms.delay_s * SECOND_US,
                handicap_us=member.terms.handicap_s * SECOND_US,
                band=member.terms.band,
            )
        )
    return found


def credit_s(document: Document, reason: str, default: int = 0) -> int:
    """What a reason without values is worth."""
    worth = document.credits.get(reason, default)
    return worth if isinstance(worth, int) else default


def _rules(queue: Queue, document: Document, per_tier_s: int) -> QueueRules:
    rings_s, others_s = queue.rings_s
    target = None if queue.escalate_to is None else document.queues.get(queue.escalate_to)
    rises = target is not None and queue.escalate_after_s is not None
    gained_s = 0
    if target is not None:
        gained_s = escalation.credit_s(
            tier=queue.tier, target_tier=target.tier, per_tier_s=per_tier_s
        )
    return QueueRules(
        auto_accept=frozenset(queue.auto_accept),
        offer_timeout_us=rings_s * SECOND_US,
        offer_timeouts_us={name: s * SECOND_US for name, s in others_s.items()},
        wrap_up_us=queue.wrap_up_s * SECOND_US,
        escalate_after_us=(queue.escalate_after_s or 0) * SECOND_US if rises else None,
        escalate_to=queue.escalate_to or "",
        escalation_credit_us=gained_s * SECOND_US,
    )


def _open_us(
    queue: Queue, known: Mapping[str, Calendar], span: tuple[datetime, datetime] | None
) -> tuple[tuple[int, int], ...] | None:
    if span is None or queue.calendar is None or queue.calendar not in known:
        return None
    calendar = calendars.unchanging(opening_hours(known[queue.calendar]))
    return tuple(_in_us(calendars.open_intervals(calendar, *span)))


def _in_us(intervals: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[int, int]]:
    for opens, closes in intervals:
        yield to_us(opens), to_us(closes)
