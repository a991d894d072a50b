"""Answers questions to the reports from the facts that are kept, exactly: from all values.

What is counted is said once, by ``contactcenter.measuring.METRICS``; ``measured`` there gives the
same answer to the same facts, and a test holds the two together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.measuring import METRICS, Ask, Chosen, Metric, Row
from contactcenter.measuring.asks import DIMENSIONS, Dimension
from contactcenter.measuring.measures import interval
from contactcenter.measuring.metrics import Measure
from contactcenter.measuring.rows import STRETCHES, in_order, nothing

#: A day and a year want different plans, and a year sorts in more memory than a look-up needs.
PLANNING: Final = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '32MB'"
#: Measures with means and percentiles; all others only count, or add seconds.
_AVERAGED: Final = ("duration", "score", "transfers", "instant")


class Group(Struct, frozen=True, kw_only=True):
    """The figures of one group before they are rates and means; what is not told apart is None.

    ``question`` is the metric's number among those asked together, ``is_whole`` whether it is all
    of its groups.
    """

    question: int
    is_whole: bool
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
    to_tier: int | None
    promise: str | None
    age: str | None
    day: date | None
    hour_of_week: int | None
    n: int
    hits: int
    misses: int
    of_s: float | None
    hit_s: float | None
    load_s: float | None
    mean: float | None
    largest: float | None
    percentiles: Sequence[float] | None


_SQL = db.Statements(__name__)
_answer = _SQL.take("answer", Group)


async def answer(conn: Conn, ask: Ask, *, viewer_id: int | None) -> list[Row]:
    """The rows of a question about what this person may see; None is the operator, who sees all.

    An administrator sees all, a supervisor the tickets of his teams, everybody his own work. Raises
    ``KeyError`` for an unknown metric.
    """
    [rows] = await answer_all(conn, [ask], viewer_id=viewer_id)
    return rows


async def answer_all(
    conn: Conn, asks: Sequence[Ask], *, viewer_id: int | None
) -> Sequence[list[Row]]:
    """The rows of each question, as ``answer`` tells them, in one statement where that can be.

    They differ in their metrics and options, and in ``by`` only so far that it is nothing (totals)
    or the same: their period, clock, filters and ``as_of`` are those of the first.
    """
    found: list[list[Row]] = [[] for _ in asks]
    plain: dict[str, list[int]] = defaultdict(list)
    async with conn.transaction():
        await conn.execute(PLANNING)
        for place, ask in enumerate(asks):
            metric = METRICS[ask.metric]
            if metric.has_reasons and "outcome" in ask.by:
                found[place] = rows_of(metric, ask, await _by_reasons(conn, ask, viewer_id))
            else:
                plain[_told(metric)].append(place)
        for places in plain.values():
            together = [asks[place] for place in places]
            groups = await _groups(conn, together, viewer_id)
            for place, ask, of_one in zip(places, together, groups, strict=True):
                found[place] = rows_of(METRICS[ask.metric], ask, of_one)
    return found


async def _by_reasons(conn: Conn, ask: Ask, viewer_id: int | None) -> list[Group]:
    """The reasons are those of the hits; what they are of has none."""
    by = tuple(name for name in ask.by if name != "outcome")
    [groups] = await _groups(conn, [ask], viewer_id)
    [whole] = await _groups(conn, [structs.replace(ask, by=by)], viewer_id)
    return list(_of_the_whole(groups, whole, by))


async def daily(conn: Conn, ask: Ask, *, zone: str, viewer_id: int | None) -> Mapping[date, Row]:
    """A question that tells nothing apart, answered for each day of a zone on which there was any.

    It is about what happens at one time: not about moments, nor shares of time. Raises ``KeyError``
    for an unknown metric.
    """
    told = await _by_time(conn, ask, viewer_id, zone=zone, by_hour_of_week=False)
    return {group.day: row for group, row in told if group.day}


async def weekly(conn: Conn, ask: Ask, *, zone: str, viewer_id: int | None) -> Mapping[int, Row]:
    """The same for each hour of the zone's week, 0 from Monday midnight to 167, that had any.

    An hour that clocks show twice is one, and one that they leave out has nothing.
    """
    told = await _by_time(conn, ask, viewer_id, zone=zone, by_hour_of_week=True)
    return {group.hour_of_week: row for group, row in told if group.hour_of_week is not None}


async def _by_time(
    conn: Conn, ask: Ask, viewer_id: int | None, *, zone: str, by_hour_of_week: bool
) -> list[tuple[Group, Row]]:
    metric = METRICS[ask.metric]
    async with conn.transaction():
        await conn.execute(PLANNING)
        [groups] = await _groups(conn, [ask], viewer_id, zone=zone, by_hour_of_week=by_hour_of_week)
    return [(group, _row(metric, ask, group, group.n)) for group in groups]


def rows_of(metric: Metric, ask: Ask, groups: Sequence[Group]) -> list[Row]:
    """The rows of a metric's groups, in their order; one of zeros where there is nothing."""
    of = Counter[tuple[Any, ...]]()
    for group in groups:
        of[_key(group, ask.by, metric.over)] += group.n
    rows = [_row(metric, ask, group, of[_key(group, ask.by, metric.over)]) for group in groups]
    if not rows and not ask.by:
        return [nothing(ask)]
    return in_order(rows, ask)


