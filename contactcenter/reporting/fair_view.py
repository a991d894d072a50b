"""The fair view: who solves customers' problems best and in least time, given his customers.

Everybody is compared with what all agents of the house do with customers like his. It names no
ranks: who could use support comes first, and whoever looks sees himself before all others.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, structs

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.reporting import fair_words, kept_facts, sources
from contactcenter.reporting.fair_figures import (
    MEASURES,
    Compared,
    Stratum,
    Tally,
    compared,
    strata_of,
)
from contactcenter.reporting.fair_words import DEFINITIONS, Measure
from contactcenter.reporting.making import Span
from contactcenter.statistics.casemix import WORDS, Verdict
from contactcenter.statistics.funnel import Position
from contactcenter.statistics.intervals import Interval
from routing.wording import Language

#: How far back the view looks where nothing else is asked.
USUAL_PERIOD: Final = timedelta(days=28)


class Limits(Struct, frozen=True, kw_only=True):
    """From ``low`` to ``high``, both included, in the unit of the figure."""

    low: float
    high: float


class Point(Struct, frozen=True, kw_only=True):
    """Where an agent is in the funnel plot: ``rate`` as if all had had the same customers."""

    rate: float
    reading: Limits
    alarm: Limits
    position: Position


class FairFigure(Struct, frozen=True, kw_only=True):
    """One figure of an agent: shares from 0 to 1, seconds, or tickets an hour.

    ``difference`` is ``observed - expected``; ``estimate`` what is left of it when chance is taken
    out, 95 % sure within ``half`` to each side. ``verdict`` is above expectation where somebody did
    better, also where that is less.
    """

    n: int
    observed: float
    expected: float
    difference: float
    estimate: float
    half: float
    verdict: Verdict
    verdict_words: Mapping[Language, str]
    words: Mapping[Language, str]
    funnel: Point


class FairRow(Struct, frozen=True, kw_only=True):
    """One agent. ``figures`` leaves out the tickets an hour of who has no handle time.

    ``assists`` are solutions of colleagues in which he had a hand. Who has nothing but those has no
    figures. ``words`` tell of both.
    """

    agent_id: int
    agent: str
    is_own: bool
    n: int
    solved: int
    assists: int
    handle_s: float
    previous_n: int
    words: Mapping[Language, str]
    figures: Mapping[Measure, FairFigure]
    strata: Sequence[Stratum]


class Whole(Struct, frozen=True, kw_only=True):
    """All agents together, whoever looks: ``phi`` is the over-dispersion limits are widened by.

    ``target`` is the centre of the funnel plot; ``between`` the variance between agents.
    """

    definition: Mapping[Language, str]
    target: float
    phi: float
    between: float


class FairView(Struct, frozen=True, kw_only=True):
    """The view. ``n`` tickets of all agents, handlings capped at ``cap_s`` seconds."""

    period: Span
    previous: Span
    generated_at: datetime
    as_of: datetime | None
    order: Measure
    n: int
    cap_s: float | None
    figures: Mapping[Measure, Whole]
    categories: Mapping[int, Mapping[Language, str]]
    rows: Sequence[FairRow]


class _Agent(Struct, frozen=True, kw_only=True):
    agent_id: int
    name: str


class _Assisted(Struct, frozen=True, kw_only=True):
    agent_id: int
    n: int


class _Category(Struct, frozen=True, kw_only=True):
    id: int
    name_en: str
    name_fa: str


class _Told(Struct, frozen=True, kw_only=True):
    """What was done in the period, in the one before it, and how often by whom beside others."""

    tallies: Sequence[Tally]
    former: Sequence[Tally]
    assists: Mapping[int, int]


_SQL = db.Statements(__name__)
_handled = _SQL.take("handled", Tally)
_assisted = _SQL.take("assisted", _Assisted)
_seen = _SQL.take("seen", _Agent)
_categories = _SQL.take("categories", _Category)


async def view(
    conn: Conn,
    now: datetime,
    span: Span,
    *,
    before: Span | None = None,
    order: Measure,
    viewer_id: int | None,
) -> FairView:
    """What this person may see of the view, beside the period before it: of the same length.

    Raises ``BadInput`` for what is too much to compare at once (``sources``).
    """
    length = span.to_at - span.from_at
    before = before or structs.replace(span, from_at=span.from_at - length, to_at=span.from_at)
    times = [(one.from_at, one.to_at) for one in (before, span)]
    await sources.check_kinds(conn, ["assisted", "handled", "solved"], times)
    tallies = await _handled.all(conn, span.from_at, span.to_at)
    former = await _handled.all(conn, before.from_at, before.to_at)
    figures = {measure: compared(measure, tallies, former) for measure in MEASURES}
    assists = {a.agent_id: a.n for a in await _assisted.all(conn, span.from_at, span.to_at)}
    known = {one.agent_id for one in tallies} | assists.keys()
    agents = await _seen.all(conn, viewer_id, sorted(known))
    rows = _rows(_Told(tallies=tallies, former=former, assists=assists), figures, agents, viewer_id)
    seen = {stratum.category_id for row in rows for stratum in row.strata} - {None}
    return FairView(
        period=span,
        previous=before,
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        order=order,
        n=sum(one.n for one in tallies),
        cap_s=tallies[0].cap_s if tallies else None,
        figures={measure: _whole(one) for measure, one in figures.items()},
        categories={
            one.id: {"en": one.name_en, "fa": one.name_fa}
            for one in await _categories.all(conn, sorted(seen, key=str))
        },
        rows=_in_order(rows, figures[order].by_need()),
    )


def _rows(
    told: _Told,
    figures: Mapping[Measure, Compared],
    agents: Iterable[_Agent],
    viewer_id: int | None,
) -> list[FairRow]:
    strata = strata_of(told.tallies)
    previous_n: dict[int, int] = {}
    for one in told.former:
        previous_n[one.agent_id] = previous_n.get(one.agent_id, 0) + one.n
    rows = []
    for agent in agents:
        own = strata.get(agent.agent_id, [])
        solved, assists = sum(one.solved for one in own), told.assists.get(agent.agent_id, 0)
        row = FairRow(
            agent_id=agent.agent_id,
            agent=agent.name,
            is_own=agent.agent_id == viewer_id,
            n=sum(one.n for one in own),
            solved=solved,
            assists=assists,
            handle_s=sum(one.handle_s for one in own),
            previous_n=previous_n.get(agent.agent_id, 0),
            words=fair_words.work(agent.name, solved, assists),
            figures={
                measure: _figure(one, agent)
                for measure, one in figures.items()
                if str(agent.agent_id) in one.current.agents
            },
            strata=own,
        )
        rows.append(row)
    return rows


def _in_order(rows: Iterable[FairRow], by_need: Sequence[int]) -> list[FairRow]:
    """One's own first, then by need, last who has no such figure."""
    places = {agent_id: place for place, agent_id in enumerate(by_need)}

    def place(row: FairRow) -> tuple[bool, int, int]:
        return not row.is_own, places.get(row.agent_id, len(places)), row.agent_id

    return sorted(rows, key=place)


