"""Where the answer of a report comes from: facts, as long as they are few enough, else roll-ups.

From facts every figure is exact. From roll-ups counts, sums and means are exact, and percentiles
within 1 %. What is too much for the one and more than the other tells is refused, not tried.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.measuring import METRICS, Ask, Row
from contactcenter.measuring.asks import Dimension
from contactcenter.reporting import answers, rolled_sums
from contactcenter.reporting.answers import Group
from contactcenter.reporting.rolled_sums import Span, Sums
from contactcenter.statistics.sketches import Sketch

Source = Literal["facts", "roll_ups"]

#: Up to so many facts a metric is answered from them. Source: `bench reports`, where a report of
#: six metrics by agent takes 70 ms with 11,000 facts of each, 140 ms with 22,000 and 760 ms with
#: 82,000; 200 ms are wanted.
LIVE_FACTS: Final = 10_000
#: More than this, of all metrics together, is refused. Source: the same, 330,000 facts of four
#: metrics take 0.8 to 1.2 s; a statement has 5 s (`db`), and a supervisor's rights take a part.
MOST_FACTS: Final = 500_000
OF_MOMENTS: Final = ("time_share", "load", "instant")
_NUMBERS: Final = ("agent", "team", "queue", "tier", "entry_point", "category", "to_tier")
_TOO_MUCH: Final = (
    "These are too many facts to count at once for this question. Ask for a shorter period; who"
    " sees all may ask for any, with one dimension at most and no more than it to keep."
)
_TOO_MUCH_OF_ALL: Final = (
    "These are too many facts to count at once, of this period and the one before it. Ask for a"
    " shorter period."
)


class Answer(Struct, frozen=True, kw_only=True):
    """The rows of a question, and what they were made of."""

    rows: Sequence[Row]
    source: Source


class _Covered(Struct, frozen=True, kw_only=True):
    """How a question could be answered: of what is rolled up, and of how many facts."""

    spans: Sequence[Span]
    gaps: Sequence[tuple[datetime, datetime]]
    n_between: int
    n_rolled_up: int


class _Counted(Struct, frozen=True, kw_only=True):
    place: int
    n: int


_SQL = db.Statements(__name__)
_sees_all = _SQL.take("sees_all", bool)
_n_facts = _SQL.take("n_facts", _Counted)


async def answer(conn: Conn, ask: Ask, *, viewer_id: int | None) -> Answer:
    """Answer as ``answers.answer`` does, by the shorter way.

    Raises ``BadInput`` for what is too much, and ``KeyError`` for an unknown metric.
    """
    [found] = await answer_all(conn, [ask], viewer_id=viewer_id)
    return found


async def answer_all(conn: Conn, asks: Sequence[Ask], *, viewer_id: int | None) -> list[Answer]:
    """Answer each, as ``answers.answer_all`` does, by the shorter way.

    Raises ``BadInput`` where one is too much, and ``KeyError`` for an unknown metric.
    """
    covered = await _covered(conn, asks)
    sees_all = await _is_all_seen(conn, viewer_id)
    rolled = [n for n, one in enumerate(covered) if sees_all and _is_of_roll_ups(one)]
    live = [place for place in range(len(asks)) if place not in rolled]
    n_of = {asks[n].metric: covered[n].n_rolled_up + covered[n].n_between for n in live}
    if sum(n_of.values()) > MOST_FACTS:
        raise BadInput("query.from", _TOO_MUCH)
    rows: dict[int, list[Row]] = {}
    sums = await rolled_sums.sums(
        conn, [(asks[place], covered[place].spans, covered[place].gaps) for place in rolled]
    )
    for place, of_one in zip(rolled, sums, strict=True):
        rows[place] = _rows(asks[place], of_one)
    if live:
        found = await answers.answer_all(conn, [asks[n] for n in live], viewer_id=viewer_id)
        rows |= dict(zip(live, found, strict=True))
    return [
        Answer(rows=rows[place], source="roll_ups" if place in rolled else "facts")
        for place in range(len(asks))
    ]


async def check_size(conn: Conn, ask: Ask) -> None:
    """Raise ``BadInput`` where a question has more facts than can be counted at once."""
    [n] = await _facts_in(conn, [(_kinds(ask), [(ask.from_at, ask.to_at)])])
    if n > MOST_FACTS:
        raise BadInput("query.from", _TOO_MUCH)


async def check_kinds(
    conn: Conn, kinds: Sequence[str], times: Sequence[tuple[datetime, datetime]]
) -> None:
    """The same of facts of some kinds in some times together, which nothing rolls up."""
    [n] = await _facts_in(conn, [(kinds, times)])
    if n > MOST_FACTS:
        raise BadInput("query.from", _TOO_MUCH_OF_ALL)


def _is_of_roll_ups(one: _Covered) -> bool:
    n = one.n_rolled_up + one.n_between
    return n > LIVE_FACTS and one.n_between <= MOST_FACTS and len(one.spans) > 0


async def _covered(conn: Conn, asks: Sequence[Ask]) -> list[_Covered]:
    """What is known of each question before it is answered; of moments nothing need be."""
    asked = [ask for ask in asks if METRICS[ask.metric].measure not in OF_MOMENTS]
    spans = await rolled_sums.spans_within(conn, asked)
    gaps = [_gaps(ask, of) for ask, of in zip(asked, spans, strict=True)]
    between = await _facts_in(
        conn, [(_kinds(ask), of) for ask, of in zip(asked, gaps, strict=True)]
    )
    rolled_up = await rolled_sums.n_in(conn, list(zip(asked, spans, strict=True)))
    told = zip(spans, gaps, between, rolled_up, strict=True)
    of = iter(_Covered(spans=s, gaps=g, n_between=b, n_rolled_up=r) for s, g, b, r in told)
    nothing = _Covered(spans=(), gaps=(), n_between=0, n_rolled_up=0)
    return [nothing if METRICS[ask.metric].measure in OF_MOMENTS else next(of) for ask in asks]


async def _is_all_seen(conn: Conn, viewer_id: int | None) -> bool:
    return viewer_id is None or bool(await _sees_all.first(conn, viewer_id))


def _kinds(ask: Ask) -> list[str]:
    chosen = METRICS[ask.metric].chosen(ask)
    return sorted({one.kind for one in (*chosen.of, *chosen.hits, *chosen.misses)})


async def _facts_in(
    conn: Conn, wanted: Iterable[tuple[Sequence[str], Sequence[tuple[datetime, datetime]]]]
) -> list[int]:
    """How many facts there are of some kinds in some times, none counted much beyond the limit."""
    listed = list(wanted)
    found = [0 for _ in listed]
    told = [
        {"place": place, "kinds": kinds, "from_at": from_at, "to_at": to_at}
        for place, (kinds, times) in enumerate(listed)
        for from_at, to_at in times
    ]
    if told:
        limit = MOST_FACTS + 1
        for one in await _n_facts.all(conn, msgspec.json.encode(told).decode(), limit):
            found[one.place] += one.n
    return found


def _gaps(ask: Ask, spans: Iterable[Span]) -> list[tuple[datetime, datetime]]:
    """What of the period lies in none of these spans, which are in order."""
    found, at = [], ask.from_at
    for span in spans:
        if at < span.from_at:
            found.append((at, span.from_at))
        at = span.to_at
    if at < ask.to_at:
        found.append((at, ask.to_at))
    return found


def _rows(ask: Ask, sums: Iterable[Sums]) -> list[Row]:
    of_value: Mapping[str, list[Sums]] = defaultdict(list)
    dimension = next(iter((*ask.by, *ask.only)), None)
    wanted = None if dimension is None else ask.only.get(dimension)
    for one in sums:
        if dimension is None or wanted is None or _value(dimension, one.value) in wanted:
            of_value[one.value if ask.by else ""].append(one)
    groups = [_group(ask, value, parts) for value, parts in of_value.items()]
    return answers.rows_of(METRICS[ask.metric], ask, groups)


def _group(ask: Ask, value: str, parts: Sequence[Sums]) -> Group:
    words: dict[str, Any] = dict.fromkeys(Group.__struct_fields__)
    for name in ask.by:
        words["worth" if name == "value" else name] = _value(name, value)
    n = sum(one.n for one in parts)
    counts: dict[int, int] = defaultdict(int)
    for one in parts:
        for bucket, count in zip(one.buckets, one.counts, strict=True):
            counts[bucket] += count
    sketch = Sketch.from_counts(counts)
    median, p90 = sketch.percentile_s(0.5), sketch.percentile_s(0.9)
    words |= {
        "n": n,
        "hits": sum(one.hits for one in parts),
        "misses": sum(one.misses for one in parts),
        "mean": sum(one.total for one in parts) / n if counts else None,
        "percentiles": None if median is None or p90 is None else (median, p90),
    }
    return Group(**words)


def _value(dimension: Dimension, value: str) -> Any:
    if value == "":
        return None
    return int(value) if dimension in _NUMBERS else value
