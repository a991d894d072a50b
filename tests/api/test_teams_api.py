"""Teams and their members."""


async def test_a_team_is_made_with_its_lead_as_first_member(admin, agent):
    team = await admin("POST", "/teams", {"name": " فروش ", "lead_id": agent.user_id}, status=201)

    assert team["name"] == "فروش"
    assert team["member_ids"] == [agent.user_id]
    assert team["version"] == 1
    listed = await admin("GET", "/teams", status=200)
    assert team in listed
    assert await admin("GET", f"/teams/{team['id']}", status=200) == team


async def test_a_new_lead_becomes_a_member(admin, agent):
    team = await admin("POST", "/teams", {"name": "Sales"}, status=201)

    led = await admin(
        "PATCH",
        f"/teams/{team['id']}",
        {"lead_id": agent.user_id},
        headers={"If-Match": '"1"'},
        status=200,
    )
    nobody = await admin(
        "PATCH",
        f"/teams/{team['id']}",
        {"lead_id": None},
        headers={"If-Match": '"2"'},
        status=200,
    )

    assert (led["lead_id"], led["member_ids"]) == (agent.user_id, [agent.user_id])
    assert (nobody["lead_id"], nobody["member_ids"]) == (None, [agent.user_id])


async def test_members_come_and_go(admin, agent):
    path = f"/teams/1/members/{agent.user_id}"

    once = await admin("PUT", path, status=200)
    twice = await admin("PUT", path, status=200)
    left = await admin("DELETE", path, status=200)
    gone = await admin("DELETE", path, status=404)

    assert once["member_ids"] == [agent.user_id]
    assert twice == once
    assert left["member_ids"] == []
    assert gone["code"] == "not_found"


async def test_whoever_leads_or_serves_stays(admin, agent):
    path = f"/teams/1/members/{agent.user_id}"
    queue = (await admin("GET", "/queues", status=200))[0]
    assert queue["team_id"] == 1
    await admin("PUT", f"/queues/{queue['id']}/members/{agent.user_id}", {}, status=200)

    serves = await admin("DELETE", path, status=409)
    await admin("DELETE", f"/queues/{queue['id']}/members/{agent.user_id}", status=204)
    team = await admin("GET", "/teams/1", status=200)
    await admin(
        "PATCH",
        "/teams/1",
        {"lead_id": agent.user_id},
        headers={"If-Match": f'"{team["version"]}"'},
        status=200,
    )
    leads = await admin("DELETE", path, status=409)

    assert (serves["code"], serves["queue_ids"]) == ("serves_queues", [queue["id"]])
    assert leads["code"] == "leads_team"


async def test_names_are_told_apart_and_leads_exist(admin):
    taken = await admin("POST", "/teams", {"name": "Frontline"}, status=409)
    renamed = await admin(
        "PATCH", "/teams/2", {"name": "Frontline"}, headers={"If-Match": '"1"'}, status=409
    )
    nobody = await admin("POST", "/teams", {"name": "x", "lead_id": 999}, status=422)

    assert taken["code"] == renamed["code"] == "name_taken"
    assert nobody["field"] == "body.lead_id"