def _figure(compared: Compared, agent: _Agent) -> FairFigure:
    standing = compared.current.agents[str(agent.agent_id)]
    one = standing.difference
    verdict = compared.verdict(agent.agent_id)
    languages: tuple[Language, ...] = ("en", "fa")
    return FairFigure(
        n=one.n,
        observed=one.observed,
        expected=one.expected,
        difference=one.d,
        estimate=standing.estimate,
        half=standing.half,
        verdict=verdict,
        verdict_words={language: WORDS[language][verdict] for language in languages},
        words={
            language: fair_words.sentence(compared.measure, agent.name, standing, language)
            for language in languages
        },
        funnel=_point(compared, one.agent),
    )


def _point(compared: Compared, agent: str) -> Point:
    point = next(one for one in compared.plot.points if one.agent == agent)
    return Point(
        rate=point.rate,
        reading=_limits(point.reading),
        alarm=_limits(point.alarm),
        position=point.position,
    )


def _limits(interval: Interval) -> Limits:
    return Limits(low=interval.lower, high=interval.upper)


def _whole(compared: Compared) -> Whole:
    definition: dict[Any, str] = dict(DEFINITIONS[compared.measure])
    return Whole(
        definition=definition,
        target=compared.plot.target,
        phi=compared.plot.phi,
        between=compared.current.between,
    )
