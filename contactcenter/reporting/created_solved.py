"""What came in and what was solved, by the day, week or month: whether work piles up."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from contactcenter import named_periods
from contactcenter.db import Conn
from contactcenter.measuring import Ask, Dimension, Row
from contactcenter.named_periods import Reckoning, Unit
from contactcenter.reporting import answers, kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span, filters
from contactcenter.reporting.over_time_words import CREATED_SOLVED, LABELS, headings
from contactcenter.reporting.spans import days_of
from contactcenter.time_zones import zone_of
from routing.wording import Language

_METRICS: Final = ("opened", "reopened", "solved")


class Question(Struct, frozen=True, kw_only=True):
    """Over which time, by which unit of which calendar."""

    span: Span
    unit: Unit
    reckoning: Reckoning
    only: Mapping[Dimension, frozenset[Any]] = {}


async def created_solved(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None, language: Language
) -> Analysis:
    """A row for each unit of the period, of what this person may see; the first may be a part.

    ``net`` is what was opened or came back less what was solved, ``net_so_far`` their sum.

    Raises ``BadInput`` for what is too much to count at once (``sources``).
    """
    span = question.span
    told: dict[str, Mapping[date, Row]] = {}
    for metric in _METRICS:
        ask = Ask(metric=metric, from_at=span.from_at, to_at=span.to_at, only=question.only)
        await sources.check_size(conn, ask)
        told[metric] = await answers.daily(conn, ask, zone=span.time_zone, viewer_id=viewer_id)
    zone = zone_of(span.time_zone)
    return Analysis(
        report="created_solved",
        title=CREATED_SOLVED["title"][language],
        definition=CREATED_SOLVED["definition"][language],
        period=span,
        inputs={
            "unit": question.unit,
            "calendar": question.reckoning,
            "filters": filters(question.only),
        },
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(
            {
                "begins": "date",
                "opened": "count",
                "reopened": "count",
                "solved": "count",
                "net": "number",
                "net_so_far": "number",
            },
            LABELS,
            language,
        ),
        rows=_rows(days_of(span, zone), told, question),
    )


def _rows(
    days: Iterable[date], told: Mapping[str, Mapping[date, Row]], question: Question
) -> list[dict[str, Any]]:
    sums: dict[date, dict[str, int]] = {}
    for day in days:
        begins = named_periods.begin(question.unit, day, question.reckoning)
        unit = sums.setdefault(begins, dict.fromkeys(_METRICS, 0))
        for metric in _METRICS:
            row = told[metric].get(day)
            unit[metric] += row.n if row else 0
    rows: list[dict[str, Any]] = []
    so_far = 0
    for begins, unit in sums.items():
        net = unit["opened"] + unit["reopened"] - unit["solved"]
        so_far += net
        rows.append({"begins": begins.isoformat(), **unit, "net": net, "net_so_far": so_far})
    return rows


def longest(unit: Unit) -> timedelta:
    """No more rows than a chart can show: 93 days, else the longest period there is."""
    return timedelta(days=93) if unit == "day" else timedelta(days=366)
