"""The configuration over the API: read, checked, activated, compared and gone back to."""

import copy

import factories
import pytest

from contactcenter.configuration_document import parsing


@pytest.fixture
async def served(admin, table):
    """A centre in which one person serves everything."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    ids = [row["id"] for row in await table.fetch("SELECT id FROM queue")]
    agent_id = await factories.agent(table, now, queues=ids, presence="offline")
    return await table.fetchval("SELECT email FROM user_account WHERE id = $1", agent_id)


async def put(admin, document, *, version, status=200, query=""):
    headers = {"If-Match": f'"{version}"'}
    return await admin("PUT", f"/configuration{query}", document, headers=headers, status=status)


async def test_what_is_read_is_edited_and_activated(admin, served):
    read = await admin("GET", "/configuration", status=200)
    assert read["version"] == 0
    document = read["document"]
    assert set(document["queues"]) == {"Frontline", "Specialists", "Engineering"}
    document["queues"]["Frontline"]["wrap_up_s"] = 45
    document["queues"]["Frontline"]["auto_accept"] = ["phone"]
    document["sticky"] = {"window_s": {"sms": 600}}

    done = await put(admin, document, version=0, query="?note=Time+to+write")

    assert (done["version"], done["changed"]) == (1, True)
    assert "queues.Frontline" in [warning["place"] for warning in done["warnings"]]
    again = await put(admin, document, version=1)
    assert (again["version"], again["changed"]) == (1, False)
    queues = {q["name"]: q for q in await admin("GET", "/queues", status=200)}
    assert queues["Frontline"]["wrap_up_s"] == 45
    (version,) = (await admin("GET", "/configuration/versions", status=200))["items"]
    assert (version["version"], version["note"]) == (1, "Time to write")
    assert version["actor"] == f"user:{admin.user_id}"
    kept = await admin("GET", "/configuration/versions/1", status=200)
    assert kept["document"] == (await admin("GET", "/configuration", status=200))["document"]


async def test_the_same_is_a_yaml_file(admin, served):
    response = await admin.send("GET", "/configuration", headers={"Accept": "application/yaml"})
    text = await response.text()

    assert response.headers["Content-Type"].startswith("application/yaml")
    assert response.headers["ETag"] == '"0"'
    assert text.startswith("version: 0\n")
    read = await admin("GET", "/configuration", status=200)
    assert parsing.parse(text.encode()) == parsing.convert(read["document"] | {"version": 0})
    edited = text.replace("offer_s: 60", "offer_s: 45") + "\nlimits: {cooldown_s: 60}\n"
    response = await admin.send(
        "PUT",
        "/configuration",
        data=edited.encode(),
        headers={"If-Match": '"0"', "Content-Type": "application/yaml"},
    )
    assert response.status == 200, await response.text()


async def test_everything_that_is_wrong_is_told_and_nothing_changes(admin, served):
    read = await admin("GET", "/configuration", status=200)
    document = copy.deepcopy(read["document"])
    document["queues"]["Frontline"] |= {"team": "Nobody", "escalate_to": "Nowhere"}
    document["overflow"] = {"Frontline": [{"after_s": 60, "to": "Nowhere"}]}

    problem = await put(admin, document, version=0, status=422)
    checked = await admin("POST", "/configuration/checks", document, status=200)

    assert problem["code"] == "invalid_configuration"
    assert [error["place"] for error in problem["errors"]] == [
        "queues.Frontline.team",
        "queues.Frontline.escalate_to",
        "overflow.Frontline[0].to",
    ]
    assert checked["errors"] == problem["errors"]
    shapeless = await admin(
        "POST", "/configuration/checks", {"queues": {"x": {"tier": "1"}}}, status=200
    )
    assert shapeless["errors"] == [
        {"place": "queues.x.team", "detail": "this is missing"},
        {"place": "queues.x.tier", "detail": "expected `int`, got `str`"},
    ]
    refused = await put(admin, {"queues": {"x": {"tier": "1"}}}, version=0, status=422)
    assert refused["errors"] == shapeless["errors"]
    assert (await admin("GET", "/configuration", status=200)) == read


async def test_nobody_overwrites_what_he_has_not_read(admin, served):
    document = (await admin("GET", "/configuration", status=200))["document"]
    await put(admin, document | {"limits": {"cooldown_s": 60}}, version=0)

    stale = await put(admin, document | {"limits": {"cooldown_s": 90}}, version=0, status=412)
    without = await admin("PUT", "/configuration", document, status=428)
    named = await put(admin, document | {"version": 0}, version=1, status=412)

    assert {stale["code"], named["code"]} == {"stale"}
    assert without["code"] == "precondition_missing"


async def test_versions_are_compared_and_gone_back_to(admin, served):
    document = (await admin("GET", "/configuration", status=200))["document"]
    await put(admin, document | {"limits": {"cooldown_s": 60}}, version=0)
    queue = (await admin("GET", "/queues", status=200))[0]
    headers = {"If-Match": f'"{queue["version"]}"'}
    await admin("PATCH", f"/queues/{queue['id']}", {"wrap_up_s": 9}, headers=headers, status=200)

    told = await admin("GET", "/configuration/versions/1/differences", status=200)
    assert told == {
        "from_version": 1,
        "to_version": 2,
        "differences": [{"place": f"queues.{queue['name']}.wrap_up_s", "from": None, "to": 9}],
    }
    path = "/configuration/versions/1/reversions"
    gone_back = await admin(
        "POST", path, {"note": "too short"}, headers={"If-Match": '"2"'}, status=201
    )
    assert (gone_back["version"], gone_back["changed"]) == (3, True)
    third = await admin("GET", "/configuration/versions/3", status=200)
    assert (third["reverts_to"], third["note"]) == (1, "too short")
    same = await admin("GET", "/configuration/versions/1/differences?to=3", status=200)
    assert same["differences"] == []
    unknown = await admin("GET", "/configuration/versions/9", status=404)
    assert unknown["code"] == "not_found"
    far = await admin("GET", f"/configuration/versions/{2**40}", status=404)
    assert far["code"] == "not_found"


async def test_skills_and_team_queues_decide_who_serves_what(admin, served, table):
    now = await table.fetchval("SELECT clock_timestamp()")
    team_id = await factories.team(table, name="Printers")
    agent_id = await factories.agent(table, now, teams=[team_id], presence="offline")
    queue = await admin(
        "POST",
        "/queues",
        {
            "name": "Printers",
            "team_id": team_id,
            "tier": 2,
            "requirements": {"product": {"laser": 2}},
        },
        status=201,
    )
    path = f"/teams/{team_id}/queues/{queue['id']}"
    grant = await admin("PUT", path, {"level": 2, "delay_s": 30}, status=200)
    assert (grant["queue_name"], grant["level"]) == ("Printers", 2)
    members = f"/queues/{queue['id']}/members"
    assert await admin("GET", members, status=200) == []

    skills = f"/agents/{agent_id}/skills"
    response = await admin.send("GET", skills)
    known = await admin(
        "PUT",
        skills,
        {"product": {"laser": 3}},
        headers={"If-Match": response.headers["ETag"]},
        status=200,
    )

    assert known["product"] == {"laser": 3}
    (member,) = await admin("GET", members, status=200)
    assert (member["agent_id"], member["level"], member["source"]) == (agent_id, 2, "team")
    refused = await admin("DELETE", f"{members}/{agent_id}", status=409)
    assert refused["code"] == "of_team"
    stale = await admin(
        "PUT", skills, {}, headers={"If-Match": response.headers["ETag"]}, status=412
    )
    assert stale["code"] == "stale"
    # Terms of his own count before those of the team, and go back to them.
    own = await admin("PUT", f"{members}/{agent_id}", {"level": 1}, status=200)
    assert own["source"] == "own"
    await admin("DELETE", f"{members}/{agent_id}", status=204)
    (member,) = await admin("GET", members, status=200)
    assert (member["level"], member["source"]) == (2, "team")
    await admin("DELETE", path, status=204)
    assert await admin("GET", members, status=200) == []
    assert await admin("GET", f"/teams/{team_id}/queues", status=200) == []


async def test_options_of_our_addresses_are_part_of_the_document(admin, served, table):
    made = {"channel": "email", "address": "help@example.com", "queue_id": 1}
    options = {"mail_authserv_ids": "mx.example.com"}
    await admin("POST", "/entry_points", made | {"options": options}, status=201)
    read = await admin("GET", "/configuration", status=200)
    document, key = read["document"], "email:help@example.com"
    assert document["entry_points"][key]["options"] == options

    document["entry_points"][key]["options"] = {
        "mail_authserv_ids": "b.example.com",
        "no_such": "x",
    }
    problem = await put(admin, document, version=1, status=422)
    assert [fault["place"] for fault in problem["errors"]] == [
        f'entry_points["{key}"].options.no_such'
    ]
    document["entry_points"][key]["options"] = {"mail_authserv_ids": "b.example.com"}
    await put(admin, document, version=1)
    stored = "SELECT options->>'mail_authserv_ids' FROM entry_point"
    assert await table.fetchval(stored) == "b.example.com"

    del document["entry_points"][key]["options"]
    done = await put(admin, document, version=2)
    assert {
        "place": f'entry_points["{key}"].options.mail_authserv_ids',
        "detail": "it is left out, and so it is removed",
    } in done["warnings"]
    assert await table.fetchval("SELECT options FROM entry_point") == {}
    path, based_on = "/configuration/versions/2/reversions", {"If-Match": '"3"'}
    await admin("POST", path, {}, headers=based_on, status=201)
    assert await table.fetchval(stored) == "b.example.com"
