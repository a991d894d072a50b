"""Who serves which queue, and how much an agent takes at once."""

import factories
import pytest


@pytest.fixture
async def now(table):
    await factories.prepare(table)
    return await table.fetchval("SELECT clock_timestamp()")


async def available(table, *agent_ids):
    await table.execute(
        "UPDATE agent SET presence = 'available', last_seen_at = clock_timestamp()"
        " WHERE id = ANY($1)",
        list(agent_ids),
    )


async def offered_to(table, ticket_id):
    return await table.fetchval(
        "SELECT agent_id FROM offer WHERE ticket_id = $1 AND state IN ('pending', 'accepted')",
        ticket_id,
    )


async def test_a_new_member_gets_the_waiting_ticket_and_the_team(admin, agent, table, now):
    queue_id = await factories.queue(table)
    ticket = await factories.queued_ticket(table, now, queue_id=queue_id)
    await available(table, agent.user_id)

    membership = await admin(
        "PUT",
        f"/queues/{queue_id}/members/{agent.user_id}",
        {"level": 2, "delay_s": 0, "handicap_s": 30, "band": 1},
        status=200,
    )

    assert (membership["level"], membership["handicap_s"], membership["band"]) == (2, 30, 1)
    assert await offered_to(table, ticket.id) == agent.user_id
    listed = await admin("GET", f"/queues/{queue_id}/members", status=200)
    assert listed == [membership]
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", queue_id)
    assert (await admin("GET", f"/teams/{team_id}", status=200))["member_ids"] == [agent.user_id]
    whats = await table.fetch(
        "SELECT data->>'what' AS what FROM event WHERE kind = 'configuration_changed'"
    )
    assert sorted(row["what"] for row in whats) == ["membership", "team"]


async def test_the_terms_are_changed_by_putting_them_again(admin, agent, table, now):
    queue_id = await factories.queue(table)
    path = f"/queues/{queue_id}/members/{agent.user_id}"

    await admin("PUT", path, {"delay_s": 60}, status=200)
    again = await admin("PUT", path, {"level": 3}, status=200)

    assert (again["level"], again["delay_s"]) == (3, 0)
    last = await table.fetchval("SELECT data FROM event ORDER BY id DESC LIMIT 1")
    assert last == {
        "what": "membership",
        "id": f"{queue_id}:{agent.user_id}",
        "changed": {"level": {"from": 1, "to": 3}, "delay_s": {"from": 60, "to": 0}},
    }


async def test_whoever_leaves_a_queue_gives_back_what_rings_and_keeps_what_he_holds(
    admin, agent, supervisor, table, now
):
    queue_id = await factories.queue(table)
    tickets = [await factories.queued_ticket(table, now, queue_id=queue_id) for _ in range(2)]
    await available(table, agent.user_id)
    path = f"/queues/{queue_id}/members/{agent.user_id}"
    await admin("PUT", path, {}, status=200)
    await agent("POST", f"/tickets/{tickets[0].id}/acceptances", status=201)
    await admin("PUT", f"/queues/{queue_id}/members/{supervisor.user_id}", {}, status=200)
    await available(table, supervisor.user_id)

    await admin("DELETE", path, status=204)

    assert await offered_to(table, tickets[0].id) == agent.user_id
    assert await offered_to(table, tickets[1].id) == supervisor.user_id
    assert await table.fetchval("SELECT load FROM agent WHERE id = $1", agent.user_id) == 1
    assert (await admin("DELETE", path, status=404))["code"] == "not_found"


async def test_more_capacity_is_filled_at_once_and_none_is_taken_from_what_he_holds(
    admin, agent, table, now
):
    queue_id = await factories.queue(table)
    for _ in range(5):
        await factories.queued_ticket(table, now, queue_id=queue_id)
    await available(table, agent.user_id)
    await admin("PUT", f"/queues/{queue_id}/members/{agent.user_id}", {}, status=200)
    path = f"/agents/{agent.user_id}"

    etag = (await admin.send("GET", path)).headers["ETag"]
    more = await admin("PATCH", path, {"capacity": 5}, headers={"If-Match": etag}, status=200)
    headers = {"If-Match": f'"{more["version"]}"'}
    less = await admin("PATCH", path, {"capacity": 4}, headers=headers, status=409)

    assert (more["capacity"], more["load"]) == (5, 5)
    assert (less["code"], less["load"]) == ("capacity_below_load", 5)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"level": 0}, "body.level"),
        ({"band": 10}, "body.band"),
        ({"delay_s": -1}, "body.delay_s"),
        ({"handicap_s": 10**9}, "body.handicap_s"),
    ],
)
async def test_impossible_terms_are_refused(admin, agent, body, field):
    problem = await admin("PUT", f"/queues/1/members/{agent.user_id}", body, status=422)

    assert problem["field"] == field
