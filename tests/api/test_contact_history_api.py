"""What happened with a contact, as far as the person who asks may know."""

import factories
import pytest


@pytest.fixture
async def world(table):
    """Two open teams and a restricted one, each with a queue; one contact with a ticket in each."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    teams = {
        "desk": await factories.team(table, name="Desk"),
        "shop": await factories.team(table, name="Shop"),
        "legal": await factories.team(table, name="Legal", restricted=True),
    }
    contact_id = await factories.contact(table, name="Sara")
    tickets = {}
    for name, team_id in teams.items():
        queue_id = await factories.queue(table, team_id=team_id)
        ticket = await factories.queued_ticket(
            table, now, queue_id=queue_id, contact_id=contact_id, body=f"about {name}"
        )
        tickets[name] = ticket.id
    return {"now": now, "teams": teams, "contact_id": contact_id, "tickets": tickets}


async def timeline(caller, contact_id):
    page = await caller("GET", f"/contacts/{contact_id}/timeline", status=200)
    return [interaction["body"] for interaction in page["items"]]


async def tickets(caller, contact_id):
    page = await caller("GET", f"/contacts/{contact_id}/tickets", status=200)
    return page["items"]


async def test_a_member_reads_what_his_teams_hold_and_knows_of_restricted_tickets(
    agent, table, world
):
    await factories.join_teams(table, agent.user_id, world["teams"]["desk"])

    assert await timeline(agent, world["contact_id"]) == ["about desk"]
    restricted, own = await tickets(agent, world["contact_id"])
    assert restricted == {"id": world["tickets"]["legal"], "restricted": True}
    assert own["id"] == world["tickets"]["desk"]
    assert own["restricted"] is False
    assert own["state"] == "waiting"


async def test_whoever_belongs_to_no_team_reads_nothing_and_finds_the_contact(agent, world):
    assert await timeline(agent, world["contact_id"]) == []
    assert [t["restricted"] for t in await tickets(agent, world["contact_id"])] == [True]
    assert (await agent("GET", f"/contacts/{world['contact_id']}", status=200))["name"] == "Sara"


async def test_whoever_holds_a_ticket_of_the_contact_reads_all_but_the_restricted(
    agent, table, world
):
    await table.execute(
        "UPDATE ticket SET state = 'assigned', agent_id = $1 WHERE id = $2",
        agent.user_id,
        world["tickets"]["shop"],
    )

    assert await timeline(agent, world["contact_id"]) == ["about shop", "about desk"]
    assert [t["restricted"] for t in await tickets(agent, world["contact_id"])] == [
        True,
        False,
        False,
    ]


async def test_an_administrator_reads_everything(admin, world):
    assert await timeline(admin, world["contact_id"]) == ["about legal", "about shop", "about desk"]
    assert [t["restricted"] for t in await tickets(admin, world["contact_id"])] == [False] * 3


async def test_a_long_timeline_is_read_page_by_page_with_its_files(admin, table, world):
    ticket_id = world["tickets"]["desk"]
    for n in range(5):
        last = await factories.interaction(
            table, world["now"], ticket_id=ticket_id, body=f"message {n}"
        )
    await table.execute(
        """INSERT INTO attachment (interaction_id, content_type, source_url)
           VALUES ($1, 'image/jpeg', 'https://provider.test/1')""",
        last,
    )

    path, read, cursor = f"/contacts/{world['contact_id']}/timeline?limit=3", [], ""
    while cursor is not None:
        page = await admin("GET", path + cursor, status=200)
        read += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"

    assert [i["body"] for i in read] == [
        *(f"message {n}" for n in (4, 3, 2, 1, 0)),
        "about legal",
        "about shop",
        "about desk",
    ]
    [file] = read[0]["attachments"]
    assert (file["content_type"], file["stored"]) == ("image/jpeg", False)
    assert "token" not in file
    assert read[0]["channel"] == "sms"


async def test_tickets_are_listed_page_by_page(admin, world):
    path = f"/contacts/{world['contact_id']}/tickets?limit=2"
    first = await admin("GET", path, status=200)
    second = await admin("GET", f"{path}&cursor={first['next']}", status=200)

    ids = [t["id"] for t in first["items"] + second["items"]]
    assert ids == sorted(world["tickets"].values(), reverse=True)
    assert second["next"] is None
