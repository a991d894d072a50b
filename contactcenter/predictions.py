"""What past purchases say of those to come: made once a month, kept with its date, scored later.

The model is fitted to a sample of the customers, always the same one of the same customers; what it
says is written piece by piece. When its time is over each prediction is compared with what came.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn, Database
from routing import purchases
from routing.purchases import History, Parameters

#: How far ahead is looked, and how often anew.
HORIZON: Final = timedelta(days=90)
EVERY: Final = timedelta(days=30)
#: So many customers are enough to fit four numbers to.
SAMPLE: Final = 3000
#: Of fewer customers nothing is said.
FEWEST: Final = 100
PIECE: Final = 1000
#: A sample of a large house is drawn from all who ever bought.
STATEMENT_TIMEOUT_S: Final = 300
#: Older predictions tell nobody anything; their score stays with the model.
KEPT: Final = timedelta(days=730)
_WEEK: Final = timedelta(weeks=1)

log = structlog.get_logger()


class Prediction(Struct, frozen=True, kw_only=True):
    """What was foretold of a contact at ``made_at`` for the ``horizon_days`` after.

    ``expected_purchases`` are days on which he buys; ``alive`` is the chance that he has not left,
    ``churn_risk`` that he buys nothing. ``next_contact_at`` is when he would write next by his own
    habit. ``actual_purchases`` is what came, null until the time is over.
    """

    made_at: datetime
    horizon_days: int
    expected_purchases: float
    alive: float
    churn_risk: float
    next_contact_at: datetime | None
    actual_purchases: int | None


class Score(Struct, frozen=True, kw_only=True):
    """A model, and how right it was: totals, and the mean error of a customer; null until then."""

    made_at: datetime
    horizon_days: int
    fitted_to: int
    r: float
    alpha: float
    a: float
    b: float
    scored_at: datetime | None
    customers: int
    expected_purchases: float
    actual_purchases: int | None
    mean_absolute_error: float | None


class _Customer(Struct, frozen=True, kw_only=True):
    contact_id: int
    repeats: int
    last_s: float
    age_s: float


class _Model(Struct, frozen=True, kw_only=True):
    id: int
    made_at: datetime
    horizon_days: int
    r: float
    alpha: float
    a: float
    b: float
    finished_at: datetime | None
    scored_at: datetime | None
    done_id: int


_SQL = db.Statements(__name__)
_sample = _SQL.take("sample", _Customer)
_customers = _SQL.take("customers", _Customer)
_newest = _SQL.take("newest", _Model)
_begin = _SQL.take("begin", _Model)
_put = _SQL.command("put")
_finish = _SQL.command("finish")
_due = _SQL.take("due", int)
_score = _SQL.command("score")
_scored = _SQL.command("scored")
_forget = _SQL.command("forget")
_of_contact = _SQL.take("of_contact", Prediction)
_scores = _SQL.take("scores", Score)


async def keep(database: Database) -> None:
    """Make predictions if the last are a month old, and score those whose time is over."""
    async with database.read() as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
    await score(database, now)
    async with database.read() as conn:
        newest = await _newest.first(conn)
    if newest is None or now - newest.made_at >= EVERY:
        newest = await _fitted(database, now)
    if newest is not None and newest.finished_at is None:
        await _predict(database, newest)


async def score(database: Database, now: datetime) -> int:
    """Write what came beside what was foretold; returns of how many models."""
    async with database.read() as conn:
        due = await _due.all(conn, now)
    for model_id in due:
        while True:
            async with database.transaction() as conn:
                if not await _score.run(conn, model_id, PIECE):
                    await _scored.run(conn, model_id, now)
                    break
    async with database.transaction() as conn:
        await _forget.run(conn, now - KEPT)
    return len(due)


async def of_contact(conn: Conn, contact_id: int) -> list[Prediction]:
    """What was foretold of a contact, the newest first."""
    return await _of_contact.all(conn, contact_id)


async def scores(conn: Conn) -> list[Score]:
    """How right the models were, the newest first."""
    return await _scores.all(conn)


async def _fitted(database: Database, now: datetime) -> _Model | None:
    reader = await database.connect("predictions")
    try:
        await reader.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
        sample = await _sample.all(reader, now, SAMPLE)
    finally:
        await reader.close()
    histories = [_history(one) for one in sample]
    if len(histories) < FEWEST or not any(one.repeats for one in histories):
        return None
    fitted = await asyncio.to_thread(purchases.fit, histories)
    log.info("purchases_fitted", customers=len(histories))
    async with database.transaction() as conn:
        return await _begin.one(
            conn, now, HORIZON.days, len(histories), fitted.r, fitted.alpha, fitted.a, fitted.b
        )


async def _predict(database: Database, model: _Model) -> None:
    """Say it of everybody who bought, from where an interrupted round left off."""
    after_id = model.done_id
    while True:
        async with database.read() as conn:
            customers = await _customers.all(conn, model.made_at, after_id, PIECE)
        if not customers:
            break
        columns = await asyncio.to_thread(_foretold, model, customers)
        async with database.transaction() as conn:
            await _put.run(conn, model.id, model.made_at, *columns)
        after_id = customers[-1].contact_id
    async with database.transaction() as conn:
        await _finish.run(conn, model.id)


def _foretold(model: _Model, customers: Sequence[_Customer]) -> list[list[float]]:
    parameters = Parameters(r=model.r, alpha=model.alpha, a=model.a, b=model.b)
    weeks = timedelta(days=model.horizon_days) / _WEEK
    histories = [_history(one) for one in customers]
    return [
        [one.contact_id for one in customers],
        [purchases.expected(parameters, one, weeks) for one in histories],
        [purchases.alive(parameters, one) for one in histories],
        [purchases.silent(parameters, one, weeks) for one in histories],
    ]


def _history(one: _Customer) -> History:
    week_s = _WEEK.total_seconds()
    return History(repeats=one.repeats, last_at=one.last_s / week_s, age=one.age_s / week_s)
