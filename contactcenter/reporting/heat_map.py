"""Heat maps: a metric by the hour of the day and the day of the week, in a zone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct

from contactcenter.db import Conn
from contactcenter.measuring import METRICS, Ask, Clock, Dimension, Row
from contactcenter.measuring.definitions import DEFINITIONS
from contactcenter.named_periods import Reckoning
from contactcenter.reporting import answers, kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.control_chart import OF_DAYS
from contactcenter.reporting.making import Span, filters
from contactcenter.reporting.over_time_words import HEAT_MAP, LABELS, WEEKDAYS, headings
from contactcenter.reporting.tables import Unit, unit_of
from routing.wording import Language

#: Every metric that an hour has a figure of by itself.
METRICS_OF_HOURS: Final = OF_DAYS
_HOURS: Final = 24
_DAYS: Final = 7

#: With which day a week may begin; Monday is 0.
WeekStart = Literal["saturday", "sunday", "monday"]
_STARTS: Final[Mapping[WeekStart, int]] = {"saturday": 5, "sunday": 6, "monday": 0}


class Question(Struct, frozen=True, kw_only=True):
    """Which metric, over which time, and with which day the week begins."""

    metric: str
    span: Span
    week_from: WeekStart
    clock: Clock = "calendar"
    only: Mapping[Dimension, frozenset[Any]] = {}


async def heat_map(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None, language: Language
) -> Analysis:
    """A row for each of the 168 hours of a week, of what this person may see, in its order.

    Raises ``BadInput`` for what is too much to count at once (``sources``).
    """
    span = question.span
    ask = Ask(
        metric=question.metric,
        from_at=span.from_at,
        to_at=span.to_at,
        clock=question.clock,
        only=question.only,
        as_of=now,
    )
    await sources.check_size(conn, ask)
    found = await answers.weekly(conn, ask, zone=span.time_zone, viewer_id=viewer_id)
    metric, wording = METRICS[question.metric], DEFINITIONS[question.metric].of(language)
    return Analysis(
        report="heat_map",
        title=HEAT_MAP["title"][language].format(metric=wording.name),
        definition=f"{HEAT_MAP['definition'][language]} {wording.what}",
        period=span,
        inputs={
            "metric": metric.name,
            "metric_version": metric.version,
            "clock": question.clock,
            "week_from": question.week_from,
            "filters": filters(question.only),
        },
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(_columns(metric.measure), LABELS, language),
        rows=[
            _row(found.get(weekday * _HOURS + hour), weekday, hour, metric.measure, language)
            for weekday in _weekdays(question.week_from)
            for hour in range(_HOURS)
        ],
    )


def _columns(measure: str) -> dict[str, Unit]:
    unit = unit_of(measure)
    return {
        "weekday": "number",
        "weekday_name": "text",
        "hour": "number",
        "n": "count",
        "value": unit,
        "median": unit,
    }


def week_start(reckoning: Reckoning) -> WeekStart:
    """With which day weeks begin where nothing else is said: Saturday in the Persian calendar."""
    return "saturday" if reckoning == "jalali" else "monday"


def _weekdays(week_from: WeekStart) -> list[int]:
    """From the first day of the week on; Monday is 0."""
    return [(_STARTS[week_from] + n) % _DAYS for n in range(_DAYS)]


def _row(
    row: Row | None, weekday: int, hour: int, measure: str, language: Language
) -> dict[str, Any]:
    """An hour without anything counts nothing, and has no mean."""
    nothing = 0.0 if measure == "count" else None
    return {
        "weekday": weekday + 1,
        "weekday_name": WEEKDAYS[language][weekday],
        "hour": hour,
        "n": row.n if row else 0,
        "value": row.value if row else nothing,
        "median": row.median if row else None,
    }