async def _groups(
    conn: Conn,
    asks: Sequence[Ask],
    viewer_id: int | None,
    *,
    zone: str | None = None,
    by_hour_of_week: bool = False,
) -> list[list[Group]]:
    """The groups of each of these questions, of which the same facts are told."""
    one = max(asks, key=lambda ask: len(ask.by))
    made_of = [METRICS[ask.metric].chosen(ask) for ask in asks]
    numbers = _numbers(asks, made_of)
    selections = [
        {"question": number, "averaged": _averaged(METRICS[asks[number].metric]), **selection}
        for number in sorted(set(numbers))
        for selection in _selections(made_of[number])
    ]
    groups = await _answer.all(
        conn,
        *(viewer_id, one.from_at, one.to_at, msgspec.json.encode(selections).decode()),
        sorted({selection["kind"] for selection in selections}),
        *(one.clock, _told(METRICS[one.metric]), one.instant, one.as_of),
        *(dimension in one.by for dimension in DIMENSIONS),
        *(wanted(one.only, dimension) for dimension in DIMENSIONS),
        zone,
        by_hour_of_week,
    )
    of: dict[tuple[int, bool], list[Group]] = defaultdict(list)
    for group in groups:
        of[group.question, group.is_whole].append(group)
    is_whole = [not ask.by and zone is None for ask in asks]
    return [of[key] for key in zip(numbers, is_whole, strict=True)]


def _numbers(asks: Sequence[Ask], made_of: Sequence[Chosen]) -> list[int]:
    """By which question each is answered: totals by that of their groups, where both are one."""
    number_of: dict[tuple[str, Chosen], int] = {}
    return [
        number_of.setdefault((ask.metric, one), number)
        for number, (ask, one) in enumerate(zip(asks, made_of, strict=True))
    ]


def _told(metric: Metric) -> str:
    """Which facts are told of, for the statement."""
    if metric.measure in STRETCHES:
        return "stretches"
    return "instant" if metric.measure == "instant" else "happened"


def _averaged(metric: Metric) -> str:
    return metric.measure if metric.measure in _AVERAGED else ""


def chosen(metric: Metric, ask: Ask) -> tuple[str, list[str]]:
    """What a metric is made of, as JSON for a statement, and the kinds of facts that it is."""
    selections = list(_selections(metric.chosen(ask)))
    kinds = sorted({selection["kind"] for selection in selections})
    return msgspec.json.encode(selections).decode(), kinds


def _selections(chosen: Chosen) -> Iterator[dict[str, Any]]:
    sides = (("of", chosen.of), ("hit", chosen.hits), ("miss", chosen.misses))
    for side, selections in sides:
        for selection in selections:
            yield {"side": side, **msgspec.to_builtins(selection)}


def _of_the_whole(
    groups: Iterable[Group], whole: Iterable[Group], by: tuple[Dimension, ...]
) -> Iterator[Group]:
    n_of = {_key(group, by, None): group.n for group in whole}
    for group in groups:
        if group.hits:
            yield structs.replace(group, n=n_of.get(_key(group, by, None), 0))


def _key(group: Group, by: Iterable[Dimension], over: Dimension | None) -> tuple[Any, ...]:
    return tuple(_word(group, name) for name in by if name != over)


def _word(group: Group, name: Dimension) -> Any:
    return getattr(group, "worth" if name == "value" else name)


def wanted(only: Mapping[Dimension, frozenset[Any]], dimension: Dimension) -> list[str] | None:
    """What is kept of a dimension, as texts, an empty one for none at all; None keeps all."""
    values = only.get(dimension)
    return None if values is None else ["" if value is None else str(value) for value in values]


def _row(metric: Metric, ask: Ask, group: Group, whole: int) -> Row:
    words: dict[str, Any] = {name: _word(group, name) for name in ask.by}
    row = Row(metric=metric.name, group=words, n=group.n, value=None)
    shares: dict[Measure, tuple[float, float]] = {
        "share": (group.hits, group.n),
        "balance": (group.hits - group.misses, group.n),
        "portion": (group.n, whole),
        "time_share": (group.hit_s or 0.0, group.of_s or 0.0),
        "load": (group.load_s or 0.0, group.of_s or 0.0),
    }
    if metric.measure in shares:
        row = _share(row, *shares[metric.measure])
        is_share = metric.measure == "share"
        return _with_interval(row) if is_share and ask.options.get("interval") else row
    if metric.measure == "count":
        return structs.replace(row, value=float(group.n))
    median, p90 = group.percentiles or (None, None)
    value = float(group.n) if metric.measure == "instant" else group.mean
    row = structs.replace(row, value=value, mean=group.mean, median=median, p90=p90)
    return structs.replace(row, max=group.largest) if ask.options.get("max") else row


def _share(row: Row, numerator: float, denominator: float) -> Row:
    value = numerator / denominator if denominator else None
    return structs.replace(row, value=value, numerator=numerator, denominator=denominator)


def _with_interval(row: Row) -> Row:
    low, high = interval(row.numerator or 0, row.denominator or 0)
    return structs.replace(row, low=low, high=high)
