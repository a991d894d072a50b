"""Contacts over HTTP: made, edited, found by any spelling, known by their addresses."""

import asyncio
import json

import factories
import pytest

from channels import Address, Inbound, Raw

PHONE = "+989121234567"


def message(n, sender):
    return Inbound(
        channel="sms",
        entry_point="+982191012345",
        sender=Address(kind="phone", value=sender),
        text="hello",
        raw=Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        external_id=f"SM{n}",
    )


@pytest.fixture
async def defined(table):
    """The house wants to know three things more."""
    await table.execute(
        "INSERT INTO contact_attribute (key, name_en, name_fa, type) VALUES"
        " ('vip', 'VIP', 'ویژه', 'boolean'), ('since', 'Since', 'از سال', 'number'),"
        " ('city', 'City', 'شهر', 'text')"
    )


async def made(caller, **fields):
    return await caller("POST", "/contacts", fields, status=201)


async def found(caller, q, **more):
    page = await caller("GET", "/contacts", params={"q": q, **more}, status=200)
    return [contact["id"] for contact in page["items"]]


# Making and editing -------------------------------------------------------------------------


@pytest.mark.usefixtures("defined")
async def test_a_contact_is_made_with_addresses_in_their_canonical_form(agent, table):
    contact = await made(
        agent,
        name=" سارا محمدی ",
        language="fa",
        note="مشتری قدیمی",
        attributes={"vip": True, "since": 1398, "city": "شیراز"},
        identities=[
            {"channel": "sms", "value": "۰۹۱۲ ۱۲۳ ۴۵۶۷"},
            {"kind": "phone", "value": "00989121234567"},
            {"kind": "email", "value": " Sara@Example.COM "},
            {"kind": "service_tag", "value": "7XK 22P1"},
        ],
    )

    assert contact["name"] == "سارا محمدی"
    assert contact["attributes"] == {"vip": True, "since": 1398, "city": "شیراز"}
    assert {(i["kind"], i["value"]) for i in contact["identities"]} == {
        ("phone", PHONE),
        ("email", "sara@example.com"),
        ("service_tag", "7XK 22P1"),
    }
    assert contact["temperament"]["label"] == "unknown"
    assert (contact["temperament"]["source"], contact["temperament"]["evidence"]) == ("model", [])
    assert contact["temperament"]["guidance"]["en"]
    assert contact["temperament"]["guidance"]["fa"]
    event = await table.fetchrow(
        "SELECT contact_id, actor FROM event WHERE kind = 'contact_created'"
    )
    assert event["contact_id"] == contact["id"]
    assert event["actor"] == f"user:{agent.user_id}"


async def test_a_contact_is_read_with_the_etag_that_an_edit_needs(agent):
    contact = await made(agent, name="Sara")
    path = f"/contacts/{contact['id']}"

    response = await agent.send("GET", path)
    etag = response.headers["ETag"]
    edited = await agent(
        "PATCH", path, {"note": "asks for Mina"}, headers={"If-Match": etag}, status=200
    )
    stale = await agent("PATCH", path, {"note": "x"}, headers={"If-Match": etag}, status=412)
    missing = await agent("PATCH", path, {"note": "x"}, status=428)

    assert edited["note"] == "asks for Mina"
    assert edited["name"] == "Sara"
    assert edited["version"] == contact["version"] + 1
    assert (stale["code"], missing["code"]) == ("stale", "precondition_missing")


@pytest.mark.usefixtures("defined")
async def test_an_edit_is_recorded_by_the_names_of_its_fields_alone(agent, table):
    contact = await made(agent, name="Sara", note="old")
    path = f"/contacts/{contact['id']}"

    emptied = await agent(
        "PATCH",
        path,
        {"name": "سارا", "note": None, "attributes": {"vip": True}},
        headers={"If-Match": '"1"'},
        status=200,
    )
    same = await agent("PATCH", path, {"name": "سارا"}, headers={"If-Match": '"2"'}, status=200)

    assert emptied["note"] is None
    assert same["version"] == 2
    data = await table.fetch("SELECT data::text FROM event WHERE kind = 'contact_changed'")
    [told] = [json.loads(row[0]) for row in data]
    assert told["fields"] == ["name", "note", "attributes"]
    assert told["changed"] == {
        "name": {"from": 4, "to": 4},
        "note": {"from": 3, "to": None},
        "attributes": {"from": 0, "to": 1},
    }


async def test_an_unknown_contact_is_not_found(agent):
    for method, path in (("GET", ""), ("GET", "/timeline"), ("GET", "/tickets")):
        problem = await agent(method, f"/contacts/999{path}", status=404)
        assert problem["code"] == "not_found"


