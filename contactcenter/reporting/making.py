"""Makes a report: its metrics over a period, side by side, with names and what was asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType, field, structs

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.measuring import METRICS, Ask, Clock, Dimension, Row
from contactcenter.measuring.definitions import DEFINITIONS
from contactcenter.measuring.measures import interval
from contactcenter.measuring.words import Wording
from contactcenter.reporting import corrections, kept_facts, sources
from contactcenter.reporting.catalogue import Report
from contactcenter.reporting.sources import Source
from routing.text import alphabetical
from routing.wording import Language

_NAMED: Final[tuple[Dimension, ...]] = ("agent", "team", "queue", "entry_point", "category")
#: Figures that may be shares, which are told to the sixth digit; all others to the third.
_FINE: Final = ("value", "low", "high")


class Span(Struct, frozen=True, kw_only=True):
    """From an instant, included, to another, excluded, as a person in ``time_zone`` asked."""

    from_at: datetime = field(name="from")
    to_at: datetime = field(name="to")
    time_zone: str


class Question(Struct, frozen=True, kw_only=True):
    """What is asked of a report. With ``compare`` the period before it is told, too.

    ``before`` is that period; if it is None the one of the same length before this one.
    """

    span: Span
    before: Span | None = None
    by: tuple[Dimension, ...]
    clock: Clock
    only: Mapping[Dimension, frozenset[Any]] = {}
    compare: bool = False


class Figure(Struct, frozen=True, kw_only=True):
    """A metric of one group; as ``measuring.Row``, seconds to the millisecond.

    ``low`` and ``high`` are of shares: the Wilson interval, 95 % sure; None of nothing.
    """

    n: int
    value: float | None
    mean: float | None
    median: float | None
    p90: float | None
    numerator: float | None
    denominator: float | None
    low: float | UnsetType | None = UNSET
    high: float | UnsetType | None = UNSET


class Line(Struct, frozen=True, kw_only=True):
    """One group: what it is, what that is called, and its figures by metric."""

    group: Mapping[str, Any]
    names: Mapping[str, str]
    figures: Mapping[str, Figure]


class Column(Struct, frozen=True, kw_only=True):
    """A metric of the report: what kind of figure it is and what it means, in which version.

    Times are in seconds.
    """

    metric: str
    version: int
    measure: str
    definition: Wording


class Made(Struct, frozen=True, kw_only=True):
    """A report. ``as_of`` is until when what happened is counted; None before anything was.

    ``totals`` are computed from all values, never from the rows. ``previous`` are the rows of the
    ``previous_period``, the one before this one, if they were asked for. With ``roll_ups`` as
    ``source`` medians and p90 of some metrics are within 1 %; all else is exact. ``corrected_at``
    is when a closed day of the period was corrected last, if one was.
    """

    report: str
    period: Span
    by: Sequence[Dimension]
    clock: Clock
    filters: Mapping[str, Sequence[Any]]
    generated_at: datetime
    as_of: datetime | None
    metrics: Sequence[Column]
    rows: Sequence[Line]
    totals: Mapping[str, Figure]
    previous_period: Span | None = None
    previous: Sequence[Line] | None
    previous_totals: Mapping[str, Figure] | None
    source: Source
    corrected_at: datetime | None


class _Name(Struct, frozen=True, kw_only=True):
    dimension: str
    id: int
    name_en: str
    name_fa: str


_SQL = db.Statements(__name__)
_names = _SQL.take("names", _Name)


def filters(only: Mapping[Dimension, frozenset[Any]]) -> dict[str, list[Any]]:
    """What is kept of each dimension, as it is told: always in the same order."""
    return {name: sorted(values, key=str) for name, values in only.items()}


def columns(report: Report, language: Language) -> list[Column]:
    """The metrics of a report, with what they mean."""
    return [
        Column(
            metric=name,
            version=METRICS[name].version,
            measure=METRICS[name].measure,
            definition=DEFINITIONS[name].of(language),
        )
        for name in report.metrics
    ]


async def make(
    conn: Conn,
    now: datetime,
    report: Report,
    question: Question,
    *,
    viewer_id: int | None,
    language: Language,
) -> Made:
    """Report on what this person may see; None is the operator, who sees all.

    Raises ``BadInput`` for what is too much to count at once (``sources``).
    """
    rows, totals, source = await _answered(conn, now, report, question, viewer_id)
    before = _before(question) if question.compare else None
    former, former_totals = None, None
    if before is not None:
        former, former_totals, _ = await _answered(conn, now, report, before, viewer_id)
    names = await _called(conn, [*rows, *(former or ())], language)
    return Made(
        report=report.name,
        period=question.span,
        by=question.by,
        clock=question.clock,
        filters=filters(question.only),
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        metrics=columns(report, language),
        rows=_lines(rows, question, names),
        totals=totals,
        previous_period=None if before is None else before.span,
        previous=None if former is None else _lines(former, question, names),
        previous_totals=former_totals,
        source=source,
        corrected_at=await corrections.corrected_at(
            conn, question.span.from_at, question.span.to_at, report.metrics
        ),
    )


async def _answered(
    conn: Conn, now: datetime, report: Report, question: Question, viewer_id: int | None
) -> tuple[list[Row], dict[str, Figure], Source]:
    """The rows, the totals, and ``roll_ups`` where any of the rows are of those."""
    whole = structs.replace(question, by=())
    as_of = now if any(METRICS[metric].matures for metric in report.metrics) else None
    asks = [_ask(metric, asked, as_of) for asked in (question, whole) for metric in report.metrics]
    answered = await sources.answer_all(conn, asks, viewer_id=viewer_id)
    groups, totals = answered[: len(report.metrics)], answered[len(report.metrics) :]
    is_rolled_up = any(one.source == "roll_ups" for one in groups)
    return (
        [row for one in groups for row in one.rows],
        {row.metric: figure(row) for one in totals for row in one.rows},
        "roll_ups" if is_rolled_up else "facts",
    )


def _ask(metric: str, question: Question, as_of: datetime | None) -> Ask:
    """Where a window has to be over first, it is said until when that is known."""
    return Ask(
        metric=metric,
        as_of=as_of,
        from_at=question.span.from_at,
        to_at=question.span.to_at,
        by=question.by,
        clock=question.clock,
        only=question.only,
    )


def _before(question: Question) -> Question:
    span = question.span
    if question.before is not None:
        return structs.replace(question, span=question.before)
    try:
        from_at = span.from_at - (span.to_at - span.from_at)
    except OverflowError:  # the first years of the calendar
        raise BadInput("query.compare", "There is no period before this one.") from None
    return structs.replace(
        question, span=structs.replace(span, from_at=from_at, to_at=span.from_at)
    )


async def _called(
    conn: Conn, rows: Iterable[Row], language: Language
) -> Mapping[tuple[str, Any], str]:
    ids: dict[Dimension, set[int]] = {name: set() for name in _NAMED}
    for row in rows:
        for name in _NAMED:
            if row.group.get(name) is not None:
                ids[name].add(row.group[name])
    found = await _names.all(conn, *(sorted(ids[name]) for name in _NAMED))
    return {(n.dimension, n.id): n.name_fa if language == "fa" else n.name_en for n in found}


def _lines(
    rows: Iterable[Row], question: Question, names: Mapping[tuple[str, Any], str]
) -> list[Line]:
    """One line a group; they keep the order in which the groups were told, by their names."""
    lines: dict[tuple[Any, ...], dict[str, Figure]] = {}
    groups: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        key = tuple(row.group[name] for name in question.by)
        lines.setdefault(key, {})[row.metric] = figure(row)
        groups[key] = row.group
    made = [
        Line(group=groups[key], names=_words(groups[key], names), figures=figures)
        for key, figures in lines.items()
    ]
    return sorted(made, key=lambda line: _place(line, question.by))


def _words(group: Mapping[str, Any], names: Mapping[tuple[str, Any], str]) -> dict[str, str]:
    return {name: names[name, value] for name, value in group.items() if (name, value) in names}


def _place(line: Line, by: Sequence[Dimension]) -> list[tuple[bool, str, tuple[int, str]]]:
    return [
        (line.group[name] is None, alphabetical(line.names.get(name, "")), _number(line, name))
        for name in by
    ]


def _number(line: Line, name: Dimension) -> tuple[int, str]:
    """Namesakes by their numbers, and words by their letters."""
    value = line.group[name]
    return (value, "") if isinstance(value, int) else (0, str(value))


def figure(row: Row) -> Figure:
    """The figures of a row as they are told."""
    values = {name: getattr(row, name) for name in Figure.__struct_fields__}
    if METRICS[row.metric].measure == "share":
        values["low"], values["high"] = interval(row.numerator or 0, row.denominator or 0)
    told: dict[str, Any] = {
        name: value if not isinstance(value, float) else round(value, 6 if name in _FINE else 3)
        for name, value in values.items()
    }
    return Figure(**told)
