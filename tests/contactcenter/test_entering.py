"""Many new problems enter their queues in one statement, exactly as one would by itself."""

import json
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter.dispatch import arriving, entering
from contactcenter.dispatch.arriving import Finding

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def prepared(conn: asyncpg.Connection) -> asyncpg.Connection:
    await factories.prepare(conn)
    return conn


async def finding(
    conn: asyncpg.Connection, queue_id: int, *, channel: str = "sms", **other: object
) -> Finding:
    ticket_id = await factories.ticket(
        conn,
        NOW - timedelta(minutes=1),
        intake_queue_id=queue_id,
        channel=channel,
        body="A first line",
    )
    interaction_id = await conn.fetchval(
        "SELECT id FROM interaction WHERE ticket_id = $1", ticket_id
    )
    values = {
        "ticket_id": ticket_id,
        "interaction_ids": [interaction_id],
        "received_at": NOW - timedelta(minutes=1),
        "temperament": "haggler",
        "language": "en",
        "subject": "A first line",
        "queue_id": queue_id,
        "rule_id": 7,
    }
    return Finding(**(values | other))


async def traces(conn: asyncpg.Connection, ticket_id: int) -> dict[str, object]:
    """Everything that is left of a ticket's entering, without what names the ticket."""
    ticket = dict(await conn.fetchrow("SELECT * FROM ticket WHERE id = $1", ticket_id))
    legs = await conn.fetch("SELECT * FROM leg WHERE ticket_id = $1", ticket_id)
    timers = await conn.fetch("SELECT due_at, kind FROM timer WHERE ticket_id = $1", ticket_id)
    keys = await conn.fetch("SELECT key FROM timer WHERE ticket_id = $1", ticket_id)
    happened = await conn.fetch(
        "SELECT at, kind, version, agent_id, actor, team_ids, data FROM event WHERE ticket_id = $1"
        " AND kind NOT IN ('ticket_opened', 'interaction_received') ORDER BY id",
        ticket_id,
    )
    marked = await conn.fetch("SELECT triaged_at FROM interaction WHERE ticket_id = $1", ticket_id)
    for name in ("id", "contact_id"):
        del ticket[name]
    assert [row["key"] for row in keys] == [str(ticket_id)] * len(keys)
    return {
        "ticket": ticket,
        "legs": [{k: v for k, v in leg.items() if k not in ("id", "ticket_id")} for leg in legs],
        "timers": [dict(row) for row in timers],
        "events": [dict(row) for row in happened],
        "marked": [row["triaged_at"] for row in marked],
    }


@pytest.mark.parametrize("escalate_after_s", [None, 600])
async def test_together_leaves_what_one_alone_leaves(
    prepared: asyncpg.Connection, escalate_after_s: int | None
) -> None:
    conn = prepared
    upper = await factories.queue(conn, tier=2)
    queue_id = await factories.queue(conn, escalate_after_s=escalate_after_s, escalate_to_id=upper)
    alone, one, other = [await finding(conn, queue_id) for _ in range(3)]
    for contact_id in await conn.fetch("SELECT DISTINCT contact_id FROM ticket"):
        await factories.segment(conn, NOW - timedelta(days=2), *contact_id, "value_class", "A")

    await arriving.route(conn, NOW, alone)
    await entering.enter(conn, NOW, [one, other])

    expected = await traces(conn, alone.ticket_id)
    assert expected["ticket"]["state"] == "waiting"
    [queued] = expected["events"]
    assert queued["data"]["value"] == "A"
    assert await traces(conn, one.ticket_id) == expected
    assert await traces(conn, other.ticket_id) == expected


