"""What a rule may ask of tickets: everything a condition can name, of many in one statement."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from routing import entry
from routing.text import own_words

#: Of each message no more than this is looked at.
CHARACTERS: Final = 8_000
_UNKNOWN: Final = "unknown"


class _Facts(Struct, frozen=True, kw_only=True):
    ticket_id: int
    channel: str
    entry_point_id: int | None
    language: str | None
    tier: int | None
    queue_id: int | None
    category: list[int]
    segments: dict[str, list[str]]
    bodies: list[str]


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Facts)


async def read_all(
    conn: Conn, ticket_ids: Iterable[int], at: datetime, *, words: bool = True
) -> dict[int, entry.Problem]:
    """What is known of each ticket at an instant; who does not exist is left out.

    Segments, the temperament among them, are what was known at ``at``; the words are those received
    up to then, and none are read without ``words``. The rest is as it is now.
    """
    found = await _read.all(conn, sorted(set(ticket_ids)), at, words, CHARACTERS)
    return {facts.ticket_id: _problem(facts) for facts in found}


def _problem(facts: _Facts) -> entry.Problem:
    segments = {kind: frozenset(values) for kind, values in facts.segments.items()}
    return entry.Problem(
        channel=facts.channel,
        entry_point_id=facts.entry_point_id,
        language=facts.language,
        temperament=next(iter(segments.get("temperament", ())), _UNKNOWN),
        text="\n".join(own_words(body) for body in facts.bodies),
        category=frozenset(facts.category),
        tier=facts.tier,
        queue_id=facts.queue_id,
        segments=segments,
    )
