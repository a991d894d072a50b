"""Whoever is vital is not kept waiting in silence: supervisors hear of it in the same moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import factories
import pytest
from promised import Centre, at

from contactcenter import vital_alerts
from contactcenter.behaviour import behaviour
from contactcenter.behaviour.behaviour_lines import Line, Who
from contactcenter.feedback import feedback_taking

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def vital(conn: asyncpg.Connection, contact_id: int, **how: Any) -> int:
    since = how.pop("since", NOW - DAY)
    value = how.pop("value", "yes")
    return await factories.segment(conn, since, contact_id, "vital", value, **how)


async def alarms(conn: asyncpg.Connection) -> list[tuple]:
    rows = await conn.fetch(
        "SELECT contact_id, data FROM event WHERE kind = 'vital_contact_displeased' ORDER BY id"
    )
    return [(row["contact_id"], row["data"]["reason"], row["data"]["ticket_id"]) for row in rows]


def complaint(contact_id: int, occurred_at: datetime, n: int = 1) -> Line:
    return Line(
        place="",
        who=Who(field="contact_id", contact_id=contact_id),
        kind="complaint",
        source="shop",
        external_id=str(n),
        occurred_at=occurred_at,
        topic="delivery",
    )


async def tell(conn: asyncpg.Connection, *lines: Line) -> None:
    await behaviour.tell(conn, NOW, lines, create_unknown=False, actor="system")


async def test_a_complaint_of_a_vital_contact_alarms_and_of_nobody_else(
    world: asyncpg.Connection,
) -> None:
    people = [await factories.contact(world) for _ in range(5)]
    await vital(world, people[0])
    await vital(world, people[1], source="model")
    await vital(world, people[2], source="model")
    await vital(world, people[2], value="no")  # a person's word counts first
    await vital(world, people[3], until=NOW - timedelta(hours=1))

    await tell(world, *(complaint(c, NOW - DAY, c) for c in people))

    assert sorted(await alarms(world)) == [
        (people[0], "complaint", None),
        (people[1], "complaint", None),
    ]


@pytest.mark.parametrize(("age", "expected"), [(6, 1), (8, 0)])
async def test_an_old_complaint_told_late_is_history(
    world: asyncpg.Connection, age: int, expected: int
) -> None:
    contact_id = await factories.contact(world)
    await vital(world, contact_id)

    await tell(world, complaint(contact_id, NOW - age * DAY))
    await tell(world, complaint(contact_id, NOW - age * DAY))  # known: told no second time

    assert len(await alarms(world)) == expected


async def test_what_is_told_of_a_merged_contact_alarms_for_who_he_is_now(
    world: asyncpg.Connection,
) -> None:
    kept, other = await factories.contact(world), await factories.contact(world)
    await vital(world, kept)
    await world.execute("UPDATE contact SET merged_into_id = $1 WHERE id = $2", kept, other)

    await tell(world, complaint(other, NOW))
    await vital_alerts.displeased(world, NOW, [kept], "dissatisfaction", ticket_id=7)

    assert await alarms(world) == [(kept, "complaint", None), (kept, "dissatisfaction", 7)]


@pytest.mark.parametrize("is_vital", [True, False])
async def test_a_broken_promise_to_a_vital_contact_alarms_when_it_breaks(
    dsn: str, is_vital: bool
) -> None:
    centre = await Centre.opened(dsn)
    try:
        await centre.promise(first=60, resolution=60)
        ticket_id = await centre.held(0)
        contact_id = await centre.conn.fetchval(
            "SELECT contact_id FROM ticket WHERE id = $1", ticket_id
        )
        if is_vital:
            await vital(centre.conn, contact_id, since=at(0))
        await centre.pass_to(59)
        assert await alarms(centre.conn) == []

        await centre.pass_to(60)

        found = await alarms(centre.conn)
        assert set(found) == ({(contact_id, "missed_promise", ticket_id)} if is_vital else set())
        assert await centre.conn.fetchval(
            "SELECT bool_and(at = $1) FROM event WHERE kind = 'vital_contact_displeased'", at(60)
        ) in {is_vital, None}
    finally:
        await centre.conn.close()


async def test_feedback_that_dislikes_alarms_for_a_vital_contact_while_it_is_fresh(
    world: asyncpg.Connection,
) -> None:
    people = [await factories.contact(world) for _ in range(2)]
    await vital(world, people[0])
    said = [
        feedback_taking.Said(
            place="", topic="price", polarity=polarity, source="survey", external_id=f"{n}",
            given_at=NOW - age * DAY, contact_id=contact_id,
        )
        for n, (contact_id, polarity, age) in enumerate(
            [(people[0], "dislike", 1), (people[0], "like", 1), (people[0], "dislike", 8),
             (people[1], "dislike", 1)]
        )
    ]  # fmt: skip

    await feedback_taking.bring(world, NOW, said, actor="system")
    await feedback_taking.bring(world, NOW, said, actor="system")

    assert await alarms(world) == [(people[0], "dissatisfaction", None)]
