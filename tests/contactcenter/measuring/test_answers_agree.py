"""The database answers as the facts do: any facts, any metric, by every option it has."""

import random
from datetime import UTC, datetime, timedelta
from typing import get_args

import asyncpg
import pytest

from contactcenter.history import Fact, Kind
from contactcenter.measuring import METRICS, Ask, Row, measured
from contactcenter.reporting import answers, kept_facts

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
PERIOD = {"from_at": BEGAN + timedelta(days=1), "to_at": BEGAN + timedelta(days=12)}
BY = (("agent",), ("tier", "outcome"), ("to_tier", "promise"), ("age", "channel"), ("tier",))
OUTCOMES = [
    *("answered", "abandoned", "flowed_out", "met", "breached", "csat", "nps", "us", "customer"),
    *("handling", "available", "ringing", "waiting", "pending", "held", "productive"),
]


def any_fact(chance: random.Random) -> Fact:
    from_at = BEGAN + timedelta(hours=chance.randint(0, 300))
    lasted_s = chance.choice([0.0, 3.0, 5.0, 20.0, 21.0, 4000.0, 400_000.0])
    kind = chance.choice(get_args(Kind))
    goes_on = kind == "stay" and chance.random() < 0.5
    return Fact(
        kind=kind,
        ticket=chance.randint(1, 30),
        contact=chance.choice([None, 1, 2, 3]),
        episode=1,
        from_at=from_at,
        at=None if goes_on else from_at + timedelta(seconds=lasted_s),
        calendar_s=None if goes_on else lasted_s,
        business_s=None if goes_on else lasted_s / 2,
        outcome=chance.choice(OUTCOMES),
        is_first=chance.random() < 0.7,
        since_at=chance.choice([None, from_at - timedelta(days=chance.randint(0, 20))]),
        to_tier=chance.choice([None, 1, 2]),
        promise=chance.choice([None, "first_reply", "resolution"]),
        score=chance.choice([1, 4, 5, 9]),
        load=chance.randint(1, 3),
        contacts=chance.choice([None, 1, 2]),
        transfers=chance.choice([0, 2]),
        escalations=chance.choice([None, 0, 1]),
        came_back_s=chance.choice([None, 3600.0, 600_000.0, 700_000.0]),
        agent=chance.choice([None, 7, 8]),
        queue=chance.choice([None, 1, 2]),
        tier=chance.choice([None, 1, 2, 3]),
        channel=chance.choice(["sms", "phone"]),
        category=chance.choice([None, 1, 2]),
        temperament=chance.choice(["warm", "unknown"]),
        value=chance.choice(["A", "unknown"]),
    )


def asks(name: str) -> list[Ask]:
    metric = METRICS[name]
    options = [{}, {"interval": True, "max": True}, *({"variant": one} for one in metric.variants)]
    options += [{option: 1} for option in metric.options if option.endswith(("_s", "_d", "_h"))]
    if "ringing" in metric.options:
        options.append({"ringing": "work"})
    told = [Ask(metric=name, options=option, **PERIOD) for option in options]
    by = BY[list(METRICS).index(name) % len(BY)]
    if metric.measure != "instant":
        as_of = BEGAN + timedelta(days=10)
        told.append(Ask(metric=name, by=by, clock="business", as_of=as_of, **PERIOD))
    only = {"queue": frozenset({1, None}), "temperament": frozenset({"warm"})}
    return [*told, Ask(metric=name, by=("age",), only=only, **PERIOD)]


def rounded(row: Row) -> tuple:
    """To the microsecond: sums differ in the last digit by the order in which they are made."""
    figures = [
        round(told, 6) if isinstance(told := getattr(row, name), float) else told
        for name in Row.__struct_fields__
        if name not in ("metric", "group")
    ]
    return (row.metric, row.group, *figures)


@pytest.fixture
async def facts(conn: asyncpg.Connection) -> list[Fact]:
    chance = random.Random(53)
    made = [any_fact(chance) for _ in range(400)]
    await kept_facts._put.run(conn, *kept_facts._columns(made))
    return made


async def test_the_database_answers_as_the_facts_do(
    conn: asyncpg.Connection, facts: list[Fact]
) -> None:
    for name in METRICS:
        for ask in asks(name):
            found = await answers.answer(conn, ask, viewer_id=None)
            expected = measured(facts, ask)
            assert [rounded(row) for row in found] == [rounded(row) for row in expected], ask


async def test_questions_that_are_asked_together_are_answered_as_if_alone(
    conn: asyncpg.Connection, facts: list[Fact]
) -> None:
    for by in (("agent",), ("tier", "outcome"), ()):
        only = {"temperament": frozenset({"warm", "unknown"})}
        together = [
            Ask(metric=name, by=told, only=only, **PERIOD) for told in (by, ()) for name in METRICS
        ]
        found = await answers.answer_all(conn, together, viewer_id=None)
        for ask, rows in zip(together, found, strict=True):
            expected = measured(facts, ask)
            assert [rounded(row) for row in rows] == [rounded(row) for row in expected], ask
