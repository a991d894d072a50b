"""Roll-ups: the figures of each closed day and month by one dimension at a time, made of facts.

A day is closed an hour after its end in the house's zone. Counts and sums of roll-ups are those of
the facts; percentiles are within 1 % (``statistics.sketches``). A fact that changes in a closed day
marks it, and it is rolled up anew: what differs is kept as a correction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.history import Fact
from contactcenter.measuring import METRICS, Ask, Chosen, Clock, Metric
from contactcenter.measuring.asks import CLOCKS, DIMENSIONS
from contactcenter.measuring.selections import Selection
from contactcenter.named_periods import midnight
from contactcenter.reporting.answers import PLANNING

#: So long after its end a day is closed: what is late by less is no correction.
GRACE: Final = timedelta(hours=1)
#: So many days are closed at once.
_DAYS: Final = 31
#: Of a day with more facts one metric is rolled up at a time. Source: `bench reports`, where all of
#: a day with 27,000 facts take 0.4 s; a statement has 5 s (`db`).
_AT_ONCE: Final = 150_000
_SUMMED: Final = ("duration", "score", "transfers")
_MEASURES: Final = (*_SUMMED, "count", "share", "balance", "portion")
_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
#: Everything together, beside each dimension by itself; an age is one of an instant, not of a day.
ROLLED: Final = ("", *(name for name in DIMENSIONS if name != "age"))


class _Closed(Struct, frozen=True, kw_only=True):
    at: datetime
    zone: str


class _Pending(Struct, frozen=True, kw_only=True):
    span_id: int
    kind: str
    from_at: datetime
    to_at: datetime
    metrics: Sequence[str]
    again: Sequence[str]
    n_facts: int


class Part(Struct, frozen=True, kw_only=True):
    """A question to facts, by its number: what they are summed of, and by which dimensions."""

    place: int
    metric: Metric
    clock: Clock
    chosen: Chosen
    dimensions: Sequence[str]


_SQL = db.Statements(__name__)
_last_closed = _SQL.take("last_closed", _Closed)
_first_fact = _SQL.take("first_fact", datetime)
_close = _SQL.command("close")
_forget = _SQL.command("forget")
_mark = _SQL.command("mark")
_next_pending = _SQL.take("next_pending", _Pending)
_done = _SQL.command("done")
_roll_up_day = _SQL.command("roll_up_day")
_forget_month = _SQL.command("forget_month")
_roll_up_month = _SQL.command("roll_up_month")


async def close_days(conn: Conn, now: datetime, zone: ZoneInfo) -> bool:
    """Close what days are over, and the months that end with them; whether there may be more.

    Another zone than before begins anew.
    """
    last = await _last_closed.first(conn)
    if last is not None and last.zone != zone.key:
        await _forget.run(conn)
        last = None
    if last is None:
        first_at = await _first_fact.first(conn, sorted(_USED))
        if first_at is None:
            return False
        day = first_at.astimezone(zone).date().replace(day=1)
    else:
        day = last.at.astimezone(zone).date()
    for _ in range(_DAYS):
        after = day + timedelta(days=1)
        if midnight(after, zone) + GRACE > now:
            return False
        await _close_span(conn, "day", day, after, zone)
        if after.day == 1:
            await _close_span(conn, "month", day.replace(day=1), after, zone)
        day = after
    return True


async def mark(conn: Conn, facts: Iterable[Fact]) -> None:
    """Roll up anew what these facts, which are new or gone, change in closed days."""
    last = await _last_closed.first(conn)
    if last is None:
        return
    late = {
        (f.at, name) for f in facts if f.at and f.at < last.at for name in _USED.get(f.kind, ())
    }
    if late:
        ats, metrics = zip(*sorted(late), strict=True)
        await _mark.run(conn, list(ats), list(metrics))


async def roll_up_next(conn: Conn, now: datetime) -> bool:
    """Roll up what is to be rolled up of one span; whether there was any left to do.

    All of a day at once; one metric of a month, or of a day that is too much for one statement.
    """
    pending = await _next_pending.first(conn, sorted(_USED), _AT_ONCE + 1)
    if pending is None:
        return False
    is_at_once = pending.kind == "day" and pending.n_facts <= _AT_ONCE
    names = pending.metrics if is_at_once else pending.metrics[:1]
    await conn.execute(PLANNING)
    if pending.kind == "month":
        await _forget_month.run(conn, pending.span_id, names)
        await _roll_up_month.run(conn, pending.span_id, names, pending.from_at, pending.to_at)
    else:
        await _roll_up(conn, now, pending, names)
    await _done.run(conn, pending.span_id, names)
    return True


async def _close_span(conn: Conn, kind: str, day: date, after: date, zone: ZoneInfo) -> None:
    edges = (midnight(day, zone), midnight(after, zone))
    kinds, names = zip(*((k, name) for k, used in _USED.items() for name in used), strict=True)
    await _close.run(conn, kind, *edges, zone.key, list(names), list(kinds))


async def _roll_up(conn: Conn, now: datetime, pending: _Pending, names: Sequence[str]) -> None:
    told = [
        (METRICS[name], clock, chosen, dimensions)
        for name in names
        if name in ROLLED_METRICS
        for clock in _clocks(METRICS[name])
        for chosen, dimensions in _chosen(METRICS[name])
    ]
    parts = [
        Part(place=n, metric=metric, clock=clock, chosen=chosen, dimensions=dimensions)
        for n, (metric, clock, chosen, dimensions) in enumerate(told)
    ]
    await _roll_up_day.run(
        conn,
        *(pending.span_id, pending.from_at, pending.to_at, *asked(parts)),
        *(names, pending.again, now),
    )


def asked(parts: Sequence[Part]) -> tuple[str, str, list[str]]:
    """What is chosen of facts, for which questions, and their kinds, as statements take it."""
    selections = [
        {"question": part.place, "side": side, **msgspec.to_builtins(one)}
        for part in parts
        for side, one in _selections(part.chosen)
    ]
    questions = [
        {
            "question": part.place,
            "metric": part.metric.name,
            "clock": part.clock,
            "dimensions": part.dimensions,
            "is_business": part.clock == "business",
            "what": part.metric.measure if part.metric.measure in _SUMMED else "",
        }
        for part in parts
    ]
    kinds = {kind for part in parts for kind in _kinds(part.chosen)}
    return _as_json(selections), _as_json(questions), sorted(kinds)


def _as_json(told: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(told).decode()


def _chosen(metric: Metric) -> list[tuple[Chosen, list[str]]]:
    """What a metric is made of, and by which dimensions it is made of that."""
    found: list[tuple[Chosen, list[str]]] = []
    for name in ROLLED:
        chosen = metric.chosen(_ask(metric.name, (name,) if name else ()))
        for known, names in found:
            if known == chosen:
                names.append(name)
                break
        else:
            found.append((chosen, [name]))
    return found


def _ask(metric: str, by: tuple[Any, ...] = ()) -> Ask:
    return Ask(metric=metric, from_at=_ANY_TIME, to_at=_ANY_TIME, by=by)


def _selections(chosen: Chosen) -> list[tuple[str, Selection]]:
    sides = (("of", chosen.of), ("hit", chosen.hits), ("miss", chosen.misses))
    return [(side, selection) for side, selections in sides for selection in selections]


def _kinds(chosen: Chosen) -> set[str]:
    return {selection.kind for _, selection in _selections(chosen)}


def _clocks(metric: Metric) -> tuple[Clock, ...]:
    """Both where seconds matter; one is enough for what is counted."""
    chosen, _ = _chosen(metric)[0]
    limits = (
        limit
        for _, one in _selections(chosen)
        for limit in (one.at_most_s, one.above_s, one.at_least_s)
    )
    is_timed = metric.measure == "duration" or any(limit is not None for limit in limits)
    return CLOCKS if is_timed else ("calendar",)


def clock_of(metric: Metric, clock: Clock) -> Clock:
    """By which clock a metric is rolled up where this one is asked for."""
    return clock if clock in _clocks(metric) else "calendar"


def _is_rolled_up(metric: Metric) -> bool:
    """Not what is about stretches or instants, nor what hangs on tickets of another day."""
    every = (one for chosen, _ in _chosen(metric) for _, one in _selections(chosen))
    return metric.measure in _MEASURES and all(one.lasted_s is None for one in every)


def _used() -> Mapping[str, Sequence[str]]:
    """Of which metrics the facts of a kind are a part."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in ROLLED_METRICS:
        for kind in sorted({k for chosen, _ in _chosen(METRICS[name]) for k in _kinds(chosen)}):
            found[kind].append(name)
    return found


ROLLED_METRICS: Final = tuple(sorted(name for name, one in METRICS.items() if _is_rolled_up(one)))
_USED: Final = _used()
