"""Saved replies, and how they are filled in."""

import factories
import pytest


@pytest.fixture
async def ticket(agent, table):
    """A ticket in a queue of the agent's team."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    queue_id = await factories.queue(table, team_id=team_id, name="Returns")
    contact_id = await factories.contact(table, name="سارا {agent_name}")
    return await factories.queued_ticket(table, now, queue_id=queue_id, contact_id=contact_id)


async def saved(admin, body, language="en", **more):
    new = {"title": "A reply", "language": language, "body": body, **more}
    return await admin("POST", "/saved_replies", new, status=201)


async def rendered(agent, ticket, reply):
    path = f"/tickets/{ticket.id}/saved_replies/{reply['id']}/rendering"
    return await agent("POST", path, status=200)


async def test_a_reply_is_filled_in_once(admin, agent, table, ticket):
    await table.execute("UPDATE user_account SET name = 'Mina' WHERE id = $1", agent.user_id)
    reply = await saved(
        admin, "Hello {contact_name}, {agent_name} of {queue_name} here: {ticket_id}."
    )

    filled = await rendered(agent, ticket, reply)

    assert filled["text"] == f"Hello سارا {{agent_name}}, Mina of Returns here: {ticket.id}."
    assert filled["missing"] == []


async def test_a_persian_reply_has_persian_digits(admin, agent, table, ticket):
    await table.execute("UPDATE contact SET name = NULL")
    reply = await saved(admin, "سلام {contact_name}، درخواست {ticket_id} رسید.", "fa")

    filled = await rendered(agent, ticket, reply)

    digits = str(ticket.id).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert filled["text"] == f"سلام، درخواست {digits} رسید."
    assert filled["missing"] == ["contact_name"]
    assert filled["language"] == "fa"


async def test_only_a_ticket_one_may_read_and_a_reply_one_may_use_are_filled_in(
    admin, agent, supervisor, table, ticket
):
    reply = await saved(admin, "Hello.")
    foreign = await saved(admin, "Secret.", team_id=1)

    unread = f"/tickets/{ticket.id}/saved_replies/{reply['id']}/rendering"
    unusable = f"/tickets/{ticket.id}/saved_replies/{foreign['id']}/rendering"

    assert (await supervisor("POST", unread, status=404))["code"] == "not_found"
    assert (await agent("POST", unusable, status=404))["code"] == "not_found"
    await agent("GET", f"/saved_replies/{foreign['id']}", status=404)


async def test_an_unknown_placeholder_is_refused_and_named(admin, subtests):
    for name in ["name", "Contact_name", "", "contact_name ", "نام"]:
        with subtests.test(name=name):
            body = {"title": "x", "language": "en", "body": f"Hello {{{name}}}"}

            problem = await admin("POST", "/saved_replies", body, status=422)

            assert problem["field"] == "body.body"
            assert problem["placeholder"] == name
            assert f"{{{name}}}" in problem["detail"]


async def test_replies_are_listed_by_language_and_team(admin, agent, table):
    mine = await saved(admin, "One", "fa", team_id=1)
    foreign = await saved(admin, "Two", "fa", team_id=2)
    await factories.join_teams(table, agent.user_id, 1)

    listed = await agent("GET", "/saved_replies?language=fa", status=200)
    everything = await admin("GET", "/saved_replies", status=200)

    assert mine in listed
    assert foreign not in listed
    assert {reply["language"] for reply in listed} == {"fa"}
    assert foreign in everything


async def test_a_reply_is_edited_and_thrown_away(admin, table):
    await factories.prepare(table)
    reply = await saved(admin, "Hello")
    path = f"/saved_replies/{reply['id']}"

    edited = await admin(
        "PATCH", path, {"body": "Bye {agent_name}"}, headers={"If-Match": '"1"'}, status=200
    )
    bad = await admin("PATCH", path, {"body": "{x}"}, headers={"If-Match": '"2"'}, status=422)
    nowhere = await admin("PATCH", path, {"team_id": 99}, headers={"If-Match": '"2"'}, status=422)
    await admin("DELETE", path, status=204)

    assert edited["body"] == "Bye {agent_name}"
    assert (bad["field"], nowhere["field"]) == ("body.body", "body.team_id")
    await admin("GET", path, status=404)
    data = await table.fetch(
        "SELECT data->'changed' AS c FROM event WHERE kind = 'configuration_changed' ORDER BY id"
    )
    assert [row["c"]["body"] for row in data] == [
        {"from": None, "to": 5},
        {"from": 5, "to": 16},
        {"from": 16, "to": None},
    ]
