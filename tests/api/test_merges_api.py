"""Merging contacts over HTTP."""

import factories
import pytest


@pytest.fixture
async def two(table):
    """Two contacts with an open ticket each in one queue."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await factories.queue(table)
    contacts = []
    for name in ("Anna", "Anna B."):
        contacts.append(await factories.contact(table, name=name))
        await factories.queued_ticket(
            table, now, queue_id=queue_id, contact_id=contacts[-1], body=f"from {name}"
        )
    return contacts


async def merged(caller, kept, other, status=201):
    return await caller("POST", f"/contacts/{kept}/merges", {"contact_id": other}, status=status)


async def test_two_contacts_become_one_and_two_again(supervisor, admin, two):
    kept, other = two

    merge = await merged(supervisor, kept, other)

    assert (merge["kept_id"], merge["merged_id"]) == (kept, other)
    assert (merge["tickets"], merge["interactions"], merge["identities"]) == (1, 1, 1)
    gone = await admin("GET", f"/contacts/{other}", status=404)
    assert (gone["code"], gone["contact_id"]) == ("contact_merged", kept)
    page = await admin("GET", f"/contacts/{kept}/timeline", status=200)
    assert [i["body"] for i in page["items"]] == ["from Anna B.", "from Anna"]
    found = await admin("GET", "/contacts?q=anna", status=200)
    assert [c["id"] for c in found["items"]] == [kept]
    [listed] = await admin("GET", f"/contacts/{kept}/merges", status=200)
    assert listed == merge

    undone = await supervisor("POST", f"/merges/{merge['id']}/undoings", status=201)

    assert undone["undone_at"] is not None
    assert (await admin("GET", f"/contacts/{other}", status=200))["name"] == "Anna B."
    again = await supervisor("POST", f"/merges/{merge['id']}/undoings", status=409)
    assert again["code"] == "merge_already_undone"


@pytest.mark.parametrize("path", ["", "/timeline", "/tickets", "/temperament", "/merges"])
async def test_whatever_is_asked_of_a_merged_contact_names_the_other(supervisor, two, path):
    kept, other = two
    await merged(supervisor, kept, other)

    gone = await supervisor("GET", f"/contacts/{other}{path}", status=404)

    assert (gone["code"], gone["contact_id"]) == ("contact_merged", kept)


async def test_a_merged_contact_cannot_be_changed(supervisor, two):
    kept, other = two
    await merged(supervisor, kept, other)
    headers = {"If-Match": '"2"'}

    for method, path, body in (
        ("PATCH", "", {"name": "x"}),
        ("PUT", "/temperament", {"label": "warm"}),
        ("POST", "/identities", {"kind": "email", "value": "a@b.test"}),
    ):
        gone = await supervisor(
            method, f"/contacts/{other}{path}", body, headers=headers, status=404
        )
        assert gone["code"] == "contact_merged"


async def test_what_cannot_be_merged_is_a_problem_that_says_why(supervisor, two):
    kept, other = two

    itself = await merged(supervisor, kept, kept, status=422)
    unknown = await merged(supervisor, kept, 999, status=422)
    await merged(supervisor, kept, other)
    third = await supervisor("POST", "/contacts", {"name": "Third"}, status=201)
    taken = await merged(supervisor, third["id"], other, status=409)

    assert itself["field"] == unknown["field"] == "body.contact_id"
    assert (taken["code"], taken["contact_id"]) == ("unmergeable", kept)


async def test_an_agent_merges_only_what_he_may_read(agent, table, two):
    refused = await merged(agent, *two, status=403)
    team_id = await table.fetchval("SELECT team_id FROM queue ORDER BY id DESC LIMIT 1")
    await factories.join_teams(table, agent.user_id, team_id)

    merge = await merged(agent, *two)

    assert refused["code"] == "forbidden"
    assert merge["tickets"] == 1
