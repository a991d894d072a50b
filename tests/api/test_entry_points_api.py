"""Our own addresses."""

import asyncio
import re

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
    assert "2191012345" not in data


async def test_a_widget_without_a_key_is_given_one_and_another_keeps_its_own(admin):
    new = {"channel": "webchat", "queue_id": 2}
    made = [await admin("POST", "/entry_points", new, status=201) for _ in range(2)]
    named = await admin("POST", "/entry_points", new | {"address": "shop-fa"}, status=201)

    assert all(re.fullmatch("[0-9a-f]{24}", one["address"]) for one in made)
    assert made[0]["address"] != made[1]["address"]
    assert named["address"] == "shop-fa"
    again = await admin("POST", "/entry_points", new | {"address": "shop-fa"}, status=409)
    assert again["entry_point_id"] == named["id"]


@pytest.mark.parametrize(
    ("option", "value", "is_taken"),
    [
        ("webchat_origins", "https://www.example.com,https://shop.example.com:8443", True),
        ("webchat_origins", "https://www.example.com/contact", False),
        ("webchat_origins", "*", False),
        ("webchat_greeting_fa", "سلام! چطور می‌توانیم کمک کنیم؟", True),
        ("webchat_colour", "#0a7d5c", True),
        ("webchat_colour", "green", False),
        ("webchat_form", "name*,email,topic", True),
        ("webchat_form", "shoe_size", False),
        ("webchat_language", "fa", True),
        ("webchat_language", "de", False),
        ("smtp_host", "mail.example.com", False),
        ("webchat_identity_secrets", "x" * 40, False),  # it would be shown
    ],
)
async def test_a_widget_is_set_up_by_options_that_make_sense(admin, option, value, is_taken):
    new = {"channel": "webchat", "queue_id": 2, "options": {option: value}}
    status = 201 if is_taken else 422

    made = await admin("POST", "/entry_points", new, status=status)

    if is_taken:
        assert made["options"] == {option: value}
    else:
        assert made["field"] == f"body.options.{option}"
        assert value not in str(made) or option != "webchat_identity_secrets"


async def test_what_cannot_be_an_entry_point_is_refused(admin, table, subtests):
    for fields, field in [
        ({"channel": "fax"}, "body.channel"),
        ({"address": "12"}, "body.address"),
        ({"address": None}, "body.address"),
        ({"channel": "webchat", "address": "no key"}, "body.address"),
        ({"queue_id": 999}, "body.queue_id"),
        ({"language": "Persian"}, "body.language"),
    ]:
        with subtests.test(fields=fields, field=field):
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


MAILBOX = {"channel": "email", "address": "Help@Example.com", "queue_id": 2}


async def test_an_address_has_options_that_are_set_replaced_and_removed(admin, agent, table):
    made = await admin(
        "POST",
        "/entry_points",
        MAILBOX | {"options": {"mail_authserv_ids": "canary.example.com"}},
        status=201,
    )
    assert made["options"] == {"mail_authserv_ids": "canary.example.com"}
    path = f"/entry_points/{made['id']}"

    renamed = await admin("PATCH", path, {"name": "Help"}, headers={"If-Match": '"1"'}, status=200)
    assert renamed["options"] == made["options"]
    replaced = await admin(
        "PATCH",
        path,
        {"options": {"mail_authserv_ids": "canary-2.example.com"}},
        headers={"If-Match": '"2"'},
        status=200,
    )
    assert replaced["options"] == {"mail_authserv_ids": "canary-2.example.com"}
    assert (await agent("GET", path, status=200))["options"] == replaced["options"]
    removed = await admin(
        "PATCH",
        path,
        {"options": {"mail_authserv_ids": None}},
        headers={"If-Match": '"3"'},
        status=200,
    )

    assert removed["options"] == {}
    told = await table.fetch(
        "SELECT data::jsonb #>> '{changed,options.mail_authserv_ids}' AS changed, data FROM event"
        " WHERE kind = 'configuration_changed' AND data->>'what' = 'entry_point' ORDER BY id"
    )
    assert [row["changed"] for row in told] == [
        '{"to": "set", "from": null}',
        None,
        '{"to": "replaced", "from": "set"}',
        '{"to": null, "from": "set"}',
    ]
    assert "canary" not in str(told)


async def test_what_cannot_be_an_option_is_refused(admin, table, subtests):
    new = {
        "email": {"channel": "email", "address": "help@example.com", "queue_id": 2},
        "sms": {"channel": "sms", "address": "+982191012345", "queue_id": 2},
    }
    wrong = [
        ("sms", {"mail_authserv_ids": "x"}, "body.options.mail_authserv_ids", "reads no option"),
        ("email", {"smtp_nonsense": "x"}, "body.options.smtp_nonsense", "mail_authserv_ids"),
        ("sms", {"twilio_auth_tokens": "x"}, "body.options.twilio_auth_tokens", "secret"),
        ("sms", {"twilio_api_base": "x"}, "body.options.twilio_api_base", "reads no option"),
        ("email", {"mail_authserv_ids": "a\nb"}, "body.options.mail_authserv_ids", "one line"),
        ("email", {"mail_authserv_ids": " "}, "body.options", ""),
        ("email", {"mail_authserv_ids": 1}, "body.options", ""),
        ("email", {"Mail": "x"}, "body", ""),
    ]
    for channel, options, field, said in wrong:
        with subtests.test("a new one", channel=channel, options=options):
            made = new[channel] | {"options": options}
            problem = await admin("POST", "/entry_points", made, status=422)
            assert problem["field"].startswith(field)
            assert said in problem["detail"]
            assert await table.fetchval("SELECT count(*) FROM entry_point") == 0

    kept = {c: await admin("POST", "/entry_points", made, status=201) for c, made in new.items()}
    for channel, options, field, _ in wrong:
        with subtests.test("one that is kept", channel=channel, options=options):
            path, based_on = f"/entry_points/{kept[channel]['id']}", {"If-Match": '"1"'}
            problem = await admin("PATCH", path, {"options": options}, headers=based_on, status=422)
            assert problem["field"].startswith(field)


async def test_an_option_that_is_of_no_use_any_more_keeps_nobody_from_editing(admin, table):
    made = await admin("POST", "/entry_points", MAILBOX, status=201)
    await table.execute("""UPDATE entry_point SET options = '{"gone_option": "x"}'""")

    edited = await admin(
        "PATCH",
        f"/entry_points/{made['id']}",
        {"name": "Help"},
        headers={"If-Match": '"1"'},
        status=200,
    )

    assert edited["options"] == {"gone_option": "x"}
