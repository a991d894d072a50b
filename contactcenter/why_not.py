"""Why an agent has not got a ticket: every clause of eligibility, asked of the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from contactcenter import calendars, db
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.speech import Speech
from routing import eligibility, obstacles
from routing.calendars import next_opening
from routing.decision_words import BEHIND, word
from routing.eligibility import Clause, Telephone
from routing.instants import SECOND_US, to_us
from routing.wording import digits, name, span


class Situation(Struct, frozen=True, kw_only=True):
    """A ticket and an agent beside one another, at one instant; ``delay_s`` is a member's."""

    state: str
    queue_id: int | None
    queue: str | None
    queue_is_open: bool
    weight: int
    enqueued_at: datetime
    wake_at: datetime | None
    needs_phone: bool
    holder_id: int | None
    holder: str | None
    rings_at_id: int | None
    rings_at: str | None
    expires_at: datetime | None
    next: dict[str, Any] | None
    sticky_agent_id: int | None
    sticky_agent: str | None
    sticky_presence: str | None
    sticky_until: datetime | None
    agent_id: int
    agent: str
    presence: str
    presence_since: datetime
    capacity: int
    load: int
    telephone: Telephone
    delay_s: int | None
    excluded_until: datetime | None
    wraps_up_until: datetime | None

    @property
    def enqueued_us(self) -> int:
        """Since when the ticket waits."""
        return to_us(self.enqueued_at)

    @property
    def delay_us(self) -> int:
        """How long it must have waited before this member is asked."""
        return (self.delay_s or 0) * SECOND_US


class ClauseAsked(Struct, frozen=True, kw_only=True):
    """A clause of eligibility, and whether it holds."""

    clause: Clause
    holds: bool


class Numbers(Struct, frozen=True, kw_only=True):
    """What the clauses were asked of. ``delay_s`` is null for who does not serve the queue."""

    state: str
    queue_id: int | None
    weight: int
    waited_s: float
    presence: str
    capacity: int
    load: int
    delay_s: int | None
    excluded_until: datetime | None
    sticky_agent_id: int | None
    sticky_until: datetime | None
    holder_id: int | None
    rings_at_id: int | None


class WhyNot(Struct, frozen=True, kw_only=True):
    """Why an agent has not got a ticket at this instant.

    ``clause`` is the first that is false, null where none is; ``until`` is when that ends, null
    where nobody can know.
    """

    agent_id: int
    agent_name: str
    at: datetime
    clause: Clause | None
    until: datetime | None
    sentence: str
    clauses: Sequence[ClauseAsked]
    numbers: Numbers


_SQL = db.Statements(__name__)
_situations = _SQL.take("situations", Situation)


async def of_agent(conn: Conn, ticket_id: int, agent_id: int) -> Situation:
    """A ticket beside an agent; raises ``NotFound`` naming the agent where there is none."""
    found = await _situations.first(conn, ticket_id, [agent_id], 0, 1)
    if found is None:
        raise NotFound(f"there is no agent {agent_id}", agent_id=agent_id)
    return found


async def of_members(conn: Conn, ticket_id: int, *, after_id: int, limit: int) -> list[Situation]:
    """A ticket beside those who serve its queue, by their ids."""
    return await _situations.all(conn, ticket_id, None, after_id, limit)


async def opens_at(conn: Conn, now: datetime, situations: Sequence[Situation]) -> datetime | None:
    """When the queue of the ticket opens, if it is closed and that can be known."""
    for one in situations[:1]:
        if not one.queue_is_open and one.queue_id is not None:
            return next_opening(await calendars.of_queue(conn, one.queue_id), now)
    return None


def told(
    now: datetime,
    situation: Situation,
    speech: Speech,
    *,
    queue_opens_at: datetime | None,
) -> WhyNot:
    """The answer, in words and in numbers."""
    asked = clauses(now, situation)
    clause = next((one for one, holds in asked.items() if not holds), None)
    until = _until(situation, clause, queue_opens_at)
    known = _known(now, situation, until, speech)
    if all(holds for one, holds in asked.items() if one != "not_waiting"):
        known["otherwise"] = ""
    is_his = situation.rings_at_id == situation.agent_id
    return WhyNot(
        agent_id=situation.agent_id,
        agent_name=situation.agent,
        at=now,
        clause=clause,
        until=until,
        sentence=obstacles.sentence(
            clause, "offered_to_him" if is_his else situation.state, known, speech.language
        ),
        clauses=[ClauseAsked(clause=one, holds=holds) for one, holds in asked.items()],
        numbers=_numbers(now, situation),
    )


def clauses(now: datetime, situation: Situation) -> dict[Clause, bool]:
    """Which clauses of eligibility hold, in the order in which they are asked."""
    return eligibility.clauses(
        situation,
        situation,
        None if situation.delay_s is None else situation,
        queue_is_open=situation.queue_is_open,
        excluded_until_us=None if (at := situation.excluded_until) is None else to_us(at),
        is_kept_for_another=_is_kept_for_another(now, situation),
        now_us=to_us(now),
        telephone=situation.telephone if situation.needs_phone else "not_needed",
    )


def _is_kept_for_another(now: datetime, situation: Situation) -> bool:
    if situation.sticky_until is None or situation.sticky_agent_id == situation.agent_id:
        return False
    return eligibility.is_kept(
        until_us=to_us(situation.sticky_until),
        presence=situation.sticky_presence or "offline",
        now_us=to_us(now),
    )


def _until(
    situation: Situation, clause: Clause | None, queue_opens_at: datetime | None
) -> datetime | None:
    """When a clause that is false will hold, if that can be known."""
    ends: dict[Clause | None, datetime | None] = {
        "not_waiting": situation.expires_at or situation.wake_at,
        "queue_closed": queue_opens_at,
        "not_available": situation.wraps_up_until,
        "too_early": situation.enqueued_at + timedelta(seconds=situation.delay_s or 0),
        "excluded": situation.excluded_until,
        "kept_for_another": situation.sticky_until,
    }
    return ends.get(clause)


def _known(
    now: datetime, situation: Situation, until: datetime | None, speech: Speech
) -> dict[str, str]:
    """What the sentences may name."""
    language, instant = speech.language, speech.clock(now)
    named = {
        "agent": situation.agent,
        "holder": situation.holder,
        "rings_at": situation.rings_at,
        "queue": situation.queue,
        "sticky_agent": situation.sticky_agent,
    }
    known = {key: name(text, language) for key, text in named.items() if text is not None}
    known["free"] = digits(str(situation.capacity - situation.load), language)
    known["capacity"] = digits(str(situation.capacity), language)
    known["weight"] = digits(str(situation.weight), language)
    known["since"] = instant(situation.presence_since)
    if situation.presence in obstacles.PRESENCE:
        known["presence"] = obstacles.PRESENCE[situation.presence][language]
    if situation.delay_s is not None:
        known["delay"] = span(situation.delay_s, language)
    if until is not None:
        known["until"] = instant(until)
    if situation.next is not None and situation.next.get("agent_id") == situation.agent_id:
        known["behind_because"] = word(BEHIND, situation.next["behind_because"], language)
    return known


def _numbers(now: datetime, situation: Situation) -> Numbers:
    return Numbers(
        waited_s=(now - situation.enqueued_at).total_seconds(),
        **{
            field: getattr(situation, field)
            for field in Numbers.__struct_fields__
            if field != "waited_s"
        },
    )
