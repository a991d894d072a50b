"""Predictions: made of everybody who bought, with their date, and compared with what came."""

import random
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import predictions
from contactcenter.db import Database
from routing.purchases import History, Parameters, alive, expected, silent

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def house(conn: asyncpg.Connection, now: datetime, customers: int = 100) -> list[int]:
    """Customers of whom some came back; the first two are always the same."""
    chance = random.Random(1)
    people = [await factories.contact(conn) for _ in range(customers)]
    days = [[200, 200.1, 150, 30], [300]]
    days += [
        [chance.uniform(1, 360) for _ in range(chance.choice((1, 1, 2, 4)))]
        for _ in range(customers - 2)
    ]
    await conn.execute(
        "INSERT INTO behaviour_event (contact_id, kind, source, external_id, occurred_at,"
        " received_at, amount_minor, currency)"
        " SELECT c, 'purchase', 'shop', 'p' || n, at, at, 1, 'EUR'"
        " FROM unnest($1::bigint[], $2::timestamptz[]) WITH ORDINALITY AS t(c, at, n)",
        [person for person, ago in zip(people, days, strict=True) for _ in ago],
        [now - a * DAY for ago in days for a in ago],
    )
    return people


async def test_everybody_who_bought_is_foretold_once_a_month_and_scored_when_it_is_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "PIECE", 30)
    async with database.read() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        people = await house(conn, now)
        nobody = await factories.contact(conn)
        await predictions.keep(database)
        await predictions.keep(database)

        (model,) = await predictions.scores(conn)
        assert (model.customers, model.fitted_to, model.scored_at) == (100, 100, None)
        assert await predictions.of_contact(conn, nobody) == []
        (told,) = await predictions.of_contact(conn, people[0])
        assert (told.made_at, told.horizon_days) == (model.made_at, 90)
        parameters = Parameters(r=model.r, alpha=model.alpha, a=model.a, b=model.b)
        # two purchases of one day are one: he came back twice, 170 days after the first time
        first_at = await conn.fetchval(
            "SELECT min(occurred_at) FROM behaviour_event WHERE contact_id = $1", people[0]
        )
        last_at = await conn.fetchval(
            "SELECT max(occurred_at) FROM behaviour_event WHERE contact_id = $1", people[0]
        )
        days = await conn.fetchval(
            "SELECT count(DISTINCT (occurred_at AT TIME ZONE 'UTC')::date)"
            " FROM behaviour_event WHERE contact_id = $1",
            people[0],
        )
        week = timedelta(weeks=1)
        his = History(
            repeats=days - 1,
            last_at=(last_at - first_at) / week,
            age=(model.made_at - first_at) / week,
        )
        assert told.expected_purchases == pytest.approx(expected(parameters, his, 90 / 7))
        assert told.alive == pytest.approx(alive(parameters, his))
        assert told.churn_risk == pytest.approx(silent(parameters, his, 90 / 7))

        made_at = model.made_at
        for days_after, contact_id in ((1, 0), (1.001, 0), (80, 0), (91, 0), (5, 1)):
            at = made_at + days_after * DAY
            await factories.behaviour(conn, at, people[contact_id], "purchase")
        assert await predictions.score(database, made_at + 89 * DAY) == 0
        assert await predictions.score(database, made_at + 90 * DAY) == 1
        (model,) = await predictions.scores(conn)
        came = len({(made_at + d * DAY).date() for d in (1, 1.001, 80)})
        assert model.actual_purchases == came + 1
        (told,) = await predictions.of_contact(conn, people[0])
        assert told.actual_purchases == came
        rows = await conn.fetch(
            "SELECT expected_purchases AS e, actual_purchases AS a FROM prediction"
        )
        mean = sum(abs(row["e"] - row["a"]) for row in rows) / 100
        assert model.mean_absolute_error == pytest.approx(mean)


async def test_of_too_few_customers_nothing_is_said(database: Database) -> None:
    async with database.read() as conn:
        await house(conn, await conn.fetchval("SELECT clock_timestamp()"), customers=99)
        await predictions.keep(database)
        assert await predictions.scores(conn) == []


async def test_who_was_merged_is_one_customer(world: asyncpg.Connection) -> None:
    kept, other = await factories.contact(world), await factories.contact(world)
    await factories.behaviour(world, NOW - 70 * DAY, kept, "purchase")
    await factories.behaviour(world, NOW - 35 * DAY, other, "purchase")
    await world.execute("UPDATE contact SET merged_into_id = $1 WHERE id = $2", kept, other)

    for found in (
        await predictions._sample.all(world, NOW, 10),
        await predictions._customers.all(world, NOW, 0, 10),
    ):
        (one,) = found
        assert (one.contact_id, one.repeats) == (kept, 1)
        assert (one.last_s, one.age_s) == (35 * 86400, 70 * 86400)


async def test_he_writes_next_by_his_own_habit(world: asyncpg.Connection) -> None:
    contact_id = await factories.contact(world)
    ticket_id = await factories.ticket(
        world, NOW - 50 * DAY, intake_queue_id=await factories.queue(world), contact_id=contact_id
    )
    for days in (40, 39.9, 20, 10):
        await factories.interaction(world, NOW - days * DAY, ticket_id=ticket_id)
    model = await predictions._begin.one(world, NOW, 90, 1, 1.0, 1.0, 1.0, 1.0)

    await predictions._put.run(world, model.id, NOW, [contact_id], [1.0], [1.0], [0.0])

    (told,) = await predictions.of_contact(world, contact_id)
    assert told.next_contact_at == NOW  # days 50, 40, 20, 10: usually ten days apart
