"""Roll-ups of closed days and months say what the facts say, and what changes later is told."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from msgspec import structs

from contactcenter.errors import BadInput
from contactcenter.history import Fact
from contactcenter.measuring import METRICS, Ask, Row
from contactcenter.measuring.asks import DIMENSIONS
from contactcenter.reporting import (
    answers,
    corrections,
    fair_view,
    kept_facts,
    roll_ups,
    rolled_sums,
    sources,
)
from contactcenter.reporting.kept_facts import _columns, _put
from contactcenter.reporting.making import Span

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 4, 12, tzinfo=UTC)
TEHRAN = ZoneInfo("Asia/Tehran")
PERIOD = {"from_at": JUNE - timedelta(days=4, hours=7), "to_at": JUNE + timedelta(days=2, hours=9)}


def drawn(chance: random.Random, kind: str, **told: object) -> Fact:
    at = JUNE + timedelta(seconds=chance.randint(-5 * 86_400, 3 * 86_400))
    lasted_s = chance.choice([0.0, chance.expovariate(1 / 600), chance.expovariate(1 / 90_000)])
    return Fact(
        kind=kind,
        ticket=chance.randint(1, 60),
        contact=None,
        episode=1,
        from_at=at - timedelta(seconds=lasted_s),
        at=at,
        agent=chance.choice([1, 2, None]),
        tier=chance.choice([1, 2]),
        channel=chance.choice(["sms", "email"]),
        temperament=chance.choice(["warm", "unknown"]),
        is_first=chance.random() < 0.7,
        escalations=chance.randint(0, 1),
        transfers=chance.randint(0, 3),
        came_back_s=chance.choice([None, 3600.0]),
        calendar_s=lasted_s,
        business_s=lasted_s / 3,
        **told,
    )


OUTCOMES = {
    "queue_wait": ("answered", "abandoned", "flowed_out", "ended"),
    "promise": ("met", "breached"),
    "rated": ("csat", "nps", "ces"),
}
KINDS = ("opened", "first_reply", "handled", "solved", "taken", "tier_entered", "escalated")


def facts(seed: int, n: int) -> list[Fact]:
    chance = random.Random(seed)
    found = []
    for _ in range(n):
        kind = chance.choice((*KINDS, *OUTCOMES))
        outcome = chance.choice(OUTCOMES.get(kind, (None,)))
        score = chance.randint(1, 10) if kind == "rated" else None
        found.append(drawn(chance, kind, outcome=outcome, score=score))
    return found


@pytest.fixture
async def table(conn: asyncpg.Connection) -> asyncpg.Connection:
    await _put.run(conn, *_columns(facts(3, 500)))
    return conn


async def roll_up(conn: asyncpg.Connection, now: datetime, zone: ZoneInfo = TEHRAN) -> int:
    for _ in range(3):
        await roll_ups.close_days(conn, now, zone)
    n = 0
    while await roll_ups.roll_up_next(conn, now):
        n += 1
    return n


def exact(row: Row) -> tuple[object, ...]:
    figures = (row.value, row.mean, row.numerator, row.denominator)
    return (row.group, row.n, *(None if f is None else round(f, 5) for f in figures))


def is_near(mine: float | None, theirs: float | None) -> bool:
    """Within a hundredth, and a microsecond for what is next to nothing."""
    return mine == theirs or mine == pytest.approx(theirs, rel=0.0100001, abs=1e-5)


def test_what_hangs_on_other_days_or_on_moments_is_not_rolled_up():
    left = {name for name in METRICS if not rolled_sums.can_answer(Ask(metric=name, **PERIOD))}

    assert {"first_contact_resolution", "backlog", "occupancy", "concurrency"} <= left
    assert not left & {"solved", "csat", "handle_time", "abandonment", "transfers_per_episode"}


async def test_roll_ups_and_edges_are_the_facts_and_percentiles_within_a_hundredth(
    table: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await roll_up(table, LATER)
    monkeypatch.setattr(sources, "LIVE_FACTS", 0)
    asked = 0
    for number, metric in enumerate(METRICS):
        for place, by in enumerate([(), *((name,) for name in DIMENSIONS if name != "age")]):
            if (number + place) % 3:  # all dimensions in turn, of a third of the metrics each
                continue
            clock = ("calendar", "business")[place % 2]
            only = {"channel": frozenset({"sms"})} if by == ("channel",) else {}
            ask = Ask(metric=metric, by=by, clock=clock, only=only, **PERIOD)
            if not rolled_sums.can_answer(ask):
                continue
            found = await sources.answer(table, ask, viewer_id=None)
            if found.source == "facts":  # there are none
                continue
            expected = await answers.answer(table, ask, viewer_id=None)
            asked += 1
            assert [exact(row) for row in found.rows] == [exact(row) for row in expected], ask
            for mine, theirs in zip(found.rows, expected, strict=True):
                assert is_near(mine.median, theirs.median), ask
                assert is_near(mine.p90, theirs.p90), ask
    assert asked > 40


async def test_a_day_is_closed_an_hour_after_its_end_in_the_zone_of_the_house(
    table: asyncpg.Connection,
) -> None:
    midnight = datetime(2026, 5, 3, tzinfo=TEHRAN)

    await roll_ups.close_days(table, midnight + timedelta(minutes=59), TEHRAN)
    before = await table.fetchval("SELECT max(to_at) FROM report_span")
    await roll_ups.close_days(table, midnight + timedelta(minutes=60), TEHRAN)
    after = await table.fetchval("SELECT max(to_at) FROM report_span")
    await roll_ups.close_days(table, midnight + timedelta(minutes=60), ZoneInfo("UTC"))
    other = await table.fetch("SELECT DISTINCT zone FROM report_span")

    assert (before, after) == (midnight - timedelta(days=1), midnight)
    assert [row["zone"] for row in other] == ["UTC"]


@pytest.mark.parametrize("at_once", [0, 150_000], ids=["one by one", "together"])
async def test_what_changes_in_a_closed_day_is_rolled_up_again_and_told(
    table: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(roll_ups, "_AT_ONCE", at_once)
    await roll_up(table, LATER)
    late = structs.replace(
        drawn(random.Random(1), "solved"), agent=1, at=JUNE - timedelta(days=2), calendar_s=90.0
    )
    await _put.run(table, *_columns([late]))
    await roll_ups.mark(table, [late])
    begin = datetime(2026, 5, 1, tzinfo=TEHRAN)
    ask = Ask(metric="solved", from_at=begin, to_at=LATER, by=("agent",))
    [marked] = await rolled_sums.spans_within(table, [ask])

    await roll_up(table, LATER + timedelta(hours=1))

    told = await corrections.listed(table, MAY, LATER, before_id=2**62, limit=200)
    [one] = [c for c in told if (c.metric, c.dimension, c.value) == ("solved", "agent", "1")]
    assert one.n_after == one.n_before + 1
    assert one.from_at <= late.at < one.to_at
    [timed] = [
        c for c in told if (c.metric, c.clock, c.dimension) == ("time_to_solve", "calendar", "")
    ]
    assert timed.total_after - timed.total_before == pytest.approx(90)
    assert {c.metric for c in told} <= set(roll_ups._USED["solved"])
    at = await corrections.corrected_at(table, MAY, LATER, ["solved"])
    assert at == LATER + timedelta(hours=1)
    assert await corrections.corrected_at(table, MAY, MAY, ["solved"]) is None
    [rolled] = await rolled_sums.spans_within(table, [ask])
    assert len(rolled) < len(marked)  # the month was not of use meanwhile, its other days were
    assert all(not span.from_at <= late.at < span.to_at for span in marked)


async def test_what_is_too_much_is_refused_with_what_to_do(
    table: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LIVE_FACTS", 5)
    monkeypatch.setattr(sources, "MOST_FACTS", 20)
    await roll_up(table, LATER)
    edges = {"from_at": MAY, "to_at": datetime(2026, 6, 4, tzinfo=TEHRAN)}

    whole = await sources.answer(table, Ask(metric="solved", **edges), viewer_id=None)
    both = Ask(metric="solved", by=("agent", "tier"), **edges)
    with pytest.raises(BadInput, match="shorter period") as refused:
        await sources.answer(table, both, viewer_id=None)
    with pytest.raises(BadInput, match="shorter period"):
        await sources.answer(table, Ask(metric="solved", **edges), viewer_id=1)

    span = Span(from_at=MAY, to_at=edges["to_at"], time_zone="UTC")
    with pytest.raises(BadInput, match="the one before it"):
        await fair_view.view(table, LATER, span, order="solved_share", viewer_id=None)

    assert whole.source == "roll_ups"
    assert refused.value.data["field"] == "query.from"


async def test_facts_few_enough_are_counted_themselves(table: asyncpg.Connection) -> None:
    await roll_up(table, LATER)

    found = await sources.answer(table, Ask(metric="solved", **PERIOD), viewer_id=None)

    assert found.source == "facts"
    assert await kept_facts.read_at(table) is None
