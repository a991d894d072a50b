"""Files: uploaded, sent, read by agents, fetched by providers."""

import hashlib
import io
import os

import factories
import pytest

from contactcenter import attachments, timeline
from contactcenter.outbound import outbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
LARGE = os.urandom(1_500_000)


@pytest.fixture
async def ticket(table):
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    return await factories.queued_ticket(table, now, queue_id=await factories.queue(table))


async def uploaded(caller, content=PNG, name="عکس.png", content_type="image/png"):
    response = await caller.send(
        "POST",
        "/attachments",
        params={"name": name},
        data=io.BytesIO(content),
        headers={"Content-Type": content_type},
    )
    assert response.status == 201, await response.text()
    return await response.json()


async def sent(table, ticket, caller, *attachment_ids):
    """What the desk does with the files of a reply."""
    now = await table.fetchval("SELECT clock_timestamp()")
    interaction_id = await factories.reply(table, now, ticket.id, caller.user_id)
    await timeline.attach(table, interaction_id, attachment_ids, author_id=caller.user_id)
    return await table.fetchval(
        "SELECT token FROM attachment WHERE interaction_id = $1 ORDER BY position", interaction_id
    )


# Uploading and reading ----------------------------------------------------------------------


async def test_a_file_is_kept_as_it_was_sent_under_its_name_in_any_script(agent):
    file = await uploaded(agent)
    assert file["size_bytes"] == len(PNG)
    assert file["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert (file["name"], file["content_type"]) == ("عکس.png", "image/png")

    response = await agent.send("GET", f"/attachments/{file['id']}")

    assert await response.read() == PNG
    assert response.headers["Content-Type"] == "image/png"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="')
    assert "filename*=UTF-8''%D8%B9%DA%A9%D8%B3.png" in disposition
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_page_that_is_uploaded_is_never_shown_as_one(agent):
    file = await uploaded(agent, b"<script>alert(1)</script>", "", "text/html; charset=utf-8")

    response = await agent.send("GET", f"/attachments/{file['id']}")

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Content-Disposition"].startswith(
        f'attachment; filename="attachment-{file["id"]}.htm'
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_large_file_is_kept_in_pieces_and_equal_ones_once(agent, table):
    one, two = await uploaded(agent, LARGE), await uploaded(agent, LARGE, "copy")

    response = await agent.send("GET", f"/attachments/{two['id']}")

    assert await response.read() == LARGE
    assert one["sha256"] == two["sha256"]
    assert await table.fetchval("SELECT count(*) FROM blob") == 1
    assert await table.fetchval("SELECT count(*) FROM blob_chunk") == 6


async def test_what_is_no_file_is_refused(agent, table):
    async def refused(content, content_type="image/png"):
        headers = {"Content-Type": content_type}
        response = await agent.send(
            "POST", "/attachments", data=io.BytesIO(content), headers=headers
        )
        return response.status, (await response.json()).get("field")

    assert await refused(b"") == (422, "body")
    assert await refused(b"x", "image/p()ng") == (422, "header.Content-Type")
    assert (await refused(b"x" * (attachments.MAX_BYTES + 1)))[0] == 413
    assert await table.fetchval("SELECT count(*) FROM attachment") == 0


async def test_a_file_is_read_by_its_owner_until_it_is_sent_and_then_by_the_tickets_readers(
    agent, supervisor, admin, table, ticket
):
    file = await uploaded(agent)
    path = f"/attachments/{file['id']}"

    for other in (supervisor, admin):
        assert (await other("GET", path, status=404))["code"] == "not_found"
    await sent(table, ticket, agent, file["id"])
    assert (await supervisor("GET", path, status=404))["code"] == "not_found"
    await factories.join_teams(table, supervisor.user_id, ticket.team_ids[0])

    for reader in (agent, supervisor, admin):
        response = await reader.send("GET", path)
        assert response.status == 200


async def test_a_file_that_only_the_provider_has_says_so(admin, table, ticket):
    attachment_id = await table.fetchval(
        """INSERT INTO attachment (interaction_id, content_type, source_url)
           SELECT id, 'image/jpeg', 'https://provider.test/1' FROM interaction RETURNING id"""
    )

    problem = await admin("GET", f"/attachments/{attachment_id}", status=409)

    assert problem["code"] == "attachment_not_fetched"


# What providers fetch -----------------------------------------------------------------------


async def test_a_sent_file_is_fetched_by_its_token_alone(client, agent, table, ticket):
    file = await uploaded(agent, LARGE, "photo.jpg", "image/jpeg")
    token = await sent(table, ticket, agent, file["id"])
    assert len(token) == 43

    response = await client.get(f"/media/{token}")

    assert response.status == 200
    assert await response.read() == LARGE
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Length"] == str(len(LARGE))
    assert response.headers["Content-Disposition"].startswith('attachment; filename="photo.jpg"')
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    head = await client.head(f"/media/{token}")
    assert (head.status, await head.read()) == (200, b"")
    assert head.headers["Content-Length"] == str(len(LARGE))


async def test_a_reply_goes_out_with_the_addresses_of_its_files(client, agent, table, ticket):
    entry_point_id = await factories.entry_point(table, queue_id=ticket.queue_id)
    await table.execute("UPDATE interaction SET entry_point_id = $1", entry_point_id)
    await table.execute(
        "UPDATE ticket SET state = 'assigned', agent_id = $1, entry_point_id = $2",
        agent.user_id,
        entry_point_id,
    )
    ids = [(await uploaded(agent, b"%d" % n, f"{n}.png"))["id"] for n in range(2)]
    reply = {"text": "Here they are.", "attachment_ids": ids}

    await agent("POST", f"/tickets/{ticket.id}/replies", reply, status=201)
    again = await agent("POST", f"/tickets/{ticket.id}/replies", reply, status=422)

    [job] = await outbox.claim(table, at_most=9)
    fetched = [await (await client.get(f"/media/{t}")).read() for t in job.media_tokens]
    assert fetched == [b"0", b"1"]
    assert again["field"] == "body.attachment_ids"


async def test_each_file_of_a_message_has_a_token_of_its_own_in_the_order_named(
    agent, table, ticket
):
    ids = [(await uploaded(agent, b"%d" % n))["id"] for n in range(3)]

    await sent(table, ticket, agent, *reversed(ids))

    rows = await table.fetch("SELECT id, token FROM attachment ORDER BY position")
    assert [row["id"] for row in rows] == ids[::-1]
    assert len({row["token"] for row in rows}) == 3


async def test_nothing_is_fetched_without_a_token_that_is_good(client, agent, table, ticket):
    unsent = await uploaded(agent)
    assert await table.fetchval("SELECT token FROM attachment") is None
    token = await sent(table, ticket, agent, unsent["id"])

    for wrong in ("", "x", "x" * 43, token[:-1], f"{token}A", token.swapcase(), "%00", "%FF"):
        assert (await client.get(f"/media/{wrong}")).status == 404
    assert (await client.post(f"/media/{token}")).status == 405
    await table.execute("UPDATE interaction SET received_at = received_at - interval '7 days'")
    assert (await client.get(f"/media/{token}")).status == 404
