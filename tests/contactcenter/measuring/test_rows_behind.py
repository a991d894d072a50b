"""Every number is the count, the sum or the quotient of the rows behind it."""

import random
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest
from msgspec import structs
from test_answers_agree import BEGAN, BY, OUTCOMES, PERIOD, any_fact

from contactcenter.measuring import METRICS, Ask, Row
from contactcenter.measuring.metrics import Metric
from contactcenter.reporting import answers, drill_down, kept_facts
from contactcenter.reporting.drill_down import FIRST, Behind

AS_OF = BEGAN + timedelta(days=10)
PAGE = 40


@pytest.fixture
async def facts(conn: asyncpg.Connection) -> None:
    """Some of every kind and outcome that a metric is made of."""
    chance = random.Random(57)
    made = []
    for metric in METRICS.values():
        chosen = metric.chosen(Ask(metric=metric.name, **PERIOD))
        for selection in (*chosen.of, *chosen.hits, *chosen.misses):
            for _ in range(5):
                outcome = chance.choice(sorted(selection.outcomes or OUTCOMES))
                fact = structs.replace(any_fact(chance), kind=selection.kind, outcome=outcome)
                goes_on = fact.kind == "stay"
                made.append(structs.replace(fact, at=None) if goes_on else fact)
    await kept_facts._put.run(conn, *kept_facts._columns(made))


def asks(name: str) -> list[Ask]:
    by = BY[list(METRICS).index(name) % len(BY)]
    only = {"queue": frozenset({1, None}), "temperament": frozenset({"warm"})}
    reasons = [Ask(metric=name, by=("outcome",), **PERIOD)] if METRICS[name].has_reasons else []
    return [
        *reasons,
        Ask(metric=name, **PERIOD),
        Ask(metric=name, by=by, clock="business", as_of=AS_OF, **PERIOD),
        Ask(metric=name, by=("age",), only=only, **PERIOD),
    ]


async def rows_behind(conn: asyncpg.Connection, ask: Ask, row: Row) -> list[Behind]:
    """All of them, page by page."""
    found, after = [], FIRST
    while True:
        page = await drill_down.behind(
            conn, ask, row.group, viewer_id=None, after=after, limit=PAGE
        )
        found += page
        if len(page) < PAGE:
            return found
        after = (page[-1].at, page[-1].id)


def figures(metric: Metric, rows: Sequence[Behind]) -> tuple:
    """n, value, numerator and denominator, of nothing but the rows."""
    of = [row for row in rows if row.is_of]
    hits = [row for row in rows if row.is_hit]
    n, numerator, denominator = len(of), None, None
    match metric.measure:
        case "count" | "instant":
            return n, float(n), None, None
        case "duration" | "score" | "transfers":
            return n, sum(row.amount or 0 for row in of) / n if n else None, None, None
        case "share":
            numerator, denominator = len(hits), n
        case "balance":
            numerator, denominator = len(hits) - sum(row.is_miss for row in rows), n
        case "portion":
            n, numerator, denominator = len(hits), len(hits), n
        case "time_share":
            numerator = sum(row.amount or 0 for row in hits)
            denominator = sum(row.amount or 0 for row in of)
        case "load":
            numerator = sum((row.load or 0) * (row.amount or 0) for row in of)
            denominator = sum(row.amount or 0 for row in of)
    return n, numerator / denominator if denominator else None, numerator, denominator


def rounded(told: tuple) -> list:
    return [round(one, 6) if isinstance(one, float) else one for one in told]


@pytest.mark.usefixtures("facts")
async def test_the_rows_behind_a_number_amount_to_it(conn: asyncpg.Connection) -> None:
    for name, metric in METRICS.items():
        n_rows = 0
        for ask in asks(name):
            for row in await answers.answer(conn, ask, viewer_id=None):
                rows = await rows_behind(conn, ask, row)
                expected = (row.n, row.value, row.numerator, row.denominator)

                assert rounded(figures(metric, rows)) == rounded(expected), (ask, row)
                assert len({one.id for one in rows}) == len(rows)
                n_rows += len(rows)
        assert n_rows > 0, name
