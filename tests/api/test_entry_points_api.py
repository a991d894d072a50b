"""Our own addresses."""

import asyncio

import pytest

from channels import Address, Inbound, Raw


def message(n, address):
    return Inbound(
        channel="sms",
        entry_point=address,
        sender=Address(kind="phone", value="+989121234567"),
        text="hello",
        raw=Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        external_id=f"SM{n}",
    )


NEW = {"channel": "sms", "address": "۰۲۱ ۹۱۰۱ ۲۳۴۵", "queue_id": 2, "name": "Shop"}


async def test_an_address_is_set_up_in_any_writing_and_takes_messages(admin, agent, table, inbox):
    made = await admin("POST", "/entry_points", NEW | {"language": "fa"}, status=201)

    assert made["address"] == "+982191012345"
    assert made["discovered"] is False
    assert await agent("GET", "/entry_points", status=200) == [made]
    assert await agent("GET", f"/entry_points/{made['id']}", status=200) == made
    assert list(await inbox.receive([message(1, "+982191012345")])) == ["stored"]
    assert await table.fetchval("SELECT intake_queue_id FROM ticket") == 2


async def test_an_address_is_set_up_once_whoever_is_faster(admin):
    writings = ["021-91012345", "+982191012345", "00982191012345", "٠٢١٩١٠١٢٣٤٥"]

    responses = await asyncio.gather(
        *(admin.send("POST", "/entry_points", NEW | {"address": w}) for w in writings)
    )

    bodies = {r.status: await r.json() for r in responses}
    assert sorted(r.status for r in responses) == [201, 409, 409, 409]
    assert bodies[409]["code"] == "address_taken"
    assert bodies[409]["entry_point_id"] == bodies[201]["id"]


async def test_a_discovered_address_is_set_up_by_editing_it(admin, table, inbox):
    await inbox.receive([message(1, "+982191012345")])
    [found] = await admin("GET", "/entry_points", status=200)

    edited = await admin(
        "PATCH",
        f"/entry_points/{found['id']}",
        {"queue_id": 3, "name": "Found"},
        headers={"If-Match": f'"{found["version"]}"'},
        status=200,
    )

    assert found["discovered"] is True
    assert (edited["discovered"], edited["queue_id"], edited["name"]) == (False, 3, "Found")
    data = await table.fetchval("SELECT data::text FROM event WHERE kind = 'configuration_changed'")
    assert "9101" not in data


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"channel": "fax"}, "body.channel"),
        ({"address": "12"}, "body.address"),
        ({"queue_id": 999}, "body.queue_id"),
        ({"language": "Persian"}, "body.language"),
    ],
)
async def test_what_cannot_be_an_entry_point_is_refused(admin, table, fields, field):
    problem = await admin("POST", "/entry_points", NEW | fields, status=422)

    assert problem["field"] == field
    assert await table.fetchval("SELECT count(*) FROM entry_point") == 0


async def test_problems_cannot_be_sent_to_a_queue_that_is_not_there(admin):
    made = await admin("POST", "/entry_points", NEW, status=201)

    problem = await admin(
        "PATCH",
        f"/entry_points/{made['id']}",
        {"queue_id": 999},
        headers={"If-Match": '"1"'},
        status=422,
    )

    assert problem["field"] == "body.queue_id"
