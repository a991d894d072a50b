"""Agents answer by mail: subject, copies and files, and each refusal names its place."""

import io

import factories
import pytest
from mail_writing import HELP, Letterbox, html_mail

REPLY = {"text": "It will be repaired."}


@pytest.fixture
async def ticket_id(all_channels, inbox, table):
    letterbox = Letterbox(all_channels, inbox, table)
    await letterbox.open()
    mail_id = await letterbox.take(html_mail("<p>My screen is black.</p>"))
    return await table.fetchval("SELECT ticket_id FROM interaction WHERE id = $1", mail_id)


@pytest.fixture
async def text_ticket_id(table):
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await table.fetchval("SELECT min(id) FROM queue")
    await factories.entry_point(table, queue_id=queue_id)
    return (await factories.queued_ticket(table, now, queue_id=queue_id)).id


async def test_a_reply_has_a_subject_and_copies(admin, ticket_id, table):
    body = {**REPLY, "subject": " Your screen ", "cc": ["Boss@Customer.test"]}

    written = await admin("POST", f"/tickets/{ticket_id}/replies", body, status=201)

    mail = await admin("GET", f"/interactions/{written['interaction_id']}/mail", status=200)
    assert mail["subject"] == f"Your screen [#{ticket_id}]"
    assert mail["cc"] == [{"name": "", "address": "boss@customer.test"}]
    assert mail["to"] == [{"name": "", "address": "sara@customer.test"}]
    assert mail["message_id"].endswith("@example.com")


async def test_a_reply_without_a_subject_has_that_of_what_it_answers(admin, ticket_id, table):
    written = await admin("POST", f"/tickets/{ticket_id}/replies", REPLY, status=201)

    row = await table.fetchrow(
        'SELECT subject, in_reply_to, "references" FROM mail WHERE interaction_id = $1',
        written["interaction_id"],
    )
    assert tuple(row) == (
        f"Re: Screen [#{ticket_id}]",
        ["first@customer.test"],
        ["first@customer.test"],
    )


async def test_what_cannot_be_is_refused_by_its_place(admin, ticket_id, table, subtests):
    for more, field in [
        ({"cc": ["nobody"]}, "body.cc[0]"),
        ({"cc": ["a@b.test", "x@y.test\r\nBcc: eve@evil.test"]}, "body.cc[1]"),
        ({"cc": [HELP]}, "body.cc[0]"),
        ({"cc": [f"a{n}@b.test" for n in range(21)]}, "body.cc"),
        ({"subject": "  "}, "body.subject"),
    ]:
        with subtests.test(more=more, field=field):
            refused = await admin(
                "POST", f"/tickets/{ticket_id}/replies", {**REPLY, **more}, status=422
            )

            assert refused["field"] == field
            assert await table.fetchval("SELECT count(*) FROM outbox") == 0


@pytest.mark.parametrize(("name", "value"), [("subject", "x"), ("cc", ["a@b.test"])])
async def test_a_text_message_has_neither(admin, text_ticket_id, name, value):
    refused = await admin(
        "POST", f"/tickets/{text_ticket_id}/replies", {**REPLY, name: value}, status=422
    )

    assert refused["field"] == f"body.{name}"


async def test_a_file_that_a_mail_takes_may_be_too_large_for_a_text_message(
    admin, text_ticket_id, ticket_id
):
    async def attached(to):
        file = await admin(
            "POST",
            "/attachments?name=film.mp4",
            data=io.BytesIO(b"x" * (6 * 1024 * 1024)),
            headers={"Content-Type": "video/mp4"},
            status=201,
        )
        body = {**REPLY, "attachment_ids": [file["id"]]}
        response = await admin.send("POST", f"/tickets/{to}/replies", body)
        return response.status, (await response.json()).get("field")

    assert await attached(text_ticket_id) == (422, "body.attachment_ids")
    assert await attached(ticket_id) == (201, None)


async def test_what_is_written_to_many_is_opened_so(admin, ticket_id, table):
    contact_id = await factories.contact(table)
    await factories.identity(table, contact_id, kind="email", value="all@customer.test")
    body = {
        "contact_id": contact_id,
        "channel": "email",
        "text": "We are closed on Friday.",
        "subject": "Opening hours",
        "bulk": True,
    }

    opened = await admin("POST", "/tickets", body, status=201)

    row = await table.fetchrow(
        "SELECT m.subject, m.bulk FROM mail m JOIN interaction i ON i.id = m.interaction_id"
        " WHERE i.ticket_id = $1",
        opened["id"],
    )
    assert tuple(row) == (f"Opening hours [#{opened['id']}]", True)
