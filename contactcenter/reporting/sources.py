"""Where the answer of a report comes from: facts, as long as they are few enough, else roll-ups.

From facts every figure is exact. From roll-ups counts, sums and means are exact, and percentiles
within 1 %. What is too much for the one and more than the other tells is refused, not tried.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.measuring import METRICS, Ask, Row
from contactcenter.measuring.asks import Dimension
from contactcenter.reporting import answers, roll_ups
from contactcenter.reporting.answers import Group
from contactcenter.reporting.roll_ups import Span, Sums
from contactcenter.statistics.sketches import Sketch

Source = Literal["facts", "roll_ups"]

#: Up to so many facts a metric is answered from them: within a tenth of a second or two.
LIVE_FACTS: Final = 100_000
#: More than this would not be answered within the time that a statement has (`db`).
MOST_FACTS: Final = 500_000
OF_MOMENTS: Final = ("time_share", "load", "instant")
_NUMBERS: Final = ("agent", "team", "queue", "tier", "entry_point", "category", "to_tier")
_TOO_MUCH: Final = (
    "These are too many facts to count at once for this question. Ask for a shorter period; who"
    " sees all may ask for any, with one dimension at most and no more than it to keep."
)


class Answer(Struct, frozen=True, kw_only=True):
    """The rows of a question, and what they were made of."""

    rows: Sequence[Row]
    source: Source


_SQL = db.Statements(__name__)
_sees_all = _SQL.take("sees_all", bool)
_n_facts = _SQL.take("n_facts", int)


async def answer(conn: Conn, ask: Ask, *, viewer_id: int | None) -> Answer:
    """Answer as ``answers.answer`` does, by the shorter way.

    Raises ``BadInput`` for what is too much, and ``KeyError`` for an unknown metric.
    """
    if METRICS[ask.metric].measure in OF_MOMENTS:
        return await _from_facts(conn, ask, viewer_id)
    can_roll_up = roll_ups.can_answer(ask)
    spans = await roll_ups.spans_within(conn, ask) if can_roll_up else []
    gaps = _gaps(ask, spans)
    n_rolled_up = await roll_ups.n_in(conn, ask, spans) if spans else 0
    n_between = await _facts_in(conn, ask, gaps)
    if n_rolled_up + n_between <= LIVE_FACTS:
        return await _from_facts(conn, ask, viewer_id)
    if n_between <= MOST_FACTS and spans and await _is_all_seen(conn, viewer_id):
        rows = _rows(ask, await roll_ups.sums(conn, ask, spans, gaps))
        return Answer(rows=rows, source="roll_ups")
    if n_rolled_up + n_between > MOST_FACTS:
        raise BadInput("query.from", _TOO_MUCH)
    return await _from_facts(conn, ask, viewer_id)


async def check_size(conn: Conn, ask: Ask) -> None:
    """Raise ``BadInput`` where a question has more facts than can be counted at once."""
    if await _facts_in(conn, ask, [(ask.from_at, ask.to_at)]) > MOST_FACTS:
        raise BadInput("query.from", _TOO_MUCH)


async def _from_facts(conn: Conn, ask: Ask, viewer_id: int | None) -> Answer:
    rows = await answers.answer(conn, ask, viewer_id=viewer_id)
    return Answer(rows=rows, source="facts")


async def _is_all_seen(conn: Conn, viewer_id: int | None) -> bool:
    return viewer_id is None or bool(await _sees_all.first(conn, viewer_id))


async def _facts_in(conn: Conn, ask: Ask, gaps: Iterable[tuple[datetime, datetime]]) -> int:
    chosen = METRICS[ask.metric].chosen(ask)
    kinds = sorted({one.kind for one in (*chosen.of, *chosen.hits, *chosen.misses)})
    return sum(
        [await _n_facts.one(conn, kinds, from_at, to_at, MOST_FACTS + 1) for from_at, to_at in gaps]
    )


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
