"""What a configuration document means for a day that is played."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from contactcenter.configuration_document import compiling
from contactcenter.configuration_document.document import Calendar, Document, Queue
from contactcenter.configuration_document.vocabulary import DEFAULT
from contactcenter.opening_hours import Hours, span_of
from contactcenter.time_zones import zone_of
from contactcenter.whatif.day import US, Centre, QueueTerms
from routing import calendars, escalation
from routing.calendars import OpeningHours, Span
from routing.engine.records import Membership, Overflow, QueueRules

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


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
                    (Overflow(after_us=step.after_s * US, queue=step.to), frozenset(step.only))
                    for step in document.overflow.get(name, ())
                ),
                open_us=_open_us(queue, document.calendars or {}, span),
            )
            for name, queue in document.queues.items()
        },
        weights=document.capacity,
        per_tier_us=per_tier_s * US,
        sticky_us={name: s * US for name, s in document.sticky.window_s.items()},
        exclude_for_us=document.limits.exclude_for_s * US,
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
                delay_us=member.terms.delay_s * US,
                handicap_us=member.terms.handicap_s * US,
                band=member.terms.band,
            )
        )
    return found


def credit_s(document: Document, reason: str, default: int = 0) -> int:
    """What a reason without values is worth."""
    worth = document.credits.get(reason, default)
    return worth if isinstance(worth, int) else default


def hours_of(calendar: Calendar) -> OpeningHours:
    """When a calendar of the document is open."""
    return OpeningHours(
        zone=zone_of(calendar.time_zone),
        week=tuple(_spans(getattr(calendar.week, day)) for day in calendars.WEEKDAYS),
        exceptions={day: _spans(each.hours) for day, each in calendar.exceptions.items()},
    )


def _rules(queue: Queue, document: Document, per_tier_s: int) -> QueueRules:
    by_channel = queue.offer_s if isinstance(queue.offer_s, dict) else {DEFAULT: queue.offer_s}
    target = None if queue.escalate_to is None else document.queues.get(queue.escalate_to)
    rises = target is not None and queue.escalate_after_s is not None
    gained_s = 0
    if target is not None:
        gained_s = escalation.credit_s(
            tier=queue.tier, target_tier=target.tier, per_tier_s=per_tier_s
        )
    return QueueRules(
        auto_accept=frozenset(queue.auto_accept),
        offer_timeout_us=by_channel.get(DEFAULT, _RINGS_S) * US,
        offer_timeouts_us={name: s * US for name, s in by_channel.items() if name != DEFAULT},
        wrap_up_us=queue.wrap_up_s * US,
        escalate_after_us=(queue.escalate_after_s or 0) * US if rises else None,
        escalate_to=queue.escalate_to or "",
        escalation_credit_us=gained_s * US,
    )


#: How long an offer rings where the document names only some channels.
_RINGS_S: Final = 60


def _open_us(
    queue: Queue, known: Mapping[str, Calendar], span: tuple[datetime, datetime] | None
) -> tuple[tuple[int, int], ...] | None:
    if span is None or queue.calendar is None or queue.calendar not in known:
        return None
    calendar = calendars.unchanging(hours_of(known[queue.calendar]))
    return tuple(_in_us(calendars.open_intervals(calendar, *span)))


def _in_us(intervals: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[int, int]]:
    for opens, closes in intervals:
        yield (opens - _EPOCH) // _US, (closes - _EPOCH) // _US


def _spans(written: tuple[str, ...]) -> tuple[Span, ...]:
    return tuple(span_of(Hours(opens=each[:5], closes=each[6:])) for each in written)
