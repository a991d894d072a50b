"""What-if: what callers would meet with more or fewer agents, and how many are needed.

What is not given is estimated from the calls of a period. The formulas are those of
``contactcenter.statistics.queueing`` and ``contactcenter.statistics.staffing``.
"""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, structs

from contactcenter.db import Conn
from contactcenter.measuring import Ask, Dimension
from contactcenter.reporting import answers, kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span, filters
from contactcenter.reporting.over_time_words import headings
from contactcenter.reporting.planning_words import LABELS, NOTES, STAFFING
from contactcenter.reporting.tables import Unit
from contactcenter.statistics import staffing
from contactcenter.statistics.queueing import LONGEST_PATIENCE_S, MOST_AGENTS, Demand, Service
from contactcenter.statistics.staffing import Promise
from routing.wording import Language

#: So many agents fewer and more than those needed, or than those asked for, are told.
AROUND: Final = 10
LIVE: Final[frozenset[Any]] = frozenset({"phone"})
_COLUMNS: Final[Mapping[str, Unit]] = {
    "agents": "count",
    "scheduled": "count",
    "service_level": "share",
    "abandonment": "share",
    "answer_s": "seconds",
    "occupancy": "share",
    "keeps_target": "flag",
    "service_level_erlang_c": "share",
    "answer_s_erlang_c": "seconds",
    "occupancy_erlang_c": "share",
    "keeps_target_erlang_c": "flag",
    "spare_s": "seconds",
    "has_time_for_deferrable": "flag",
}
_HOUR_S: Final = 3_600
_WEEK_S: Final = 7 * 86_400


class Question(Struct, frozen=True, kw_only=True):
    """What is given, and over which time to estimate what is not (None).

    ``volume`` are calls in an interval of ``interval_s``. ``agents`` is the middle of what is told;
    by default how many are needed. ``only`` has no channel: live are calls, all else may wait.
    """

    span: Span
    promise: Promise
    interval_s: int
    shrinkage: float
    agents: int | None = None
    volume: float | None = None
    aht_s: float | None = None
    patience_s: float | None = None
    only: Mapping[Dimension, frozenset[Any]] = {}


class Estimates(Struct, frozen=True, kw_only=True):
    """What the calls of a period say; None where they say nothing.

    ``volume`` is of the busiest hour of the week, as much of it as an interval is. ``deferrable_s``
    is what other channels took of an interval, on average over the whole period.
    """

    volume: float | None
    aht_s: float | None
    patience_s: float | None
    deferrable_s: float
    calls: int
    abandoned: int
    waited_s: float


class Found(Struct, frozen=True, kw_only=True):
    """The curves by both formulas, agent by agent, and the fewest that keep the promise."""

    erlang_a: Sequence[Service] | None
    erlang_c: Sequence[Service]
    needed_a: Service | None
    needed_c: Service | None


async def what_if(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None, language: Language
) -> Analysis:
    """A row for each number of agents around those needed; what is estimated is what one may see.

    Raises ``BadInput`` for what is too much to count at once (``sources``).
    """
    known = await estimates(conn, now, question, viewer_id=viewer_id)
    volume = known.volume if question.volume is None else question.volume
    aht_s = known.aht_s if question.aht_s is None else question.aht_s
    patience_s = known.patience_s if question.patience_s is None else question.patience_s
    found = None
    if volume is not None and aht_s:
        demand = Demand(
            offered=volume, period_s=question.interval_s, handle_s=aht_s, patience_s=patience_s
        )
        found = await asyncio.to_thread(computed, demand, question)
    given = {"volume": volume, "aht_s": aht_s, "patience_s": patience_s}
    return Analysis(
        report="staffing",
        title=STAFFING["title"][language],
        definition=STAFFING["definition"][language],
        period=question.span,
        inputs={**given, **_inputs(question, known), **_needed(found, question)},
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(_COLUMNS, LABELS, language),
        rows=[] if found is None else _rows(found, question, known.deferrable_s),
        notes=[NOTES[name][language] for name in _unknown(found)],
    )


