"""Answers questions to the reports from the facts that are kept, exactly: from all values.

What is counted is said once, by ``contactcenter.measuring.METRICS``; ``measured`` there gives the
same answer to the same facts, and a test holds the two together.
"""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, structs

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.measuring import METRICS, Ask, Metric, Row, Selection
from contactcenter.measuring.asks import DIMENSIONS, Dimension
from contactcenter.measuring.rows import in_order, nothing

#: A day and a year want different plans, and a year sorts in more memory than a look-up needs.
_PLANNING: Final = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '32MB'"
_NONE: Final = Selection(kind="opened", outcomes=frozenset())


class _Group(Struct, frozen=True, kw_only=True):
    agent: int | None
    team: int | None
    queue: int | None
    tier: int | None
    channel: str | None
    entry_point: int | None
    category: int | None
    temperament: str | None
    worth: str | None
    outcome: str | None
    n: int
    hits: int
    mean: float | None
    percentiles: Sequence[float] | None


_SQL = db.Statements(__name__)
_answer = _SQL.take("answer", _Group)


async def answer(conn: Conn, ask: Ask, *, viewer_id: int | None) -> list[Row]:
    """The rows of a question about what this person may see; None is the operator, who sees all.

    An administrator sees all, a supervisor the tickets of his teams, everybody his own work. Raises
    ``KeyError`` for an unknown metric.
    """
    metric = METRICS[ask.metric]
    clock = "score" if metric.measure == "score" else ask.clock
    chosen = [dimension in ask.by for dimension in DIMENSIONS]
    async with conn.transaction():
        await conn.execute(_PLANNING)
        groups = await _answer.all(
            conn,
            viewer_id,
            ask.from_at,
            ask.to_at,
            *_selected(metric.of),
            *_selected(metric.hits or _NONE),
            clock,
            *chosen,
            metric.measure == "instant",
            *(_wanted(ask, dimension) for dimension in DIMENSIONS),
        )
    rows = [_row(metric, ask, group) for group in groups]
    if not rows and not ask.by:
        return [nothing(ask)]
    return in_order(rows, ask)


def _selected(selection: Selection) -> tuple[Any, ...]:
    outcomes = None if selection.outcomes is None else sorted(selection.outcomes)
    return selection.kind, outcomes, selection.only_first, selection.score_from


def _wanted(ask: Ask, dimension: Dimension) -> list[str] | None:
    values = ask.only.get(dimension)
    return None if values is None else ["" if value is None else str(value) for value in values]


def _row(metric: Metric, ask: Ask, group: _Group) -> Row:
    words: dict[str, Any] = {
        name: getattr(group, "worth" if name == "value" else name) for name in ask.by
    }
    row = Row(metric=metric.name, group=words, n=group.n, value=None)
    if metric.measure == "count":
        return structs.replace(row, value=float(group.n))
    if metric.measure == "share":
        value = group.hits / group.n if group.n else None
        return structs.replace(row, value=value, numerator=group.hits, denominator=group.n)
    median, p90 = group.percentiles or (None, None)
    value = float(group.n) if metric.measure == "instant" else group.mean
    return structs.replace(row, value=value, mean=group.mean, median=median, p90=p90)
