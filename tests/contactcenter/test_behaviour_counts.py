"""What a contact did, counted by the database, against a plain count over the same facts."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import asyncpg
import factories
import pytest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KINDS = {
    "purchases_12m": ("purchase", 365),
    "returns_12m": ("return", 365),
    "discount_requests_90d": ("discount_request", 90),
    "complaints_90d": ("complaint", 90),
    "quotes_requested_90d": ("quote", 90),
    "carts_abandoned_30d": ("cart_abandoned", 30),
}
#: What each contact has without having bought, asked or complained.
ALWAYS = {"contacts_30d": 0.0, "reopened_30d": 0.0}


async def counts(conn: asyncpg.Connection, contact_id: int, at: datetime = NOW) -> dict[str, float]:
    rows = await conn.fetch("SELECT feature, value FROM behaviour_counts($1, $2)", contact_id, at)
    assert len({row["feature"] for row in rows}) == len(rows)
    return {row["feature"]: row["value"] for row in rows}


async def known(conn: asyncpg.Connection, contact_id: int, at: datetime = NOW) -> dict[str, float]:
    found = await counts(conn, contact_id, at)
    found.pop("tenure_months", None)
    return found


async def person(conn: asyncpg.Connection, *, since: datetime = NOW - 400 * DAY) -> int:
    contact_id = await factories.contact(conn)
    await conn.execute("UPDATE contact SET created_at = $2 WHERE id = $1", contact_id, since)
    return contact_id


@pytest.mark.parametrize(("feature", "kind", "days"), [(f, *of) for f, of in KINDS.items()])
async def test_each_kind_changes_its_own_count_within_its_days_and_no_other(
    world: asyncpg.Connection, feature: str, kind: str, days: int
) -> None:
    contact_id, other_id = await person(world), await person(world)
    assert await known(world, contact_id) == ALWAYS

    for ago in (timedelta(0), days * DAY, days * DAY - timedelta(seconds=1), -timedelta(seconds=1)):
        await factories.behaviour(world, NOW - ago, contact_id, kind)

    topics = {"complaint_topics_90d": 1.0} if kind == "complaint" else {}
    nothing = dict.fromkeys(topics, 0.0)
    assert await known(world, contact_id) == {**ALWAYS, feature: 2.0, **topics}
    assert await known(world, other_id) == {**ALWAYS, feature: 0.0, **nothing}


async def test_what_nobody_was_seen_to_do_yet_is_not_known_of_anybody(
    world: asyncpg.Connection,
) -> None:
    contact_id = await person(world)
    await factories.behaviour(world, NOW, await person(world), "purchase")

    assert "purchases_12m" not in await counts(world, contact_id, NOW - DAY)
    assert (await counts(world, contact_id))["purchases_12m"] == 0


@pytest.mark.parametrize("setting", ["captured = false", "retention_days = 364"])
async def test_what_is_not_captured_or_not_kept_long_enough_is_not_known(
    world: asyncpg.Connection, setting: str
) -> None:
    contact_id = await person(world)
    await factories.behaviour(world, NOW, contact_id, "purchase")
    await world.execute(f"UPDATE behaviour_kind SET {setting} WHERE kind = 'purchase'")

    assert "purchases_12m" not in await counts(world, contact_id)


async def test_one_topic_in_two_writings_is_one_topic(world: asyncpg.Connection) -> None:
    contact_id = await person(world)
    for topic in ("كيفيت", "کیفیت", "Delivery", "delivery"):
        await factories.behaviour(world, NOW, contact_id, "complaint", topic=topic)

    found = await counts(world, contact_id)

    assert (found["complaints_90d"], found["complaint_topics_90d"]) == (4, 2)


async def test_a_contact_has_what_everybody_did_who_is_part_of_him_until_that_is_undone(
    world: asyncpg.Connection,
) -> None:
    kept_id, other_id, third_id = [await person(world) for _ in range(3)]
    for contact_id in (kept_id, other_id, other_id, third_id):
        await factories.behaviour(world, NOW, contact_id, "purchase")

    async def merge(contact_id: int, into_id: int | None) -> float:
        await world.execute(
            "UPDATE contact SET merged_into_id = $2 WHERE id = $1", contact_id, into_id
        )
        return (await counts(world, kept_id))["purchases_12m"]

    assert [
        await merge(third_id, other_id), await merge(other_id, kept_id), await merge(other_id, None)
    ] == [1, 4, 1]  # fmt: skip
    assert (await counts(world, other_id))["purchases_12m"] == 3


async def test_he_is_known_since_the_first_thing_we_were_told_of_him(
    world: asyncpg.Connection,
) -> None:
    contact_id = await person(world, since=NOW)
    before = await counts(world, contact_id)
    await factories.behaviour(
        world, datetime(2025, 11, 30, 12, tzinfo=UTC), contact_id, "interest", topic="boats"
    )

    assert before["tenure_months"] == 0
    assert (await counts(world, contact_id))["tenure_months"] == 3
    assert "tenure_months" not in await counts(world, contact_id, NOW - 365 * DAY)


async def test_contacts_are_days_on_which_he_wrote_himself_about_a_problem(
    world: asyncpg.Connection,
) -> None:
    queue_id = await factories.queue(world)
    contact_id = await person(world)
    first, second = [
        await factories.ticket(world, NOW - 3 * DAY, intake_queue_id=q, contact_id=contact_id)
        for q in (queue_id, await factories.queue(world))
    ]

    async def after(ticket_id: int, ago: timedelta, **how: Any) -> float:
        await factories.interaction(world, NOW - ago, ticket_id=ticket_id, **how)
        return (await counts(world, contact_id))["contacts_30d"]

    staff = await factories.user(world)
    assert (await counts(world, contact_id))["contacts_30d"] == 2
    assert await after(first, 3 * DAY - timedelta(minutes=5)) == 2
    assert await after(first, 2 * DAY) == 3
    assert await after(second, 2 * DAY) == 4
    assert await after(first, DAY, kind="automatic") == 4
    assert await after(first, DAY, direction="outbound", author_id=staff) == 4
    assert await after(first, 30 * DAY) == 4
    assert await after(first, 30 * DAY - timedelta(seconds=1)) == 5
    assert await after(first, -DAY) == 5


async def test_problems_that_came_back_are_counted_as_often_as_they_did(
    world: asyncpg.Connection,
) -> None:
    queue_id = await factories.queue(world)
    contact_id = await person(world)
    ticket_id = await factories.ticket(
        world, NOW - 50 * DAY, intake_queue_id=queue_id, contact_id=contact_id
    )
    await world.execute("UPDATE ticket SET reopens = 3 WHERE id = $1", ticket_id)
    for days in (31, 20, 1):
        await factories.event(
            world, NOW - days * DAY, "ticket_reopened", ticket_id=ticket_id, data={}
        )

    assert (await counts(world, contact_id))["reopened_30d"] == 2


@pytest.mark.parametrize("seed", range(3))
async def test_the_usual_time_to_answer_us_is_the_median_of_what_a_plain_reading_finds(
    world: asyncpg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    staff = await factories.user(world)
    contact_id = await person(world)
    began = NOW - 5 * DAY
    tickets = [
        await factories.ticket(
            world, began, intake_queue_id=await factories.queue(world), contact_id=contact_id
        )
        for _ in range(2)
    ]
    said = [(began, t, "inbound") for t in tickets]
    for n in range(14):
        at, ticket_id = began + chance.random() * 4 * DAY, chance.choice(tickets)
        direction = "inbound" if n % 2 else "outbound"
        author = staff if direction == "outbound" else None
        await factories.interaction(
            world, at, ticket_id=ticket_id, direction=direction, author_id=author
        )
        said.append((at, ticket_id, direction))

    took = [
        (b[0] - a[0]).total_seconds()
        for ticket_id in tickets
        for a, b in pairwise(sorted(one for one in said if one[1] == ticket_id))
        if (a[2], b[2]) == ("outbound", "inbound")
    ]

    found = await counts(world, contact_id)
    assert found.get("median_reply_s") == (pytest.approx(median(took)) if took else None)


async def test_counts_of_many_events_in_any_order_are_those_of_a_plain_count(
    world: asyncpg.Connection,
) -> None:
    chance = random.Random(7)
    people = [await person(world) for _ in range(3)]
    told = [
        (chance.choice(people), chance.choice(list(KINDS.values()))[0], chance.choice("abc"),
         NOW - chance.random() * 400 * DAY)
        for _ in range(60)
    ]  # fmt: skip
    for contact_id, kind, topic, at in told:
        await factories.behaviour(world, at, contact_id, kind, topic=topic)

    def plainly(contact_id: int, at: datetime, has: Callable[[str], bool]) -> dict[str, float]:
        expected = {}
        for feature, (kind, days) in KINDS.items():
            if any(k == kind and when <= at for _, k, _, when in told):
                mine = [
                    topic
                    for who, k, topic, when in told
                    if (who, k) == (contact_id, kind) and at - days * DAY < when <= at
                ]
                expected[feature] = float(len(mine))
                if kind == "complaint":
                    expected["complaint_topics_90d"] = float(len(set(mine)))
        return {f: n for f, n in expected.items() if has(f)}

    for contact_id in people:
        for at in (NOW, NOW - 100 * DAY, NOW - 399 * DAY):
            found = await counts(world, contact_id, at)
            assert plainly(contact_id, at, lambda _: True) == {
                f: n for f, n in found.items() if f in KINDS or f == "complaint_topics_90d"
            }