async def estimates(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None
) -> Estimates:
    """What the period says of calls, and of all other work."""
    span = question.span
    live: dict[Dimension, frozenset[Any]] = {**question.only, "channel": LIVE}
    waits = Ask(
        metric="queue_wait",
        from_at=span.from_at,
        to_at=span.to_at,
        by=("outcome",),
        only=live,
        as_of=now,
    )
    work = structs.replace(waits, metric="handle_time", by=("channel",), only=question.only)
    waited = (await sources.answer(conn, waits, viewer_id=viewer_id)).rows
    handled = (await sources.answer(conn, work, viewer_id=viewer_id)).rows
    n_calls = sum(row.n for row in waited)
    waited_s = sum(row.n * (row.mean or 0.0) for row in waited)
    abandoned = sum(row.n for row in waited if row.group["outcome"] == "abandoned")
    lasted_s = (min(span.to_at, now) - span.from_at).total_seconds()
    others_s = sum(row.n * (row.mean or 0.0) for row in handled if row.group["channel"] not in LIVE)
    told = staffing.patience_s(waited_s, abandoned)
    return Estimates(
        volume=await _busiest(conn, waits, question, lasted_s, viewer_id) if n_calls else None,
        aht_s=next((row.mean for row in handled if row.group["channel"] in LIVE), None),
        patience_s=None if told is None else min(max(told, 1.0), LONGEST_PATIENCE_S),
        deferrable_s=round(others_s * question.interval_s / lasted_s, 3) if lasted_s > 0 else 0.0,
        calls=n_calls,
        abandoned=abandoned,
        waited_s=round(waited_s, 3),
    )


def computed(demand: Demand, question: Question) -> Found:
    """Both curves around the agents asked for, or needed; pure, and slow for thousands of them."""
    patient = dataclasses.replace(demand, patience_s=None)
    needed_c = staffing.required(patient, question.promise)
    needed_a = None
    if demand.patience_s is not None:
        needed_a = staffing.required(demand, question.promise)
    needed = needed_a or needed_c
    middle = question.agents or (needed.agents if needed else MOST_AGENTS)
    agents = range(max(middle - AROUND, 1), min(middle + AROUND, MOST_AGENTS) + 1)
    within_s = question.promise.threshold_s
    return Found(
        erlang_a=None
        if demand.patience_s is None
        else staffing.curve(demand, agents, threshold_s=within_s),
        erlang_c=staffing.curve(patient, agents, threshold_s=within_s),
        needed_a=needed_a,
        needed_c=needed_c,
    )


async def _busiest(
    conn: Conn, waits: Ask, question: Question, lasted_s: float, viewer_id: int | None
) -> float:
    """Calls of an interval in the busiest hour of the week, on average over the weeks."""
    ask = structs.replace(waits, by=())
    hours = await answers.weekly(conn, ask, zone=question.span.time_zone, viewer_id=viewer_id)
    most = max((row.n for row in hours.values()), default=0)
    weeks = max(lasted_s / _WEEK_S, 1.0)
    return round(most / weeks * question.interval_s / _HOUR_S, 3)


def _inputs(question: Question, known: Estimates) -> dict[str, Any]:
    told = ("volume", "aht_s", "patience_s")
    return {
        "estimated": [name for name in told if getattr(question, name) is None],
        "interval_s": question.interval_s,
        "shrinkage": question.shrinkage,
        "service_level": question.promise.service_level,
        "within_s": question.promise.threshold_s,
        "most_abandoned": question.promise.most_abandon,
        "deferrable_s": known.deferrable_s,
        "calls_in_period": known.calls,
        "abandoned_in_period": known.abandoned,
        "waited_in_period_s": known.waited_s,
        "filters": filters(question.only),
    }


def _needed(found: Found | None, question: Question) -> dict[str, Any]:
    """By each formula how many have to be there, and on the roster; None where none is known."""
    needed = (None, None) if found is None else (found.needed_a, found.needed_c)
    told: dict[str, Any] = {}
    for name, one in zip(("erlang_a", "erlang_c"), needed, strict=True):
        told[f"agents_needed_{name}"] = one and one.agents
        told[f"agents_scheduled_{name}"] = one and staffing.scheduled(
            one.agents, shrinkage=question.shrinkage
        )
    return told


def _rows(found: Found, question: Question, deferrable_s: float) -> list[dict[str, Any]]:
    rows = []
    for place, patient in enumerate(found.erlang_c):
        met = None if found.erlang_a is None else found.erlang_a[place]
        spare_s = staffing.spare_s(met or patient, period_s=question.interval_s)
        rows.append(
            {
                "agents": patient.agents,
                "scheduled": staffing.scheduled(patient.agents, shrinkage=question.shrinkage),
                "service_level": met and met.service_level,
                "abandonment": met and met.abandons,
                "answer_s": met and met.answer_s,
                "occupancy": met and met.occupancy,
                "keeps_target": met and question.promise.kept_by(met),
                "service_level_erlang_c": patient.service_level,
                "answer_s_erlang_c": patient.answer_s,
                "occupancy_erlang_c": patient.occupancy,
                "keeps_target_erlang_c": question.promise.kept_by(patient),
                "spare_s": spare_s,
                "has_time_for_deferrable": spare_s >= deferrable_s,
            }
        )
    return rows


def _unknown(found: Found | None) -> list[str]:
    if found is None:
        return ["no_calls"]
    if found.erlang_a is None:
        return ["no_patience"]
    return [] if found.needed_a else ["unreachable"]
