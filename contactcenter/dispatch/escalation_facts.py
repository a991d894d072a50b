"""What escalation rules ask of one ticket, gathered from what was recorded of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from contactcenter import calendars, db, ticket_facts
from contactcenter.db import Conn
from contactcenter.queues import Queue
from contactcenter.tickets.tickets import Ticket
from routing import calendars as hours
from routing import entry, escalation, requests
from routing.calendars import ALWAYS_OPEN, Calendar
from routing.escalation import Facts, Limits, Promise, Rule, Standing
from routing.text import own_words

_WORDS: Final = frozenset({"customer_request", "keyword"})


class _Read(Struct, frozen=True, kw_only=True):
    """The history of a ticket; ``target_s``, ``due_at`` and ``calendar_id`` go together."""

    tier_since: datetime
    queue_since: datetime
    risen_at: datetime | None
    unanswered_since: datetime | None
    replies: int
    transfers: int
    offers_unanswered: int
    paused_at: list[datetime]
    resumed_at: list[datetime | None]
    failures: list[str]
    repeats: list[datetime]
    target_s: list[int]
    due_at: list[datetime]
    calendar_id: list[int | None]
    words: list[str]
    done: list[str]
    done_here: list[str]
    tiers: dict[str, int]
    has_hours: bool


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Read)


async def gather(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    *,
    queue: Queue,
    book: Sequence[Rule],
    limits: Limits,
) -> tuple[Facts, Standing]:
    """What is known of the ticket now; only what these rules ask for is looked up."""
    asked = list(_asked(book))
    read = await _read.one(
        conn,
        ticket.id,
        any(name in _WORDS for name, _ in asked),
        int(limits.cooldown.total_seconds()),
        max(
            (escalation.days_looked_back(w) for n, w in asked if n == "repeat_contacts"), default=0
        ),
        now,
    )
    calendar = await calendars.of_queue(conn, queue.id) if read.has_hours else ALWAYS_OPEN
    facts = Facts(
        at=now,
        calendar=calendar,
        in_tier=_gone(calendar, read.tier_since, now, read),
        in_queue=_gone(calendar, read.queue_since, now, read),
        unanswered=_unanswered(calendar, now, read),
        replies=read.replies,
        reopens=ticket.reopens,
        transfers=read.transfers,
        offers_unanswered=read.offers_unanswered,
        promises=await _promises(conn, read),
        repeats=tuple(read.repeats),
        customer_request=any(requests.asks_for_escalation(text) is not None for text in read.words),
        failures=frozenset(read.failures),
        problem=await _problem(conn, now, ticket, asked, read.words),
    )
    return facts, _standing(ticket, queue, read)


def _standing(ticket: Ticket, queue: Queue, read: _Read) -> Standing:
    return Standing(
        queue_id=queue.id,
        tier=queue.tier,
        next_queue_id=queue.escalate_to_id,
        tiers={int(id_): tier for id_, tier in read.tiers.items()},
        escalations=ticket.escalations,
        risen_at=read.risen_at,
        done=frozenset(read.done),
        done_here=frozenset(read.done_here),
    )


def _asked(book: Sequence[Rule]) -> list[tuple[str, Any]]:
    return [
        (name, wanted) for rule in book for _, name, wanted in escalation.leaves(rule.condition)
    ]


async def _problem(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    asked: Sequence[tuple[str, Any]],
    words: Sequence[str],
) -> entry.Problem:
    """The ticket's attributes; they are read only if a rule asks for one besides what was said."""
    text = "\n".join(map(own_words, words))
    if any(name not in escalation.LEAVES and name != "keyword" for name, _ in asked):
        known = (await ticket_facts.read_all(conn, [ticket.id], now, words=False))[ticket.id]
        return replace(known, text=text)
    return entry.Problem(
        channel=ticket.channel,
        entry_point_id=ticket.entry_point_id,
        language=ticket.language,
        temperament=ticket.temperament,
        text=text,
    )


async def _promises(conn: Conn, read: _Read) -> tuple[Promise, ...]:
    """The promises that run, each by the hours it was made in."""
    found = []
    for target_s, due_at, calendar_id in zip(
        read.target_s, read.due_at, read.calendar_id, strict=True
    ):
        by = ALWAYS_OPEN if calendar_id is None else await calendars.load(conn, calendar_id)
        found.append(Promise(target=timedelta(seconds=target_s), due_at=due_at, calendar=by))
    return tuple(found)


def _unanswered(calendar: Calendar, now: datetime, read: _Read) -> timedelta | None:
    if read.unanswered_since is None:
        return None
    return _gone(calendar, max(read.unanswered_since, read.tier_since), now, read)


def _gone(calendar: Calendar, since: datetime, now: datetime, read: _Read) -> timedelta:
    """The open time from an instant until now that was our turn."""
    gone = hours.business_time(calendar, since, now)
    for paused_at, resumed_at in zip(read.paused_at, read.resumed_at, strict=True):
        gone -= hours.business_time(calendar, max(paused_at, since), resumed_at or now)
    return gone
