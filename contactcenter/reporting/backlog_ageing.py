"""Backlog by age: what was open at some instants, how old it was, and which is the oldest.

Instants may be of any past: what was open then is told by the facts of that time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.measuring import Ask, Dimension, Row
from contactcenter.measuring.asks import AGES
from contactcenter.reporting import answers, kept_facts
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span, filters
from contactcenter.reporting.over_time_words import BACKLOG_AGEING, LABELS, headings
from routing.wording import Language

#: More instants are no clearer, and each is a question of its own.
MOST_INSTANTS: Final = 62

#: What open work can be told apart by, in the order of the statement.
_KEPT: Final[tuple[Dimension, ...]] = (
    *("agent", "team", "queue", "tier", "channel"),
    *("entry_point", "category", "temperament", "value"),
)


class Question(Struct, frozen=True, kw_only=True):
    """At which instants of the period, and of what alone."""

    span: Span
    instants: Sequence[datetime]
    only: Mapping[Dimension, frozenset[Any]] = {}


class _Oldest(Struct, frozen=True, kw_only=True):
    ticket_id: int
    since_at: datetime
    is_pending: bool


_SQL = db.Statements(__name__)
_oldest = _SQL.take("oldest", _Oldest)


async def backlog_ageing(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None, language: Language
) -> Analysis:
    """A row for each instant, bucket of age and kind: ours to do, or waiting for the customer.

    Ages are calendar time since the episode began. ``oldest`` are the last instant's.
    """
    rows: list[dict[str, Any]] = []
    for instant in question.instants:
        rows += _rows(instant, await _told(conn, question, instant, viewer_id))
    last = question.instants[-1]
    oldest = await _oldest.first(
        conn, viewer_id, last, *(answers.wanted(question.only, name) for name in _KEPT)
    )
    total = await _total(conn, question, last, viewer_id)
    return Analysis(
        report="backlog_ageing",
        title=BACKLOG_AGEING["title"][language],
        definition=BACKLOG_AGEING["definition"][language],
        period=question.span,
        inputs={
            "filters": filters(question.only),
            "clock": "calendar",
            "last": last.isoformat(),
            "n": total.n,
            "median_age_s": total.median,
            "p90_age_s": total.p90,
            "oldest_ticket_id": oldest.ticket_id if oldest else None,
            "oldest_since": oldest.since_at.isoformat() if oldest else None,
            "oldest_kind": _kind(is_pending=oldest.is_pending) if oldest else None,
        },
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(
            {"at": "instant", "age": "text", "kind": "text", "n": "count"}, LABELS, language
        ),
        rows=rows,
    )


async def _told(
    conn: Conn, question: Question, instant: datetime, viewer_id: int | None
) -> Mapping[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in await answers.answer(
        conn, _ask(question, instant, ("age", "outcome")), viewer_id=viewer_id
    ):
        key = (row.group["age"], _kind(is_pending=row.group["outcome"] == "pending"))
        found[key] = found.get(key, 0) + row.n
    return found


def _kind(*, is_pending: bool) -> str:
    return "pending" if is_pending else "ours"


async def _total(conn: Conn, question: Question, instant: datetime, viewer_id: int | None) -> Row:
    [row] = await answers.answer(conn, _ask(question, instant, ()), viewer_id=viewer_id)
    return row


def _ask(question: Question, instant: datetime, by: tuple[Dimension, ...]) -> Ask:
    return Ask(metric="backlog", from_at=instant, to_at=instant, by=by, only=question.only)


def _rows(instant: datetime, told: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {"at": instant, "age": age, "kind": kind, "n": told.get((age, kind), 0)}
        for age in AGES
        for kind in ("ours", "pending")
    ]