async def test_a_bad_value_is_refused_and_named(agent, table, subtests):
    for body, field in [
        ({"name": " "}, "body.name"),
        ({"name": "x" * 201}, "body.name"),
        ({"language": "Persian"}, "body.language"),
        ({"attributes": {"x": [1]}}, "body.attributes.x"),
        ({"attributes": {"": 1}}, "body.attributes."),
        ({"attributes": {str(n): n for n in range(51)}}, "body.attributes"),
        ({"identities": [{"kind": "phone", "value": "12"}]}, "body.identities[0].value"),
        (
            {"identities": [{"kind": "email", "value": "a@b.c"}, {"channel": "sms", "value": "x"}]},
            "body.identities[1].value",
        ),
        ({"identities": [{"channel": "fax", "value": "1"}]}, "body.identities[0].channel"),
        ({"identities": [{"value": "1"}]}, "body.identities[0].kind"),
        (
            {"identities": [{"kind": "phone", "channel": "sms", "value": "1"}]},
            "body.identities[0].kind",
        ),
        ({"identities": [{"kind": "email", "value": "a at b"}]}, "body.identities[0].value"),
        ({"identities": [{"kind": "withheld", "value": "1"}]}, "body.identities[0].kind"),
        ({"phone": PHONE}, "body.phone"),
    ]:
        with subtests.test(body=body, field=field):
            problem = await agent("POST", "/contacts", body, status=422)

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM contact") == 0


# Addresses ----------------------------------------------------------------------------------


async def test_an_address_that_is_taken_names_its_contact(agent, table):
    first = await made(agent, identities=[{"kind": "phone", "value": PHONE}])

    problem = await agent(
        "POST",
        "/contacts",
        {"name": "Somebody", "identities": [{"channel": "sms", "value": "0912 123 4567"}]},
        status=409,
    )

    assert problem["code"] == "identity_taken"
    assert problem["contact_id"] == first["id"]
    assert await table.fetchval("SELECT count(*) FROM contact") == 1


async def test_of_many_who_add_one_address_at_once_one_gets_it(agent):
    contacts = [await made(agent, name=f"Contact {n}") for n in range(5)]

    async def add(contact):
        response = await agent.send(
            "POST", f"/contacts/{contact['id']}/identities", {"kind": "phone", "value": PHONE}
        )
        return response.status, await response.json()

    answers = await asyncio.gather(*map(add, contacts))

    statuses = sorted(status for status, _ in answers)
    winner = next(body["id"] for status, body in answers if status == 201)
    assert statuses == [201, 409, 409, 409, 409]
    assert {body["contact_id"] for status, body in answers if status == 409} == {winner}


async def test_an_added_address_makes_a_new_version_and_an_event_without_it(agent, table):
    contact = await made(agent, name="Sara")

    known = await agent(
        "POST",
        f"/contacts/{contact['id']}/identities",
        {"kind": "phone", "value": PHONE},
        status=201,
    )

    assert [i["value"] for i in known["identities"]] == [PHONE]
    assert known["version"] == contact["version"] + 1
    data = await table.fetchval("SELECT data::text FROM event WHERE kind = 'contact_changed'")
    assert "identities" in data
    assert PHONE.removeprefix("+98") not in data


async def test_an_address_that_changed_hands_belongs_to_whoever_writes_next(agent, table):
    contact = await made(agent, name="Sara", identities=[{"kind": "phone", "value": PHONE}])
    identity_id = contact["identities"][0]["id"]
    path = f"/contacts/{contact['id']}/identities/{identity_id}"

    left = await agent("DELETE", path, status=200)
    again = await agent("DELETE", path, status=404)

    assert left["identities"] == []
    assert again["code"] == "not_found"
    owner = await table.fetchval("SELECT contact_id FROM identity WHERE id = $1", identity_id)
    assert owner != contact["id"]
    stranger = await agent("GET", f"/contacts/{owner}", status=200)
    assert stranger["name"] is None
    assert stranger["attributes"] == {"formerly_of": contact["id"]}


async def test_an_address_removed_by_mistake_can_be_added_again(agent, table):
    contact = await made(agent, name="Sara", identities=[{"kind": "phone", "value": PHONE}])
    other = await made(agent, name="Mina")
    identity_id = contact["identities"][0]["id"]
    await agent("DELETE", f"/contacts/{contact['id']}/identities/{identity_id}", status=200)

    known = await agent(
        "POST", f"/contacts/{other['id']}/identities", {"kind": "phone", "value": PHONE}, status=201
    )

    assert [i["value"] for i in known["identities"]] == [PHONE]
    assert await table.fetchval("SELECT count(*) FROM contact") == 2


async def test_an_address_of_a_stranger_who_wrote_is_not_taken_up(agent, table):
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    stranger = await factories.contact(table, phone=PHONE)
    await table.execute("""UPDATE contact SET name = NULL, attributes = '{"formerly_of": 1}'""")
    queue_id = await factories.queue(table)
    await factories.ticket(table, now, intake_queue_id=queue_id, contact_id=stranger)

    problem = await agent(
        "POST", "/contacts", {"identities": [{"kind": "phone", "value": PHONE}]}, status=409
    )

    assert problem["contact_id"] == stranger


