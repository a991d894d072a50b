"""Rows for other systems: page by page, whole or what changed, to whom it is due, and kept."""

import csv
import io
from datetime import datetime, timedelta

import factories as make
import pytest
from databases import connect
from report_world import MONDAY, three_solved

from contactcenter.reporting import exports


@pytest.fixture
async def world(staff, table):
    return await three_solved(staff, table)


async def copied(caller, path):
    """All pages of an export, of two rows each."""
    rows, cursor = [], ""
    while True:
        page = await caller("GET", f"{path}limit=2{cursor}", status=200)
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


async def test_page_by_page_it_is_every_leg_once(admin, world, table):
    rows = await copied(admin, "/exports/legs?")

    ids = [row["id"] for row in await table.fetch("SELECT id FROM leg ORDER BY id")]
    assert [row["id"] for row in rows] == ids
    held = [row for row in rows if row["agent_id"] == world.omid]
    assert [(row["to"], row["ended_by"]) for row in held] == [
        ("2026-03-02T08:04:00Z", "solved"),
        ("2026-03-02T08:07:00Z", "solved"),
    ]


async def test_what_changed_since_are_legs_that_began_or_ended_since(admin, world, table):
    open_id = (await make.queued_ticket(table, MONDAY, queue_id=world.queue_id)).id
    since = (MONDAY + timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%SZ")

    changed = await copied(admin, f"/exports/legs?updated_since={since}&")
    begun = await copied(admin, "/exports/legs?updated_since=2026-03-02T08:00:00Z&")

    assert [row["agent_id"] for row in changed] == [world.omid, world.omid]
    assert open_id in {row["ticket_id"] for row in begun if row["to"] is None}


async def test_a_message_is_exported_again_when_something_became_of_it(admin, world, table):
    everything = await copied(admin, "/exports/interactions?")
    since = "2026-03-03T00:00:00Z"
    none = await copied(admin, f"/exports/interactions?updated_since={since}&")
    first = everything[0]
    await table.execute(
        "INSERT INTO event (at, kind, ticket_id, contact_id, actor, data)"
        " VALUES ($1, 'interaction_status_changed', $2, $3, 'provider', jsonb_build_object('interaction_id', $4::bigint))",
        MONDAY + timedelta(days=1),
        first["ticket_id"],
        first["contact_id"],
        first["id"],
    )

    changed = await copied(admin, f"/exports/interactions?updated_since={since}&")
    new = await copied(admin, "/exports/interactions?updated_since=2026-03-02T07:00:00Z&")

    assert len(everything) == await table.fetchval("SELECT count(*) FROM interaction") > 2
    assert (none, [row["id"] for row in changed]) == ([], [first["id"]])
    assert new == everything
    assert not {"body", "text", "identity_id", "details"} & set(first)


async def test_what_is_told_by_another_event_of_its_ticket_is_exported_as_well(admin, world, table):
    tuesday = MONDAY + timedelta(days=1)
    ticket = await table.fetchrow("SELECT id, contact_id FROM ticket ORDER BY id LIMIT 1")
    call_id = await table.fetchval(
        "INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state, occurred_at, received_at)"
        " VALUES ($1, $2, 'phone', 'inbound', 'call', '', 'received', $3, $3) RETURNING id",
        ticket["contact_id"],
        ticket["id"],
        tuesday,
    )
    await table.execute(
        "INSERT INTO event (at, kind, ticket_id, actor) VALUES ($1, 'call_ended', $2, 'system')",
        tuesday,
        ticket["id"],
    )

    changed = await copied(admin, "/exports/interactions?updated_since=2026-03-03T00:00:00Z&")

    assert [row["id"] for row in changed] == [call_id]


async def test_a_supervisor_exports_his_teams_and_nobodys(admin, supervisor, world, table):
    contact_id = await table.fetchval("SELECT min(contact_id) FROM interaction")
    await table.execute(
        "INSERT INTO interaction (contact_id, channel, direction, kind, body, state, occurred_at, received_at)"
        " VALUES ($1, 'sms', 'inbound', 'message', '', 'received', $2, $2)",
        contact_id,
        MONDAY,
    )
    lead_id = await table.fetchval("SELECT id FROM user_account WHERE role = 'supervisor'")

    for what in ("legs", "interactions"):
        assert await copied(supervisor, f"/exports/{what}?") == []
    await make.join_teams(table, lead_id, world.team_id)
    for what in ("legs", "interactions"):
        for since in ("", "updated_since=2026-03-01T00:00:00Z&"):
            team = await copied(supervisor, f"/exports/{what}?{since}")
            house = await copied(admin, f"/exports/{what}?{since}")
            assert team == [row for row in house if row["ticket_id"] is not None] != []


async def test_ratings_are_exported_with_whose_they_are_and_without_their_comments(
    admin, supervisor, world, table
):
    door = await make.entry_point(table, queue_id=world.queue_id, channel="webchat")
    await table.execute("UPDATE ticket SET entry_point_id = $1", door)
    held = await table.fetch(
        "SELECT ticket_id, agent_id FROM leg WHERE agent_id IS NOT NULL ORDER BY ticket_id"
    )
    for number, leg in enumerate(held):
        visitor_id = await make.chat_visitor(table, MONDAY, ticket_id=leg["ticket_id"])
        at = MONDAY + timedelta(hours=2 if number == 2 else 0)
        await put_rating(table, leg["ticket_id"], 1, visitor_id, 3 + number, "words", at)

    rows = await copied(admin, "/exports/ratings?")
    later = await copied(admin, "/exports/ratings?updated_since=2026-03-02T09:30:00Z&")
    solved = await copied(admin, "/exports/ratings?updated_since=2026-03-02T08:03:00Z&")
    nobodys = await copied(supervisor, "/exports/ratings?")
    lead_id = await table.fetchval("SELECT id FROM user_account WHERE role = 'supervisor'")
    await make.join_teams(table, lead_id, world.team_id)

    assert [(r["agent_id"], r["score"], r["queue_id"]) for r in rows] == [
        (leg["agent_id"], 3 + number, world.queue_id) for number, leg in enumerate(held)
    ]
    assert "words" not in str(rows)
    assert (later, solved) == (rows[2:], rows[1:])
    assert nobodys == []
    assert await copied(supervisor, "/exports/ratings?") == rows


async def put_rating(table, *values):
    await table.execute(
        "INSERT INTO chat_rating (ticket_id, episode, visitor_id, score, comment, given_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *values,
    )


async def test_who_took_what_is_kept(admin, world, table):
    page = await admin("GET", "/exports/legs?limit=2&format=json", status=200)
    await admin("GET", "/exports/legs?updated_since=2027-01-01T00:00:00Z", status=200)

    [entry] = (await admin("GET", "/audit?kind=rows_exported", status=200))["items"]
    assert entry["actor"].startswith("user:")
    assert entry["data"] == {
        "export": "legs",
        "format": "json",
        "updated_since": None,
        "n": 2,
        "first_id": page["items"][0]["id"],
        "last_id": page["items"][1]["id"],
    }


async def test_a_file_says_what_json_says_and_where_it_goes_on(admin, world, table):
    await table.execute("UPDATE interaction SET error_code = '=1+1'")
    page = await admin("GET", "/exports/interactions?limit=2", status=200)

    response = await admin.send("GET", "/exports/interactions?limit=2&format=csv")

    text = (await response.read()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(row["id"]) for row in rows] == [item["id"] for item in page["items"]]
    assert {row["error_code"] for row in rows} == {"'=1+1"}
    cursor = response.headers["Next-Cursor"]
    then = await admin("GET", f"/exports/interactions?cursor={cursor}", status=200)
    assert then["items"][0]["id"] > page["items"][1]["id"]
    assert datetime.fromisoformat(then["as_of"]) == datetime.fromisoformat(
        response.headers["As-Of"]
    )


async def test_whoever_still_writes_holds_back_from_where_the_next_copy_begins(dsn, table, world):
    """What he writes has a time after he began, and is seen only when he is done."""
    writer = await connect(dsn)
    transaction = writer.transaction()
    await transaction.start()
    began = await writer.fetchval("SELECT now()")

    held_back = await exports.as_of(table)
    await transaction.rollback()
    await writer.close()

    assert held_back <= began - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/exports/legs?updated_since=yesterday", "query.updated_since"),
        ("/exports/legs?limit=5001", "query.limit"),
        ("/exports/legs?cursor=abc", "query.cursor"),
        ("/exports/interactions?format=xml", "query.format"),
    ],
)
async def test_what_makes_no_sense_is_refused(admin, path, field):
    assert (await admin("GET", path, status=422))["field"] == field
