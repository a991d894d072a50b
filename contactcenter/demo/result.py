"""What a run of the demo comes to, as programs read it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from contactcenter.demo.carrier import Messages
from contactcenter.demo.evidence import Evidence
from contactcenter.demo.promises import Kept

#: How far the outbox comes with a message that was put before its visitor.
_SHOWN: Final = frozenset({"sent"})


class Result(Struct, frozen=True, kw_only=True):
    """The object that ``--json`` prints.

    ``duplicates`` were stored twice, ``redelivered`` only delivered twice. ``solved`` and
    ``escalated`` are tickets (at least once), ``escalations`` and ``reopened`` are how often.
    ``by_tier`` counts tickets by the tier they came to, ``by_temperament`` by what they carry;
    each adds up to ``tickets``. ``violations`` is empty when every promise was kept.
    """

    messages_sent: int
    stored: int
    duplicates: int
    lost: int
    redelivered: int
    replies_sent: int
    tickets: int
    solved: int
    unsolved: int
    escalated: int
    escalations: int
    declined: int
    expired: int
    reopened: int
    by_tier: Mapping[str, int]
    by_temperament: Mapping[str, int]
    promises: Mapping[str, int]
    violations: Sequence[str]
    mails_received: int
    mails_answered: int
    chats_received: int
    chats_answered: int
    calls_received: int
    calls_answered: int
    voicemails: int
    report: Sequence[Any]
    seed: int
    seconds: float


def result(
    evidence: Evidence,
    messages: Messages,
    kept: Sequence[Kept],
    report: Mapping[str, Any],
    *,
    redelivered: int,
    seed: int,
    seconds: float,
) -> Result:
    """Count what is stored."""
    tickets = evidence.tickets
    endings = Counter(offer.state for offer in evidence.offers)
    calls = Counter(call.outcome for call in evidence.calls)
    solved = sum(ticket.state in ("solved", "closed") for ticket in tickets)
    return Result(
        messages_sent=messages.sent,
        stored=messages.stored,
        duplicates=messages.duplicates,
        lost=messages.lost,
        redelivered=redelivered,
        replies_sent=sum(reply.state == "sent" for reply in evidence.written),
        tickets=len(tickets),
        solved=solved,
        unsolved=len(tickets) - solved,
        escalated=sum(ticket.escalations > 0 for ticket in tickets),
        escalations=sum(ticket.escalations for ticket in tickets),
        declined=endings["declined"],
        expired=endings["expired"],
        reopened=sum(ticket.reopens for ticket in tickets),
        by_tier=_counted(str(ticket.tier) for ticket in tickets),
        by_temperament=_counted(ticket.temperament for ticket in tickets),
        promises={one.promise: one.checked for one in kept},
        violations=[violation for one in kept for violation in one.violations],
        mails_received=len(evidence.mails_received),
        mails_answered=sum(mail.state == "sent" for mail in evidence.mails_written),
        chats_received=len(evidence.chats_received),
        chats_answered=sum(reply.state in _SHOWN for reply in evidence.chats_written),
        calls_received=len(evidence.calls),
        calls_answered=calls["answered"],
        voicemails=calls["voicemail"],
        report=report.get("rows", []),
        seed=seed,
        seconds=round(seconds, 1),
    )


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
