"""Control charts: a metric day by day, and on which days it was more than chance.

How limits and signals come about is said in ``contactcenter.statistics.control_charts``.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter.db import Conn
from contactcenter.measuring import METRICS, Ask, Clock, Dimension, Row
from contactcenter.measuring.definitions import DEFINITIONS
from contactcenter.named_periods import midnight
from contactcenter.reporting import answers, kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.control_chart_words import DEFINITION, LABELS, NOTES, SIGNALS, TITLE
from contactcenter.reporting.making import Span, filters
from contactcenter.reporting.spans import days_of
from contactcenter.reporting.tables import Heading, Unit, unit_of
from contactcenter.statistics import control_charts
from contactcenter.statistics.control_charts import MANY, Chart, Point, Rule, Sample
from contactcenter.time_zones import zone_of
from routing.wording import Language

Form = Literal["p", "xmr"]

_MEASURES: Final = ("share", "balance", "count", "duration", "score", "transfers")
#: Metrics that a day has a figure of by itself, for an XmR chart.
OF_DAYS: Final = tuple(name for name, metric in METRICS.items() if metric.measure in _MEASURES)
#: Those that are shares of things counted, for a p-chart, too.
SHARES: Final = tuple(name for name, metric in METRICS.items() if metric.measure == "share")


class Question(Struct, frozen=True, kw_only=True):
    """Which metric, over which days, drawn how; ``only`` leaves out what is none of these values.

    ``metric`` is one of `OF_DAYS`, and of `SHARES` where ``form`` is ``p``.
    """

    metric: str
    form: Form
    span: Span
    clock: Clock = "calendar"
    only: Mapping[Dimension, frozenset[Any]] = {}


def usual_form(metric: str) -> Form:
    """How a metric is drawn if nothing is said."""
    return "p" if metric in SHARES else "xmr"


async def chart(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None, language: Language
) -> Analysis:
    """The chart of what this person may see; None is the operator, who sees all.

    Raises ``BadInput`` for what is too much to count at once (``sources``).
    """
    span, zone = question.span, zone_of(question.span.time_zone)
    ask = Ask(
        metric=question.metric,
        from_at=span.from_at,
        to_at=span.to_at,
        clock=question.clock,
        only=question.only,
        as_of=now,
    )
    await sources.check_size(conn, ask)
    rows = await answers.daily(conn, ask, zone=zone.key, viewer_id=viewer_id)
    days = [day for day in days_of(span, zone) if midnight(day, zone) < now]
    drawn = drawing(question, days, rows)
    wording = DEFINITIONS[question.metric].of(language)
    return Analysis(
        report="control_chart",
        title=TITLE[language].format(metric=wording.name),
        definition=f"{DEFINITION[language]} {wording.what}",
        period=span,
        inputs=_inputs(question, drawn),
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=columns(question.metric, language),
        rows=_rows(question, drawn, days, rows, language),
        notes=_notes(span, zone, drawn, language),
    )


def drawing(question: Question, days: Sequence[date], rows: Mapping[date, Row]) -> Chart:
    """The chart of what each of these days had; pure."""
    labels = [day.isoformat() for day in days]
    if question.form == "p":
        return control_charts.shares(
            [
                Sample(
                    label=label, n=row.n if row else 0, hits=int(row.numerator or 0) if row else 0
                )
                for label, row in zip(labels, map(rows.get, days), strict=True)
            ]
        )
    return control_charts.values(labels, [_value(question.metric, rows.get(day)) for day in days])


def columns(metric: str, language: Language) -> list[Heading]:
    """Of every chart of this metric."""
    unit = unit_of(METRICS[metric].measure)
    units: dict[str, Unit] = {
        "day": "date",
        "value": unit,
        "n": "count",
        "hits": "count",
        "centre": "number" if unit == "count" else unit,
        "lower": "number" if unit == "count" else unit,
        "upper": "number" if unit == "count" else unit,
        "signal": "text",
        "signal_words": "text",
    }
    return [Heading(name=n, label=LABELS[n][language], unit=u) for n, u in units.items()]


def _value(metric: str, row: Row | None) -> float | None:
    """A day without anything counts nothing, and has no mean."""
    if METRICS[metric].measure == "count":
        return float(row.n) if row else 0.0
    return row.value if row else None


def _rows(
    question: Question,
    drawn: Chart,
    days: Sequence[date],
    rows: Mapping[date, Row],
    language: Language,
) -> list[dict[str, Any]]:
    told = []
    for day, point in zip(days, drawn.points, strict=True):
        row, signal = rows.get(day), _signal(point)
        has_hits = METRICS[question.metric].measure == "share"
        told.append(
            {
                "day": day.isoformat(),
                "value": point.value,
                "n": row.n if row else 0,
                "hits": (int(row.numerator or 0) if row else 0) if has_hits else None,
                "centre": drawn.centre,
                "lower": _lower(question.metric, point),
                "upper": point.upper,
                "signal": signal,
                "signal_words": None if signal is None else SIGNALS[signal][language],
            }
        )
    return told


def _lower(metric: str, point: Point) -> float | None:
    """Nothing but a balance can be below 0, and so no limit is."""
    if point.lower is None or METRICS[metric].measure == "balance":
        return point.lower
    return max(point.lower, 0.0)


def _signal(point: Point) -> str | None:
    if Rule.OUTSIDE in point.rules:
        return "outside"
    return "run" if point.rules else None


def _inputs(question: Question, drawn: Chart) -> dict[str, Any]:
    return {
        "metric": question.metric,
        "metric_version": METRICS[question.metric].version,
        "chart": drawn.kind.value,
        "clock": question.clock,
        "filters": filters(question.only),
        "centre": drawn.centre,
        "widened_by": drawn.widened,
        "moving_range_upper": drawn.range_limit,
        "run_length": control_charts.RUN,
        "laney_above_n_a_day": MANY,
    }


def _notes(span: Span, zone: ZoneInfo, drawn: Chart, language: Language) -> list[str]:
    notes = [NOTES[drawn.kind.value][language]]
    if any(at.astimezone(zone).time() != datetime.min.time() for at in (span.from_at, span.to_at)):
        notes.append(NOTES["part_of_a_day"][language])
    return notes
