"""How the figures of a group are computed, by the measure of a metric: from all of its values."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, field

from contactcenter.history import Fact
from contactcenter.history.spans import CalendarOf, both
from contactcenter.measuring.metrics import Measure, Metric
from contactcenter.measuring.selections import Seen
from contactcenter.statistics.intervals import wilson
from contactcenter.statistics.percentiles import continuous

_MEDIAN: Final = 0.5
_P90: Final = 0.9

Told = dict[str, Any]


class Groups(Struct, kw_only=True):
    """The facts of one group: what it is of, hits and misses of it, and what it is a part of."""

    of: list[Fact] = field(default_factory=list)
    hits: list[Fact] = field(default_factory=list)
    misses: list[Fact] = field(default_factory=list)
    whole: list[Fact] = field(default_factory=list)


def make(
    metric: Metric, groups: Mapping[Any, Groups], seen: Seen, calendar_of: CalendarOf
) -> dict[Any, Told]:
    """The figures of each group."""
    options = seen.ask.options
    made = {}
    for key, group in groups.items():
        if metric.measure == "instant":
            told = _aged(group, seen, calendar_of)
        else:
            told = _MEASURES[metric.measure](group, seen)
        if options.get("interval") and metric.measure == "share":
            told["low"], told["high"] = interval(told["numerator"], told["denominator"])
        if not options.get("max"):
            told.pop("max", None)
        made[key] = told
    return made


def interval(hits: float, of: float) -> tuple[float | None, float | None]:
    """Between which values a share lies but for chance; nothing of nothing, or of more than all."""
    found = wilson(int(hits), int(of)) if 0 <= hits <= of else None
    return (None, None) if found is None else (found.lower, found.upper)


def _counted(group: Groups, _seen: Seen) -> Told:
    return {"n": len(group.of), "value": float(len(group.of))}


def _timed(group: Groups, seen: Seen) -> Told:
    return _spread([seen.duration(fact) for fact in group.of])


def _scored(group: Groups, _seen: Seen) -> Told:
    return _spread([float(fact.score or 0) for fact in group.of])


def _transferred(group: Groups, _seen: Seen) -> Told:
    return _spread([float(fact.transfers or 0) for fact in group.of])


def _shared(group: Groups, _seen: Seen) -> Told:
    return _share(len(group.hits), len(group.of), n=len(group.of))


def _balanced(group: Groups, _seen: Seen) -> Told:
    return _share(len(group.hits) - len(group.misses), len(group.of), n=len(group.of))


def _portioned(group: Groups, _seen: Seen) -> Told:
    return _share(len(group.of), len(group.whole), n=len(group.of))


def _time_shared(group: Groups, seen: Seen) -> Told:
    hits_s = sum(_within(fact, seen) for fact in group.hits)
    return _share(hits_s, sum(_within(fact, seen) for fact in group.of), n=len(group.of))


def _loaded(group: Groups, seen: Seen) -> Told:
    loaded_s = sum((fact.load or 0) * _within(fact, seen) for fact in group.of)
    return _share(loaded_s, sum(_within(fact, seen) for fact in group.of), n=len(group.of))


def _aged(group: Groups, seen: Seen, calendar_of: CalendarOf) -> Told:
    """What was open at an instant, and for how long since its episode began."""
    at = seen.ask.instant
    is_business = seen.ask.clock == "business"
    ages = [
        both(calendar_of(fact.queue), fact.since_at or fact.from_at, at)[is_business]
        for fact in group.of
    ]
    return {**_spread(ages), "value": float(len(ages))}


def _within(fact: Fact, seen: Seen) -> float:
    """How many seconds of a stretch lie in the period."""
    ask = seen.ask
    begin = max(fact.from_at, ask.from_at)
    end: datetime = min(fact.at or ask.as_of or ask.to_at, ask.to_at)
    return max((end - begin).total_seconds(), 0.0)


def _share(numerator: float, denominator: float, *, n: int) -> Told:
    value = numerator / denominator if denominator else None
    return {"n": n, "value": value, "numerator": numerator, "denominator": denominator}


def _spread(values: list[float]) -> Told:
    ordered = sorted(values)
    mean = sum(ordered) / len(ordered) if ordered else None
    return {
        "n": len(ordered),
        "value": mean,
        "mean": mean,
        "median": continuous(ordered, _MEDIAN),
        "p90": continuous(ordered, _P90),
        "max": ordered[-1] if ordered else None,
    }


_MEASURES: Final[Mapping[Measure, Callable[[Groups, Seen], Told]]] = {
    "count": _counted,
    "duration": _timed,
    "score": _scored,
    "transfers": _transferred,
    "share": _shared,
    "balance": _balanced,
    "portion": _portioned,
    "time_share": _time_shared,
    "load": _loaded,
}
