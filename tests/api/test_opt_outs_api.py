"""Opt-outs that staff note, and lift again."""

import factories
import pytest


@pytest.fixture
async def customer(table):
    await factories.prepare(table)
    contact_id = await factories.contact(table)
    entry_point_id = await factories.entry_point(
        table, queue_id=await factories.queue(table), address="+982100000077"
    )
    identity_id = await table.fetchval("SELECT id FROM identity WHERE contact_id = $1", contact_id)
    return contact_id, identity_id, entry_point_id


async def test_staff_note_it_and_a_supervisor_lifts_it(agent, supervisor, customer):
    contact_id, identity_id, entry_point_id = customer
    path = f"/contacts/{contact_id}/opt_outs"
    body = {"identity_id": identity_id, "entry_point_id": entry_point_id}

    made = await agent("POST", path, body, status=201)
    again = await agent("POST", path, body, status=409)
    shown = await agent("GET", f"/contacts/{contact_id}", status=200)
    await agent("DELETE", f"{path}/{made['id']}", status=403)
    lifted = await supervisor("DELETE", f"{path}/{made['id']}", status=200)

    assert (made["sender"], made["source"], made["lifted_at"]) == ("+982100000077", "staff", None)
    assert again["code"] == "already_opted_out"
    assert shown["identities"][0]["opted_out_at"] == made["from_at"]
    assert lifted["lifted_source"] == "staff"
    assert await agent("GET", path, status=200) == [lifted]


async def test_an_address_of_somebody_else_is_refused(agent, customer, table):
    contact_id, _, entry_point_id = customer
    other = await factories.contact(table)
    foreign = await table.fetchval("SELECT id FROM identity WHERE contact_id = $1", other)
    body = {"identity_id": foreign, "entry_point_id": entry_point_id}

    refused = await agent("POST", f"/contacts/{contact_id}/opt_outs", body, status=422)

    assert refused["field"] == "body.identity_id"


async def test_a_rate_is_set_and_taken_away_with_the_entry_point(admin, customer):
    _, _, entry_point_id = customer
    path = f"/entry_points/{entry_point_id}"
    before = await admin("GET", path, status=200)

    limited = await admin(
        "PATCH",
        path,
        {"segments_per_s": 0.5},
        headers={"If-Match": f'"{before["version"]}"'},
        status=200,
    )
    await admin(
        "PATCH",
        path,
        {"segments_per_s": 0},
        headers={"If-Match": f'"{limited["version"]}"'},
        status=422,
    )
    free = await admin(
        "PATCH",
        path,
        {"segments_per_s": None},
        headers={"If-Match": f'"{limited["version"]}"'},
        status=200,
    )

    assert [e["segments_per_s"] for e in (before, limited, free)] == [None, 0.5, None]