@pytest.mark.parametrize(
    ("after_s", "channels", "due_s"),
    [(90, [], 30), (90, ["phone"], 30), (90, ["webchat"], None), (10, [], 0)],
)
async def test_together_each_has_its_weight_and_the_chain_of_its_channel(
    prepared: asyncpg.Connection, after_s: int, channels: list[str], due_s: int | None
) -> None:
    """It opened a minute ago; a step that time has overtaken is due now."""
    conn = prepared
    await factories.configured(conn, capacity={"phone": 2})
    queue_id, next_id = await factories.queue(conn), await factories.queue(conn)
    for step_s in (after_s, 5000):
        await conn.execute(
            "INSERT INTO overflow_step (queue_id, after_s, to_queue_id, channels)"
            " VALUES ($1, $2, $3, $4)",
            queue_id,
            step_s,
            next_id,
            channels,
        )
    alone, one = [await finding(conn, queue_id, channel="phone") for _ in range(2)]

    await arriving.route(conn, NOW, alone)
    await entering.enter(conn, NOW, [one])

    expected = await traces(conn, alone.ticket_id)
    assert expected["ticket"]["weight"] == 2
    assert expected["timers"] == (
        [] if due_s is None else [{"due_at": NOW + timedelta(seconds=due_s), "kind": "overflow"}]
    )
    assert await traces(conn, one.ticket_id) == expected


async def test_what_another_process_has_done_already_is_not_done_again(
    prepared: asyncpg.Connection,
) -> None:
    conn = prepared
    queue_id = await factories.queue(conn)
    done, new = await finding(conn, queue_id), await finding(conn, queue_id)
    await arriving.route(conn, NOW, done)
    before = json.dumps(await traces(conn, done.ticket_id), default=str)

    await entering.enter(conn, NOW, [done, new])

    assert json.dumps(await traces(conn, done.ticket_id), default=str) == before
    assert (await traces(conn, new.ticket_id))["ticket"]["state"] == "waiting"


async def test_a_persons_other_open_problem_learns_the_temperament(
    prepared: asyncpg.Connection,
) -> None:
    conn = prepared
    queue_id, other_queue_id = await factories.queue(conn), await factories.queue(conn)
    first = await finding(conn, queue_id)
    contact_id = await conn.fetchval("SELECT contact_id FROM ticket WHERE id = $1", first.ticket_id)
    second = await finding(conn, other_queue_id, temperament="unknown")
    await entering.enter(conn, NOW, [second])
    await conn.execute(
        "UPDATE ticket SET contact_id = $2 WHERE id = $1", second.ticket_id, contact_id
    )

    await entering.enter(conn, NOW, [first])

    told = await conn.fetchval("SELECT temperament FROM ticket WHERE id = $1", second.ticket_id)
    assert told == "haggler"


async def test_whoever_is_free_gets_one_at_once(prepared: asyncpg.Connection) -> None:
    conn = prepared
    queue_id = await factories.queue(conn)
    agent_id = await factories.agent(conn, NOW, queues=[queue_id], capacity=1)
    both = [await finding(conn, queue_id) for _ in range(2)]

    await entering.enter(conn, NOW, both)

    states = await conn.fetch("SELECT state FROM ticket WHERE queue_id = $1 ORDER BY id", queue_id)
    assert sorted(row["state"] for row in states) in (
        ["assigned", "waiting"],
        ["offered", "waiting"],
    )
    asked = await conn.fetch("SELECT agent_id FROM offer")
    assert [row["agent_id"] for row in asked] == [agent_id]


async def test_a_queue_that_was_archived_meanwhile_gives_way_to_that_of_the_entry_point(
    prepared: asyncpg.Connection,
) -> None:
    conn = prepared
    former_id, queue_id = await factories.queue(conn), await factories.queue(conn)
    entry_point_id = await factories.entry_point(conn, queue_id=queue_id)
    late = await finding(conn, former_id)
    await conn.execute(
        "UPDATE ticket SET entry_point_id = $2 WHERE id = $1", late.ticket_id, entry_point_id
    )
    lost = await finding(conn, former_id)
    await conn.execute("UPDATE queue SET archived_at = $2 WHERE id = $1", former_id, NOW)

    await entering.enter(conn, NOW, [late, lost])

    found = {
        row["id"]: row["queue_id"] for row in await conn.fetch("SELECT id, queue_id FROM ticket")
    }
    lowest = await conn.fetchval("SELECT id FROM queue ORDER BY tier, id LIMIT 1")
    assert found == {late.ticket_id: queue_id, lost.ticket_id: lowest}
