"""Notices are written by supervisors, looked at before they begin, and limited by administrators."""

from typing import Any

import asyncpg
import factories
import pytest
from callers import Caller

SALE = {"text_en": "Ten per cent off.", "text_fa": "ده درصد تخفیف"}


@pytest.fixture
async def body(table: asyncpg.Connection) -> dict[str, Any]:
    await factories.prepare(table)
    entry_point_id = await factories.entry_point(table, queue_id=await factories.queue(table))
    return {
        "name": " Spring ",
        "audience_kind": "customer_category",
        "audience_value": "home",
        "channel": "sms",
        "entry_point_id": entry_point_id,
        "starts_at": "2099-01-01T00:00:00Z",
        "texts": [SALE, SALE | {"after_s": 86400}],
    }


async def made(supervisor: Caller, body: dict[str, Any], **change: Any) -> dict[str, Any]:
    return await supervisor("POST", "/notices", body | change, status=201)


async def test_a_preview_says_how_many_and_shows_some_and_writes_to_nobody(supervisor, table, body):
    now = await table.fetchval("SELECT clock_timestamp()")
    people = [await factories.contact(table, language=tag) for tag in ("fa", "en", None, "fa")]
    for contact in people:
        await factories.segment(table, now, contact, "customer_category", "home")
    await table.execute("DELETE FROM identity WHERE contact_id = $1", people[2])
    await table.execute(
        "INSERT INTO opt_out (identity_id, channel, sender, source, from_at)"
        " SELECT id, 'sms', 'x', 'customer', now() FROM identity WHERE contact_id = $1",
        people[3],
    )
    notice = await made(supervisor, body)

    seen = await supervisor("GET", f"/notices/{notice['id']}/preview", status=200)

    counts = ("members", "unreachable", "opted_out", "in_persian", "in_english")
    assert [seen[name] for name in counts] == [4, 1, 1, 1, 1]
    assert [(one["contact_id"], one["text"]) for one in seen["examples"]] == [
        (people[0], SALE["text_fa"]),
        (people[1], SALE["text_en"]),
    ]
    assert await table.fetchval("SELECT count(*) FROM interaction") == 0
    assert await table.fetchval("SELECT count(*) FROM notice_delivery") == 0


async def test_a_notice_is_started_paused_and_stopped(supervisor, body):
    notice = await made(supervisor, body)
    path = f"/notices/{notice['id']}/moves"
    moves = ("running", "paused", "running", "stopped")
    moved = [await supervisor("POST", path, {"to": to}, status=201) for to in moves]
    refused = await supervisor("POST", path, {"to": "running"}, status=409)
    listed = await supervisor("GET", "/notices?limit=1", status=200)

    assert (notice["state"], *(one["state"] for one in moved)) == ("draft", *moves)
    assert refused["code"] == "notice_cannot_move"
    assert [one["name"] for one in listed["items"]] == ["Spring"]
    assert [text["after_s"] for text in notice["texts"]] == [0, 86400]


async def test_a_notice_that_makes_no_sense_is_refused(supervisor, table, body, subtests):
    for change, field in [
        ({"audience_value": "castle"}, "body.audience_kind"),
        ({"audience_kind": "nonsense"}, "body.audience_kind"),
        ({"audience_kind": "temperament", "audience_value": "unknown"}, "body.audience_value"),
        ({"channel": "pigeon"}, "body.channel"),
        ({"channel": "email"}, "body.entry_point_id"),
        ({"entry_point_id": 999_999}, "body.entry_point_id"),
        ({"calendar_id": 999_999}, "body.calendar_id"),
        ({"texts": []}, "body.texts"),
        ({"texts": [{"text_en": "Only English."}]}, "body.texts[0].text_fa"),
        ({"texts": [SALE | {"subject_en": "Sale"}]}, "body.texts[0].subject_en"),
        ({"texts": [SALE | {"after_s": 9}, SALE]}, "body.texts[1].after_s"),
    ]:
        with subtests.test(change=change, field=field):
            problem = await supervisor("POST", "/notices", body | change, status=422)

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM notice") == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_min": 540}, "body.closes_min"),
        ({"time_zone": "Mars/Base"}, "body.time_zone"),
        ({"at_most": 101}, "body.at_most"),
    ],
)
async def test_a_limit_leaves_some_hours_somewhere_on_earth(admin, change, field):
    limit = {
        "at_most": 1,
        "within_days": 30,
        "opens_min": 540,
        "closes_min": 1080,
        "time_zone": "Asia/Tehran",
    }

    assert await admin("PUT", "/notice_limit", limit, status=200) == limit | {"version": 2}
    problem = await admin("PUT", "/notice_limit", limit | change, status=422)

    assert problem["field"] == field
    assert await admin("GET", "/notice_limit", status=200) == limit | {"version": 2}
