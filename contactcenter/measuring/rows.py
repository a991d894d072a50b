"""Answers a question from facts: group by group, each figure from all values of its group."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from contactcenter.history import Fact
from contactcenter.history.spans import CalendarOf
from contactcenter.measuring import measures
from contactcenter.measuring.asks import AGE_DAYS, AGES, Ask, Row
from contactcenter.measuring.measures import Groups
from contactcenter.measuring.metrics import METRICS, Metric
from contactcenter.measuring.selections import Seen, Selection
from routing.calendars import ALWAYS_OPEN

Key = tuple[Any, ...]
_DAY_S: Final = 86_400
#: Measures that are about stretches of time, of which each is cut to the period.
STRETCHES: Final = ("time_share", "load")


def _always_open(_queue: object) -> Any:
    return ALWAYS_OPEN


def measured(
    facts: Iterable[Fact], ask: Ask, *, calendar_of: CalendarOf = _always_open
) -> list[Row]:
    """The rows of a question, one a group, in the order of their groups; one of zeros for nothing.

    Without ``by`` there is one row, of everything. ``calendar_of`` times what is open by the clock
    of business. Raises ``KeyError`` for an unknown metric.
    """
    metric = METRICS[ask.metric]
    seen = Seen(facts, ask)
    groups = _groups(metric, seen)
    made = measures.make(metric, groups, seen, calendar_of)
    rows = [Row(metric=metric.name, group=_words(key, ask), **told) for key, told in made.items()]
    return in_order(rows, ask)


def nothing(ask: Ask) -> Row:
    """The one row of a question that is about nothing: zeros, and no figures of no values."""
    [row] = measured((), msgspec.structs.replace(ask, by=()))
    return row


def in_order(rows: Iterable[Row], ask: Ask) -> list[Row]:
    """Sorted by their groups, in the order in which these were asked for."""
    return sorted(rows, key=lambda row: _rank(tuple(row.group[name] for name in ask.by)))


def age(fact: Fact, at: datetime) -> str:
    """For how many days what is open at an instant has been."""
    days = (at - (fact.since_at or fact.from_at)).total_seconds() / _DAY_S
    return AGES[max(n for n, begins in enumerate(AGE_DAYS) if begins <= max(days, 0))]


def _groups(metric: Metric, seen: Seen) -> dict[Key, Groups]:
    chosen, ask = metric.chosen(seen.ask), seen.ask
    found: dict[Key, Groups] = defaultdict(Groups)
    if not ask.by:
        found[()] = Groups()
    whole: dict[Key, list[Fact]] = defaultdict(list)
    for fact in seen.facts:
        if not (_is_told(metric, fact, ask) and _is_wanted(fact, ask)):
            continue
        key = _key(fact, ask)
        if _has(chosen.of, fact, seen):
            whole[_whole(metric, key, ask)].append(fact)
            if not _is_apart(metric, ask):
                found[key].of.append(fact)
        if _has(chosen.hits, fact, seen):
            found[key].hits.append(fact)
        if _has(chosen.misses, fact, seen):
            found[key].misses.append(fact)
    for key, group in found.items():
        group.whole = whole.get(_whole(metric, key, ask), [])
        if _is_apart(metric, ask):
            group.of = group.whole
    return found


def _is_apart(metric: Metric, ask: Ask) -> bool:
    """Whether the outcome of a share's hits is told apart, which what it is of does not have."""
    return metric.has_reasons and "outcome" in ask.by


def _whole(metric: Metric, key: Key, ask: Ask) -> Key:
    """The group of which this one is a part."""
    apart = "outcome" if _is_apart(metric, ask) else metric.over
    return tuple(value for name, value in zip(ask.by, key, strict=True) if name != apart)


def _has(selections: Iterable[Selection], fact: Fact, seen: Seen) -> bool:
    return any(selection.has(fact, seen) for selection in selections)


def _is_told(metric: Metric, fact: Fact, ask: Ask) -> bool:
    if metric.measure == "instant":
        at = ask.instant
        return fact.from_at <= at and (fact.at is None or fact.at > at)
    if metric.measure in STRETCHES:
        return fact.from_at < ask.to_at and (fact.at is None or fact.at > ask.from_at)
    if fact.at is None:
        return False
    return ask.from_at <= fact.at < ask.to_at


def _is_wanted(fact: Fact, ask: Ask) -> bool:
    return all(_value(fact, name, ask) in values for name, values in ask.only.items())


def _key(fact: Fact, ask: Ask) -> Key:
    return tuple(_value(fact, name, ask) for name in ask.by)


def _value(fact: Fact, name: str, ask: Ask) -> Any:
    if name != "age":
        return getattr(fact, name)
    return age(fact, ask.instant) if METRICS[ask.metric].measure == "instant" else None


def _words(key: Key, ask: Ask) -> Mapping[str, Any]:
    return dict(zip(ask.by, key, strict=True))


def _rank(key: Key) -> list[tuple[bool, int, float, str]]:
    """Numbers by size, ages by theirs, names by their letters, nothing last."""
    return [
        (value is None, 0, float(value), "")
        if isinstance(value, int)
        else (value is None, 1, float(AGES.index(value)) if value in AGES else 0.0, str(value))
        for value in key
    ]
