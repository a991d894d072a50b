"""What could not be understood: listed, read, and tried again."""

import asyncio
from urllib.parse import urlencode

import pytest

from channels import Raw, Unreadable

FORM = "application/x-www-form-urlencoded"


def payload(*, body=None, reason="missing_field", channel="sms", **fields):
    """What an earlier version of the channel may have failed to understand."""
    form = {"From": "+989121234567", "To": "+982191012345", "Body": "سلام", **fields}
    encoded = urlencode({k: v for k, v in form.items() if v is not None}).encode()
    raw = Raw(body=body or encoded, content_type=FORM, headers={":path": "/hooks/sms/message"})
    return Unreadable(channel=channel, reason=reason, detail="Not understood.", raw=raw)


async def retried(supervisor, quarantine_id, status=201):
    return await supervisor("POST", f"/quarantine/{quarantine_id}/retries", status=status)


@pytest.fixture
async def held(inbox):
    await inbox.receive([payload(MessageSid="SM1")])
    return 1


async def test_what_is_held_is_listed_with_its_reason_and_read_byte_for_byte(supervisor, inbox):
    odd = b"From=%00&\xff\xfe=1\r\n"
    for _ in range(3):
        await inbox.receive([payload(body=odd, reason="nul_character")])
    await inbox.receive([payload(MessageSid="SM2")])

    page = await supervisor("GET", "/quarantine?limit=1", status=200)
    rest = await supervisor("GET", f"/quarantine?limit=1&cursor={page['next']}", status=200)
    [first] = rest["items"]

    assert (first["reason"], first["times_received"], first["size_bytes"]) == (
        "nul_character",
        3,
        len(odd),
    )
    assert await supervisor("GET", f"/quarantine/{first['id']}", status=200) == first
    response = await supervisor.send("GET", f"/quarantine/{first['id']}/raw")
    assert await response.read() == odd
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_is_understood_by_now_gets_onto_the_timeline_once(
    supervisor, admin, table, held
):
    released = await retried(supervisor, held)
    again = await retried(supervisor, held, status=409)

    assert released["released_at"] is not None
    row = await table.fetchrow("SELECT id, body, external_id FROM interaction")
    assert (row["body"], row["external_id"]) == ("سلام", "SM1")
    assert released["interaction_id"] == row["id"]
    assert (again["code"], again["interaction_id"]) == ("already_released", row["id"])
    assert (await supervisor("GET", "/quarantine", status=200))["items"] == []
    everything = await admin("GET", "/quarantine?state=all", status=200)
    done = await admin("GET", "/quarantine?state=released&channel=sms", status=200)
    assert everything["items"] == done["items"] == [released]
    event = await table.fetchrow("SELECT actor, data::text FROM event WHERE kind LIKE '%released'")
    assert event["actor"] == f"user:{supervisor.user_id}"


async def test_many_retries_at_once_store_one_message(supervisor, table, held):
    responses = await asyncio.gather(
        *(supervisor.send("POST", f"/quarantine/{held}/retries") for _ in range(8))
    )

    assert {r.status for r in responses} <= {201, 409}
    assert any(r.status == 201 for r in responses)
    assert await table.fetchval("SELECT count(*) FROM interaction") == 1
    assert await table.fetchval("SELECT count(*) FROM event WHERE kind = 'payload_released'") == 1


async def test_a_message_that_was_delivered_again_meanwhile_is_not_doubled(
    supervisor, table, inbox, all_channels, held
):
    understood = await all_channels["sms"].read("message", payload(MessageSid="SM1").raw)
    await inbox.receive([understood])

    released = await retried(supervisor, held)

    assert released["interaction_id"] == await table.fetchval("SELECT id FROM interaction")


async def test_what_is_still_not_understood_stays_with_todays_reason(supervisor, table, inbox):
    await inbox.receive([payload(MessageSid="SM1", From=None, reason="not_a_form")])

    held = await retried(supervisor, 1)

    assert held["released_at"] is None
    assert held["retried_at"] is not None
    assert held["reason"] == "missing_field"
    assert "From" in held["detail"]
    assert await table.fetchval("SELECT count(*) FROM interaction") == 0


async def test_a_report_is_applied_when_it_is_understood(supervisor, table, inbox):
    report = {"From": None, "To": None, "Body": None, "MessageSid": "SM9"}
    await inbox.status(payload(**report, MessageStatus="delivered", reason="unknown_status"))
    await inbox.status(payload(**report, MessageStatus="received", reason="unknown_status"))

    applied = await retried(supervisor, 1)
    nothing_to_do = await retried(supervisor, 2)

    assert applied["released_at"] is not None
    assert applied["interaction_id"] is None
    row = await table.fetchrow("SELECT external_id, status FROM status_update")
    assert tuple(row) == ("SM9", "delivered")
    assert nothing_to_do["released_at"] is not None
    assert await table.fetchval("SELECT count(*) FROM status_update") == 1


async def test_a_channel_that_is_gone_reads_nothing(supervisor, inbox):
    await inbox.receive([payload(channel="telex")])

    problem = await retried(supervisor, 1, status=409)

    assert problem["code"] == "channel_gone"


async def test_only_supervisors_see_what_is_held(agent, supervisor, held):
    for path in ("", f"/{held}", f"/{held}/raw"):
        await agent("GET", f"/quarantine{path}", status=403)
    await agent("POST", f"/quarantine/{held}/retries", status=403)
    for path in ("/999", "/999/raw"):
        await supervisor("GET", f"/quarantine{path}", status=404)
    await retried(supervisor, 999, status=404)