async def test_a_contact_made_while_its_first_message_arrives_is_one_contact(agent, table, inbox):
    for n in range(20):
        number = f"+98912000{n:04}"
        body = {"name": f"Contact {n}", "identities": [{"kind": "phone", "value": number}]}

        response, [outcome] = await asyncio.gather(
            agent.send("POST", "/contacts", body), inbox.receive([message(n, number)])
        )

        assert response.status in {201, 409}
        assert outcome == "stored"
        owner_id = await table.fetchval("SELECT contact_id FROM identity WHERE value = $1", number)
        answer = await response.json()
        assert answer["id" if response.status == 201 else "contact_id"] == owner_id
        assert (
            await table.fetchval("SELECT contact_id FROM interaction ORDER BY id DESC LIMIT 1")
            == owner_id
        )


async def test_an_address_that_changes_hands_while_messages_arrive_loses_none(agent, table, inbox):
    contacts = [await made(agent, name=f"Contact {n}") for n in range(2)]
    new = {"kind": "phone", "value": PHONE}
    added = await agent("POST", f"/contacts/{contacts[0]['id']}/identities", new, status=201)
    identity_id = added["identities"][0]["id"]

    for n in range(30):
        owner_id = await table.fetchval(
            "SELECT contact_id FROM identity WHERE id = $1", identity_id
        )
        other = contacts[n % 2]["id"]
        away, taken, [outcome] = await asyncio.gather(
            agent.send("DELETE", f"/contacts/{owner_id}/identities/{identity_id}"),
            agent.send("POST", f"/contacts/{other}/identities", new),
            inbox.receive([message(n, PHONE)]),
        )
        # Whoever takes the address first leaves nothing to take away.
        assert (away.status, taken.status) in {(200, 201), (200, 409), (404, 201)}
        assert outcome == "stored"

    assert await table.fetchval("SELECT count(*) FROM interaction") == 30
    assert await table.fetchval("SELECT count(*) FROM identity") == 1


# Finding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("کیمیا یزدانی", "كيميا"),  # Arabic kaf and yeh
        ("كيميا يزداني", "کیمیا یزدانی"),
        ("علی‌رضا کریمی", "علی رضا"),
        ("علی‌رضا کریمی", "علیرضا"),
        ("علیرضا کریمی", "علی‌رضا"),
        ("علی رضا کریمی", "کریمی علیرضا"),
        ("فروشگاه ۱۲۴", "124"),
        ("فروشگاه 124", "۱۲۴"),
        ("فروشگاه ١٢٤", "فروشگاه ۱۲۴"),
        ("Sara Mohammadi", "MOHAMMADI sara"),
        ("Sara Mohammadi", "hamma"),
        ("José Núñez", "JOSÉ"),
        ("Nu Ri", "ri"),
        ("مُحَمَّد", "محمد"),
        ("100% Foods", "100%"),
        ("a_b", "a_b"),
    ],
)
async def test_a_name_is_found_in_every_spelling(agent, name, q):
    contact = await made(agent, name=name)
    await made(agent, name="Somebody Else")
    await made(agent, name="شخص دیگر")

    assert await found(agent, q) == [contact["id"]]


@pytest.mark.parametrize(
    "q",
    [
        "+989121234567",
        "00989121234567",
        "0912 123 4567",
        "(0912) 123-4567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "912123",
        "4567",
    ],
)
async def test_a_number_is_found_in_every_writing(agent, q):
    contact = await made(agent, name="Sara", identities=[{"kind": "phone", "value": PHONE}])
    await made(agent, name="Mina", identities=[{"kind": "phone", "value": "+989357654321"}])

    assert await found(agent, q) == [contact["id"]]


async def test_the_wild_cards_of_the_database_are_characters_here(agent):
    await made(agent, name="Sara")

    for q in ("%", "_____", "S%a", "\\", "%%%"):
        assert await found(agent, q) == []


async def test_the_best_match_comes_first_and_pages_neither_skip_nor_repeat(agent):
    part = [(await made(agent, name=f"Old Anna {n}"))["id"] for n in range(3)]
    beginning = [(await made(agent, name=f"Anna {n}"))["id"] for n in range(3)]
    exact = (await made(agent, name="ANNA"))["id"]
    wanted = [exact, *reversed(beginning), *reversed(part)]

    ids, cursor = [], None
    while True:
        params = {"q": "anna", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await agent("GET", "/contacts", params=params, status=200)
        ids += [contact["id"] for contact in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert ids == wanted


async def test_without_a_search_everybody_is_listed_the_newest_first(agent):
    ids = [(await made(agent, name=f"Contact {n}"))["id"] for n in range(3)]

    first = await agent("GET", "/contacts?limit=2", status=200)
    second = await agent("GET", f"/contacts?limit=2&cursor={first['next']}", status=200)
    problem = await agent("GET", f"/contacts?q=x&cursor={first['next']}", status=422)

    assert [c["id"] for c in first["items"] + second["items"]] == ids[::-1]
    assert problem["field"] == "query.cursor"


async def test_a_contact_found_by_name_and_number_comes_once(agent):
    contact = await made(agent, name="Line 4567", identities=[{"kind": "phone", "value": PHONE}])

    assert await found(agent, "4567") == [contact["id"]]


async def test_only_who_is_signed_in_finds_contacts(nobody):
    await nobody("GET", "/contacts", status=401)
