"""Surveys over HTTP: who sets them up, and the page that a customer is sent to."""

import json
from datetime import timedelta

import factories
import pytest
from report_world import MONDAY, three_solved

from contactcenter.surveys import links

TEXT = "How was it? {link}"


def policy(**change):
    return {
        "is_on": True,
        "channels": ["sms"],
        "after_s": 60,
        "valid_s": 86_400,
        "quiet_s": 0,
        "text_en": TEXT,
        "text_fa": "چه‌طور بود؟ {link}",
        "mail_en": TEXT,
        "mail_fa": TEXT,
        "subject_en": "How was it?",
        "subject_fa": "چه‌طور بود؟",
    } | change


async def test_an_administrator_sets_them_up_and_a_supervisor_reads(admin, supervisor, table):
    before = await supervisor("GET", "/survey_policy", status=200)
    await supervisor("PUT", "/survey_policy", policy(), status=403)

    after = await admin("PUT", "/survey_policy", policy(channels=["sms", "email"]), status=200)

    assert (before["is_on"], before["version"]) == (False, 1)
    assert after == await supervisor("GET", "/survey_policy", status=200)
    assert (after["is_on"], after["channels"], after["version"]) == (True, ["email", "sms"], 2)
    told = await table.fetchval(
        "SELECT data::jsonb FROM event WHERE kind = 'configuration_changed' ORDER BY id DESC LIMIT 1"
    )
    told = json.loads(told) if isinstance(told, str) else told
    assert told["what"] == "survey_policy"
    assert "text_en" in told["changed"]
    assert TEXT not in str(told)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"text_fa": "no address"}, "body.text_fa"),
        ({"mail_en": "{link} {link}"}, "body.mail_en"),
        ({"channels": ["sms", "webchat"]}, "body.channels[1]"),
    ],
)
async def test_what_would_ask_nobody_anything_is_refused(admin, change, place):
    refused = await admin("PUT", "/survey_policy", policy(**change), status=422)

    assert refused["field"] == place


@pytest.fixture
async def asked(staff, table, services):
    """A question that was sent to somebody who reads Persian; its address."""
    await three_solved(staff, table)
    ticket = await table.fetchrow(
        "SELECT id, contact_id FROM ticket WHERE state = 'solved' ORDER BY id"
    )
    door = await factories.entry_point(
        table, queue_id=await table.fetchval("SELECT min(id) FROM queue")
    )
    interaction_id = await factories.interaction(table, MONDAY, ticket_id=ticket["id"], body="?")
    survey_id = await table.fetchval(
        "INSERT INTO survey (ticket_id, episode, state, due_at, next_at, channel, entry_point_id, identity_id,"
        " interaction_id, language, sent_at, expires_at, changed_at)"
        " SELECT $1, 1, 'sent', $2, $2, 'sms', $4, (SELECT min(id) FROM identity), $3,"
        " 'fa', $2, now() + interval '1 day', $2 RETURNING id",
        ticket["id"],
        MONDAY + timedelta(hours=1),
        interaction_id,
        door,
    )
    keys = services.secret_keys.derived(links.PURPOSE)
    return f"/survey/{links.token(keys, survey_id)}"


async def test_the_page_asks_in_his_language_and_takes_one_answer(asked, client, admin, table):
    looked = await client.get(asked)
    english = await client.get(f"{asked}?language=en")
    unchosen = await client.post(asked, data={})
    assert await table.fetchval("SELECT state FROM survey") == "sent"
    answered = await client.post(asked, data={"score": "4"})
    again = await client.post(asked, data={"score": "1"})
    seen = await client.get(asked)

    page = await looked.text()
    assert 'lang="fa" dir="rtl"' in page
    assert "۵" in page
    assert 'lang="en" dir="ltr"' in await english.text()
    policy = looked.headers["Content-Security-Policy"]
    assert "script" not in policy
    assert "default-src 'none'" in policy
    assert looked.headers["Cache-Control"] == "no-store"
    assert [one.status for one in (looked, unchosen, answered, again, seen)] == [
        200,
        400,
        200,
        200,
        200,
    ]
    for told in (answered, again, seen):
        words = await told.text()
        assert "سپاسگزاریم" in words
        assert "<form" not in words
    kept = await table.fetchrow("SELECT state, score, answered_by FROM survey")
    assert tuple(kept) == ("answered", 4, "link")
    (row,) = (await admin("GET", "/exports/surveys", status=200))["items"]
    assert (row["state"], row["score"]) == ("answered", 4)
    ticket_id = row["ticket_id"]
    (survey,) = await admin("GET", f"/tickets/{ticket_id}/surveys", status=200)
    assert (survey["score"], survey["agent_id"]) == (4, row["agent_id"])


async def test_other_addresses_and_answers_change_nothing(asked, client, table):
    forged = [
        await client.post(f"/survey/{links.token((b'x' * 32,), 1)}", data={"score": "5"}),
        await client.post("/survey/1", data={"score": "5"}),
        await client.get(asked[:-1]),
    ]
    strange = [await client.post(asked, data={"score": one}) for one in ("0", "6", "5 ", "۵", "x")]
    large = await client.post(asked, data={"score": "5" * 2_000})
    head = await client.head(asked)

    assert [one.status for one in forged] == [404] * 3
    assert [one.status for one in strange] == [400] * 5
    assert (large.status, head.status) == (413, 200)
    await table.execute("UPDATE survey SET expires_at = now()")
    assert "گذشته" in await (await client.post(asked, data={"score": "5"})).text()
    assert await table.fetchval("SELECT state FROM survey") == "sent"
