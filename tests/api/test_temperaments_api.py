"""How to treat a contact: what is thought, why, and an agent's correction."""

import factories
import pytest

from contactcenter.segments import segments


@pytest.fixture
async def sara(table):
    """A contact whose own words made her seem a haggler, with one open and one solved ticket."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    contact_id = await factories.contact(table, name="Sara")
    queue_id = await factories.queue(table)
    solved = await factories.queued_ticket(
        table, now, queue_id=queue_id, contact_id=contact_id, temperament="haggler"
    )
    await table.execute(
        "UPDATE ticket SET state = 'solved', solved_at = now() WHERE id = $1", solved.id
    )
    ticket = await factories.queued_ticket(
        table, now, queue_id=queue_id, contact_id=contact_id, temperament="haggler"
    )
    interaction_id = await table.fetchval("SELECT max(id) FROM interaction")
    sign = {
        "interaction_id": interaction_id,
        "cue": "asks_for_discount",
        "points_to": "haggler",
        "span": [3, 9],
        "weight": 1.0,
    }
    await segments.assert_temperament(
        table,
        now,
        contact_id,
        "haggler",
        source="cues",
        confidence=0.75,
        evidence=[sign],
        actor="system",
    )
    return {"id": contact_id, "ticket_id": ticket.id, "solved_id": solved.id, "sign": sign}


async def label_of(table, ticket_id):
    return await table.fetchval("SELECT temperament FROM ticket WHERE id = $1", ticket_id)


async def test_a_judgement_is_told_with_what_it_rests_on(agent, sara):
    told = await agent("GET", f"/contacts/{sara['id']}/temperament", status=200)

    assert (told["label"], told["source"], told["confidence"]) == ("haggler", "cues", 0.75)
    [sign] = told["evidence"]
    assert {name: sign[name] for name in sara["sign"]} == sara["sign"]
    assert sign["channel"] == "sms"
    assert len(told["guidance"]["en"]) == len(told["guidance"]["fa"]) > 0
    assert [said["label"] for said in told["history"]] == ["haggler"]
    assert told["history"][0]["until"] is None
    contact = await agent("GET", f"/contacts/{sara['id']}", status=200)
    assert contact["temperament"]["label"] == "haggler"
    assert contact["temperament"]["guidance"] == told["guidance"]


async def test_a_correction_counts_and_open_tickets_carry_it(agent, table, sara):
    path = f"/contacts/{sara['id']}/temperament"
    etag = (await agent.send("GET", path)).headers["ETag"]

    told = await agent(
        "PUT",
        path,
        {"label": "warm", "note": "known for years"},
        headers={"If-Match": etag},
        status=200,
    )

    assert (told["label"], told["source"], told["confidence"]) == ("warm", "agent", 1.0)
    assert (told["override"]["note"], told["override"]["until"]) == ("known for years", None)
    assert (told["computed"]["label"], told["computed"]["agrees"]) == ("unknown", False)
    assert [said["source"] for said in told["history"]] == ["agent", "cues"]
    assert told["history"][0]["actor"] == f"user:{agent.user_id}"
    assert await label_of(table, sara["ticket_id"]) == "warm"
    assert await label_of(table, sara["solved_id"]) == "haggler"
    event = await table.fetchrow("SELECT data, version FROM event WHERE kind = 'ticket_changed'")
    assert event["data"]["changed"] == {"temperament": {"from": "haggler", "to": "warm"}}
    assert event["version"] == await table.fetchval(
        "SELECT version FROM ticket WHERE id = $1", sara["ticket_id"]
    )
    stale = await agent("PUT", path, {"label": "warm"}, headers={"If-Match": etag}, status=412)
    assert stale["code"] == "stale"


async def test_what_the_rules_find_later_does_not_replace_a_correction(agent, table, sara):
    path = f"/contacts/{sara['id']}/temperament"
    await agent("PUT", path, {"label": "warm"}, headers={"If-Match": '"1"'}, status=200)

    now = await table.fetchval("SELECT clock_timestamp()")
    await segments.assert_temperament(
        table,
        now,
        sara["id"],
        "serious",
        source="cues",
        confidence=0.9,
        evidence=[],
        actor="system",
    )

    assert (await agent("GET", path, status=200))["label"] == "warm"
    back = await agent("DELETE", path, status=200)
    assert (back["label"], back["source"]) == ("serious", "cues")
    assert await label_of(table, sara["ticket_id"]) == "serious"


async def test_nothing_is_taken_back_where_nobody_corrected(agent, sara):
    problem = await agent("DELETE", f"/contacts/{sara['id']}/temperament", status=404)

    assert problem["code"] == "not_found"


async def test_an_unknown_label_is_refused(agent, sara):
    problem = await agent(
        "PUT",
        f"/contacts/{sara['id']}/temperament",
        {"label": "grumpy"},
        headers={"If-Match": '"1"'},
        status=422,
    )

    assert problem["field"] == "body.label"


async def test_the_rules_that_refer_tickets_are_asked_about_a_correction(agent, table, sara):
    await table.execute(
        "INSERT INTO escalation_rule (name, position, condition)"
        " VALUES ('warm', 1, '{\"temperament\": \"warm\"}')"
    )
    path = f"/contacts/{sara['id']}/temperament"

    await agent("PUT", path, {"label": "warm"}, headers={"If-Match": '"1"'}, status=200)

    asked = await table.fetch(
        "SELECT ticket_id FROM timer WHERE kind = 'escalation_check'"
        " UNION SELECT ticket_id FROM event WHERE kind = 'ticket_escalated'"
    )
    assert [row["ticket_id"] for row in asked] == [sara["ticket_id"]]


async def test_not_this_is_said_in_one_call(agent, table, sara):
    path = f"/contacts/{sara['id']}/temperament/refusals"

    told = await agent("POST", path, {"label": "warm", "note": "never"}, status=200)

    assert told["label"] == "haggler"
    kept = await table.fetchrow(
        "SELECT label, until - at AS time, actor, note FROM temperament_refusal"
    )
    assert (kept["label"], kept["time"].days, kept["note"]) == ("warm", 90, "never")
    assert kept["actor"] == f"user:{agent.user_id}"
    unknown = await agent("POST", path, {"label": "unknown"}, status=422)
    assert unknown["field"] == "body.label"


async def test_a_contact_may_object(agent, supervisor, table, sara):
    path = f"/contacts/{sara['id']}/temperament"

    for _ in range(2):
        told = await agent("PUT", f"{path}/opt-out", status=200)
        assert (told["label"], told["opted_out"], told["history"]) == ("unknown", True, [])
    assert await label_of(table, sara["ticket_id"]) == "unknown"
    assert await label_of(table, sara["solved_id"]) == "unknown"
    refused = await agent(
        "PUT", path, {"label": "warm"}, headers={"If-Match": f'"{told["version"]}"'}, status=409
    )
    assert refused["code"] == "temperament_opted_out"
    await agent("DELETE", f"{path}/opt-out", status=403)
    back = await supervisor("DELETE", f"{path}/opt-out", status=200)
    assert back["opted_out"] is False


async def test_another_system_may_say_so_and_a_person_knows_better(agent, admin, table, sara):
    path = f"/contacts/{sara['id']}/temperament"
    line = {"contact_id": sara["id"], "kind": "temperament", "value": "serious"}

    assert (await admin("POST", "/segments", [line], status=201))["new"] == 1
    assert (await admin("POST", "/segments", [line], status=201))["new"] == 0

    told = await agent("GET", path, status=200)
    assert (told["label"], told["source"]) == ("serious", "import")
    assert await label_of(table, sara["ticket_id"]) == "serious"
    etag = (await agent.send("GET", path)).headers["ETag"]
    told = await agent("PUT", path, {"label": "warm"}, headers={"If-Match": etag}, status=200)
    assert (told["label"], told["source"]) == ("warm", "agent")
    later = await admin("POST", "/segments", [line | {"from": "2090-01-01T00:00:00Z"}], status=422)
    assert later["field"] == "body[0].from"
    await agent("PUT", f"{path}/opt-out", status=200)
    refused = await admin("POST", "/segments", [line | {"value": "warm"}], status=422)
    assert refused["field"] == "body[0]"


async def test_how_often_people_say_otherwise_is_reported(agent, supervisor, table, sara):
    other = await factories.contact(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    for contact_id in (sara["id"], other):
        await factories.segment(table, now, contact_id, "temperament", "haggler", source="model")
    for contact_id, label in ((sara["id"], "warm"), (other, "haggler")):
        path = f"/contacts/{contact_id}/temperament"
        etag = (await agent.send("GET", path)).headers["ETag"]
        await agent("PUT", path, {"label": label}, headers={"If-Match": etag}, status=200)
    await agent("POST", f"/contacts/{other}/temperament/refusals", {"label": "serious"}, status=200)

    rows = await supervisor("GET", "/reports/temperaments", status=200)

    found = {row["label"]: row for row in rows if row["corrections"] or row["refused"]}
    assert found.keys() == {"haggler", "serious"}
    haggler = found["haggler"]
    assert (haggler["carried"], haggler["corrections"], haggler["agreed"]) == (2, 2, 1)
    assert (haggler["override_rate"], haggler["agreement"]) == (0.5, 0.5)
    assert (found["serious"]["refused"], found["serious"]["override_rate"]) == (1, None)
