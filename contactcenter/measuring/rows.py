"""Answers a question from facts: group by group, each figure from all values of its group."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from contactcenter.history import Fact
from contactcenter.measuring.asks import Ask, Row
from contactcenter.measuring.metrics import METRICS, Measure, Metric, Selection

Key = tuple[Any, ...]
_MEDIAN: Final = 0.5
_P90: Final = 0.9


def measured(facts: Iterable[Fact], ask: Ask) -> list[Row]:
    """The rows of a question, one a group, in the order of their groups; one of zeros for nothing.

    Without ``by`` there is one row, of everything. Raises ``KeyError`` for an unknown metric.
    """
    metric = METRICS[ask.metric]
    if metric.measure == "instant":
        counted = [fact for fact in facts if _covers(fact, ask.to_at)]
    else:
        counted = [fact for fact in facts if _is_within(fact, ask)]
    counted = [fact for fact in counted if _is_wanted(fact, ask)]
    found: dict[Key, list[Fact]] = defaultdict(list)
    if not ask.by:
        found[()] = []
    for fact in counted:
        if _is_told(metric, fact):
            found[_key(fact, ask)].append(fact)
    rows = [
        Row(
            metric=metric.name, group=_words(key, ask), **_MEASURES[metric.measure](of, metric, ask)
        )
        for key, of in found.items()
    ]
    return in_order(rows, ask)


def nothing(ask: Ask) -> Row:
    """The one row of a question that is about nothing: zeros, and no figures of no values."""
    [row] = measured((), msgspec.structs.replace(ask, by=()))
    return row


def in_order(rows: Iterable[Row], ask: Ask) -> list[Row]:
    """Sorted by their groups, in the order in which these were asked for."""
    return sorted(rows, key=lambda row: _rank(tuple(row.group[name] for name in ask.by)))


def percentile(values: list[float], share: float) -> float | None:
    """Interpolated between the two nearest values, as PostgreSQL's ``percentile_cont``."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _is_told(metric: Metric, fact: Fact) -> bool:
    return metric.of.has(fact) or (metric.hits is not None and metric.hits.has(fact))


def _covers(fact: Fact, at: datetime) -> bool:
    return fact.from_at <= at and (fact.at is None or fact.at > at)


def _is_wanted(fact: Fact, ask: Ask) -> bool:
    return all(getattr(fact, name) in values for name, values in ask.only.items())


def _is_within(fact: Fact, ask: Ask) -> bool:
    return fact.at is not None and ask.from_at <= fact.at < ask.to_at


def _key(fact: Fact, ask: Ask) -> Key:
    return tuple(getattr(fact, name) for name in ask.by)


def _words(key: Key, ask: Ask) -> Mapping[str, Any]:
    return dict(zip(ask.by, key, strict=True))


def _rank(key: Key) -> list[tuple[bool, int, float, str]]:
    """Numbers by size, names by their letters, nothing last."""
    return [
        (value is None, 0, float(value), "")
        if isinstance(value, int)
        else (value is None, 1, 0.0, str(value))
        for value in key
    ]


def _values(facts: list[Fact], of: Selection, ask: Ask) -> list[float]:
    told = (f.business_s if ask.clock == "business" else f.calendar_s for f in facts if of.has(f))
    return [value for value in told if value is not None]


def _counted(facts: list[Fact], metric: Metric, _ask: Ask) -> dict[str, Any]:
    n = sum(metric.of.has(fact) for fact in facts)
    return {"n": n, "value": float(n)}


def _timed(facts: list[Fact], metric: Metric, ask: Ask) -> dict[str, Any]:
    return _spread(_values(facts, metric.of, ask))


def _scored(facts: list[Fact], metric: Metric, _ask: Ask) -> dict[str, Any]:
    return _spread([float(fact.score or 0) for fact in facts if metric.of.has(fact)])


def _shared(facts: list[Fact], metric: Metric, _ask: Ask) -> dict[str, Any]:
    assert metric.hits is not None
    denominator = sum(metric.of.has(fact) for fact in facts)
    numerator = sum(metric.hits.has(fact) for fact in facts)
    value = numerator / denominator if denominator else None
    return {"n": denominator, "value": value, "numerator": numerator, "denominator": denominator}


def _aged(facts: list[Fact], metric: Metric, ask: Ask) -> dict[str, Any]:
    """What was open at an instant, and for how long in its present hands."""
    ages = [(ask.to_at - fact.from_at).total_seconds() for fact in facts if metric.of.has(fact)]
    return {**_spread(ages), "value": float(len(ages))}


def _spread(values: list[float]) -> dict[str, Any]:
    mean = sum(values) / len(values) if values else None
    return {
        "n": len(values),
        "value": mean,
        "mean": mean,
        "median": percentile(values, _MEDIAN),
        "p90": percentile(values, _P90),
    }


_MEASURES: Final[Mapping[Measure, Callable[[list[Fact], Metric, Ask], dict[str, Any]]]] = {
    "count": _counted,
    "duration": _timed,
    "score": _scored,
    "share": _shared,
    "instant": _aged,
}
