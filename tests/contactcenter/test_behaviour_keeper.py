"""The rounds of the keeper: what is over is deleted, by one process at a time."""

from datetime import timedelta

import factories

from contactcenter.behaviour import behaviour_forgetting
from contactcenter.behaviour_keeper import BehaviourKeeper
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher

DAY = timedelta(days=1)


async def test_what_was_kept_for_long_enough_is_deleted_piece_by_piece_and_told_by_number(
    database: Database, dsn: str
) -> None:
    async with database.read() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        contact_id = await factories.contact(conn)
        for days in (29, 31, 32, 33):
            for kind in ("quote", "interest"):
                await factories.behaviour(conn, now - days * DAY, contact_id, kind)
        await conn.execute("UPDATE behaviour_kind SET retention_days = 30 WHERE kind = 'quote'")

    assert await behaviour_forgetting.forget(database, piece=2) == 3
    assert await behaviour_forgetting.forget(database) == 0

    async with database.read() as conn:
        left = await conn.fetch("SELECT kind, count(*) AS n FROM behaviour_event GROUP BY kind")
        told = await conn.fetch("SELECT data FROM event WHERE kind = 'behaviour_forgotten'")
    assert {row["kind"]: row["n"] for row in left} == {"quote": 1, "interest": 4}
    assert [row["data"] for row in told] == [
        {"behaviour": "quote", "deleted": 2},
        {"behaviour": "quote", "deleted": 1},
    ]


async def test_one_process_at_a_time_does_a_round(database: Database) -> None:
    dispatcher = Dispatcher(database, Bell(database))
    first, second = (BehaviourKeeper(database, dispatcher, holder=name) for name in ("one", "two"))

    assert [await first.round(), await second.round(), await first.round()] == [True, False, True]
