"""What roll-ups say of a period: the sums of closed days and months, and of what lies between."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.measuring import METRICS, Ask
from contactcenter.reporting import roll_ups
from contactcenter.reporting.roll_ups import Part


class Span(Struct, frozen=True, kw_only=True):
    """A closed day or month; ``pending`` of the asked metrics are to be rolled up yet."""

    id: int
    from_at: datetime
    to_at: datetime
    pending: Sequence[str]


class _Counted(Struct, frozen=True, kw_only=True):
    place: int
    n: int


class Sums(Struct, frozen=True, kw_only=True):
    """The figures of one value of a dimension, '' for none, in a span or a part of one.

    ``place`` is the number of the question they are for.
    """

    place: int
    value: str
    n: int
    hits: int
    misses: int
    total: float
    buckets: Sequence[int]
    counts: Sequence[int]


_SQL = db.Statements(__name__)
_spans_within = _SQL.take("spans_within", Span)
_rolled_up = _SQL.take("rolled_up", Sums)
_rolled = _SQL.take("rolled", Sums)
_n_in = _SQL.take("n_in", _Counted)


def can_answer(ask: Ask) -> bool:
    """Whether roll-ups tell what is asked: one dimension at most, and nothing but the usual."""
    if ask.metric not in roll_ups.ROLLED_METRICS or ask.options or ask.as_of is not None:
        return False
    used = {*ask.by, *ask.only}
    is_apart = METRICS[ask.metric].has_reasons and "outcome" in used
    return len(used) <= 1 and "age" not in used and not is_apart


async def spans_within(conn: Conn, asks: Sequence[Ask]) -> list[list[Span]]:
    """For each of these questions, which are of one period, the closed spans that can answer it.

    They cover as much of the period as can be, none over another; none where roll-ups do not tell.
    """
    names = sorted({ask.metric for ask in asks if can_answer(ask)})
    if not names:
        return [[] for _ in asks]
    spans = await _spans_within.all(conn, asks[0].from_at, asks[0].to_at, names)
    return [_apart(ask.metric, spans) if can_answer(ask) else [] for ask in asks]


def _apart(metric: str, spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in spans:
        is_free = not found or span.from_at >= found[-1].to_at
        if is_free and metric not in span.pending:
            found.append(span)
    return found


async def n_in(conn: Conn, asked: Sequence[tuple[Ask, Sequence[Span]]]) -> list[int]:
    """Of how many facts these spans tell, about, for each of these questions."""
    found = [0 for _ in asked]
    for one in await _n_in.all(conn, *_places(asked)):
        found[one.place] = one.n
    return found


async def sums(
    conn: Conn,
    asked: Sequence[tuple[Ask, Sequence[Span], Sequence[tuple[datetime, datetime]]]],
) -> list[list[Sums]]:
    """The figures of spans, and of the facts of what lies between them, for each question."""
    found: list[list[Sums]] = [[] for _ in asked]
    if not asked:
        return found
    rolled_up = await _rolled_up.all(
        conn,
        *_places([(ask, spans) for ask, spans, _ in asked]),
        [_dimension(ask) for ask, spans, _ in asked for _ in spans],
    )
    for one in rolled_up:
        found[one.place].append(one)
    parts: dict[tuple[datetime, datetime], list[Part]] = defaultdict(list)
    for place, (ask, _, gaps) in enumerate(asked):
        for gap in gaps:
            parts[gap].append(_part(place, ask))
    for gap, of_gap in parts.items():
        for one in await _rolled.all(conn, *gap, *roll_ups.asked(of_gap)):
            found[one.place].append(one)
    return found


def _part(place: int, ask: Ask) -> Part:
    metric = METRICS[ask.metric]
    return Part(
        place=place,
        metric=metric,
        clock=roll_ups.clock_of(metric, ask.clock),
        chosen=metric.chosen(ask),
        dimensions=[_dimension(ask)],
    )


def _dimension(ask: Ask) -> str:
    return next(iter((*ask.by, *ask.only)), "")


def _places(
    asked: Sequence[tuple[Ask, Sequence[Span]]],
) -> tuple[list[int], list[str], list[str], list[int]]:
    """Which question, metric, clock and span, one beside the other."""
    told = [
        (place, ask.metric, roll_ups.clock_of(METRICS[ask.metric], ask.clock), span.id)
        for place, (ask, spans) in enumerate(asked)
        for span in spans
    ]
    places, names, clocks, ids = zip(*told, strict=True) if told else ((), (), (), ())
    return list(places), list(names), list(clocks), list(ids)
